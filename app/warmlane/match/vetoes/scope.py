"""Another part is meant: "rights of a tenant" and "rights of a landlord", "for beginners" and "for experts"."""

from warmlane.match.lexicon import lexicon
from warmlane.match.relations import Relation, Relations
from warmlane.match.sides import Taken, Tongues, opposed
from warmlane.match.swap import content_of, swapped
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_SAME = frozenset({Relation.SYNONYM, Relation.KIND, Relation.UNKNOWN})


class Meant(Value, frozen=True, kw_only=True):
    """Whom and how much a text means, and, in English, the stems of the words that carry meaning."""

    taken: Taken
    content: frozenset[str]


class Scope:
    """Objects where the two mean other people, another share or another measure.

    Roles, audiences and quantities are listed by language. Beside them, one kind of person in the place of another is
    another, unless WordNet calls the two synonyms or one a kind of the other; so is a sister noun of any sort.
    """

    name = VetoName.SCOPE

    def __init__(self, relations: Relations) -> None:
        """Take the relations of English words."""
        self._relations = relations
        self._tongues = Tongues(lexicon("scope"))

    def read(self, words: Words) -> Meant:
        """Whom and how much it means."""
        return Meant(
            taken=self._tongues.find(words.language, words.lower),
            content=content_of(words),
        )

    def objects(self, a: Read[Meant], b: Read[Meant]) -> str | None:
        """What each means."""
        if about := opposed(a.fact.taken, b.fact.taken):
            return about
        pair = swapped(a.words, a.fact.content, b.words, b.fact.content)
        if pair is None:
            return None
        known = self._relations
        roles = known.between(*pair) not in _SAME and all(known.is_role(word) for word in pair)
        return " / ".join(pair) if roles or known.are_sisters(*pair) else None
