"""Other numbers: "the top 3 songs" and "the top five songs"."""

from collections.abc import Sequence

from warmlane.match.numerals import Numerals, Weight
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value


class Numbers(Value, frozen=True, kw_only=True):
    """The values in a text, in plain digits, by how surely they are numbers. Each is sorted."""

    firm: tuple[str, ...]
    soft: tuple[str, ...]
    faint: tuple[str, ...]


_NONE = Numbers(firm=(), soft=(), faint=())


class Number:
    """Objects where the numbers, in digits or words, are not the same ones as often.

    "First" is 1 where the other has a 1, or another such word; "a mile" is 1 mile, and "March" the 3 of a date.
    """

    name = VetoName.NUMBER

    def __init__(self) -> None:
        """Read the number words."""
        self._numerals = Numerals()

    def read(self, words: Words) -> Numbers:
        """Its numbers."""
        found = self._numerals.find(words)
        if not found:
            return _NONE
        firm, soft, faint = (tuple(sorted(each.value for each in found if each.weight is weight)) for weight in Weight)
        return Numbers(firm=firm, soft=soft, faint=faint)

    def objects(self, a: Read[Numbers], b: Read[Numbers]) -> str | None:
        """The numbers that the other does not have."""
        one, other = a.fact, b.fact
        if one.firm == other.firm and one.soft == other.soft:
            return None
        (mine, mine_soft), (theirs, theirs_soft) = _left(one, other), _left(other, one)
        if not (mine or theirs or (mine_soft and theirs_soft)):
            return None
        return f"{' '.join(mine or mine_soft) or '-'} / {' '.join(theirs or theirs_soft) or '-'}"


def _left(one: Numbers, other: Numbers) -> tuple[list[str], list[str]]:
    """What `one` has and `other` has not: firm numbers, and soft ones."""
    firm, soft = _without(one.firm, other.firm), _without(one.soft, other.soft)
    firm = _without(firm, _without(other.soft, one.soft))
    soft = _without(soft, _without(other.firm, one.firm))
    return [each for each in firm if each not in other.faint], [each for each in soft if each not in other.faint]


def _without(some: Sequence[str], taken: Sequence[str]) -> list[str]:
    """`some`, but for one of each that is `taken`."""
    left = list(some)
    for each in taken:
        if each in left:
            left.remove(each)
    return left
