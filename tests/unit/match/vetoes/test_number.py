"""Other numbers ask for other answers."""

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.number import Number

EXAMINER = Examiner([Number()])


def test_other_numbers_are_told_apart() -> None:
    """In digits or in words."""
    assert EXAMINER.objections(EXAMINER.read("the top 3 songs"), EXAMINER.read("the top five songs"))
    assert not EXAMINER.objections(EXAMINER.read("the top 3 songs"), EXAMINER.read("the top three songs"))
