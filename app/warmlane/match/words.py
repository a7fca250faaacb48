"""A prompt taken apart: what every veto and the pair head read. Pure.

A text is taken apart once and kept so beside the opened entry: it is the dearest part of comparing two.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.model import Value

_MOST = 1_024
"""Tokens that are looked at: more than any embedder here reads."""

_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)*"
    r"|[\u3040-\u30ff\u3400-\u9fff]"  # Chinese and Japanese put no spaces between words
    # A vowel sign belongs to its word, though it is no letter to `re`: Hindi, Thai, Hebrew and Arabic have them.
    r"|(?:[^\W\d_\u3040-\u30ff\u3400-\u9fff]+|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e31-\u0e4e]+)+"
    r"(?:[+#]{1,2}(?!\w)|['’][^\W\d_]+)?"
    r"|[%$€£¥₹]|[<>=!+*/^&|~-]+"
)
_POLITE = re.compile(
    r"^(?:(?:hi|hey|hello|ok|okay|so|well|please|quick question|i was wondering|just wondering|can you tell me"
    r"|could you tell me|could you help me|can you help me|do you know|i would like to know|i want to know|tell me)"
    r"\b[\s,:?!.-]*)+|[\s,]*\b(?:please|thanks|thank you|cheers)[\s!.?]*$",
    re.IGNORECASE,
)
# A path begins where no such run did: else a long run of hyphens would be tried from each of them.
_CODE = re.compile(
    r"`[^`]+`|(?<![\w.~-])[\w.~-]*[/\\][\w./\\-]+|\b\w+\(\)|(?<!\w)--?[A-Za-z][\w-]*|\b[A-Za-z]+_\w+|0x[0-9a-fA-F]+|[{}<>=\[\]|]"
)
_QUOTED = re.compile(r"[\"“„«「][^\"”“»」\n]{1,200}[\"”“»」]|(?<!\w)['‘‚][^'’‘\n]{1,200}['’‘](?!\w)|`[^`]+`")
_IN_THE_SCRIPT_OF = {"uk": "ru", "fa": "ar", "ja": "zh"}
_SUFFIXES = ("ingly", "edly", "ies", "ing", "ers", "ed", "es", "er", "ly", "s", "e")
_ENOUGH = 4
"""Points that tell a language: a word that no other has, or two that others have too. A letter may be a name's."""
_SHORTEST = 3
"""Letters that a stem has at least."""


class Words(Value, frozen=True, kw_only=True):
    """One text, taken apart.

    `tokens`, `lower`, `stems` run side by side: as written; in lower case with straight apostrophes; without endings.
    `content` are the stems of the words that carry meaning, numbers among them, in order. `language` is an ISO 639-1
    code, None where that cannot be told; `script` is Unicode's name of most of its letters ("LATIN", "CJK"), and
    empty without letters. `text` has no greeting and no thanks.
    """

    text: str
    tokens: tuple[str, ...]
    lower: tuple[str, ...]
    stems: tuple[str, ...]
    content: tuple[str, ...]
    language: str | None
    script: str
    is_code: bool

    @property
    def is_english(self) -> bool:
        """Whether it reads as English, or as nothing else: what the English rules are for."""
        return self.language in {None, "en"} and self.script in {"", "LATIN"}

    def __repr__(self) -> str:
        """Never the text."""
        return f"Words({len(self.tokens)} tokens, {self.language})"


class Reader:
    """Takes texts apart, with the function words of the languages it tells apart."""

    def __init__(self, languages: Mapping[str, str] | None = None) -> None:
        """Take function words by language, as `data/lexicon/languages.toml` has them."""
        said = lexicon("languages") if languages is None else languages
        self._function = {language: listed(some) for language, some in said.items()}
        scripts = lexicon("scripts")
        also = {language: listed(some) for language, some in scripts["word"].items()}
        self._telling = _telling({each: some | also.get(each, frozenset()) for each, some in self._function.items()})
        self._of_script: dict[str, str] = scripts["script"]
        self._letters = {letter: language for language, some in scripts["letter"].items() for letter in some}
        self._sure = {letter: language for language, some in scripts["sure"].items() for letter in some}
        self._meaningless = listed(lexicon("words")["meaningless"])

    def read(self, text: str) -> Words:
        """Take `text` apart."""
        bare = _without_politeness(text.strip())
        tokens = tuple(match.group() for match, _ in zip(_TOKEN.finditer(bare), range(_MOST), strict=False))
        lower = tuple(token.lower().replace("’", "'") for token in tokens)
        stems = tuple(stem(word.partition("'")[0]) for word in lower)
        script = _script(bare)
        language = self._language(bare, lower, script)
        skipped = self._meaningless if language in {None, "en"} else self._function.get(language, frozenset())
        content = tuple(
            each for each, word in zip(stems, lower, strict=True) if word[0].isalnum() and word not in skipped
        )
        return Words(
            text=bare, tokens=tokens, lower=lower, stems=stems, content=content, language=language,
            script=script, is_code=_CODE.search(bare) is not None,
        )  # fmt: skip

    def _language(self, text: str, lower: tuple[str, ...], script: str) -> str | None:
        """The language that most here speaks for: its script and letters, and function words outside quotations."""
        signs = set(text.lower())
        letters = {self._letters[letter] for letter in self._letters.keys() & signs}
        if script != "LATIN":
            likely = self._of_script.get(script)
            return next((each for each in sorted(letters) if _IN_THE_SCRIPT_OF.get(each) == likely), likely)
        unquoted = _QUOTED.sub(" ", text)
        said = frozenset(lower if unquoted == text else split(unquoted) or lower)
        points = dict.fromkeys(self._function, 0) | dict.fromkeys(letters, 1)
        points |= dict.fromkeys({self._sure[sign] for sign in self._sure.keys() & signs}, _ENOUGH)
        for word in said & self._telling.keys():
            for language, weight in self._telling[word]:
                points[language] += weight
        most, second = sorted(points.values(), reverse=True)[:2]
        return max(points, key=points.__getitem__) if most >= _ENOUGH and most > second else None


def _telling(function: Mapping[str, frozenset[str]]) -> dict[str, tuple[tuple[str, int], ...]]:
    """What each word speaks for: more where no other language has it, and it is not as short as a part of a name."""
    of: dict[str, list[str]] = {}
    for language, some in function.items():
        for word in some:
            of.setdefault(word, []).append(language)
    return {
        word: tuple(
            (language, _ENOUGH if len(some) == 1 and len(word) >= _SHORTEST else _ENOUGH // 2) for language in some
        )
        for word, some in of.items()
    }


def split(text: str) -> tuple[str, ...]:
    """The tokens of `text`, in lower case with straight apostrophes."""
    return tuple(match.group().lower().replace("’", "'") for match in _TOKEN.finditer(text))


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """`word`, in lower case, without the ending that inflection gives it: rough, and the same for both texts."""
    if not word.isascii():
        return word
    for ending in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def _without_politeness(text: str) -> str:
    while (shorter := _POLITE.sub("", text)) and shorter != text:
        text = shorter
    return text


def _script(text: str) -> str:
    letters = [letter for letter in text[:512] if letter.isalpha()]
    if not letters:
        return ""
    others = [letter for letter in letters if letter > "\u024f"]
    return unicodedata.name(others[0], "UNKNOWN").split()[0] if 2 * len(others) > len(letters) else "LATIN"
