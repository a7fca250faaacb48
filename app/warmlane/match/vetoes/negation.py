"""One says not: "pizza with cheese" and "pizza without cheese", "Is it legal?" and "Is it illegal?"."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from warmlane.match.inflected import same_word
from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.phrases import Found, Phrases
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words, stem
from warmlane.model import Value

_BASE = 4
"""Letters of a word that "un-" turns round: "unlock", but not "under"."""


class Denied(Value, frozen=True, kw_only=True):
    """What a text denies.

    `heads` are the stems behind its negations (None: none follows), `turned` what may be an opposite by its prefix
    (stem → stem without it), `twice` those of them that are denied in turn, `soft` the words that may say a no softly.
    """

    heads: tuple[str | None, ...]
    turned: tuple[tuple[str, str], ...]
    twice: frozenset[str]
    soft: frozenset[str]


class _Language:
    """The words of one language, for finding what a text denies."""

    def __init__(self, said: dict[str, Any]) -> None:
        pairs = (
            [(phrase, "no") for phrase in said["no"]]
            + [(phrase, "behind") for phrase in said.get("behind", [])]
            + [(phrase, "") for phrase in said["idle"]]
        )
        self._phrases = Phrases(pairs)
        self._soft, self._step = listed(said["soft"]), listed(said["step"])
        self._prefixes, self._whole = tuple(said["prefixes"].split()), listed(said["whole"])
        self._once = bool(said.get("concord"))

    def denied(self, words: Words) -> Denied:
        found = [each for each in self._phrases.find(words.lower) if each.meaning]
        turned = dict(self._turned(words))
        heads = [self._head(words, each) for each in found]
        twice = turned.keys() & set(heads)  # "not impossible": possible
        heads = [head for head in heads if head not in twice]
        return Denied(
            heads=tuple(heads[:1] if self._once else heads),
            turned=tuple((word, base) for word, base in turned.items() if word not in twice),
            twice=frozenset(filter(None, twice)),
            soft=self._soft.intersection(words.lower),
        )

    def _head(self, words: Words, negation: Found) -> str | None:
        """The next word that carries meaning, unless the subject may come first ("doesn't my code work")."""
        if negation.meaning == "behind" or words.lower[negation.start].endswith(("n't", "nt")):
            return None
        ahead = range(negation.end, min(negation.end + 4, len(words.lower)))
        return next((words.stems[at] for at in ahead if words.lower[at] not in self._step), None)

    def _turned(self, words: Words) -> Iterator[tuple[str, str]]:
        for word, its_stem in zip(words.lower, words.stems, strict=True):
            if word.startswith(self._prefixes) and word not in self._whole:
                bases = (word.removeprefix(prefix) for prefix in self._prefixes if word.startswith(prefix))
                base = next((each for each in bases if len(each) >= _BASE), None)
                if base:
                    yield its_stem, stem(base)


class Negation:
    """Objects where one denies more than the other, or each denies what the other does not deny but says.

    "Not happy" is "unhappy", "not impossible" denies nothing, "I don't know how to" neither, and "declined" may be
    what the other calls "not accepted".
    """

    name = VetoName.NEGATION

    def __init__(self) -> None:
        """Read the words of denial."""
        self._languages = {language: _Language(said) for language, said in lexicon("negation").items()}

    def read(self, words: Words) -> Denied:
        """What it denies, by the words of its language."""
        language = self._languages.get(words.language or "en")
        return language.denied(words) if language else Denied(heads=(), turned=(), twice=frozenset(), soft=frozenset())

    def objects(self, a: Read[Denied], b: Read[Denied]) -> str | None:
        """The word that one denies."""
        one, other = a.fact, b.fact
        if one == other and not one.heads and not one.turned:
            return None
        for twice, once in ((one.twice, other.turned), (other.twice, one.turned)):
            if again := twice & {word for word, _ in once}:
                return f"not {min(again)} / {min(again)}"
        heads, other_heads = _with_turned(a, b), _with_turned(b, a)
        if len(heads) != len(other_heads):
            return self._of_more(a, b, heads, other_heads)
        known, other_known = frozenset(filter(None, heads)), frozenset(filter(None, other_heads))
        if heads and len(known) == len(other_known) == len(heads) and known.isdisjoint(other_known):
            said, other_said = frozenset(a.words.stems), frozenset(b.words.stems)
            if known <= other_said and other_known <= said:
                return f"not {' '.join(sorted(known))} / not {' '.join(sorted(other_known))}"
        return None

    @staticmethod
    def _of_more(
        a: Read[Denied], b: Read[Denied], heads: tuple[str | None, ...], other_heads: tuple[str | None, ...]
    ) -> str | None:
        """What the side with more denials denies, unless the other says it softly."""
        fewer, more = (a, b) if len(heads) < len(other_heads) else (b, a)
        if fewer.fact.soft - more.fact.soft:
            return None
        most, least = sorted((heads, other_heads), key=len, reverse=True)
        extra = Counter(most) - Counter(least)
        return f"not {' '.join(sorted(filter(None, extra)))}".strip() + " / -"


def _with_turned(a: Read[Denied], b: Read[Denied]) -> tuple[str | None, ...]:
    """The denials of `a` where the other is `b`: "illegal" denies "legal" where the other says that."""
    if not a.fact.turned:
        return a.fact.heads
    said = frozenset(b.words.stems)
    turned = [(word, base) for word, base in a.fact.turned if base in said and word not in said]
    written = [(a.words.lower[a.words.stems.index(word)], base) for word, base in turned]  # a slip of the keys is none
    return a.fact.heads + tuple(
        base for word, base in written if not any(same_word(word, one) for one in b.words.lower)
    )
