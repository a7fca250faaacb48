"""Words and phrases of a lexicon, found in a text that is taken apart."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from warmlane.match.words import split


class Found(NamedTuple):
    """A phrase at the tokens `start` to `end` (exclusive), and what it stands for."""

    start: int
    end: int
    meaning: str


class Phrases:
    """Finds the phrases of a lexicon: the longest at each place, none inside another."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Take phrases, each with what it stands for: any case, words as `words.split` tells them apart."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, meaning in phrases:
            first, *rest = split(phrase)
            self._by_first.setdefault(first, []).append((tuple(rest), meaning))
        for some in self._by_first.values():
            some.sort(key=lambda each: -len(each[0]))

    def find(self, lower: Sequence[str]) -> tuple[Found, ...]:
        """Those in `lower`, in order."""
        if self._by_first.keys().isdisjoint(lower):
            return ()
        found: list[Found] = []
        at = 0
        while at < len(lower):
            here = self._at(lower, at) if lower[at] in self._by_first else None
            found.extend([here] if here else [])
            at = here.end if here else at + 1
        return tuple(found)

    def _at(self, lower: Sequence[str], at: int) -> Found | None:
        for rest, meaning in self._by_first[lower[at]]:
            end = at + 1 + len(rest)
            if tuple(lower[at + 1 : end]) == rest:
                return Found(at, end, meaning)
        return None


def meanings(said: Mapping[str, str | Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Each phrase with its meaning, of a lexicon's table: meaning → words with spaces between, or a list of phrases."""
    for meaning, some in said.items():
        for phrase in some.split() if isinstance(some, str) else some:
            yield phrase, meaning
