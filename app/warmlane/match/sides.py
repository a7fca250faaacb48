"""Topics with sides, of which a text takes one: "cheap" or "expensive", "who" or "when". Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from warmlane.match.phrases import Phrases

Taken = frozenset[tuple[int, str]]
"""Sides that a text takes: number of the topic, name of the side."""


class Sides:
    """Finds which sides a text takes, by the words of one language."""

    def __init__(self, topics: Sequence[str], idle: str = "") -> None:
        """Take topics: sides with `|` between, their words with spaces between, phrases with `_` between words.

        A side is named by its first word. `idle` are phrases that take no side, though a word in them does by itself.
        """
        self._taken: dict[str, set[tuple[int, str]]] = {phrase.replace("_", " "): set() for phrase in idle.split()}
        for number, topic in enumerate(topics):
            for side in topic.split("|"):
                phrases = [phrase.replace("_", " ") for phrase in side.split()]
                for phrase in phrases:
                    self._taken.setdefault(phrase, set()).add((number, phrases[0]))
        self._phrases = Phrases((phrase, phrase) for phrase in self._taken)

    def find(self, lower: Sequence[str]) -> Taken:
        """Those that are taken in `lower`, the tokens of a text in lower case."""
        found = self._phrases.find(lower)
        return frozenset(side for each in found for side in self._taken[each.meaning]) if found else frozenset()


def by_language(lexicon: Mapping[str, Any]) -> dict[str, Sides]:
    """The topics of each language, of a lexicon with `topics` and `idle` by language."""
    return {language: Sides(said["topics"], said.get("idle", "")) for language, said in lexicon.items()}


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
