"""Who asks for the opposite asks for another answer."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.relations import Relations
from warmlane.match.vetoes.antonym import Antonym

EXAMINER = Examiner([Antonym(Relations.load())])

DIFFERENT = [
    ("What is the best laptop for students?", "What is the worst laptop for students?"),
    ("How do I buy bitcoin?", "How do I sell bitcoin?"),
    ("Which is the cheapest plan?", "Which is the most expensive plan?"),
    ("How can I turn on dark mode on my phone?", "How can I turn off dark mode on my phone?"),
    ("Turn the lights on at six", "Turn the lights off at six"),
    ("Enable two-factor login", "How do I turn two-factor login off?"),
    ("How do I install Docker on Ubuntu?", "How do I remove Docker from Ubuntu?"),
    ("How to lose weight fast", "How to gain weight fast"),
    ("Sort the list in ascending order", "Sort the list in descending order"),
    ("What are the advantages of solar power?", "What are the drawbacks of solar power?"),
    ("When was Ada Lovelace born?", "When did Ada Lovelace die?"),
    ("How do I back up a MySQL database?", "How do I restore a MySQL database from a backup?"),
    ("Who was the first man on the moon?", "Who was the last man on the moon?"),
    ("Should I eat before a run?", "Should I eat after a run?"),
    ("The tallest mountain in Asia", "The lowest mountain in Asia"),
    ("Gift ideas for my mother", "Gift ideas for my father"),
    ("How do I accept an invitation?", "How do I decline an invitation?"),
    ("A transparent curtain for the hall", "An opaque curtain for the hall"),
    ("What is a brave character like?", "What is a cowardly character like?"),
    ("Was ist das beste Handy?", "Was ist das schlechteste Handy?"),
    ("Wie kann ich Aktien kaufen?", "Wie kann ich Aktien verkaufen?"),
    ("Welches ist der größte Planet?", "Welches ist der kleinste Planet?"),
    ("Quel est le meilleur vin ?", "Quel est le pire vin ?"),
    ("Comment installer Python ?", "Comment désinstaller Python ?"),
    ("¿Cuáles son las ventajas de la energía solar?", "¿Cuáles son las desventajas de la energía solar?"),
    ("¿Cuándo nació Goya?", "¿Cuándo murió Goya?"),
    ("Quali sono i vantaggi del nucleare?", "Quali sono gli svantaggi del nucleare?"),
    ("Come si fa ad aprire un conto?", "Come si fa a chiudere un conto?"),
    ("最便宜的手机是什么", "最贵的手机是什么"),
    ("怎么安装软件", "怎么卸载软件"),
]

ALIKE = [
    ("What is the best laptop for students?", "What's a good laptop for a student?"),
    ("How do I buy bitcoin?", "How can I purchase bitcoin?"),
    ("Which is the cheapest plan?", "Which is the least expensive plan?"),
    ("Which course is easier, algebra or logic?", "Which is less difficult, algebra or logic?"),
    ("How can I turn on dark mode?", "How do I enable dark mode?"),
    ("How can I switch dark mode off on the phone?", "Tell me how to disable dark mode on the phone."),
    ("What is the difference between buying and selling?", "How do selling and buying differ?"),
    ("How old is the new bridge?", "What is the age of the bridge that is new?"),
    ("How long is a short story?", "What length does a short story have?"),
    ("At least how many people?", "How many people at the minimum?"),
    ("Largest city of New Zealand", "The biggest city in New Zealand"),
    ("Is it right to lie?", "Is lying ever right?"),
    ("Which high school is the best?", "What is the top high school?"),
    ("How do I uninstall Docker?", "How do I remove Docker?"),
    ("When was Ada Lovelace born?", "What is the date of birth of Ada Lovelace?"),
    ("What is a fast way to learn Dutch?", "What is a quick way to learn Dutch?"),
    ("Was ist das größte Land?", "Welches Land ist am größten?"),
    ("Wie alt ist der Kölner Dom?", "Welches Alter hat der Kölner Dom?"),
    ("Quelle est la plus grande ville de France ?", "Quelle ville de France est la plus grande ?"),
    ("¿Cuál es el mejor libro de Borges?", "¿Qué libro de Borges es el mejor?"),
    ("Qual è il monte più alto?", "Quale monte è il più alto?"),
    ("最便宜的手机是什么", "什么手机最便宜"),
    ("", ""),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_opposites_are_two_questions(one: str, other: str) -> None:
    """To an embedder they are all but the same."""
    assert EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_side_is_one_question(one: str, other: str) -> None:
    """A veto that fires at every other wording would leave nothing to serve."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert not EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))


def test_the_objection_names_both_sides() -> None:
    """The caller sees why."""
    (said,) = EXAMINER.objections(EXAMINER.read("the best tea in town"), EXAMINER.read("the worst tea in town"))
    assert said.about == "best / worst"


def test_a_way_belongs_to_the_verb_before_it() -> None:
    """A tap "on the wall" does not turn anything on."""
    one, other = EXAMINER.read("turn off the tap on the wall"), EXAMINER.read("turn on the tap on the wall")
    assert EXAMINER.objections(one, other)
