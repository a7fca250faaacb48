"""What the pair head looks at: two prompts as a row of numbers. Pure, and the same whichever prompt comes first.

Nothing here relies on a veto: a class that is switched off, or misses a case, still shows in the row.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Protocol

from warmlane.match.facts import Facts, Objection
from warmlane.match.inflected import same_word
from warmlane.match.vetoes import VetoName
from warmlane.match.words import Words

_GROUPS: Final = (
    {VetoName.NUMBER, VetoName.NUMBER_ORDER, VetoName.UNIT, VetoName.DATE, VetoName.OPERATOR},
    {VetoName.ENTITY, VetoName.LITERAL, VetoName.LANGUAGE, VetoName.CODE_LANGUAGE, VetoName.FORMAT},
    {VetoName.NEGATION, VetoName.ANTONYM, VetoName.ATTRIBUTE, VetoName.SCOPE, VetoName.DIRECTION},
    {VetoName.REQUEST_LANGUAGE, VetoName.FOREIGN},
)
_RELATIONS: Final = ("synonym", "antonym", "kind", "sibling", "cousin", "far", "unknown")
FEATURES: Final = (
    "cosine", "jaccard", "contained", "unmatched_min", "unmatched_max", "unmatched_share", "left_min", "left_max",
    "none_unmatched", "one_for_one", *_RELATIONS, "one_synonym", "one_other", "question_differs", "question_same",
    "reordered", "inversions", "length_ratio", "length", "numbers_differ", "numbers", "literals_differ", "code",
    "names_differ", "name_extra", "function_jaccard", "denial_differs", "bigrams", "first_same", "last_same",
    "framed", "span_min", "span_max", "objections", "values_objected", "names_objected", "meaning_objected",
    "language_objected",
)  # fmt: skip
"""The numbers of a row, in order."""

_MOST, _PAIRED = 8, 6
"""What counts are cut at; words of each side that are paired with each other."""
_QUESTIONS: Final = frozenset({"when", "where", "who", "whom", "whose", "why", "how", "what", "which"})
_VAGUE: Final = frozenset({"what", "which", "how"})
_AFTER_HOW: Final = frozenset({"many", "much", "long", "old", "far", "often", "tall", "big", "fast"})
_DENIALS: Final = frozenset({"not", "no", "never", "without", "except", "cannot", "nor", "neither", "avoid"})
_PUNCTUATED: Final = frozenset('`"“”/\\_{}<>=[]|')


_RANK: Final = {relation: rank for rank, relation in enumerate(_RELATIONS)}


class Related(Protocol):
    """Knows how two English words are related."""

    def between(self, a: str, b: str, /) -> str:
        """A word of `synonym`, `antonym`, `kind`, `sibling`, `cousin`, `far`, `unknown`."""
        ...


class Features:
    """Makes rows."""

    def __init__(self, relations: Related) -> None:
        """Ask `relations` about words that one prompt has in place of another's."""
        self._relations = relations

    def of(self, a: Facts, b: Facts, similarity: float, objections: Sequence[Objection]) -> list[float]:
        """The row of two prompts with the cosine `similarity`, and what vetoes said of them: as `FEATURES` names it."""
        one, other = a.words, b.words
        mine, theirs = dict.fromkeys(one.content), dict.fromkeys(other.content)
        shared = mine.keys() & theirs.keys()
        only, others = _apart(
            _written(one, [stem for stem in mine if stem not in theirs]),
            _written(other, [stem for stem in theirs if stem not in mine]),
        )
        return [
            similarity,
            *_overlap(len(mine), len(theirs), len(shared)),
            *self._unmatched(only, others, len(mine) + len(theirs)),
            *_questions(one, other),
            *_order(list(mine), list(theirs), shared),
            *_form(one, other),
            *_named(one, other, only, others),
            *_frame(one, other),
            *_objected(objections),
        ]

    def _unmatched(self, only: list[str], others: list[str], both: int) -> Iterable[float]:
        """How many words have no counterpart, and how those that stand for each other are related."""
        counts = dict.fromkeys(_RELATIONS, 0)
        if only and others:
            self._pair(only, others, counts)
        synonyms = counts["synonym"]
        few, many = sorted((len(only), len(others)))
        single = few == many == 1
        yield from (min(few, _MOST), min(many, _MOST), (few + many) / max(1, both))
        yield from (min(few - synonyms, _MOST), min(many - synonyms, _MOST), not many, single)
        yield from (min(3, counts[each]) for each in _RELATIONS)
        yield single and bool(synonyms)
        yield single and bool(counts["antonym"] + counts["sibling"] + counts["cousin"])

    def _pair(self, words: list[str], others: list[str], counts: dict[str, int]) -> None:
        """Pair words off, the closest first; which words stand first does not matter."""
        known = [
            (_RANK[self._relations.between(word, other)], min(word, other), max(word, other), x, y)
            for x, word in enumerate(words[:_PAIRED])
            for y, other in enumerate(others[:_PAIRED])
        ]
        left, right = set(range(len(words))), set(range(len(others)))
        for rank, _, _, x, y in sorted(known):
            if x in left and y in right:
                left.remove(x)
                right.remove(y)
                counts[_RELATIONS[rank]] += 1


def _overlap(mine: int, theirs: int, shared: int) -> tuple[float, float]:
    return shared / max(1, mine + theirs - shared), shared / max(1, min(mine, theirs))


def _apart(only: list[str], others: list[str]) -> tuple[list[str], list[str]]:
    """Of words that one side has, those that no word of the other is an inflection or a typing error of."""
    if not only or not others:
        return only, others
    close = [[same_word(x, y) or _slip(x, y) for y in others] for x in only]
    return (
        [word for word, row in zip(only, close, strict=True) if not any(row)],
        [word for word, column in zip(others, zip(*close, strict=True), strict=True) if not any(column)],
    )


def _slip(a: str, b: str) -> bool:
    """One letter more, less or changed, or two changed round, in a word of five letters or more."""
    if min(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1 or a[0].isdigit() or b[0].isdigit():  # noqa: PLR2004 - see above
        return False
    start = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest, other = a[start:], b[start:]
    swapped = rest[1::-1] == other[:2] and rest[2:] == other[2:]
    return swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


def _written(words: Words, stems: Sequence[str]) -> list[str]:
    """The words as written, in lower case, that have those stems."""
    if not stems:
        return []
    written = dict(zip(words.stems, words.lower, strict=True))
    return [written[stem].partition("'")[0] for stem in stems]


def _questions(one: Words, other: Words) -> tuple[float, float]:
    asked, said = _asked(one), _asked(other)
    return bool((asked - _VAGUE) and (said - _VAGUE) and not asked & said), asked == said


def _asked(words: Words) -> frozenset[str]:
    found = set(_QUESTIONS.intersection(words.lower))
    if "how" in found:
        found |= {f"how {then}" for first, then in pairwise(words.lower) if first == "how" and then in _AFTER_HOW}
    return frozenset(found)


def _order(mine: list[str], theirs: list[str], shared: frozenset[str] | set[str]) -> tuple[float, float]:
    """Whether the same words come in another order, and the share of pairs that are changed round."""
    if len(shared) < 2:  # noqa: PLR2004 - two make an order
        return 0.0, 0.0
    place = {word: at for at, word in enumerate(word for word in theirs if word in shared)}
    places = [place[word] for word in mine if word in shared][:24]
    if places == sorted(places):
        return 0.0, 0.0
    count = len(places)
    turned = sum(places[x] > places[y] for x in range(count) for y in range(x + 1, count))
    return len(mine) == len(theirs) == len(shared), turned / (count * (count - 1) / 2)


def _form(one: Words, other: Words) -> tuple[float, ...]:
    few, many = sorted((len(one.tokens), len(other.tokens)))
    numbers, figures = _numbers(one), _numbers(other)
    literals, signs = _literals(one), _literals(other)
    return (
        few / max(1, many), min(40, (few + many) / 2) / 40, numbers != figures, bool(numbers or figures),
        literals != signs, one.is_code + other.is_code,
    )  # fmt: skip


def _numbers(words: Words) -> list[str]:
    return sorted(word for word in words.lower if word[0].isdigit())


def _literals(words: Words) -> list[str]:
    if _PUNCTUATED.isdisjoint(words.text):
        return []
    return sorted(piece.strip(".,;:!?()'\"`“”") for piece in words.text.split() if not _PUNCTUATED.isdisjoint(piece))


def _named(one: Words, other: Words, only: Sequence[str], others: Sequence[str]) -> tuple[float, ...]:
    """Names without a counterpart, words that carry no meaning of their own, denials."""
    name, named = _names(one, only), _names(other, others)
    mine, theirs = set(one.lower), set(other.lower)
    mine.difference_update(_said(one))
    theirs.difference_update(_said(other))
    small = len(mine | theirs)
    denied, denies = _denies(one), _denies(other)
    return (
        bool(name and named), name != named, len(mine & theirs) / small if small else 1.0, denied != denies,
    )  # fmt: skip


def _said(words: Words) -> Iterable[str]:
    content = set(words.content)
    return [word for word, stem in zip(words.lower, words.stems, strict=True) if stem in content]


def _names(words: Words, only: Sequence[str]) -> bool:
    """Whether a word of `only` is written as a name: a capital inside a sentence."""
    if not only or words.text.islower() or words.text.isupper():
        return False
    unmatched = set(only)
    return any(
        token[0].isupper() and word.partition("'")[0] in unmatched
        for token, word in zip(words.tokens[1:], words.lower[1:], strict=True)
    )


def _denies(words: Words) -> bool:
    return any(word in _DENIALS or word.endswith("n't") for word in words.lower)


def _frame(one: Words, other: Words) -> Iterable[float]:
    """What both begin and end with: prompts of one mould differ in one place only."""
    a, b = one.stems, other.stems
    pairs, couples = set(pairwise(a)), set(pairwise(b))
    yield len(pairs & couples) / max(1, len(pairs | couples))
    x, y = one.content, other.content
    yield bool(x and y and x[0] == y[0])
    yield bool(x and y and x[-1] == y[-1])
    few, many = sorted((len(a), len(b)))
    start = next((at for at in range(few) if a[at] != b[at]), few)
    end = next((at for at in range(few - start) if a[-1 - at] != b[-1 - at]), few - start)
    yield (start + end) / max(1, many)
    yield min(_MOST, few - start - end)
    yield min(_MOST, many - start - end)


def _objected(objections: Sequence[Objection]) -> Iterable[float]:
    vetoes = {objection.veto for objection in objections}
    yield min(3, len(vetoes))
    yield from (not vetoes.isdisjoint(group) for group in _GROUPS)
