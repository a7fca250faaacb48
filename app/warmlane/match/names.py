"""Names of people, places, firms and things in a text. Pure."""

import re
from collections.abc import Iterator

from warmlane.match.inflected import same_word
from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.phrases import Phrases
from warmlane.match.relations import Relations
from warmlane.match.words import Words

_BEGINS = re.compile(
    r"(?:^|(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])[.?!:]\s+|\n\s*|[\"“«„]\s*)[(\[\"'*¿¡-]*(\w+)"
)
_CAPITALISING = frozenset({"de"})
"""Languages that write every noun with a capital."""

_SHORT = 3
"""Letters up to which a word is no name by WordNet: too many common words are abbreviations of states and gods."""

_HEADLINE = 5
"""Words from which a text may be a headline, in which every word has a capital."""


class Names:
    """Finds names: listed ones in any case, others by their capital, and by WordNet."""

    def __init__(self, relations: Relations) -> None:
        """Read the list of names."""
        said = lexicon("entity")
        self._relations, self._none = relations, listed(said["no_names"]) | listed(lexicon("words")["meaningless"])
        self._known = frozenset(name for name in relations.names() if len(name) > _SHORT) - self._none
        self._cased: set[str] = set()
        self._phrases = Phrases(list(self._listed(said["names"])))

    def _listed(self, lines: str) -> Iterator[tuple[str, str]]:
        """Each form with what it is a form of."""
        for line in lines.strip().splitlines():
            forms = line.split()
            for form in forms:
                plain = form.removeprefix("=").replace("_", " ")
                if form.startswith("="):
                    self._cased.add(plain)
                yield plain, "#" + forms[0].removeprefix("=")

    def find(self, words: Words) -> tuple[frozenset[str], frozenset[str]]:
        """Names, and all that is said, in lower case. A listed name is "#" and its first form, in both."""
        listed_here: set[str] = set()
        taken: set[int] = set()
        lower = tuple(map(_bare, words.lower)) if "'" in words.text or "’" in words.text else words.lower
        for each in self._phrases.find(lower):
            if " ".join(lower[each.start : each.end]) not in self._cased or _is_capital(words.tokens[each.start]):
                listed_here.add(each.meaning)
                taken.update(range(each.start, each.end))
        said = {word for at, word in enumerate(lower) if at not in taken}
        names = {lower[at] for at in self._by_look(words, lower) if at not in taken}
        if words.is_english:
            names |= self._known & said
        return frozenset(listed_here | names), frozenset(listed_here | said)

    def _by_look(self, words: Words, lower: tuple[str, ...]) -> Iterator[int]:
        """Places of words that have a capital and no other reason for it."""
        if words.language in _CAPITALISING or words.script != "LATIN" or words.text.isupper():
            return
        capitals = [at for at, token in enumerate(words.tokens) if token[0].isupper()]
        letters = sum(token[0].isalpha() for token in words.tokens)
        if not capitals or (letters >= _HEADLINE and 5 * len(capitals) > 3 * letters):  # more than 60 of 100
            return
        begins = {match.group(1) for match in _BEGINS.finditer(words.text)}
        for at in capitals:
            token, word = words.tokens[at], lower[at]
            if word not in self._none and ((at and token not in begins) or self._is_odd(token, word, words)):
                yield at

    def _is_odd(self, token: str, word: str, words: Words) -> bool:
        """Whether a word that begins a sentence is a name all the same: in capitals, or in no dictionary."""
        return (token.isupper() and len(token) > 1) or (words.is_english and not self._relations.knows(word))


def _bare(word: str) -> str:
    """Without the 's of "Norway's"; of "l'Espagne" what follows."""
    before, _, behind = word.partition("'")
    return behind if len(before) == 1 and len(behind) > 1 else before or word


def _is_capital(token: str) -> bool:
    return token.isupper() if len(token) <= _SHORT else token[0].isupper()


def same_name(a: str, b: str) -> bool:
    """Whether `a` and `b`, in lower case, are one name, inflected or mistyped: "Phillip", "Joradn" for "Jordan"."""
    if a[0] != b[0] or abs(len(a) - len(b)) > _SHORT:
        return same_word(a, b)
    return same_word(a, b) or _once(a) == _once(b) or (len(a) > _SHORT and sorted(a) == sorted(b))


def _once(name: str) -> str:
    """Each letter once where it stands twice."""
    return re.sub(r"([^\W\d_])\1", r"\1", name)


def acronym_in(acronym: str, said: tuple[str, ...]) -> bool:
    """Whether words that follow each other begin with the letters of `acronym`: "who", "world health organization"."""
    return len(acronym) > 1 and acronym in "".join(word[0] for word in said)
