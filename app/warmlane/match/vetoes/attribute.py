"""Another side of the same thing: "the capital of Peru" and "the population of Peru", "who founded it" and "when"."""

from warmlane.match.lexicon import lexicon
from warmlane.match.relations import Relation, Relations
from warmlane.match.sides import Taken, Tongues, opposed
from warmlane.match.swap import content_of, swapped
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_START = "^"
"""Stands in the lexicon for the beginning of a text: "when" asks there, and joins two clauses elsewhere."""

_LONGEST = 32
"""Words of a text that asks one thing: a longer one names much that it does not ask about."""

_OTHER = frozenset({Relation.ANTONYM, Relation.SIBLING, Relation.COUSIN, Relation.FAR})


class Asked(Value, frozen=True, kw_only=True):
    """What is asked about a thing; in English also the stems that carry meaning, and the words before "of"."""

    taken: Taken
    content: frozenset[str]
    heads: frozenset[str]


_NOTHING = Asked(taken=frozenset(), content=frozenset(), heads=frozenset())


class Attribute:
    """Objects where both name what they ask about a thing, and nothing of it is the same.

    Common attributes and question words are listed by language. Beside them, one word before "of" in the place of
    another is another attribute, unless WordNet calls the two synonyms or one a kind of the other.
    """

    name = VetoName.ATTRIBUTE

    def __init__(self, relations: Relations) -> None:
        """Take the relations of English words."""
        self._relations = relations
        self._tongues = Tongues(lexicon("attribute"))

    def read(self, words: Words) -> Asked:
        """What it asks about."""
        if len(words.tokens) > _LONGEST:
            return _NOTHING
        lower = words.lower
        before_of = (lower[at - 1] for at, word in enumerate(lower) if word == "of" and at) if "of" in lower else ()
        return Asked(
            taken=self._tongues.find(words.language, (_START, *lower)),
            content=content_of(words),
            heads=frozenset(before_of),
        )

    def objects(self, a: Read[Asked], b: Read[Asked]) -> str | None:
        """What each asks about."""
        if about := opposed(a.fact.taken, b.fact.taken):
            return about
        if not a.fact.heads or not b.fact.heads or not a.fact.taken.isdisjoint(b.fact.taken):
            return None
        pair = swapped(a.words, a.fact.content, b.words, b.fact.content)
        if pair and pair[0] in a.fact.heads and pair[1] in b.fact.heads and self._relations.between(*pair) in _OTHER:
            return " / ".join(pair)
        return None
