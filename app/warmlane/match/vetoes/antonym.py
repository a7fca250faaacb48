"""Opposites: "the best phone" and "the worst phone", "how to buy" and "how to sell"."""

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.relations import Relation, Relations
from warmlane.match.sides import Taken, Tongues, opposed
from warmlane.match.swap import content_of, swapped
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_REACH = 5
"""Words between "turn" and "off"."""


class Sided(Value, frozen=True, kw_only=True):
    """The sides that a text takes, what it switches on or off, and, in English, the stems that carry meaning."""

    taken: Taken
    turned: frozenset[str]
    content: frozenset[str]


class Antonym:
    """Objects where each takes the other side, and neither names both.

    Common opposites are listed by language; beside them WordNet is asked where one word stands in the place of another.
    """

    name = VetoName.ANTONYM

    def __init__(self, relations: Relations) -> None:
        """Take the relations of English words."""
        self._relations = relations
        said = lexicon("antonym")
        turned = said.pop("turned")
        self._turning = listed(turned.pop("verbs"))
        self._alone = {verb: way for way, verbs in turned.pop("verbs_for").items() for verb in listed(verbs)}
        self._ways: dict[str, str] = turned
        self._tongues = Tongues(said)

    def read(self, words: Words) -> Sided:
        """Which sides it takes."""
        return Sided(
            taken=self._tongues.find(words.language, words.lower),
            turned=self._turned(words.lower),
            content=content_of(words),
        )

    def _turned(self, lower: tuple[str, ...]) -> frozenset[str]:
        """The way ("on") that follows each verb that goes with one ("turn"), or is in a verb by itself ("enable")."""
        ways = {self._alone[word] for word in self._alone.keys() & set(lower)}
        if not self._turning.isdisjoint(lower):
            verbs = [at for at, word in enumerate(lower) if word in self._turning]
            ahead = ([word for word in lower[at + 1 : at + 1 + _REACH] if word in self._ways] for at in verbs)
            ways.update(some[0] for some in ahead if some)
        return frozenset(ways)

    def objects(self, a: Read[Sided], b: Read[Sided]) -> str | None:
        """The two sides."""
        one, other = a.fact, b.fact
        if about := opposed(one.taken, other.taken):
            return about
        only = other.turned - one.turned
        for way in one.turned - other.turned:
            if self._ways[way] in only:
                return f"{way} / {self._ways[way]}"
        pair = swapped(a.words, one.content, b.words, other.content)
        if pair and self._relations.between(*pair) is Relation.ANTONYM:
            return " / ".join(pair)
        return None
