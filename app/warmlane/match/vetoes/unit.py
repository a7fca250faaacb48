"""Other units or currencies: "5 miles in km" and "5 feet in km"."""

from collections.abc import Iterator, Mapping
from typing import Any

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.numerals import Numeral, Numerals, Weight
from warmlane.match.phrases import Phrases, meanings
from warmlane.match.slips import is_mistyped
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_TELLING = 6
"""Letters of a word that tells its language."""


class Measured(Value, frozen=True, kw_only=True):
    """The units in a text, the words for them, and which of its numbers are in which (value, unit)."""

    units: frozenset[str]
    written: frozenset[str]
    amounts: frozenset[tuple[str, str]]
    has_numbers: bool


_NOTHING = Measured(units=frozenset(), written=frozenset(), amounts=frozenset(), has_numbers=False)


class Unit:
    """Objects where each names a unit that the other does not, or the same number is in other units.

    Beside numbers also where only one names one ("5 miles in km", "5 miles"). "Pounds" may be weight or money,
    "degrees" are of any kind, and "the day" is no measure.
    """

    name = VetoName.UNIT

    def __init__(self) -> None:
        """Read the units."""
        lists = lexicon("unit")
        everywhere = lists.pop("any")
        self._numerals = Numerals()
        self._time = listed(everywhere["time"])
        self._alike = {unit: listed(some) for unit, some in everywhere["alike"].items()}
        self._exact = {word: unit for word, unit in meanings(everywhere["bound"]) if len(word) == 1}
        self._said: dict[str | None, _Language] = {
            language: _Language(said, everywhere) for language, said in lists.items()
        }
        # Where the language cannot be told, long words of all are told from English ones by themselves.
        long = {word: unit for said in lists.values() for word, unit in meanings(said["free"]) if len(word) >= _TELLING}
        self._said[None] = _Language(lists["en"], everywhere, long)
        self._other = _Language({"free": {}, "bound": {}}, everywhere)

    def read(self, words: Words) -> Measured:
        """Its units."""
        said = self._said.get(words.language, self._other)
        free = {each.start: each for each in said.free.find(words.lower)}
        numerals = self._numerals.find(words)
        if not free and not numerals:
            return _NOTHING
        ends = {each.end: each.meaning for each in free.values()}
        starts = {each.start: each.meaning for each in free.values()}
        amounts = {pair for each in numerals for pair in self._amount(words, said, each, (starts, ends))}
        units = {each.meaning for each in free.values()} | {unit for _, unit in amounts}
        return Measured(
            units=frozenset(units),
            written=frozenset(words.lower[each.start] for each in free.values()),
            amounts=frozenset(amounts),
            has_numbers=bool(numerals),
        )

    def _amount(
        self, words: Words, said: "_Language", number: Numeral, found: tuple[dict[int, str], dict[int, str]]
    ) -> Iterator[tuple[str, str]]:
        """A number with the unit behind it, or the currency before it."""
        starts, ends = found
        at = number.end
        at += at < len(words.lower) and words.lower[at] == "-"
        if unit := starts.get(at) or self._bound(words, said, at, number):
            yield number.value, unit
        elif number.start in ends:
            yield number.value, ends[number.start]

    def _bound(self, words: Words, said: "_Language", at: int, number: Numeral) -> str | None:
        if at >= len(words.lower) or number.weight is not Weight.FIRM:
            return None
        return self._exact.get(words.tokens[at]) or said.bound.get(words.lower[at])

    def objects(self, a: Read[Measured], b: Read[Measured]) -> str | None:
        """The units of both."""
        one, other = a.fact, b.fact
        if one == other:
            return None
        mine = [unit for unit in one.units if not self._has(unit, other.units)]
        theirs = [unit for unit in other.units if not self._has(unit, one.units)]
        counted = one.has_numbers or other.has_numbers
        lone = counted and any(unit not in self._time for unit in mine or theirs)
        if (mine and theirs) or lone:
            if is_mistyped(one.written, b.words.lower) or is_mistyped(other.written, a.words.lower):
                return None
            return f"{' '.join(sorted(mine)) or '-'} / {' '.join(sorted(theirs)) or '-'}"
        for value in sorted({amount for amount, _ in one.amounts} & {amount for amount, _ in other.amounts}):
            here, there = (sorted(unit for amount, unit in side.amounts if amount == value) for side in (one, other))
            if not any(self._has(unit, frozenset(there)) for unit in here):
                return f"{value} {' '.join(here)} / {value} {' '.join(there)}"
        return None

    def _has(self, unit: str, units: frozenset[str]) -> bool:
        if unit in units or not units.isdisjoint(self._alike.get(unit, ())):
            return True
        return any(unit in self._alike.get(each, ()) for each in units)


class _Language:
    """The units of one language, with those of all."""

    def __init__(self, said: dict[str, Any], everywhere: dict[str, Any], more: Mapping[str, str] | None = None) -> None:
        free = dict(more or {}) | dict(meanings(everywhere["free"])) | dict(meanings(said["free"]))
        self.free = Phrases(free.items())
        self.bound = {
            word: unit
            for word, unit in [*meanings(everywhere["bound"]), *meanings(said.get("bound", {}))]
            if len(word) > 1
        }
