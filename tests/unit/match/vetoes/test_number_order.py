"""The same numbers the other way round ask something else."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.number_order import NumberOrder

EXAMINER = Examiner([NumberOrder()])

DIFFERENT = [
    ("What is 3 minus 5?", "What is 5 minus 3?"),
    ("What is 7 - 12?", "What is 12 - 7?"),
    ("Divide 144 by 12", "Divide 12 by 144"),
    ("2 to the power of 5", "5 to the power of 2"),
    ("What is 5% of 80?", "What is 80% of 5?"),
    ("Count from 10 to 100", "Count from 100 to 10"),
    ("Take two off nine", "Take nine off two"),
    ("Convert 12 from base 10 to base 2", "Convert 12 from base 2 to base 10"),
    ("Sort the list 3, 1, 2", "Sort the list 1, 2, 3"),
    ("4 apples for 3 people", "3 apples for 4 people"),
    ("Is 8 a multiple of 4?", "Is 4 a multiple of 8?"),
    ("a vector of 2 rows and 3 columns", "a vector of 3 rows and 2 columns"),
    ("Was ist 10 geteilt durch 4?", "Was ist 4 geteilt durch 10?"),
    ("Wie viel ist drei minus fünf?", "Wie viel ist fünf minus drei?"),
    ("Combien font 9 moins 4 ?", "Combien font 4 moins 9 ?"),
    ("Combien font dix divisé par deux ?", "Combien font deux divisé par dix ?"),
    ("¿Cuánto es 9 menos 4?", "¿Cuánto es 4 menos 9?"),
    ("¿Cuánto es diez dividido entre dos?", "¿Cuánto es dos dividido entre diez?"),
    ("Quanto è 9 meno 4?", "Quanto è 4 meno 9?"),
    ("Quanto è dieci diviso due?", "Quanto è due diviso dieci?"),
    ("Quanto é 9 menos 4?", "Quanto é 4 menos 9?"),
    ("Hoeveel is 9 min 4?", "Hoeveel is 4 min 9?"),
]

ALIKE = [
    ("What is 3 plus 5?", "What is 5 plus 3?"),
    ("What is 3 + 5?", "5 + 3 equals what?"),
    ("What is 6 times 7?", "7 times 6?"),
    ("Sum of 3 and 5", "the sum of 5 and 3"),
    ("Multiply 3 by 5", "Multiply 5 by 3"),
    ("gcd of 12 and 18", "gcd of 18 and 12"),
    ("What lies between 3 and 5?", "What lies between 5 and 3?"),
    ("What is 5% of 80?", "Of 80, how much is 5%?"),
    ("What were the top 10 films in 2015?", "In 2015, what were the top 10 films?"),
    ("3 feet 5 inches in cm", "5 inches 3 feet in cm"),
    ("a room for 2 adults and 3 kids", "a room for 3 kids and 2 adults"),
    ("Compare 4 and 7", "Compare 7 and 4"),
    ("chapters 2 or 3", "chapters 3 or 2"),
    ("What is 3 minus 5?", "What is three minus five?"),
    ("top 3", "top 5"),
    ("one thing", "another thing"),
    ("Was ist 3 plus 5?", "Was ist 5 plus 3?"),
    ("Was ist die Summe von 3 und 5?", "Was ist die Summe von 5 und 3?"),
    ("Combien font 3 et 5 ?", "Combien font 5 et 3 ?"),
    ("¿Cuánto es 3 más 5?", "¿Cuánto es 5 más 3?"),
    ("Quanto è 3 più 5?", "Quanto è 5 più 3?"),
    ("Hoeveel is 3 keer 5?", "Hoeveel is 5 keer 3?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_numbers_changed_round_are_told(one: str, other: str) -> None:
    """To an embedder these are one question."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_numbers_that_can_be_changed_round_are_no_objection(one: str, other: str) -> None:
    """Nor are other numbers its business."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert not EXAMINER.objections(a, b)
    assert not EXAMINER.objections(b, a)


def test_many_numbers_are_data() -> None:
    """A list that is sorted is another list, and takes no long comparing."""
    up = " ".join(map(str, range(200)))
    down = " ".join(map(str, reversed(range(200))))
    assert EXAMINER.objections(EXAMINER.read(up), EXAMINER.read(down))
