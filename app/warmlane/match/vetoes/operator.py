"""Other arithmetic or comparisons: "(2+3)*4" and "2+(3*4)", "over 18" and "under 18"."""

from collections.abc import Iterator, Sequence
from typing import Any

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.numerals import Numeral, Numerals, Weight
from warmlane.match.phrases import Found, Phrases, meanings
from warmlane.match.sums import SIGNS, Node, is_sign, join, parse
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_NEAR = 3
"""Tokens between a number and what limits it, at most."""

_TELLING = 4
"""Letters of a word that tells its language."""

_BETWEEN = frozenset("()×÷·−≤≥≠²³")  # no tokens of `Words`
_POWERS = {"²": "2", "³": "3"}


class Reckoning(Value, frozen=True, kw_only=True):
    """The sums of a text in one form, and the limits on its numbers (value, sign)."""

    sums: tuple[str, ...]
    limits: frozenset[tuple[str, str]]


_NONE = Reckoning(sums=(), limits=frozenset())


class Operator:
    """Objects where both reckon, and not the same, or set other limits to the same number.

    Signs are as good as words ("3 + 5", "three plus five", "add 3 and 5"), what can be changed round is, "20-30" is no
    subtraction unless something is to be worked out.
    """

    name = VetoName.OPERATOR

    def __init__(self) -> None:
        """Read the words of arithmetic."""
        self._numerals = Numerals()
        lists = lexicon("operator")
        self._said: dict[str | None, _Language] = {language: _Language(said) for language, said in lists.items()}
        # Where the language cannot be told, what is no short English word tells itself.
        signs = (pair for said in lists.values() for pair in meanings(said["signs"]))
        telling = [(phrase, sign) for phrase, sign in signs if len(phrase) >= _TELLING or not phrase.isascii()]
        self._said[None] = _Language(lists["en"], telling)

    def read(self, words: Words) -> Reckoning:
        """Its sums and limits."""
        said = self._said.get(words.language, self._said["en"])
        found = said.phrases.find(words.lower)
        if not found and not any(token in SIGNS for token in words.tokens) and _BETWEEN.isdisjoint(words.text):
            return _NONE
        numerals = self._numerals.find(words)
        parts = _stream(words, numerals, found)
        if len(parts) < 3 and not found:  # noqa: PLR2004 - two operands and a sign
            return _NONE
        cued = "=" in words.text or bool(said.cues.find(words.lower))
        sums = [*_sums(parts, cued=cued), *said.told(words, numerals, found)]
        return Reckoning(sums=tuple(sorted(sums)), limits=frozenset(_limits(words, numerals, found)))

    def objects(self, a: Read[Reckoning], b: Read[Reckoning]) -> str | None:
        """The sums or limits of both."""
        one, other = a.fact, b.fact
        if one == other:
            return None
        if one.sums and other.sums and one.sums != other.sums:
            return f"{', '.join(one.sums)} / {', '.join(other.sums)}"
        for value, sign in sorted(one.limits - other.limits):
            there = sorted({each for number, each in other.limits if number == value})
            if there and sign not in there:
                return f"{sign}{value} / {' '.join(there)}{value}"
        return None


class _Language:
    """The words of arithmetic of one language."""

    def __init__(self, said: dict[str, Any], signs: Sequence[tuple[str, str]] = ()) -> None:
        kinds = ("signs", "powers", "verbs", "limits", "behind")
        pairs = [(phrase, f"{kind} {sign}") for kind in kinds for phrase, sign in meanings(said[kind])]
        pairs += [(phrase, f"signs {sign}") for phrase, sign in signs]
        self.phrases = Phrases(dict(reversed(pairs)).items())
        self.cues = Phrases((cue, "cue") for cue in said["cues"])
        self._links, self._turns = listed(said["links"]), listed(said["turns"])

    def told(self, words: Words, numerals: Sequence[Numeral], found: Sequence[Found]) -> Iterator[str]:
        """What is told to be done with two numbers: "divide 6 by 3"."""
        for each in found:
            kind, sign = each.meaning.split()
            behind = [number for number in numerals if each.end <= number.start][:2] if kind == "verbs" else []
            if len(behind) < 2 or behind[0].start - each.end > 1:  # noqa: PLR2004 - two operands
                continue
            link = words.lower[behind[0].end : behind[1].start]
            if len(link) != 1 or link[0] not in self._links:
                continue
            one, other = (Node("", (number.value,)) for number in behind)
            yield str(join(sign, other, one) if link[0] in self._turns else join(sign, one, other))


def _stream(words: Words, numerals: Sequence[Numeral], found: Sequence[Found]) -> list[str]:
    """Operands, signs and parentheses in order, "" for what is none. A hyphen without spaces is "~"."""
    numbers = {each.start: each for each in numerals if each.weight is Weight.FIRM}
    said = {each.start: each for each in found if each.meaning.startswith(("signs", "powers"))}
    parts: list[str] = []
    text, position, at = words.text, 0, 0
    while at < len(words.tokens):
        here = text.find(words.tokens[at], position)
        _add_between(parts, text[position:here])
        start, position, word, step = here, here + len(words.tokens[at]), words.lower[at], 1
        adjacent = start > 0 and text[start - 1].isalnum()
        if at in numbers:
            step = numbers[at].end - at
            _add(parts, numbers[at].value, adjacent=False)
        elif at in said:
            step = said[at].end - at
            kind, sign = said[at].meaning.split()
            parts.extend(["^", sign] if kind == "powers" else [sign])
        elif word == "x" and at in {each.end for each in numerals} and at + 1 in numbers:
            parts.append("*")
        elif word in SIGNS:
            tight = SIGNS[word] == "-" and text[start - 1 : start] > " " and text[position : position + 1] > " "
            parts.append("~" if tight else SIGNS[word])
        else:
            _add(parts, word if len(word) == 1 and "a" <= word <= "z" else "", adjacent=adjacent)
        for skipped in range(at + 1, at + step):
            position = text.find(words.tokens[skipped], position) + len(words.tokens[skipped])
        at += step
    _add_between(parts, text[position:])
    return parts


def _add(parts: list[str], operand: str, *, adjacent: bool) -> None:
    """An operand; one right behind another is a factor: 5x. One that is not begins something new."""
    if operand and parts and parts[-1] and not is_sign(parts[-1]) and parts[-1] not in "(~":
        parts.append("*" if adjacent else "")
    parts.append(operand)


def _add_between(parts: list[str], gap: str) -> None:
    """What stands between two tokens and is none."""
    for mark in gap:
        if mark in _POWERS:
            parts.extend(["^", _POWERS[mark]])
        elif mark in SIGNS:
            parts.append(SIGNS[mark])
        elif mark in "()":
            if mark == "(" and parts and parts[-1] and (parts[-1] == ")" or parts[-1][0].isdecimal()):
                parts.append("*")
            parts.append(mark)
        elif mark in ",;:?!\n":
            parts.append("")


def _sums(parts: Sequence[str], *, cued: bool) -> Iterator[str]:
    """The sums among `parts`: at least one sign and one number, and no range ("20-30") unless `cued`."""
    run: list[str] = []
    for part in [*parts, ""]:
        if part:
            run.append(part)
            continue
        if _counts(run, cued=cued):
            yield parse(_trimmed(["-" if each == "~" else each for each in run]))
        run = []


def _counts(run: Sequence[str], *, cued: bool) -> bool:
    operands = [part for part in run if part[0].isalnum()]
    if len(operands) < 2 or not any(part[0].isdecimal() for part in operands):  # noqa: PLR2004 - two operands
        return False
    signs = [part for part in run if is_sign(part) or part == "~"]
    return bool(signs) and (cued or any(part not in "~/%" for part in signs))


def _trimmed(run: list[str]) -> list[str]:
    """Without signs at its ends that have no operand, as in "3 + 5 =", and without a lone parenthesis."""
    while run and (is_sign(run[-1]) or run[-1] == "("):
        run.pop()
    while run and (run[0] == ")" or (is_sign(run[0]) and run[0] not in "+-")):
        run.pop(0)
    if run and run.count("(") > run.count(")") and run[0] == "(":
        run.pop(0)
    if run and run.count(")") > run.count("(") and run[-1] == ")":
        run.pop()
    return run


def _limits(words: Words, numerals: Sequence[Numeral], found: Sequence[Found]) -> Iterator[tuple[str, str]]:
    """The limits in words that stand before a number, or behind it."""
    for each in found:
        kind, sign = each.meaning.split()
        if kind == "limits":
            ahead = next((number for number in numerals if number.start >= each.end), None)
            if ahead and (ahead.start == each.end or words.lower[each.end : ahead.start] == ("$",)):
                yield ahead.value, sign
        elif kind == "behind":
            back = next((number for number in reversed(numerals) if number.end <= each.start), None)
            if back and each.start - back.end < _NEAR:
                yield back.value, sign
