"""Another side of the same thing is another question."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.relations import Relations
from warmlane.match.vetoes.attribute import Attribute

EXAMINER = Examiner([Attribute(Relations.load())])

DIFFERENT = [
    ("What is the capital of Peru?", "What is the population of Peru?"),
    ('Define "gregarious"', 'Give me a synonym of "gregarious"'),
    ('Which word has the same meaning as "terse"?', 'Which word means the opposite of "terse"?'),
    ('How do you pronounce "quinoa"?', 'How do you spell "quinoa"?'),
    ("Who founded Spotify?", "When was Spotify founded?"),
    ("Where is the Taj Mahal?", "Why was the Taj Mahal built?"),
    ("Who wrote Dune?", "Who directed Dune?"),
    ("What are the symptoms of measles?", "What is the treatment for measles?"),
    ("How is malaria transmitted?", "How do I prevent malaria?"),
    ("What is the currency of Japan?", "What is the official language of Japan?"),
    ("How tall is Mount Fuji?", "How old is Mount Fuji?"),
    ("How many people live in Kyoto?", "What is the area of Kyoto in square kilometers?"),
    ("What are the side effects of naproxen?", "What is the right dose of naproxen?"),
    ("Recipe for lentil soup", "How many calories does lentil soup have?"),
    ("Who is the president of Chile?", "Who is the prime minister of Chile?"),
    ("When did Tolstoy write the book?", "Where did Tolstoy write the book?"),
    ("Reverse a string in Kotlin", "Sort a list in Kotlin"),
    ("What is the boiling point of ethanol?", "What is the density of ethanol?"),
    ("The ideology of the party", "The treasurer of the party"),
    ("Was ist die Hauptstadt von Kanada?", "Wie viele Einwohner hat Kanada?"),
    ("Wann wurde Siemens gegründet?", "Wer hat Siemens gegründet?"),
    ("Was sind die Symptome von Masern?", "Wie ist die Behandlung von Masern?"),
    ("Quelle est la capitale du Brésil ?", "Quelle est la population du Brésil ?"),
    ("Quand a-t-il écrit ce roman ?", "Pourquoi a-t-il écrit ce roman ?"),
    ("¿Cuál es la moneda de México?", "¿Cuál es la capital de México?"),
    ("¿Quién escribió La colmena?", "¿Cuándo fue escrita La colmena?"),
    ("Qual è la capitale della Spagna?", "Qual è la popolazione della Spagna?"),
    ("Dove si trova il Colosseo?", "Quando è stato costruito il Colosseo?"),
    ("法国的首都是哪里", "法国的人口是多少"),
    ('"简单"的同义词', '"简单"的反义词'),
]

ALIKE = [
    ("What is the capital of Peru?", "Which city is Peru's capital?"),
    ("How many people live in Kyoto?", "What is the population of Kyoto?"),
    ('Define "gregarious"', 'What does "gregarious" mean?'),
    ('Give me a synonym of "terse"', 'What is another word for "terse"?'),
    ("Who founded Spotify?", "Who was the founder of Spotify?"),
    ("When was Spotify founded?", "What year was Spotify established?"),
    ("Who wrote Dune?", "Who is the author of Dune?"),
    ("Why do leaves change colour?", "What causes leaves to change colour?"),
    ("Where is the Taj Mahal?", "What is the location of the Taj Mahal?"),
    ("What are the symptoms of measles?", "Which signs of measles are there?"),
    ("How do I treat a burn?", "What is the treatment for a burn?"),
    ("How much does a tram ticket cost?", "What is the price of a tram ticket?"),
    ("How many days are there in a leap year?", "How long is a leap year in days?"),
    ("Tell me when the bakery opens", "When does the bakery open?"),
    ("How do I fix it when Python says no module?", "Python says no module, how do I fix it?"),
    ("Sort a list in Kotlin", "How is a list sorted in Kotlin?"),
    ("The price of a house", "The cost of a house"),
    ("The size of my house", "The size of the house"),
    ("What is the boiling point of ethanol?", "At what temperature does ethanol boil?"),
    ("Was ist die Hauptstadt von Kanada?", "Welche Stadt ist Kanadas Hauptstadt?"),
    ("Wie viele Einwohner hat Kanada?", "Wie hoch ist die Einwohnerzahl von Kanada?"),
    ("Quelle est la capitale du Brésil ?", "La capitale du Brésil, c'est quoi ?"),
    ("¿Cuántos habitantes tiene México?", "¿Cuál es la población de México?"),
    ("Qual è la capitale della Spagna?", "La Spagna ha quale capitale?"),
    ("法国的首都是哪里", "哪里是法国的首都"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_side_is_another_question(one: str, other: str) -> None:
    """The embedder sees the same thing named in both."""
    assert EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_one_side_in_other_words_is_one_question(one: str, other: str) -> None:
    """A veto that fires at every other wording would leave nothing to serve."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert not EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))


def test_a_long_text_asks_nothing_by_the_way() -> None:
    """It names much that it does not ask about."""
    long = "My father told me that the capital city and its people are what he likes best about it. " * 4
    assert not EXAMINER.objections(EXAMINER.read(long), EXAMINER.read("What is the population of Peru?"))
