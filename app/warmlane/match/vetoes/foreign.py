"""Prompts in a language that is not English, and other words: what the English rules cannot weigh."""

from collections.abc import Iterable

from warmlane.match.inflected import same_word
from warmlane.match.lexicon import lexicon
from warmlane.match.phrases import Phrases, meanings
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value


class Said(Value, frozen=True, kw_only=True):
    """What a prompt that is not English says: its content words, and what it asks for ("who", "when")."""

    content: frozenset[str]
    asks: frozenset[str]


class Foreign:
    """Objects where each has a content word that the other has in no form, or they ask who and when.

    The embedder and the pair head know English: elsewhere "Hauptstadt von Bayern" and "Hauptstadt von Hessen" are all
    but the same to them. So only what is worded alike is alike here.
    """

    name = VetoName.FOREIGN

    def __init__(self) -> None:
        """Read the question words."""
        self._asks = {language: Phrases(meanings(said)) for language, said in lexicon("foreign").items()}

    def read(self, words: Words) -> Said | None:
        """Its content words and question words; None for English and what may be English."""
        if words.is_english:
            return None
        asks = self._asks.get(words.language or "")
        found = asks.find(words.lower) if asks else ()
        taken = {at for each in found for at in range(each.start, each.end)}
        content = {word for at, word in enumerate(words.lower) if at not in taken} & self._content(words)
        return Said(content=frozenset(content), asks=frozenset(each.meaning for each in found))

    def objects(self, a: Read[Said | None], b: Read[Said | None]) -> str | None:
        """A word of each that the other has not, or what both ask for."""
        if a.fact is None or b.fact is None:
            return None
        if a.fact.asks and b.fact.asks and a.fact.asks.isdisjoint(b.fact.asks):
            return f"{_some(a.fact.asks)} / {_some(b.fact.asks)}"
        only_a, only_b = a.fact.content - b.fact.content, b.fact.content - a.fact.content
        if only_a and only_b:
            only_a, only_b = _unlike(only_a, b.fact.content), _unlike(only_b, a.fact.content)
        return f"{_some(only_a)} / {_some(only_b)}" if only_a and only_b else None

    @staticmethod
    def _content(words: Words) -> frozenset[str]:
        stems = frozenset(words.content)
        return frozenset(word for word, stem in zip(words.lower, words.stems, strict=True) if stem in stems)


def _unlike(words: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if not any(same_word(word, other) for other in others))


def _some(words: Iterable[str]) -> str:
    return " ".join(sorted(words)[:3])
