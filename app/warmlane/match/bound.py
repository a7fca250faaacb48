"""Which score a candidate needs, so that at most a given share of semantic hits is wrong. Pure.

Scores are put into bins. Of each bin is counted how many lookups ended there (`seen`: the score of the best candidate
that no veto spoke against) and how often it was learnt that its answer was right or wrong (labels). Within a bin it
does not matter which lookups were labelled, so labels need no weights.

    shift      one number d for all bins: how much likelier wrong answers are here than where the prior was made, or,
               below 0, how much less likely.
               sum over labels of (wrong - s(l + d)) = d / T², for l the prior's logit of a bin, s the logistic
               function: the most likely d where d ~ N(0, T). So labels of what is not served, which cost nothing, tell
               of what is.
    rate       (K p + wrong) / (K + labels) in each bin: p the prior's, shifted, worth K labels. Callers' complaints
               are no fair sample: they are a floor, complaints / (seen + K).
    deviation  sqrt(rate (1 - rate) / (K + labels + 1)), a Beta distribution's
    smoothing  rates, and rates with their deviation, never rise with the score (isotonic regression by pooling of
               adjacent violators, weighted with `seen`)
    share(t)   (sum of seen x rate + sqrt(sum of (seen x deviation)²)) / (sum of seen + normal), over the bins from t
               on; normalised hits count as right ones

Needed is the lowest t with share(t) within the bound, but none whose own rate is above four times the bound, or a
third: the many right ones do not pay for what is hardly better than a guess. One more wrong label raises every rate
that it touches, and at most so much lowers a deviation: it never lowers what is needed. Neither does a tighter bound.

Sources: Robertson, Wright, Dykstra, Order Restricted Statistical Inference (1988) §1.2 for the pooling; Gelman et al.,
Bayesian Data Analysis (2013) §2.4 for prior strength as labels; that errors are bounded by what misses teach is after
vCache (arXiv 2502.03771), but pooled by score instead of learnt for each entry.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Final

import msgspec

from warmlane.model import Value

EDGES: Final = (
    0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.84, 0.86, 0.88, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97,
    0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9965, 0.998, 0.999,
)  # fmt: skip
"""The lowest score of each bin. Finest where answers are served."""

BINS: Final = len(EDGES)

NEVER: Final = 2.0
"""What is needed where nothing may be served: no score."""

_STRENGTH: Final = 30.0  # K, in labels
_VOLUME: Final = 400.0  # lookups that the prior's `seen` and `normal` are worth
_SPREAD: Final = 0.7  # T, in logits
_MOST: Final = 4.0  # of a shift, in logits
_LEAST_SHIFT: Final = -0.5  # labels come from all callers: some who ask what is always answered alike lower it no more
_INFORMING: Final = 0.5  # the score from which labels tell of a shift: what is far below says nothing of what is served
_LIKELY: Final = 1.96  # deviations on each side of an estimate: 95 of 100
_LONG: Final = 50_000.0  # lookups after which half of what was seen is forgotten
_LEAST: Final = 1e-4  # probability
_FEWEST: Final = 1.0  # lookups that a bin is taken to have had, of `_VOLUME`: none seen is not none to come
_WORST: Final = 4.0  # times the bound is the highest rate of wrong answers in a bin that is served
_GUESS: Final = 1 / 3  # and never is it higher


class Prior(Value, frozen=True, kw_only=True):
    """What lookups looked like where the scorer was trained: counts for each bin, and of normalised hits."""

    seen: tuple[float, ...]
    right: tuple[float, ...]
    wrong: tuple[float, ...]
    normal: float


class Tally(msgspec.Struct, kw_only=True):
    """What was seen here, in the same shape. Mutable. `reported`: what callers said was wrong, by bin."""

    seen: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    right: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    wrong: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    reported: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    normal: float = 0.0

    @property
    def lookups(self) -> float:
        """How many there were."""
        return sum(self.seen) + self.normal

    @property
    def labels(self) -> float:
        """How many answers are known to have been right or wrong."""
        return sum(self.right) + sum(self.wrong) + sum(self.reported)

    def is_sound(self) -> bool:
        """Whether it can be counted with: of this shape, with finite numbers that are no debt."""
        rows = (self.seen, self.right, self.wrong, self.reported)
        return all(len(row) == BINS for row in rows) and all(
            math.isfinite(count) and count >= 0 for row in (*rows, [self.normal]) for count in row
        )

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            seen=_sum(self.seen, other.seen),
            right=_sum(self.right, other.right),
            wrong=_sum(self.wrong, other.wrong),
            reported=_sum(self.reported, other.reported),
            normal=self.normal + other.normal,
        )

    def aged(self) -> "Tally":
        """With half of it forgotten once it is long, so that what is new counts."""
        if self.lookups <= _LONG:
            return self
        rows = [[count / 2 for count in row] for row in (self.seen, self.right, self.wrong, self.reported)]
        return Tally(seen=rows[0], right=rows[1], wrong=rows[2], reported=rows[3], normal=self.normal / 2)


class Estimate(Value, frozen=True, kw_only=True):
    """The share of semantic hits that is wrong, between `low` and `high` in 95 of 100 cases; known answers."""

    wrong: float
    low: float
    high: float
    labels: int


def bin_of(score: float) -> int:
    """The bin of a score from 0 to 1; what is beyond counts with the outermost."""
    return max(0, bisect_right(EDGES, score) - 1)


def needed(prior: Prior, tally: Tally, bound: float) -> float:
    """The lowest score from which at most the share `bound` of all semantic hits is wrong; `NEVER`: there is none.

    `bound` is 0 to 1.
    """
    reckoned = _reckon(prior, tally)
    worst = min(_GUESS, _WORST * bound)
    allowed = (at for at in range(BINS) if reckoned.rates[at] <= worst and reckoned.share(at, 1.0) <= bound)
    lowest = next(allowed, None)
    return NEVER if lowest is None else EDGES[lowest]


def estimate(prior: Prior, tally: Tally, served_from: float) -> Estimate:
    """How wrong semantic hits are likely to be where `served_from` is the score needed."""
    labels = int(tally.labels)
    if served_from > 1:
        return Estimate(wrong=0.0, low=0.0, high=0.0, labels=labels)
    at, off = bin_of(served_from), _LIKELY * _doubt(prior, tally)
    reckoned = _reckon(prior, tally)
    wrong, within = reckoned.share(at, 0.0), reckoned.share(at, _LIKELY)
    # Two doubts that do not know of each other: what the rates of bins are, and how far all of them are shifted.
    low, high = (math.hypot(within - wrong, _reckon(prior, tally, by).share(at, 0.0) - wrong) for by in (-off, off))
    return Estimate(wrong=wrong, low=max(0.0, wrong - low), high=min(1.0, wrong + high), labels=labels)


class _Reckoned(Value, frozen=True, kw_only=True):
    """For each bin its rate, and what is expected from it on upwards: hits, wrong ones, and the variance of those."""

    rates: tuple[float, ...]
    hits: tuple[float, ...]
    wrong: tuple[float, ...]
    variance: tuple[float, ...]

    def share(self, at: int, deviations: float) -> float:
        """Of the hits from bin `at` on that are wrong, with so many deviations of margin."""
        return (self.wrong[at] + deviations * math.sqrt(self.variance[at])) / self.hits[at]


def _reckon(prior: Prior, tally: Tally, more: float = 0.0) -> _Reckoned:
    """What is to be expected; with a shift of so many logits `more` than is likely."""
    expected = _rates_of(prior)
    by = _shift(expected, tally) + more
    means, uppers = [], []
    for at in range(BINS):
        mean, upper = _rate(_moved(expected[at], by), tally, at)
        means.append(mean)
        uppers.append(upper)
    scale = _VOLUME / (sum(prior.seen) + prior.normal)
    seen = [here + max(scale * there, _FEWEST) for here, there in zip(tally.seen, prior.seen, strict=True)]
    means, uppers = _falling(means, seen), _falling(uppers, seen)
    normal = tally.normal + scale * prior.normal
    wrong = [count * mean for count, mean in zip(seen, means, strict=True)]
    variance = [
        (count * (upper - mean)) ** 2 for count, mean, upper in zip(seen, means, uppers, strict=True)
    ]  # squared deviations
    return _Reckoned(rates=tuple(means), hits=_from(seen, normal), wrong=_from(wrong), variance=_from(variance))


@cache
def _rates_of(prior: Prior) -> tuple[float, ...]:
    """Of each bin the share of wrong answers: where there are no labels, next to what its neighbours say."""
    labels = [right + wrong + 1 for right, wrong in zip(prior.right, prior.wrong, strict=True)]
    rates = [(wrong + 0.5) / count for wrong, count in zip(prior.wrong, labels, strict=True)]
    return tuple(min(1 - _LEAST, max(_LEAST, rate)) for rate in _falling(rates, labels))


def _rate(expected: float, tally: Tally, at: int) -> tuple[float, float]:
    """The share of wrong answers in a bin, and that with a deviation more."""
    labels = _STRENGTH + tally.right[at] + tally.wrong[at]
    mean = (_STRENGTH * expected + tally.wrong[at]) / labels
    mean = max(mean, tally.reported[at] / (tally.reported[at] + tally.seen[at] + _STRENGTH))
    # Beyond one half a straight line to 1 in its place: the deviation would fall faster than the rate rises.
    spread = math.sqrt(mean * (1 - mean)) if mean < 0.5 else 1 - mean  # noqa: PLR2004 - one half
    return mean, mean + spread / math.sqrt(labels + 1)


def _shift(expected: Sequence[float], tally: Tally) -> float:
    """How many logits likelier wrong answers are here, by bisection: the surplus falls as the shift grows."""
    bins = [
        (expected[at], tally.wrong[at], tally.right[at])
        for at in range(bin_of(_INFORMING), BINS)
        if tally.wrong[at] or tally.right[at]
    ]

    def surplus(by: float) -> float:
        wrong = sum(bad - (bad + good) * _moved(rate, by) for rate, bad, good in bins)
        return wrong - by / _SPREAD**2

    low, high = _LEAST_SHIFT, _MOST
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    return low


def _doubt(prior: Prior, tally: Tally) -> float:
    """The deviation of the shift, in logits: without labels that of N(0, T)."""
    expected = _rates_of(prior)
    by, told = _shift(expected, tally), 0.0
    for at in range(bin_of(_INFORMING), BINS):
        rate = _moved(expected[at], by)
        told += (tally.right[at] + tally.wrong[at]) * rate * (1 - rate)
    return 1 / math.sqrt(told + 1 / _SPREAD**2)


def _moved(rate: float, by: float) -> float:
    """`rate` with its logit moved."""
    return 1 / (1 + (1 - rate) / rate * math.exp(-by))


def _falling(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The closest sequence that never rises: neighbours that do are pooled."""
    blocks: list[tuple[float, float, int]] = []  # value, weight, length
    for value, weight in zip(values, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] < block[0]:
            before = blocks.pop()
            both = before[1] + block[1]
            block = ((before[0] * before[1] + block[0] * block[1]) / both, both, before[2] + block[2])
        blocks.append(block)
    return [value for value, _, length in blocks for _ in range(length)]


def _from(values: Sequence[float], beyond: float = 0.0) -> tuple[float, ...]:
    """For each place the sum from there to the end, and `beyond`."""
    return tuple(accumulate(reversed(values), initial=beyond))[:0:-1]


def _sum(one: Sequence[float], other: Sequence[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]
