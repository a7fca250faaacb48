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
        self._words: dict[str, str] = {}
        self._longer: dict[tuple[str, str], list[tuple[tuple[str, ...], str]]] = {}
        for phrase, meaning in phrases:
            first, *more = split(phrase)
            if more:
                self._longer.setdefault((first, more[0]), []).append((tuple(more), meaning))
            else:
                self._words.setdefault(first, meaning)
        for some in self._longer.values():
            some.sort(key=lambda each: -len(each[0]))
        self._first = self._words.keys() | {first for first, _ in self._longer}

    def find(self, lower: Sequence[str]) -> tuple[Found, ...]:
        """Those in `lower`, in order."""
        if self._first.isdisjoint(lower):
            return ()
        found: list[Found] = []
        taken = 0
        for at, word in enumerate(lower):
            if at >= taken and word in self._first:
                here = self._at(lower, at, word)
                if here:
                    found.append(here)
                    taken = here.end
        return tuple(found)

    def _at(self, lower: Sequence[str], at: int, word: str) -> Found | None:
        behind = lower[at + 1] if at + 1 < len(lower) else ""
        for rest, meaning in self._longer.get((word, behind), ()):
            end = at + 1 + len(rest)
            if tuple(lower[at + 1 : end]) == rest:
                return Found(at, end, meaning)
        alone = self._words.get(word)
        return None if alone is None else Found(at, at + 1, alone)


def meanings(said: Mapping[str, str | Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Each phrase with its meaning, of a lexicon's table: meaning → words with spaces between, or a list of phrases."""
    for meaning, some in said.items():
        for phrase in some.split() if isinstance(some, str) else some:
            yield phrase, meaning
