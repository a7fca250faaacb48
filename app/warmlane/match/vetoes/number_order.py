"""The same numbers in other places: "3 minus 5" and "5 minus 3"."""

from itertools import combinations, pairwise

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.numerals import Numerals, Weight
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_MOST = 16
"""Numbers that are compared one by one; more of them are data."""


class Placed(Value, frozen=True, kw_only=True):
    """Numbers in order, with the words right before and behind each, and what stands between each and the next.

    `joined` are those that can be changed round with the next; `even`: all can.
    """

    values: tuple[str, ...]
    before: tuple[str, ...]
    behind: tuple[str, ...]
    between: tuple[tuple[str, ...], ...]
    joined: tuple[bool, ...]
    even: bool


class NumberOrder:
    """Objects where the same numbers come in another order.

    But only where the same stands between them, not where each keeps the word before or behind it ("top 10 in 2015",
    "in 2015, top 10"), nor where two can be changed round ("3 and 5", "the sum of 3 and 5").
    """

    name = VetoName.NUMBER_ORDER

    def __init__(self) -> None:
        """Read the words between numbers."""
        self._numerals = Numerals()
        self._said = {
            language: (listed(said["joins"]), listed(said["even"]))
            for language, said in lexicon("number_order").items()
        }

    def read(self, words: Words) -> Placed | None:
        """Its numbers, where there are two at least."""
        found = [each for each in self._numerals.find(words) if each.weight is Weight.FIRM]
        if len({each.value for each in found}) < 2:  # noqa: PLR2004 - one alone has no order
            return None
        lower = words.lower
        joins, even = self._said.get(words.language or "en", (frozenset(), frozenset()))
        between = tuple(lower[each.end : following.start] for each, following in pairwise(found))
        before = tuple(lower[each.start - 1] if each.start else "" for each in found)
        return Placed(
            values=tuple(each.value for each in found),
            before=before,
            behind=tuple(lower[each.end] if each.end < len(lower) else "" for each in found),
            between=between,
            joined=tuple(
                some[:1] != () and some[0] in joins and some[1:] in {(), (head,)}  # "CS 503 and CS 599"
                for some, head in zip(between, before, strict=False)
            ),
            even=len(found) == 2 and not even.isdisjoint(lower[: found[1].start]),  # noqa: PLR2004 - two
        )

    def objects(self, a: Read[Placed | None], b: Read[Placed | None]) -> str | None:
        """The numbers of both."""
        one, other = a.fact, b.fact
        if one is None or other is None or one.values == other.values or (one.even and other.even):
            return None
        if sorted(one.values) != sorted(other.values):
            return None
        alike = one.between == other.between
        if len(one.values) > _MOST or len(set(one.values)) < len(one.values):
            turned = alike
        else:
            turned = any(_are_turned(one, other, pair, alike=alike) for pair in combinations(range(len(one.values)), 2))
        return f"{' '.join(one.values)} / {' '.join(other.values)}" if turned else None


def _are_turned(one: Placed, other: Placed, pair: tuple[int, int], *, alike: bool) -> bool:
    """Whether the numbers at `pair` of the one stand the other way round in the other, and that says something else."""
    x, y = pair
    at_x, at_y = other.values.index(one.values[x]), other.values.index(one.values[y])
    if at_x < at_y or _travel(one, other, pair, (at_x, at_y)):
        return False
    if y - x == 1 == at_x - at_y:
        both = one.joined[x] and other.joined[at_y]
        return not both and (alike or one.between[x] == other.between[at_y])
    return alike


def _travel(one: Placed, other: Placed, here: tuple[int, int], there: tuple[int, int]) -> bool:
    """Whether two numbers took their words along, and these tell one from the other."""
    for mine, theirs in ((one.before, other.before), (one.behind, other.behind)):
        first, second = mine[here[0]], mine[here[1]]
        if first != second and first == theirs[there[0]] and second == theirs[there[1]]:
            return True
    return False
