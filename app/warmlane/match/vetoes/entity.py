"""Other names: "weather in Oslo" and "weather in Rome", "who founded Netflix" and "who founded Spotify"."""

from warmlane.match.names import Names, acronym_in, same_name
from warmlane.match.relations import Relation, Relations
from warmlane.match.swap import content_of, swapped
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_SAME = frozenset({Relation.SYNONYM, Relation.KIND})


class Named(Value, frozen=True, kw_only=True):
    """The names in a text, all that it says, and, in English, the stems of the words that carry meaning."""

    names: frozenset[str]
    said: frozenset[str]
    content: frozenset[str]


class Entity:
    """Objects where each has a name that the other does not mention, or a name stands where the other has another word.

    Forms of a name are one ("US", "America", "Vereinigte Staaten"), a slip of the keys is no other name, and an acronym
    is what it stands for.
    """

    name = VetoName.ENTITY

    def __init__(self, relations: Relations) -> None:
        """Take the relations of English words, and read the list of names."""
        self._relations, self._names = relations, Names(relations)

    def read(self, words: Words) -> Named:
        """The names in it."""
        names, said = self._names.find(words)
        return Named(names=names, said=said, content=content_of(words))

    def objects(self, a: Read[Named], b: Read[Named]) -> str | None:
        """The names that only one has."""
        only_a, only_b = a.fact.names - b.fact.said, b.fact.names - a.fact.said
        if not only_a and not only_b:
            return None
        only_a, only_b = _unlike(only_a, b), _unlike(only_b, a)
        if only_a and only_b:
            return f"{_shown(only_a)} / {_shown(only_b)}"
        if only_a or only_b:
            pair = swapped(a.words, a.fact.content, b.words, b.fact.content)
            if pair and self._is_other(pair, only_a | only_b):
                return " / ".join(pair)
        return None

    def _is_other(self, pair: tuple[str, str], names: frozenset[str]) -> bool:
        return not names.isdisjoint(pair) and self._relations.between(*pair) not in _SAME


def _unlike(names: frozenset[str], other: Read[Named]) -> frozenset[str]:
    """Those that the other has in no form."""
    return frozenset(
        name
        for name in names
        if not any(same_name(name.removeprefix("#"), word.removeprefix("#")) for word in other.fact.said)
        and not acronym_in(name, other.words.lower)
    )


def _shown(names: frozenset[str]) -> str:
    return " ".join(sorted(name.removeprefix("#") for name in names)[:3])
