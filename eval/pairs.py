"""Labelled pairs under one policy: a cache that holds the one answer is asked the other, and knows nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from eval.counts import share
from eval.gates import Gates
from eval.policies import Policy
from eval.sources import Pair
from eval.vectors import Vectors
from warmlane.match.bound import Tally, needed
from warmlane.match.normalise import normalise
from warmlane.prompt import why_exact_only


@dataclass(slots=True)
class Served:
    """How many pairs of each truth were served, and asked."""

    same: list[int] = field(default_factory=lambda: [0, 0])
    other: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, pair: Pair, *, served: bool) -> None:
        """One more pair."""
        count = self.same if pair.same else self.other
        count[0] += served
        count[1] += 1

    @property
    def same_rate(self) -> float:
        """Of pairs that share an answer, the share that was served."""
        return share(*self.same)

    @property
    def other_rate(self) -> float:
        """Of pairs that do not, the share that was: wrong answers."""
        return share(*self.other)


@dataclass(slots=True)
class Paired:
    """What a policy did with pairs: with all, with each kind; and what each veto refused, right ones and wrong ones."""

    policy: Policy
    whole: Served = field(default_factory=Served)
    by_kind: dict[str, Served] = field(default_factory=dict)
    refused: dict[str, list[int]] = field(default_factory=dict)


class Pairs:
    """Asks pairs."""

    def __init__(self, vectors: Vectors, gates: Gates) -> None:
        """Take what they are judged by."""
        self._vectors, self._gates = vectors, gates

    def asked(self, pairs: Iterable[Pair], policy: Policy) -> Paired:
        """All `pairs` under one policy."""
        found = Paired(policy)
        for pair in pairs:
            served = self.serves(pair.a, pair.b, policy)
            found.whole.add(pair, served=served)
            found.by_kind.setdefault(pair.kind, Served()).add(pair, served=served)
            veto = self._veto(pair, policy)
            if veto is not None:
                found.refused.setdefault(veto, [0, 0])[not pair.same] += 1
        return found

    def serves(self, kept: str, asked: str, policy: Policy) -> bool:
        """Whether the answer to `kept` is served for `asked`. Raises: KeyError for a text that was not embedded."""
        if kept == asked:
            return True
        if policy.careful and (why_exact_only(kept) is not None or why_exact_only(asked) is not None):
            return False
        if policy.normalised and normalise(kept) == normalise(asked):
            return True
        if policy.threshold is None:
            return False
        cosine = self._vectors.cosine(kept, asked)
        if cosine < policy.threshold or not policy.vetoes:
            return cosine >= policy.threshold
        weighed = self._gates.weigh(asked, kept, cosine)
        floor = 0.0 if policy.bound is None else needed(self._gates.prior, Tally(), policy.bound)
        return not weighed.objections and weighed.score >= floor

    def _veto(self, pair: Pair, policy: Policy) -> str | None:
        """The first that speaks against a pair that is near enough."""
        cosine = self._vectors.cosine(pair.a, pair.b)
        if policy.threshold is None or not policy.vetoes or cosine < policy.threshold or pair.a == pair.b:
            return None
        objections = self._gates.weigh(pair.b, pair.a, cosine).objections
        return objections[0].veto.value if objections else None
