"""The numbers of a text, in digits, words or Roman numerals, with their places. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.phrases import Found, Phrases
from warmlane.match.words import Words

_COMMA_FOR_TENTHS: Final = frozenset({"de", "fr", "es", "it", "pt", "nl"})
_BY_COMMA = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_BY_DOT = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_SURELY_BY_DOT = re.compile(r"\d{1,3}(?:(?:\.\d{3}){2,}|\.000)")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::\d\d)?")
_MAY_BE_ROMAN = re.compile(r"\b(?:[IVX]+|[ivx]{2,})\b")
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_DECADE = re.compile(r"19([2-9]0)")
_MONEY: Final = frozenset("$€£¥₹")
_SCALES: Final = {"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "b": 10**9, "bn": 10**9}
_HUNDRED, _THOUSAND, _DOZEN, _TEEN, _TY = 100, 1_000, 12, 10, 20
_TELLING: Final = 6  # letters
_BEGINNING: Final = 200
"""Characters that tell whether a text is in capitals."""

_LONGEST: Final = 40
"""Digits of a number that is counted with; a longer one is compared as it is written."""


class Weight(StrEnum):
    """How surely a word is a number."""

    FIRM = "firm"  # it is one
    SOFT = "soft"  # "first", "second": it may be
    FAINT = "faint"  # "a mile", "both", "March": it stands for one where the other text has that one


class Numeral(NamedTuple):
    """A number at the tokens `start` to `end` (exclusive). `value`: in plain digits, "2.5", "10:30"."""

    start: int
    end: int
    value: str
    weight: Weight


class Numerals:
    """Finds numbers."""

    def __init__(self) -> None:
        """Read the number words."""
        lists = lexicon("number")
        self._said: dict[str | None, _Language] = {language: _Language(said) for language, said in lists.items()}
        # Where the language cannot be told, long words of the others are told from English ones by themselves.
        foreign = [pair for said in lists.values() for pair in _surely(said) if len(pair[0]) >= _TELLING]
        self._said[None] = _Language(lists["en"], foreign)
        self._roman = listed(lists["en"]["roman"])

    def find(self, words: Words) -> tuple[Numeral, ...]:
        """Those in `words`, in order."""
        said = self._said.get(words.language)
        found = {each.start: each for each in said.phrases.find(words.lower)} if said else {}
        if not (found or any(word[0].isdecimal() for word in words.lower) or _MAY_BE_ROMAN.search(words.text)):
            return ()
        return tuple(self._scan(words, found, said))

    def _scan(self, words: Words, found: dict[int, Found], said: "_Language | None") -> Iterator[Numeral]:
        at, lower = 0, words.lower
        while at < len(lower):
            here: Sequence[Numeral] = ()
            if at in found:
                end = found[at].end
                here = said.number(lower, found, at) if said else ()
            elif lower[at][0].isdecimal():
                here = _digits(words, found, at)
                end = at + 1
            else:
                here, end = self._numeral(words, at), at + 1
            yield from here
            at = max(end, here[-1].end if here else 0)

    def _numeral(self, words: Words, at: int) -> Sequence[Numeral]:
        """A Roman one, where it clearly is: behind a name, or behind what is numbered so."""
        token = words.tokens[at]
        if not at or token.lower().strip("ivx"):
            return ()
        before, behind = words.tokens[at - 1], words.lower[at - 1] in self._roman
        capital = before[0].isupper() and token.isupper()
        alone = capital and at > 1 and len(token) > 1 and not words.text[:_BEGINNING].isupper()
        sure = (capital or len(token) > 1) if behind else alone
        match = _ROMAN.fullmatch(token.lower()) if sure else None
        if not match:
            return ()
        low = {"": 0, "iv": 4, "ix": 9}.get(match[2])
        value = 10 * len(match[1]) + (low if low is not None else 5 * match[2].count("v") + match[2].count("i"))
        return (Numeral(at, at + 1, str(value), Weight.FIRM),)


class _Language:
    """The number words of one language."""

    def __init__(self, said: dict[str, Any], more: Sequence[tuple[str, str]] = ()) -> None:
        self._and = said["and"]
        pairs = [(phrase, str(value)) for phrase, value in said.get("phrases", {}).items()]
        pairs = [(word, f"{value} {Weight.FIRM}") for word, value in [*pairs, *_surely(said)]]
        for weight in (Weight.SOFT, Weight.FAINT):
            pairs += [(word, f"{value} {weight}") for word, value in _valued(said[weight])]
        pairs += [(word, f"{value} {Weight.FIRM}") for word, value in more]
        first = dict(reversed(pairs))  # what is firm is not faint too
        self.phrases = Phrases([*first.items(), *((phrase, "") for phrase in said["idle"])])

    def number(self, lower: Sequence[str], found: dict[int, Found], at: int) -> Sequence[Numeral]:
        """The number whose first word is at `at`, with the words that belong to it; none for an idle phrase."""
        here = found[at]
        if not here.meaning:
            return ()
        value, weight = _meant(here)
        if weight is not Weight.FIRM and not (weight is Weight.FAINT and value == 1):
            return (Numeral(at, here.end, _written(value), weight),)
        total, part, end, parts = 0.0, value, here.end, 1
        while (following := self._next(lower, found, end)) is not None:
            by = _joined(total, part, _meant(following)[0], linked=lower[end] == self._and)
            if by is None or (weight is Weight.FAINT and _meant(following)[0] < _DOZEN):
                break
            (total, part), end, weight, parts = by, following.end, Weight.FIRM, parts + 1
        value_said = _written(total + part)
        if lower[end - 1].endswith("ies") and (decade := _DECADE.fullmatch(value_said)):  # nineteen eighties
            value_said = decade[1]
        return (Numeral(at, end, value_said, weight),)

    def _next(self, lower: Sequence[str], found: dict[int, Found], at: int) -> Found | None:
        """The number word that follows, at once or behind a hyphen or "and"."""
        at += at < len(lower) and lower[at] in {"-", self._and}
        following = found.get(at)
        return following if following and following.meaning and not following.meaning.endswith(Weight.FAINT) else None


def _joined(total: float, part: float, value: float, *, linked: bool) -> tuple[float, float] | None:
    """What is counted so far and what is being counted, with `value` after it; None: that is another number."""
    if value >= _THOUSAND or value == _DOZEN:
        return None if linked or part > value else (total + (part or 1) * value, 0.0)
    if value == _HUNDRED and part and part < _HUNDRED and not linked:
        return total, part * _HUNDRED
    if not part and total:
        return total, value
    ty = part % _HUNDRED
    fits = (
        (part >= _HUNDRED and not ty and value < _HUNDRED)
        or (ty >= _TY and not ty % 10 and 0 < value < _TEEN)
        or (ty in {60, 80} and _TEEN <= value < _TY)  # soixante-quinze
    )
    if fits:
        return total, part + value
    if _TEEN <= part < _HUNDRED and _TEEN <= value < _HUNDRED and not linked:  # nineteen eighty
        return total, part * _HUNDRED + value
    return None


def _digits(words: Words, found: dict[int, Found], at: int) -> Sequence[Numeral]:
    """The numbers that one token of digits has in it, with a scale behind them."""
    lower = words.lower
    ahead = lower[at + 1] if at + 1 < len(lower) else ""
    money = ahead == "€" or (at > 0 and lower[at - 1] in _MONEY)
    values, end = _plain(lower[at], comma=words.language in _COMMA_FOR_TENTHS, money=money), at + 1
    while end < len(lower) and lower[end] == "000" and len(values) == 1 and values[0].isdecimal():
        values, end = (values[0] + "000",), end + 1
    if ahead == "s" and (decade := _DECADE.fullmatch(values[-1])):
        values = (*values[:-1], decade[1])
    scale = 0.0
    if ahead in _SCALES and f"{words.tokens[at]}{words.tokens[at + 1]}" in words.text:
        scale = 0.0 if words.tokens[at + 1] in {"m", "b", "mn"} else _SCALES[ahead]
    elif end in found and found[end].meaning.endswith(Weight.FIRM):
        factor = _meant(found[end])[0]
        scale = factor if factor >= _HUNDRED or factor == _DOZEN else 0.0
    if scale and len(values[-1]) < _LONGEST and values[-1].replace(".", "", 1).isdecimal():
        values, end = (*values[:-1], _written(float(values[-1]) * scale)), end + 1
    return tuple(Numeral(at, end, value, Weight.FIRM) for value in values)


def _plain(token: str, *, comma: bool, money: bool) -> tuple[str, ...]:
    """The numbers of a token, as Python would write them: "1,000" is one, "1,2,3" are three."""
    text = token if token.isascii() else "".join(str(unicodedata.decimal(mark, mark)) for mark in token)
    if clock := _CLOCK.fullmatch(text):
        hour = str(int(clock[1]) % 12 or 12)
        return (hour if clock[2] == "00" else f"{hour}:{clock[2]}",)
    if (_BY_DOT if comma else _SURELY_BY_DOT).fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _BY_COMMA.fullmatch(text) and (not comma or text.count(",") > 1):
        text = text.replace(",", "")
    elif comma and text.count(",") == 1:
        text = text.replace(",", ".")
    return tuple(_bare(part, money=money) for part in text.split(",") if part)


def _bare(text: str, *, money: bool) -> str:
    """Without zeros that say nothing; "3.10" may be a version, "$3.10" is not."""
    whole, dot, rest = text.partition(".")
    if money or not rest.strip("0"):
        rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f"{dot}{rest}" if rest else "")


def _meant(found: Found) -> tuple[float, Weight]:
    value, weight = found.meaning.split()
    return float(value), Weight(weight)


def _written(value: float) -> str:
    return str(int(value)) if value == int(value) else str(round(value, 6))


def _valued(some: str) -> Iterator[tuple[str, str]]:
    for each in some.split():
        word, _, value = each.rpartition(":")
        yield word, value


def _surely(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Words that are numbers and nothing else, with their values."""
    yield from _valued(said[Weight.FIRM])
    yield from ((word, str(value)) for word, value in _compounds(said))


def _compounds(said: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Words such as "fünfundzwanzig", "zweihundertfünf", "ventuno"."""
    ones, tens = said.get("ones", "").split(), said.get("tens", "").split()
    below = dict(enumerate(ones, 1)) | dict(enumerate(said.get("teens", "").split(), 10))
    for at, ten in enumerate(tens, 2):
        below[10 * at] = ten
        for one, word in enumerate(ones, 1):
            if said.get("tens_first"):
                made = [(ten[:-1] if word[0] in "uo" else ten) + word]
            else:
                made = [f"{word}{link}{ten}" for link in said["link"]]
            below[10 * at + one] = made[0]
            yield from ((each, 10 * at + one) for each in made)
    for hundreds, word in enumerate(ones if "hundred" in said else (), 1):
        start = f"{word}{said['hundred']}"
        yield start, 100 * hundreds
        yield from ((start + rest, 100 * hundreds + value) for value, rest in below.items())
