"""Other natural languages that are named: "Say hello in French" and "Say hello in Italian"."""

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.phrases import Found, Phrases, meanings
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

Codes = frozenset[str]


class Named(Value, frozen=True, kw_only=True):
    """Codes of the languages that a prompt names: what it is about or wants, translates from, or calls a thing by."""

    wanted: Codes = frozenset()
    source: Codes = frozenset()
    kinds: Codes = frozenset()


_NOTHING = Named()


class Language:
    """Objects where other languages are wanted, other ones translated from, or things called by other nations.

    The prompt's own language is what it wants anyway, and a source may be left out: "bonjour from French to English"
    and "bonjour in English". A nation's thing ("French press", "Polish food") is no language: only two such differ.
    """

    name = VetoName.LANGUAGE

    def __init__(self) -> None:
        """Read the names of languages."""
        said = lexicon("language")
        about = {key: listed(some) for key, some in said.pop("about").items()}
        self._source, self._before, self._behind = about["source"], about["before"], about["behind"]
        self._ahead, self._spelt = about["ahead"], about["spelt"]
        self._thing, self._for = about["thing"], about["for"]
        self._names = {language: Phrases(meanings(some)) for language, some in said.items()}

    def read(self, words: Words) -> Named:
        """The languages it names."""
        names = self._names.get(words.language or "en")
        found = names.find(words.lower) if names else ()
        if not found:
            return _NOTHING
        kinds: dict[str, set[str]] = {"wanted": set(), "source": set(), "kinds": set()}
        for each in found:
            if self._means_a_language(words, each):
                kinds[self._kind(words, each)].add(each.meaning)
        return Named(**{kind: frozenset(codes) for kind, codes in kinds.items()})

    def objects(self, a: Read[Named], b: Read[Named]) -> str | None:
        """The languages that both name."""
        one, other = a.fact, b.fact
        if one == other:
            return None
        own = {a.words.language or "en", b.words.language or "en"}
        here, there = one.wanted - own, other.wanted - own
        # What is a thing's kind on one side may be what the other wants: "a French poem", "a poem in French".
        if here - there - other.kinds - other.source or there - here - one.kinds - one.source:
            return _both(here, there)
        for these, those in ((one.source, other.source), (one.kinds, other.kinds)):
            if these and those and these.isdisjoint(those):
                return _both(these, those)
        return None

    def _means_a_language(self, words: Words, name: Found) -> bool:
        """Not "polish my shoes": what is also another word has a capital, or a word before it that only a name has."""
        if words.lower[name.start] not in self._spelt:
            return True
        before = words.lower[name.start - 1] if name.start else ""
        return before in {"in", "into", "to", "speak"} if words.tokens[name.start].islower() else name.start > 0

    def _kind(self, words: Words, name: Found) -> str:
        before = words.lower[name.start - 1] if name.start else ""
        behind = words.lower[name.end] if name.end < len(words.lower) else ""
        after = words.lower[name.end + 1] if name.end + 1 < len(words.lower) else ""
        if before in self._source or (behind in self._thing and after and after not in self._for):
            return "source"  # "from French", "the French word 'chat'"
        is_one = not behind or behind in self._behind or not behind[0].isalnum()
        if is_one or before in self._ahead or (before in self._before and words.language not in {None, "en"}):
            return "wanted"
        return "kinds"


def _both(a: Codes, b: Codes) -> str:
    return f"{' '.join(sorted(a)) or '-'} / {' '.join(sorted(b)) or '-'}"
