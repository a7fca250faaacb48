"""Other programming languages, frameworks, databases: "Reverse a list in Python" and "Reverse a list in Go"."""

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.phrases import Found, Phrases, meanings
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

Names = frozenset[str]


class Tools(Value, frozen=True, kw_only=True):
    """What code is written in or runs on: `strong` with all that they imply, `weak` ones go without saying."""

    strong: Names = frozenset()
    weak: Names = frozenset()


_NOTHING = Tools()


class CodeLanguage:
    """Objects where one names a language, a framework or a database that the other neither names nor implies.

    "pandas" implies Python. A shell goes without saying. "Go", "C", "R" and "Swift" are languages only where they
    stand like one: "in Go", "C code", "from Java to Swift".
    """

    name = VetoName.CODE_LANGUAGE

    def __init__(self) -> None:
        """Read the names."""
        said = lexicon("code_language")
        about = {key: listed(some) for key, some in said["about"].items()}
        self._ahead, self._between = about["ahead"], about["between"]
        self._beside, self._music = about["beside"], about["music"]
        self._words, self._weak = frozenset(said["word"]), frozenset(said["weak"])
        also = [(word, meaning) for word, meaning in said["word"].items()]
        self._names = Phrases([*meanings(said["strong"]), *meanings(said["weak"]), *also])
        self._implied = {name: tuple(some.split()) for name, some in said["implies"].items()}

    def read(self, words: Words) -> Tools:
        """The tools that it names."""
        found = [each for each in self._names.find(words.lower) if not _is_extension(words, each)]
        if not found:
            return _NOTHING
        sure = [each for each in found if not self._is_word(words, each)]
        names = {each.meaning for each in sure}
        names |= {each.meaning for each in found if each not in sure and self._stands_like_one(words, each, bool(sure))}
        files = {each.meaning for each in found if words.lower[each.end : each.end + 1] in {("file",), ("files",)}}
        weak = names & (self._weak | files)  # "perl files" are ".pl files"
        strong = names - weak
        for name in tuple(strong):
            strong |= set(self._all_implied(name))
        return Tools(strong=frozenset(strong), weak=frozenset(weak))

    def objects(self, a: Read[Tools], b: Read[Tools]) -> str | None:
        """The tools of each that the other has not."""
        one, other = a.fact, b.fact
        if one.strong != other.strong:
            return _both(one.strong - other.strong, other.strong - one.strong)
        return _both(one.weak, other.weak) if one.weak and other.weak and one.weak.isdisjoint(other.weak) else None

    def _is_word(self, words: Words, name: Found) -> bool:
        return name.end - name.start == 1 and words.lower[name.start] in self._words

    def _stands_like_one(self, words: Words, name: Found, among_code: bool) -> bool:  # noqa: FBT001 - one inner caller
        word = words.tokens[name.start]
        before = words.lower[name.start - 1] if name.start else ""
        behind = words.lower[name.end] if name.end < len(words.lower) else ""
        if behind in self._music:
            return False
        if behind in self._beside:
            return len(word) > 1 or word.isupper() or behind not in {"class", "string", "strings", "query"}
        if before in self._ahead:
            is_name = behind[:1].isalpha() and words.tokens[name.end][0].isupper() and not words.text.isupper()
            return not is_name if len(word) > 1 or word.isupper() else before in {"in", "using"} and not behind
        between = before in self._between or (among_code and behind in self._between)
        return word[0].isupper() and between and (among_code or len(word) > 1)

    def _all_implied(self, name: str) -> tuple[str, ...]:
        implied = self._implied.get(name, ())
        return implied + tuple(more for each in implied for more in self._all_implied(each))


def _is_extension(words: Words, name: Found) -> bool:
    """Whether it is the end of a file's name: ".js", "main.c"."""
    return name.end - name.start == 1 and f".{words.lower[name.start]}" in words.text.lower()


def _both(a: Names, b: Names) -> str:
    return f"{' '.join(sorted(a)) or '-'} / {' '.join(sorted(b)) or '-'}"
