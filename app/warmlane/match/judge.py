"""Whether a stored answer may be served for another prompt: every gate between "near" and "right". Pure.

A candidate is served when it is near (cosine), no veto speaks against it, and it scores what the bound on wrong answers
needs.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Protocol

from warmlane.match.facts import Examiner, Facts, Objection
from warmlane.match.vetoes import VetoName
from warmlane.model import Value


class Gate(StrEnum):
    """What refused a candidate: debug word and docs row. A veto is told by its own name."""

    THRESHOLD = "threshold"  # too far away
    VETO = "veto"  # a class of disagreement spoke
    SCORE = "score"  # too likely to be wrong for the bound
    CAUGHT = "caught"  # the pair, or the entry at such a score, was wrong before


class Candidate(Value, frozen=True, kw_only=True):
    """A kept prompt that is near: the cosine, and what is known of its text."""

    similarity: float
    facts: Facts


class Weighed(Value, frozen=True, kw_only=True):
    """A candidate after judging. `score` is the probability that its answer is right, 0 to 1."""

    similarity: float
    score: float
    objections: tuple[Objection, ...]
    gate: Gate | None

    @property
    def refused_by(self) -> str | None:
        """The gate in one word, a veto by its name; None: it may be served."""
        return self.objections[0].veto if self.gate is Gate.VETO else self.gate


class Rule(Value, frozen=True, kw_only=True):
    """What is asked of a candidate: a cosine, a score, and silence of all vetoes but those that are `off`."""

    threshold: float
    needed: float
    off: frozenset[VetoName] = frozenset()


class Judgement(Value, frozen=True, kw_only=True):
    """Each candidate weighed, in the order given, and the indexes of those that may be served, best first."""

    weighed: tuple[Weighed, ...]
    serve: tuple[int, ...]


class Scorer(Protocol):
    """Says how likely it is that two texts share an answer."""

    def score(self, asked: Facts, pairs: Sequence[tuple[Candidate, tuple[Objection, ...]]], /) -> Sequence[float]:
        """The probability for each candidate, with what vetoes said of it, also of those that are switched off."""
        ...


class Judge:
    """Holds the gates."""

    def __init__(self, examiner: Examiner, scorer: Scorer) -> None:
        """Take what reads texts and asks the vetoes, and what scores pairs."""
        self._examiner, self._scorer = examiner, scorer

    def read(self, text: str) -> Facts:
        """What is known of `text`: to be kept beside it, since it is what costs most."""
        return self._examiner.read(text)

    def judge(self, asked: Facts, candidates: Sequence[Candidate], rule: Rule) -> Judgement:
        """Weigh `candidates` as answers to `asked`. Of equally good ones the first comes first."""
        spoken = [self._examiner.objections(asked, candidate.facts) for candidate in candidates]
        scores = self._scorer.score(asked, list(zip(candidates, spoken, strict=True))) if candidates else ()
        weighed = tuple(
            _weighed(candidate, float(score), said, rule)
            for candidate, score, said in zip(candidates, scores, spoken, strict=True)
        )
        good = [index for index, each in enumerate(weighed) if each.gate is None]
        good.sort(key=lambda index: (-weighed[index].score, -weighed[index].similarity))
        return Judgement(weighed=weighed, serve=tuple(good))


def _weighed(candidate: Candidate, score: float, said: Collection[Objection], rule: Rule) -> Weighed:
    objections = tuple([objection for objection in said if objection.veto not in rule.off])
    gate = None
    if candidate.similarity < rule.threshold:
        gate = Gate.THRESHOLD
    elif objections:
        gate = Gate.VETO
    elif score < rule.needed:
        gate = Gate.SCORE
    return Weighed(similarity=candidate.similarity, score=score, objections=objections, gate=gate)
