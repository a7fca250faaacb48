"""The same facts in another form are another answer."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.format import Format

EXAMINER = Examiner([Format()])

DIFFERENT = [
    ("List the planets as JSON", "List the planets as YAML"),
    ("List the planets", "List the planets as a table"),
    ("Compare cats and dogs in bullet points", "Compare cats and dogs in a table"),
    ("Explain gravity", "Explain gravity in one sentence"),
    ("Explain gravity in one word", "Explain gravity in one sentence"),
    ("Write a haiku about rain", "Write a limerick about rain"),
    ("Write a poem about rain", "Write a text about rain"),
    ("Write an email to my landlord about the heating", "Write a letter to my landlord about the heating"),
    ("Write a formal invitation", "Write an informal invitation"),
    ("Explain DNS", "Explain DNS like I'm five"),
    ("Give me a brief bio of Curie", "Give me a detailed bio of Curie"),
    ("The steps as a numbered list", "The steps as a bulleted list"),
    ("Convert the text to uppercase", "Convert the text to lowercase"),
    ("Export the data as CSV", "Export the data as XML"),
    ("Nenne die Planeten als JSON", "Nenne die Planeten als Tabelle"),
    ("Erkläre mir die Schwerkraft", "Erkläre mir die Schwerkraft in einem Satz"),
    ("Liste des planètes en JSON pour la classe", "Liste des planètes dans un tableau pour la classe"),
    ("Explique la gravité", "Explique la gravité en une seule phrase"),
    ("Dame la lista de los planetas en una tabla", "Dame la lista de los planetas en JSON"),
    ("Escribe un poema sobre el mar", "Escribe un texto sobre el mar"),
    ("Dammi la lista dei pianeti in una tabella", "Dammi la lista dei pianeti in JSON"),
    ("Scrivi una poesia per il mare e la luna", "Scrivi un testo per il mare e la luna"),
    ("用表格列出行星", "用JSON列出行星"),
    ("用一句话解释重力", "解释重力"),
]

ALIKE = [
    ("List the planets as JSON", "Give me the planets in JSON format"),
    ("List the planets as a table", "Show the planets in tabular form"),
    ("Compare cats and dogs in bullet points", "Cats and dogs compared, as a bulleted list"),
    ("Explain gravity in one sentence", "In a single sentence, explain gravity"),
    ("Write a short biography of Curie", "Who was Marie Curie? A biography"),
    ("Write an email to my landlord", "Draft an email to my landlord"),
    ("Explain DNS like I'm five", "Explain DNS in simple terms"),
    ("Explain photosynthesis to a five year old", "Explain photosynthesis so that a child would understand it"),
    ("How long do cats live?", "What is the life span of a short haired cat?"),
    ("Are latex gloves safe?", "Is it safe to wear gloves of latex?"),
    ("Multiplication table of 7", "Times table for 7"),
    ("How tall is a dining table?", "What height does a dining table have?"),
    ("What is a good email address?", "Which mail address is good?"),
    ("Which vitamins are good for children?", "Which vitamins should children take?"),
    ("Who wrote The Little Mermaid?", "The Little Mermaid was written by whom?"),
    ("Nenne die Planeten als JSON", "Gib mir die Planeten im JSON-Format"),
    ("Wie lange lebt eine Katze?", "Was ist die kurze Antwort: wie alt wird eine Katze?"),
    ("Explique la gravité en une phrase", "En une seule phrase, explique la gravité"),
    ("Dame los planetas en una tabla", "Los planetas como tabla, por favor"),
    ("Dammi i pianeti in una tabella", "I pianeti sotto forma di tabella"),
    ("用表格列出行星", "列出行星的表格"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_forms_are_told_apart(one: str, other: str) -> None:
    """A program that reads JSON reads no YAML."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_form_is_asked_for_in_many_ways(one: str, other: str) -> None:
    """And a table to dine at is no form."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
