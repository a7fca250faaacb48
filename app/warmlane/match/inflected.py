"""Whether two words of any language are one word, inflected or mistyped. Pure."""

import unicodedata
from functools import lru_cache

from warmlane.match.lexicon import words

_ENDINGS = words(
    "e n en er ern es em s t te ten et ene ne a o i as os is x us um am ar ir or d de ed el al na no ni"
    " е и ы а я у ю о й ов ев ей ам ям ом ем ой ах ях ами ями ый ая ое ые ого его ому ему ых их ым им ую юю ии ия ию"
    " ς α ο η ι ων ους ος ου ας ης ες ό ές ών ों ें ा ी े ة ات ين ون ה ים ות ת"
) | {""}
_PARTICLES = tuple(
    sorted(words("에서는 에서 으로 에는 에게 까지 부터 은 는 이 가 을 를 의 에 로 와 과 도"), key=len, reverse=True)
)
_STEM, _TYPO = 3, 7
"""Letters two words share from the start to be inflections, and have at least for one slip of the keys."""


@lru_cache(maxsize=8_192)
def folded(word: str) -> str:
    """`word`, in lower case, without accents, umlauts written out as well as with dots, without Korean particles."""
    if not word.isascii():
        word = "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))
        word = unicodedata.normalize("NFC", word.replace("ß", "ss"))
        for particle in _PARTICLES:
            if len(word) > len(particle) + 1 and word.endswith(particle):
                return word.removesuffix(particle)
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def same_word(a: str, b: str) -> bool:
    """Whether `a` and `b`, in lower case, differ by accents, an ending or, if long, one slip of the keys."""
    a, b = folded(a), folded(b)
    if a == b:
        return True
    if a[0] != b[0] or a[0].isdigit() or abs(len(a) - len(b)) > _STEM:
        return False
    start = _start(a, b)
    if start >= _STEM and a[start:] in _ENDINGS and b[start:] in _ENDINGS:
        return True
    end = min(_start(a[::-1], b[::-1]), len(a) - start, len(b) - start)
    rest, other = a[start : len(a) - end], b[start : len(b) - end]
    slip = max(len(rest), len(other)) <= 1 or (len(rest) == 2 and rest == other[::-1])  # noqa: PLR2004 - two changed round
    return slip and min(len(a), len(b)) >= _TYPO


def _start(a: str, b: str) -> int:
    """How many letters both begin with."""
    shorter = min(len(a), len(b))
    return next((at for at in range(shorter) if a[at] != b[at]), shorter)
