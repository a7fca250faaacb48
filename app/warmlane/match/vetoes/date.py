"""Other days, months, times of day, seasons, years: "the weather in March" and "the weather in July"."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.phrases import Found, Phrases, meanings
from warmlane.match.slips import is_mistyped
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_YEAR = re.compile(r"1[6-9]\d\d|20\d\d")
_CLOCK = re.compile(r"(\d\d?):[0-5]\d")
_WRITTEN = re.compile(r"\b(\d{4}|\d\d?)([-/.])(\d\d?)\2(\d{4}|\d\d?)\b")
_HALVES = {"am": "am", "a.m": "am", "pm": "pm", "p.m": "pm"}
_NOON = 12
_RULES = ("unsure", "near", "idle", "article")
_TELLING = 6
"""Letters of a word that tells its language."""


class Times(Value, frozen=True, kw_only=True):
    """The times in a text, by their names in the lexicon, years as "y1999".

    `maybe` are months that a date in figures may have meant, `years` what may be years, `days` go
    with a month ("may 5"), `written` the words of times.
    """

    said: frozenset[str]
    maybe: frozenset[str]
    years: frozenset[str]
    days: frozenset[str]
    written: frozenset[str]


_NONE = Times(said=frozenset(), maybe=frozenset(), years=frozenset(), days=frozenset(), written=frozenset())


class Date:
    """Objects where one names a time that the other does not.

    "Today" and "now" may be left unsaid, "pm" is the afternoon or evening, and "am I" is no time.
    """

    name = VetoName.DATE

    def __init__(self) -> None:
        """Read the words of time."""
        lists = lexicon("date")
        everywhere = lists.pop("any")
        self._faint = listed(everywhere["faint"])
        self._alike = {word: listed(some) for word, some in everywhere["alike"].items()}
        self._said: dict[str | None, _Language] = {language: _Language(said) for language, said in lists.items()}
        # Where the language cannot be told, long words of the others are told from English ones by themselves.
        more = dict(pair for said in lists.values() for pair in _telling(said))
        self._said[None] = _Language(lists["en"], more)
        self._other = _Language(dict.fromkeys(_RULES, ""))

    def read(self, words: Words) -> Times:
        """Its times."""
        language = self._said.get(words.language, self._other)
        found, unsure = language.find(words)
        if not found and not unsure and not any(word[0].isdecimal() for word in words.lower):
            return _NONE
        said = {each.meaning for each in found}
        maybe = {each.meaning for each in unsure}
        years: set[str] = set()
        for match in _WRITTEN.finditer(words.text):
            maybe.update(_MONTHS[int(part) - 1] for part in match.group(1, 3, 4) if 0 < int(part) <= len(_MONTHS))
        for at, word in enumerate(words.lower):
            if word[0].isdecimal():
                said.update(_half(words, at))
                years.update({f"y{word}"} if _YEAR.fullmatch(word) else ())
        written = frozenset(words.lower[each.start] for each in found if each.end - each.start == 1)
        days = frozenset(day for each in found if each.meaning in _MONTHS for day in _day(words, each))
        return Times(said=frozenset(said), maybe=frozenset(maybe), years=frozenset(years), days=days, written=written)

    def objects(self, a: Read[Times], b: Read[Times]) -> str | None:
        """The times that only one has."""
        one, other = a.fact, b.fact
        if one == other:
            return None
        mine, theirs = self._left(one, other), self._left(other, one)
        if one.years and other.years and one.years != other.years:
            mine, theirs = mine + sorted(one.years - other.years), theirs + sorted(other.years - one.years)
        if not (mine or theirs) and one.days and other.days:
            mine, theirs = sorted(one.days - other.days), sorted(other.days - one.days)
            mine, theirs = (mine, theirs) if mine and theirs else ([], [])
        gone, coming = {"past"}, {"future"}
        turned = (gone <= one.said and coming <= other.said) or (coming <= one.said and gone <= other.said)
        if not turned and all(time in self._faint for time in (*mine, *theirs)) and not (mine and theirs):
            return None
        if is_mistyped(one.written, b.words.lower) or is_mistyped(other.written, a.words.lower):
            return None
        return f"{' '.join(mine) or '-'} / {' '.join(theirs) or '-'}"

    def _left(self, one: Times, other: Times) -> list[str]:
        """What `one` says and `other` does not, in no other words either."""
        known = other.said | other.maybe
        return sorted(
            time
            for time in one.said - known
            if known.isdisjoint(self._alike.get(time, ())) and not any(time in self._alike.get(it, ()) for it in known)
        )


class _Language:
    """The words of time of one language."""

    def __init__(self, said: dict[str, Any], more: Mapping[str, str] | None = None) -> None:
        self._unsure, self._near, self._article = (listed(said.get(rule, "")) for rule in ("unsure", "near", "article"))
        idle = dict.fromkeys(said["idle"], "")
        own = dict(meanings({time: some for time, some in said.items() if time not in _RULES}))
        self._phrases = Phrases((dict(more or {}) | own | idle).items())

    def find(self, words: Words) -> tuple[list[Found], list[Found]]:
        """The times, and what may be ones."""
        sure: list[Found] = []
        unsure: list[Found] = []
        for each in self._phrases.find(words.lower):
            if each.meaning:
                certain = words.lower[each.start] not in self._unsure or self._is_time(words, each)
                (sure if certain else unsure).append(each)
        return sure, unsure

    def _is_time(self, words: Words, found: Found) -> bool:
        """Whether a word that says other things too is a time here."""
        at = found.start
        before = words.lower[at - 1] if at else ""
        ahead = words.lower[found.end] if found.end < len(words.lower) else ""
        if before[:1].isdecimal() or ahead[:1].isdecimal():
            return True
        if before in self._near or (before in self._article and at > 1 and words.lower[at - 2] in self._near):
            return True
        capital = at > 0 and words.tokens[at][0].isupper() and not words.tokens[at].isupper()
        named = (at > 1 and words.tokens[at - 1][0].isupper()) or (ahead != "" and words.tokens[found.end][0].isupper())
        return capital and found.meaning in {*_MONTHS, "autumn", "spring"} and not named


def _telling(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Words that are times in their language, and nothing in English."""
    for phrase, time in meanings({time: some for time, some in said.items() if time not in _RULES}):
        if (len(phrase) >= _TELLING or not phrase.isascii()) and phrase not in said["unsure"].split():
            yield phrase, time


def _day(words: Words, month: Found) -> Iterator[str]:
    """The day of a month that is named: the number behind it, or before it."""
    for at in (month.end, month.start - 1):
        day = words.lower[at] if 0 <= at < len(words.lower) else ""
        if day[:1].isdecimal() and not _YEAR.fullmatch(day):
            yield f"{month.meaning} {day.lstrip('0')}"
            return


def _half(words: Words, at: int) -> Iterator[str]:
    """Which half of the day the number at `at` is in."""
    ahead = words.lower[at + 1 : at + 3]
    if ahead[:1] and ahead[0] in _HALVES:
        yield _HALVES[ahead[0]]
    elif ahead[1:] == ("m",) and ahead[0] in {"a", "p"}:
        yield f"{ahead[0]}m"
    elif (clock := _CLOCK.fullmatch(words.lower[at])) and int(clock[1]) > _NOON:
        yield "pm"
