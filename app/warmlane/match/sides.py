"""Topics with sides, of which a text takes one: "cheap" or "expensive", "who" or "when". Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from warmlane.match.phrases import Phrases

Taken = frozenset[tuple[int, str]]
"""Sides that a text takes: number of the topic, name of the side."""


class Sides:
    """Finds which sides a text takes, by the words of one language."""

    def __init__(self, topics: Sequence[str], idle: str = "", first: int = 0) -> None:
        """Take topics, numbered from `first`: sides with `|` between, their words with spaces, a phrase with `_`.

        A side is named by its first word. `idle` are phrases that take no side, though a word in them does by itself.
        """
        self._taken: dict[str, set[tuple[int, str]]] = {phrase.replace("_", " "): set() for phrase in idle.split()}
        for number, topic in enumerate(topics, first):
            for side in topic.split("|"):
                phrases = [phrase.replace("_", " ") for phrase in side.split()]
                for phrase in phrases:
                    self._taken.setdefault(phrase, set()).add((number, phrases[0]))
        self._phrases = Phrases((phrase, phrase) for phrase in self._taken)

    def find(self, lower: Sequence[str]) -> Taken:
        """Those that are taken in `lower`, the tokens of a text in lower case."""
        found = self._phrases.find(lower)
        return frozenset(side for each in found for side in self._taken[each.meaning]) if found else frozenset()


_ELIDING = frozenset({"fr", "it"})
"""Languages whose articles melt into the next word: "l'employeur", "dell'inquilino"."""


class Tongues:
    """The topics of several languages."""

    def __init__(self, lexicon: Mapping[str, Any]) -> None:
        """Take `topics` and `idle` by language."""
        self._sides = {
            language: Sides(said["topics"], said.get("idle", ""), 1_000 * number)
            for number, (language, said) in enumerate(lexicon.items())
        }

    def find(self, language: str | None, lower: Sequence[str]) -> Taken:
        """The sides that are taken in `lower`; of English, else of any language, where `language` is not known."""
        if language is not None:
            sides = self._sides.get(language)
            return sides.find(_without_articles(lower) if language in _ELIDING else lower) if sides else frozenset()
        found = (sides.find(lower) for sides in self._sides.values())
        return next(filter(None, found), frozenset())


def _without_articles(lower: Sequence[str]) -> tuple[str, ...]:
    """The word behind an article that melted into it stands alone; others, as "dov'è", stay as they are too."""
    parts = ([word, word.partition("'")[2]] if "'" in word else [word] for word in lower)
    return tuple(part for some in parts for part in some)


def opposed(a: Taken, b: Taken) -> str | None:
    """A topic on which both take sides and have none in common, as "cheap / expensive"."""
    if not a or not b or a == b:
        return None
    for topic in sorted({number for number, _ in a} & {number for number, _ in b}):
        mine = {side for number, side in a if number == topic}
        theirs = {side for number, side in b if number == topic}
        if mine.isdisjoint(theirs):
            return f"{min(mine)} / {min(theirs)}"
    return None
