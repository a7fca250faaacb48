"""How two English words are related, by WordNet 3.0: synonyms, opposites, kinds of each other or of the same.

The data is made by `scripts/make_wordnet.py` (see `data/wordnet/CARD.md`): words of one piece in alphabetical order,
the senses of each (the commonest five as a noun, as a verb, …), the parents of each sense, and opposites. Arrays take
4 MB (6 MB with what is needed to load them) where a dictionary of the words alone would take more than that.
"""

from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

_KEPT: Final = 16_384
"""Pairs that are remembered: prompts have the same words again and again."""

_LONGEST: Final = 20
_PERSON, _NAME = 1, 2  # traits
_COMMON: Final = 2
"""Senses of a word that make it the opposite of whole groups of adjectives."""

_ENDINGS: Final = (
    ("ies", "y"), ("ied", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("ves", "f"), ("s", ""),
    ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("ier", "y"), ("iest", "y"), ("er", ""), ("est", ""),
    ("er", "e"), ("est", "e"), ("es", ""),
)  # fmt: skip
_DOUBLED: Final = ("ing", "ed", "er", "est")


class Relation(StrEnum):
    """How two words are related, the nearest first."""

    ANTONYM = "antonym"  # cheap, expensive
    SYNONYM = "synonym"  # car, automobile; forms of one word
    KIND = "kind"  # dog, animal
    SIBLING = "sibling"  # of the same parent: guitar, banjo
    COUSIN = "cousin"  # of the same grandparent
    FAR = "far"  # none of these
    UNKNOWN = "unknown"  # one of them is not listed


class Relations:
    """WordNet, small."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take the arrays that `scripts/make_wordnet.py` writes, by name."""
        self._words, self._forms = arrays["words"], arrays["forms"]
        self._form_of, self._traits = arrays["form_of"], arrays["traits"]
        self._first_sense, self._senses = arrays["first_sense"], arrays["senses"]
        self._first_parent, self._parents = arrays["first_parent"], arrays["parents"]
        self._antonyms, self._opposed = arrays["antonyms"], arrays["opposed"]
        self._nouns = range(*(int(each) for each in arrays["nouns"]))
        self._remembered = lru_cache(_KEPT)(self._relation)
        self._entries = lru_cache(_KEPT)(self._look_up)

    @classmethod
    def load(cls) -> Self:
        """The data that ships with the package. Raises: OSError, ValueError."""
        place = files("warmlane").joinpath("data", "wordnet", "relations.npz")
        with place.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return cls({name: kept[name] for name in kept.files})

    def between(self, a: str, b: str) -> Relation:
        """How `a` and `b`, in lower case, are related; the order does not matter."""
        return self._remembered(a, b) if a <= b else self._remembered(b, a)

    def knows(self, word: str) -> bool:
        """Whether it is listed."""
        return bool(self._entries(word))

    def is_role(self, word: str) -> bool:
        """Whether it mostly names a kind of person: "tenant", "nurses"."""
        return any(int(self._traits[each]) & _PERSON for each in self._entries(word))

    def names(self) -> frozenset[str]:
        """Words, in lower case, that mostly name one person, place or thing: "lisbon"."""
        return frozenset(word.decode() for word in self._words[(self._traits & _NAME) > 0].tolist())

    def are_sisters(self, a: str, b: str) -> bool:
        """Whether both are mostly nouns, and these of the same parent and no synonyms: "guitar" and "banjo"."""
        ones, others = self._main(a), self._main(b)
        if not ones.isdisjoint(others) or not all(any(each in self._nouns for each in some) for some in (ones, others)):
            return False
        return self.between(a, b) is Relation.SIBLING and not self._above(ones).isdisjoint(self._above(others))

    def _main(self, word: str) -> set[int]:
        """The commonest sense of the first entry that `word` is a form of."""
        return self._senses_of(self._entries(word)[:1], 1)

    def _relation(self, a: str, b: str) -> Relation:
        ones, others = self._entries(a), self._entries(b)
        if a == b or not ones or not others:
            return Relation.SYNONYM if a == b else Relation.UNKNOWN
        if any(_has_pair(self._antonyms, x, y) for x, y in product(ones, others)):
            return Relation.ANTONYM
        if not set(ones).isdisjoint(others):
            return Relation.SYNONYM
        senses, other_senses = self._senses_of(ones), self._senses_of(others)
        if not senses.isdisjoint(other_senses):
            return Relation.SYNONYM
        if self._are_opposed(ones, others):
            return Relation.ANTONYM
        return self._by_descent(senses, other_senses)

    def _by_descent(self, senses: set[int], others: set[int]) -> Relation:
        above, above_others = self._above(senses), self._above(others)
        if not above.isdisjoint(others) or not above_others.isdisjoint(senses):
            return Relation.KIND
        if not above.isdisjoint(above_others):
            return Relation.SIBLING
        grand, grand_others = self._above(above), self._above(above_others)
        if not grand.isdisjoint(above_others | grand_others) or not grand_others.isdisjoint(above):
            return Relation.COUSIN
        return Relation.FAR

    def _are_opposed(self, ones: tuple[int, ...], others: tuple[int, ...]) -> bool:
        """Whether the groups of adjectives to which they mostly belong are opposites: "huge" and "tiny"."""
        mine, theirs = self._groups(ones), self._groups(others)
        return any(_has_pair(self._opposed, x, y) for x, y in product(mine, theirs))

    def _groups(self, entries: tuple[int, ...]) -> set[int]:
        senses = self._senses_of(entries, _COMMON)
        return senses | self._above(senses)

    def _senses_of(self, entries: tuple[int, ...], most: int | None = None) -> set[int]:
        found: set[int] = set()
        for entry in entries:
            start, end = int(self._first_sense[entry]), int(self._first_sense[entry + 1])
            found.update(self._senses[start : end if most is None else min(end, start + most)].tolist())
        return found

    def _above(self, senses: set[int]) -> set[int]:
        found: set[int] = set()
        for sense in senses:
            start, end = int(self._first_parent[sense]), int(self._first_parent[sense + 1])
            if end > start:
                found.update(self._parents[start:end].tolist())
        return found

    def _look_up(self, word: str) -> tuple[int, ...]:
        """The entries that `word` may be a form of."""
        irregular = _place(self._forms, word)
        listed = [int(self._form_of[irregular])] if irregular is not None else []
        found = (_place(self._words, each) for each in _bases(word))
        return tuple(dict.fromkeys(listed + [each for each in found if each is not None]))


def _bases(word: str) -> list[str]:
    """What `word` may be inflected from, itself first."""
    bases = [word]
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 2:  # noqa: PLR2004 - letters of "go"
            bases.append(word.removesuffix(ending) + instead)
    for ending in _DOUBLED:
        short = word.removesuffix(ending)
        if short != word and len(short) > 2 and short[-1] == short[-2]:  # noqa: PLR2004 - "big": "bigger"
            bases.append(short[:-1])
    return bases


def _place(sorted_words: NDArray[np.generic], word: str) -> int | None:
    if len(word) > _LONGEST or not word.isascii():
        return None
    key = word.encode()
    at = int(np.searchsorted(sorted_words, np.bytes_(key)))
    return at if at < len(sorted_words) and sorted_words[at] == key else None


def _has_pair(pairs: NDArray[np.generic], a: int, b: int) -> bool:
    key = np.uint64((a << 32) + b)
    at = int(np.searchsorted(pairs, key))
    return at < len(pairs) and bool(pairs[at] == key)
