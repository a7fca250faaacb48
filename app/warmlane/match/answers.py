"""Whether two answers say the same: what a fresh answer teaches about a kept one. Pure.

Three verdicts: the same (True), something else (False), cannot be told (None), which teaches nothing. Answers that are
equal but for case, spacing and the last full stop are the same. Of two others,

    short ones    say something else, unless one has all words of the other in it ("Paris", "It is Paris.")
    long ones     are compared by the cosine of their beginnings' vectors and by the vetoes

What a veto objects to is never the same. Models put the same differently, so only what is clearly far apart counts as
something else: a wrong label here would shut out right answers.
"""

from collections.abc import Collection
from typing import Final

from warmlane.match.facts import Examiner
from warmlane.match.vetoes import VetoName

SHORT: Final = 200
"""Characters up to which an answer is short."""

BEGINNING: Final = 900
"""Characters of a long answer that are compared, at most."""

_SAME, _OTHER, _OTHER_BY_VETO = 0.92, 0.5, 0.8  # cosines


class Answers:
    """Compares answers."""

    def __init__(self, examiner: Examiner, off: Collection[VetoName] = ()) -> None:
        """Ask the vetoes of `examiner`, but for those that are `off`."""
        self._examiner, self._off = examiner, off

    def by_words(self, one: str, other: str) -> bool | None:
        """What the words say. None is the last word on two of which one is short."""
        mine, theirs = _plain(one), _plain(other)
        if mine == theirs:
            return True if mine else None
        if not (is_short(one) and is_short(other)):
            return None
        a, b = self._examiner.read(one), self._examiner.read(other)
        if self._examiner.objections(a, b, self._off):
            return False
        some, more = sorted((set(a.words.content), set(b.words.content)), key=len)
        return None if some <= more else False

    def by_meaning(self, one: str, other: str, cosine: float) -> bool | None:
        """What the vectors of two beginnings say, with the vetoes' word on them. A cosine that is none says nothing."""
        if cosine < _OTHER:
            return False
        spoken = self._examiner.objections(self._examiner.read(one), self._examiner.read(other), self._off)
        if spoken:
            return False if cosine < _OTHER_BY_VETO else None
        return True if cosine >= _SAME else None


def is_short(answer: str) -> bool:
    """Whether it is compared by its words alone."""
    return len(answer) <= SHORT


def _plain(answer: str) -> str:
    return " ".join(answer.casefold().split()).rstrip(" .!")
