"""The score that the bound on wrong answers needs."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import BY_HAND
from warmlane.match.bound import (
    BINS,
    EDGES,
    NEVER,
    Prior,
    Tally,
    bin_of,
    estimate,
    needed,
)

_COUNTS = st.lists(st.floats(0, 400), min_size=BINS, max_size=BINS)
_BOUNDS = st.floats(0.001, 0.5)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """Anything that may have been seen."""
    rows = [draw(_COUNTS) for _ in range(3)]
    reported = [float(draw(st.integers(0, 5))) for _ in range(BINS)]
    return Tally(seen=rows[0], right=rows[1], wrong=rows[2], reported=reported, normal=draw(st.floats(0, 1000)))


def test_each_score_has_its_bin() -> None:
    """The edges are the lowest scores; what is no probability counts with the nearest."""
    assert [bin_of(edge) for edge in EDGES] == list(range(BINS))
    assert bin_of(-0.2) == 0
    assert bin_of(1.0) == bin_of(1.0001) == BINS - 1


def test_by_hand_it_works_from_the_first_call() -> None:
    """Two per cent serve what is clearly near, half a per cent less, ten more."""
    strict, usual, loose = (needed(BY_HAND, Tally(), bound) for bound in (0.005, 0.02, 0.1))

    assert 0.88 <= usual <= 0.92
    assert strict > usual > loose >= 0.8


def test_no_bound_serves_what_is_hardly_better_than_a_guess() -> None:
    """The many right hits of a bound as wide as that do not pay for it."""
    assert needed(BY_HAND, Tally(normal=100_000.0), 1.0) >= 0.8


def test_where_all_is_wrong_nothing_is_served() -> None:
    """Not even the best score, once it is known what it is worth."""
    tally = Tally(wrong=[500.0] * BINS, seen=[500.0] * BINS)

    assert needed(BY_HAND, tally, 0.02) == NEVER
    assert estimate(BY_HAND, tally, NEVER).wrong == 0.0


@given(tally=tallies(), bound=_BOUNDS, at=st.integers(0, BINS - 1), more=st.floats(0.5, 50))
def test_more_wrong_labels_never_lower_what_is_needed(tally: Tally, bound: float, at: int, more: float) -> None:
    """Else an error would open the door to others."""
    before = needed(BY_HAND, tally, bound)
    tally.wrong[at] += more

    assert needed(BY_HAND, tally, bound) >= before


@given(tally=tallies(), bound=_BOUNDS, at=st.integers(0, BINS - 1))
def test_a_complaint_never_lowers_what_is_needed(tally: Tally, bound: float, at: int) -> None:
    """Nor does a caller's word."""
    before = needed(BY_HAND, tally, bound)
    tally.reported[at] += 1

    assert needed(BY_HAND, tally, bound) >= before


@given(tally=tallies(), bound=_BOUNDS, less=st.floats(0.01, 1))
def test_a_tighter_bound_never_lowers_what_is_needed(tally: Tally, bound: float, less: float) -> None:
    """Who takes fewer wrong answers gets fewer."""
    assert needed(BY_HAND, tally, bound * less) >= needed(BY_HAND, tally, bound)


@given(tally=tallies(), served_from=st.floats(0, 1))
def test_an_estimate_is_inside_its_interval(tally: Tally, served_from: float) -> None:
    """And both are shares."""
    said = estimate(BY_HAND, tally, served_from)

    assert 0 <= said.low <= said.wrong <= said.high <= 1


class Stream:
    """Lookups with scores as drawn, whose answers are wrong with a known chance, met by a gateway that learns.

    Some of what is served is checked; what is missed tells by itself.
    """

    def __init__(self, seed: int, odds: float, checked: float = 0.03) -> None:
        """`odds`: how many times likelier than BY_HAND says an answer is wrong."""
        self._random, self._odds, self._checked = random.Random(seed), odds, checked
        self.tally = Tally()

    def run(self, lookups: int, bound: float) -> tuple[int, int, int]:
        """Semantic hits, how many of them were wrong, and how many there were by meaning."""
        hits = wrong = near = 0
        at = needed(BY_HAND, self.tally, bound)
        for number in range(lookups):
            if number % 50 == 0:
                at = needed(BY_HAND, self.tally, bound)
            (where,) = self._random.choices(range(-1, BINS), [BY_HAND.normal, *BY_HAND.seen])
            if where < 0:
                self.tally.normal += 1
                hits += 1
                continue
            bad = self._random.random() < self._chance(where)
            served = EDGES[where] >= at
            self.tally.seen[where] += 1
            if served:
                hits, wrong, near = hits + 1, wrong + bad, near + 1
            if not served or self._random.random() < self._checked:
                row = self.tally.wrong if bad else self.tally.right
                row[where] += 1
        return hits, wrong, near

    def _chance(self, where: int) -> float:
        rate = BY_HAND.wrong[where] / (BY_HAND.wrong[where] + BY_HAND.right[where])
        return 1 / (1 + (1 - rate) / (rate * self._odds)) if rate < 1 else 1.0


@pytest.mark.parametrize("bound", [0.01, 0.02, 0.05])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_stream_like_the_prior_the_bound_is_kept(seed: int, bound: float) -> None:
    """And something is served for it."""
    hits, wrong, near = Stream(seed, odds=1.0).run(8000, bound)

    assert wrong <= bound * hits + 2 * math.sqrt(bound * hits)
    assert near > 500


@pytest.mark.parametrize("bound", [0.02, 0.05])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_shift_of_domain_is_caught(seed: int, bound: float) -> None:
    """Where wrong answers are four times as likely, misses say so, and what is served falls back within the bound."""
    stream = Stream(seed, odds=4.0)
    stream.run(3000, bound)
    hits, wrong, _ = stream.run(6000, bound)

    assert wrong <= bound * hits + 2 * math.sqrt(bound * hits)
    assert needed(BY_HAND, stream.tally, bound) > needed(BY_HAND, Tally(), bound)


def test_an_estimate_says_how_little_it_knows() -> None:
    """Before there are labels the interval is wide; with many it is narrow."""
    new = estimate(BY_HAND, Tally(), 0.91)
    known = estimate(BY_HAND, Tally(right=[500.0] * BINS, wrong=[10.0] * BINS, seen=[500.0] * BINS), 0.91)

    assert new.low < new.wrong / 2
    assert new.high > 2 * new.wrong
    assert known.high - known.low < (new.high - new.low) / 2


@pytest.mark.parametrize("odds", [0.6, 1.0, 3.0])
def test_the_truth_is_mostly_inside_the_interval(odds: float) -> None:
    """As the metric claims, also where callers' questions are not those of the prior."""
    inside = 0
    for seed in range(10):
        stream = Stream(seed, odds)
        stream.run(2000, 0.02)
        said = estimate(BY_HAND, stream.tally, needed(BY_HAND, stream.tally, 0.02))
        hits, wrong, _ = stream.run(4000, 0.02)
        inside += said.low <= wrong / hits <= said.high

    assert inside >= 9


def test_labels_of_misses_warn_of_what_is_served() -> None:
    """Nobody checks hits where callers pay themselves: what is just below tells of it."""
    below = bin_of(needed(BY_HAND, Tally(), 0.02)) - 1
    tally = Tally()
    tally.wrong[below] = 40
    tally.right[below] = 20

    assert needed(BY_HAND, tally, 0.02) > EDGES[below + 1]


def test_a_higher_score_is_never_worth_less() -> None:
    """Where many high ones turn out wrong, those just below are no better, though nobody has looked at them."""
    tally = Tally(normal=10_000.0)
    at = bin_of(0.95)
    tally.seen[at], tally.reported[at] = 1000, 1500

    assert needed(BY_HAND, tally, 0.2) > 0.95


def test_what_is_needed_leaves_a_margin() -> None:
    """An estimate within the bound is not enough: it may be off by a deviation."""
    just = estimate(BY_HAND, Tally(), 0.9).wrong + 0.001

    assert needed(BY_HAND, Tally(), just) > 0.9


def test_right_labels_serve_more() -> None:
    """A domain where near is right is learnt too."""
    tally = Tally(right=[600.0] * BINS, seen=[100.0] * BINS)

    assert needed(BY_HAND, tally, 0.02) < needed(BY_HAND, Tally(), 0.02)


def test_bins_without_labels_are_next_to_their_neighbours() -> None:
    """A prior need not have seen everything, and a higher score is never worth less."""
    gaps = Prior(
        seen=tuple([1.0] * BINS),
        right=tuple(0.0 if at % 2 else 2000.0 for at in range(BINS)),
        wrong=tuple(0.0 if at % 2 else 5.0 for at in range(BINS)),
        normal=0.0,
    )

    assert needed(gaps, Tally(), 0.05) == 0.0


def test_a_long_tally_forgets_half() -> None:
    """So that a shift after months is still heard; a short one is kept as it is."""
    long = Tally(seen=[4000.0] * BINS, wrong=[8.0] * BINS, normal=2.0)

    assert long.aged().lookups == long.lookups / 2
    assert long.aged().wrong == [4.0] * BINS
    assert Tally(normal=9.0).aged() == Tally(normal=9.0)


def test_two_tallies_add_up() -> None:
    """Processes pool what they saw."""
    both = Tally(seen=[1.0] * BINS, normal=3).plus(Tally(seen=[2.0] * BINS, right=[1.0] * BINS))

    assert both == Tally(seen=[3.0] * BINS, right=[1.0] * BINS, normal=3)
    assert both.labels == BINS


@pytest.mark.parametrize(
    "tally", [Tally(seen=[]), Tally(normal=math.nan), Tally(wrong=[-1.0] * BINS), Tally(normal=math.inf)]
)
def test_what_cannot_be_counted_with_is_told(tally: Tally) -> None:
    """Another version may have written it."""
    assert Tally().is_sound()
    assert not tally.is_sound()


def test_right_answers_of_what_is_not_served_lower_what_is_needed() -> None:
    """The prior was made elsewhere: where near misses keep turning out right, wrong ones are rarer than it says."""
    tally = Tally()
    tally.right[bin_of(0.76)] = 300.0
    tally.wrong[bin_of(0.76)] = 10.0

    assert needed(BY_HAND, tally, 0.02) < needed(BY_HAND, Tally(), 0.02)


def test_no_number_of_right_answers_lowers_it_for_good() -> None:
    """They may come from one caller, who asks what is always answered alike."""
    some, many = Tally(), Tally()
    some.right[bin_of(0.76)], many.right[bin_of(0.76)] = 2_000.0, 200_000.0

    assert needed(BY_HAND, many, 0.02) == needed(BY_HAND, some, 0.02)
