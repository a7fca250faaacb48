"""A stream of requests, answered by one policy: a cache that fills as it goes, and learns from its misses.

What an answer would have been is known here: prompts of one cluster have the same. So a miss that had a near candidate
teaches for certain what the gateway has to find out by comparing answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from eval.counts import Count
from eval.gates import FLOOR, Gates
from eval.nearest import neighbours
from eval.policies import Policy
from eval.sources import Request
from eval.vectors import Vectors
from warmlane.match.bound import Tally, bin_of, needed
from warmlane.match.normalise import normalise
from warmlane.prompt import why_exact_only

CANDIDATES = 3
_PATIENT = 32
"""Lookups after which what is needed is worked out anew, as the gateway does."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A stream with what no policy changes: its distinct prompts, by number, and what is near to each."""

    requests: Sequence[Request]
    order: Sequence[int]
    texts: Sequence[str]
    clusters: Sequence[str]
    normal: Sequence[str]
    careful: Sequence[bool]
    near: Sequence[tuple[Sequence[int], Sequence[float]]]


def ground(requests: Sequence[Request], vectors: Vectors) -> Ground:
    """Look at every distinct prompt once."""
    numbers: dict[str, int] = {}
    order = [numbers.setdefault(request.prompt, len(numbers)) for request in requests]
    clusters = {request.prompt: request.cluster for request in requests}
    texts = list(numbers)
    return Ground(
        requests=requests,
        order=order,
        texts=texts,
        clusters=[clusters[text] for text in texts],
        normal=list(map(normalise, texts)),
        careful=[why_exact_only(text) is not None for text in texts],
        near=list(neighbours(vectors.of(texts), FLOOR)),
    )


@dataclass(slots=True)
class Run:
    """What a policy did: all requests, those of each source, what vetoes refused, and the best scores with the truth.

    `refused`: by veto, how many right and how many wrong candidates it was the first to speak against.
    """

    policy: Policy
    count: Count = field(default_factory=Count)
    by_source: dict[str, Count] = field(default_factory=dict)
    refused: dict[str, list[int]] = field(default_factory=dict)
    scored: list[tuple[float, bool]] = field(default_factory=list)


class Cache:
    """One policy's cache."""

    def __init__(self, on: Ground, policy: Policy, gates: Gates) -> None:
        """Empty."""
        self.run = Run(policy)
        self._on, self._policy, self._gates = on, policy, gates
        self._kept = bytearray(len(on.texts))
        self._normal: dict[str, int] = {}
        self._learnt = Learnt(gates, policy.bound)
        self._judged: set[tuple[int, int]] = set()

    def ask(self, number: int) -> None:
        """One request, for the prompt `number`."""
        found = self._same(number)
        best = None
        if found is None and not (self._policy.careful and self._on.careful[number]):
            found, best = self._near(number)
        self._count(number, found, exact=found == number)
        if found is None:
            self._kept[number] = 1
            self._normal.setdefault(self._on.normal[number], number)
            if best is not None:
                self._learnt.learn(best[1], number, best[0], same=self._is_right(number, best[0]))

    def _same(self, number: int) -> int | None:
        """An answer to the same prompt, or to the same words."""
        if self._kept[number]:
            return number
        if not self._policy.normalised or (self._policy.careful and self._on.careful[number]):
            return None
        found = self._normal.get(self._on.normal[number])
        if found is not None:
            self._learnt.saw(None)
        return found

    def _near(self, number: int) -> tuple[int | None, tuple[int, float] | None]:
        """What is served, and of all that no veto speaks against what scores best, with its score."""
        policy = self._policy
        if policy.threshold is None:
            return None, None
        good = [
            (score, cosine, -rank, kept)
            for rank, (kept, cosine) in enumerate(self._candidates(number))
            if cosine >= policy.threshold and (score := self._score(number, kept, cosine)) is not None
        ]
        if not good:
            return None, None
        good.sort(reverse=True)
        score, _, _, kept = good[0]
        best = (kept, score)
        if policy.bound is None:
            return kept, best
        self._learnt.saw(score)
        self.run.scored.append((score, self._is_right(number, kept)))
        served = next((kept for score, _, _, kept in good if self._learnt.allows(score, number, kept)), None)
        return served, best

    def _candidates(self, number: int) -> Iterator[tuple[int, float]]:
        some = ((kept, cosine) for kept, cosine in zip(*self._on.near[number], strict=True) if self._kept[kept])
        return (each for _, each in zip(range(CANDIDATES), some, strict=False))

    def _score(self, number: int, kept: int, cosine: float) -> float | None:
        """None where a veto objects, and is to be heard."""
        if not self._policy.vetoes:
            return cosine
        weighed = self._gates.weigh(self._on.texts[number], self._on.texts[kept], cosine)
        if not weighed.objections:
            return weighed.score
        if (number, kept) not in self._judged:
            self._judged.add((number, kept))
            spoke = self.run.refused.setdefault(weighed.objections[0].veto.value, [0, 0])
            spoke[not self._is_right(number, kept)] += 1
        return None

    def _is_right(self, number: int, kept: int) -> bool:
        return self._on.clusters[number] == self._on.clusters[kept]

    def _count(self, number: int, found: int | None, *, exact: bool) -> None:
        hit = found is not None
        right = found is None or self._is_right(number, found)
        source = self._on.clusters[number].partition(":")[0]
        for count in (self.run.count, self.run.by_source.setdefault(source, Count())):
            count.add(hit=hit, semantic=hit and not exact, right=right)


class Learnt:
    """What one cache learnt: the score needed for its bound, and what was caught wrong."""

    def __init__(self, gates: Gates, bound: float | None) -> None:
        """Know what was known beforehand."""
        self._prior, self._bound, self._tally = gates.prior, bound, Tally()
        self._pairs: set[tuple[int, int]] = set()
        self._entries: dict[int, float] = {}
        self._needed: float | None = None
        self._since = 0

    def saw(self, score: float | None) -> None:
        """Count a lookup by its best score; None: the same words were found."""
        if score is None:
            self._tally.normal += 1
        else:
            self._tally.seen[bin_of(score)] += 1
        self._since += 1
        if self._since >= _PATIENT:
            self._needed, self._since = None, 0

    def learn(self, score: float, number: int, kept: int, *, same: bool) -> None:
        """Whether the answer to `kept` would have been right for `number`."""
        if self._bound is None:
            return
        (self._tally.right if same else self._tally.wrong)[bin_of(score)] += 1
        self._needed = None
        if not same:
            self._pairs.add((min(number, kept), max(number, kept)))
            self._entries[kept] = max(score, self._entries.get(kept, 0.0))

    def allows(self, score: float, number: int, kept: int) -> bool:
        """Whether the bound lets it be served, and it was not caught."""
        assert self._bound is not None
        if self._needed is None:
            self._needed = needed(self._prior, self._tally, self._bound)
        caught = (min(number, kept), max(number, kept)) in self._pairs or score <= self._entries.get(kept, -1.0)
        return score >= self._needed and not caught


def answered(on: Ground, policy: Policy, gates: Gates) -> Run:
    """The whole stream under one policy."""
    cache = Cache(on, policy, gates)
    for number in on.order:
        cache.ask(number)
    return cache.run
