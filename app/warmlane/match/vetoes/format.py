"""Other forms of the answer: "The planets as JSON" and "The planets as a table", "in one word", "a haiku"."""

from warmlane.match.lexicon import lexicon
from warmlane.match.phrases import Phrases, meanings
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value


class Asked(Value, frozen=True, kw_only=True):
    """Forms that a prompt asks for: `strong` ones change the answer alone; `soft` ones by axis ("length", "short")."""

    strong: frozenset[str] = frozenset()
    soft: tuple[tuple[str, str], ...] = ()


_NOTHING = Asked()


class Format:
    """Objects where one wants a form that the other does not, or both want opposite lengths, kinds or tones.

    "A brief bio" and "a biography" share an answer, "a brief bio" and "a detailed bio" do not.
    """

    name = VetoName.FORMAT

    def __init__(self) -> None:
        """Read the words for forms."""
        self._forms = {
            language: Phrases([*meanings(said["strong"]), *meanings(said.get("soft", {}))])
            for language, said in lexicon("format").items()
        }

    def read(self, words: Words) -> Asked:
        """The forms it asks for."""
        forms = self._forms.get(words.language or "en")
        found = {each.meaning for each in forms.find(words.lower)} if forms else set()
        if not found:
            return _NOTHING
        soft = tuple(sorted((axis, form) for axis, dot, form in (each.partition(".") for each in found) if dot))
        return Asked(strong=frozenset(each for each in found if "." not in each), soft=soft)

    def objects(self, a: Read[Asked], b: Read[Asked]) -> str | None:
        """The forms that only one wants, or that are opposite."""
        one, other = a.fact, b.fact
        if one.strong != other.strong:
            return _both(one.strong - other.strong, other.strong - one.strong)
        if not one.soft or not other.soft or one.soft == other.soft:
            return None
        for axis in {axis for axis, _ in one.soft}:
            here = frozenset(form for its, form in one.soft if its == axis)
            there = frozenset(form for its, form in other.soft if its == axis)
            if here and there and here.isdisjoint(there):
                return _both(here, there)
        return None


def _both(a: frozenset[str], b: frozenset[str]) -> str:
    return f"{' '.join(sorted(a)) or '-'} / {' '.join(sorted(b)) or '-'}"
