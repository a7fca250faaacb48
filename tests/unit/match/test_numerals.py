"""What is a number in a text, and which."""

import pytest

from warmlane.match.numerals import Numerals, Weight
from warmlane.match.words import Reader

NUMERALS, READER = Numerals(), Reader()

SAID = [
    ("twenty-five apples", ["25"]),
    ("two hundred and five cows", ["205"]),
    ("a hundred bottles", ["100"]),
    ("in nineteen eighty four", ["1984"]),
    ("two thousand and nineteen", ["2019"]),
    ("3 and 5", ["3", "5"]),
    ("three and five", ["3", "5"]),
    ("1,000 or 1.000.000 rows", ["1000", "1000000"]),
    ("sort 3,1,2", ["3", "1", "2"]),
    ("2.5M users, 10k a day", ["2500000", "10000"]),
    ("5 million and 3 dozen", ["5000000", "36"]),
    ("a 5 m rope", ["5"]),
    ("World War II", ["2"]),
    ("type ii diabetes", ["2"]),
    ("Louis XIV of France", ["14"]),
    ("Does the part I bought fit?", []),
    ("Are IV antibiotics safe?", []),
    ("the 1990s", ["90"]),
    ("Python 3.10, $3.50", ["3.10", "3.5"]),
    ("at 19:00 and 7:30", ["7", "7:30"]),
    ("１２ apples, ٣ pears", ["12", "3"]),
    ("the third party", []),
    ("wie viele sind fünfundzwanzig und zweihundertfünf", ["25", "205"]),
    ("Was sind 1.000 Euro in Dollar?", ["1000"]),
    ("combien font quatre-vingt-dix-neuf et soixante et onze", ["99", "71"]),
    ("cuánto es treinta y cinco por mil", ["35", "1000"]),
    ("quanto è ventuno più trentotto", ["21", "38"]),
    ("é igual a trinta e cinco", ["35"]),
    ("hoeveel is tweeëntwintig keer twee", ["22", "2"]),
    ("no number here", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "values"), SAID)
def test_numbers_are_found_however_they_are_written(text: str, values: list[str]) -> None:
    """What is read wrongly here is compared wrongly everywhere."""
    found = NUMERALS.find(READER.read(text))
    assert [each.value for each in found if each.weight is Weight.FIRM] == values


def test_words_that_may_be_numbers_are_told_from_numbers() -> None:
    """A second is sometimes the 2nd, and a row 1 row."""
    found = NUMERALS.find(READER.read("the second of 3 in a row"))
    weights = {each.value: each.weight for each in found}
    assert weights == {"2": Weight.SOFT, "1": Weight.FAINT, "3": Weight.FIRM}


def test_a_number_has_its_place() -> None:
    """What stands next to it is looked up there."""
    words = READER.read("about 3 dozen fresh eggs")
    (found,) = NUMERALS.find(words)
    assert words.lower[found.start : found.end] == ("3", "dozen")


@pytest.mark.parametrize(
    "text", ["9" * 5000 + " million", "1,,2", "1:2:3:4", "²", "½ of ⅓", "٣.٣.٣", "k5k", "XXXXX IIII"]
)
def test_nonsense_is_read_without_an_error(text: str) -> None:
    """A prompt can be anything."""
    assert all(each.value for each in NUMERALS.find(READER.read(text)))
