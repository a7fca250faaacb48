"""Other numbers ask for other answers."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.number import Number

EXAMINER = Examiner([Number()])

DIFFERENT = [
    ("the top 3 songs", "the top five songs"),
    ("What is 15% of 80?", "What is 20% of 80?"),
    ("Recipe for pancakes for 4 people", "Recipe for pancakes for 6 people"),
    ("What's new in Python 3.10?", "What's new in Python 3.1?"),
    ("Who was the first man on the moon?", "Who was the second man on the moon?"),
    ("Who was the third president of the USA?", "Who was the fourth president of the USA?"),
    ("When did World War I end?", "When did World War II end?"),
    ("Summarise chapter IV of the book", "Summarise chapter VI of the book"),
    ("Who was Louis XIV?", "Who was Louis XVI?"),
    ("What is twenty-five squared?", "What is twenty-six squared?"),
    ("How heavy are 2 dozen eggs?", "How heavy are 2 eggs?"),
    ("A town of 1,000 people", "A town of 10,000 people"),
    ("How to earn 5k a month", "How to earn 5M a month"),
    ("HTTP status 401", "HTTP status 403"),
    ("best films of the 80s", "best films of the 1990s"),
    ("Give me a workout plan", "Give me 3 workout plans"),
    ("Wake me at 7:30", "Wake me at 7:45"),
    ("Write an essay of two hundred words", "Write an essay of two thousand words"),
    ("Nenne mir die drei größten Städte", "Nenne mir die vier größten Städte"),
    ("Wie viel ist fünfundzwanzig mal vier?", "Wie viel ist fünfunddreißig mal vier?"),
    ("Was kosten 1.000 Euro Kredit?", "Was kosten 1.500 Euro Kredit?"),
    ("Quels sont les dix plus grands pays ?", "Quels sont les douze plus grands pays ?"),
    ("Combien font quatre-vingt-dix et cinq ?", "Combien font quatre-vingts et cinq ?"),
    ("¿Cuáles son las tres ciudades más grandes?", "¿Cuáles son las siete ciudades más grandes?"),
    ("¿Qué pasó en el primer capítulo?", "¿Qué pasó en el segundo capítulo?"),
    ("Quali sono le due città più grandi?", "Quali sono le tre città più grandi?"),
    ("Come cucinare per ventuno persone?", "Come cucinare per ventidue persone?"),
    ("Quais são as cinco maiores cidades?", "Quais são as duas maiores cidades?"),
    ("Como fazer um bolo para trinta e cinco pessoas?", "Como fazer um bolo para trinta pessoas?"),
    ("Wat zijn de drie grootste steden?", "Wat zijn de vijf grootste steden?"),
    ("Hoeveel is tweeëntwintig keer drie?", "Hoeveel is drieëntwintig keer drie?"),
]

ALIKE = [
    ("the top 3 songs", "the top three songs"),
    ("top twenty-five universities", "top 25 universities"),
    ("What is 1,000 times 3?", "What is 1000 times three?"),
    ("How many km are in 1 mile?", "How many km are in a mile?"),
    ("When did World War II end?", "When did the Second World War end?"),
    ("When did WWII end?", "When did World War 2 end?"),
    ("Who was the 1st president?", "Who was the first president?"),
    ("Who was the 3rd president?", "Who was the third president?"),
    ("best films of the 80s", "best films of the nineteen eighties"),
    ("best films of the 1990s", "best films of the 90s"),
    ("a town of 2.5 million people", "a town of 2,500,000 people"),
    ("How do I earn 10k?", "How do I earn 10,000?"),
    ("price of 12 eggs", "price of a dozen eggs"),
    ("What happened on 2016-03-05?", "What happened on March 5, 2016?"),
    ("Which one is best?", "Which is best?"),
    ("Is it open at 7 pm?", "Is it open at 19:00?"),
    ("What is new in Python 3?", "What is new in Python 3.0?"),
    ("What is 50 percent of 80?", "What is 50% of 80?"),
    ("Are third-party cookies blocked?", "Are cookies of others blocked?"),
    ("１２ apples", "12 apples"),
    ("Does the part I bought fit?", "Does the part that I bought fit?"),
    ("Nenne mir die 3 größten Städte", "Nenne mir die drei größten Städte"),
    ("Wie viel sind 1.000 Euro in Dollar?", "Wie viel sind 1000 Euro in Dollar?"),
    ("Quels sont les dix plus grands pays ?", "Quels sont les 10 plus grands pays ?"),
    ("Combien font 99 et 5 ?", "Combien font quatre-vingt-dix-neuf et cinq ?"),
    ("¿Cuáles son las tres ciudades más grandes?", "¿Cuáles son las 3 ciudades más grandes?"),
    ("¿Cuánto es treinta y cinco por dos?", "¿Cuánto es 35 por 2?"),
    ("Quali sono le due città più grandi?", "Quali sono le 2 città più grandi?"),
    ("Quais são as cinco maiores cidades?", "Quais são as 5 maiores cidades?"),
    ("Hoeveel is tweeëntwintig keer drie?", "Hoeveel is 22 keer 3?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_numbers_are_told_apart(one: str, other: str) -> None:
    """In digits or in words, whichever is asked first."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_number_is_the_same_however_it_is_written(one: str, other: str) -> None:
    """Most people write it one way, some the other."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert not EXAMINER.objections(a, b)
    assert not EXAMINER.objections(b, a)


def test_both_numbers_are_told() -> None:
    """An explanation shows what was seen."""
    (objection,) = EXAMINER.objections(EXAMINER.read("the top 3 songs"), EXAMINER.read("the top five songs"))
    assert objection.about == "3 / 5"
