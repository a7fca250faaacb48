"""The arithmetic of the turns."""

import pytest
from bench.load import Tally
from bench.measure import Figures, Turn, percentile99, ratio_of


def turn(cpu: float, *took: float) -> Turn:
    """A turn of requests that took this long, in one second."""
    return Turn(cpu, Tally(seconds=1.0, took=list(took), first=[each / 2 for each in took]))


def test_cpu_is_shared_among_the_requests() -> None:
    """Whatever time they took."""
    assert turn(0.4, 1.0, 1.0, 2.0, 2.0).each == pytest.approx(0.1)


def test_a_ratio_is_of_the_same_round() -> None:
    """A round that the machine slows for both sides changes nothing."""
    theirs = [turn(1.0, 1.0), turn(9.0, 1.0), turn(1.0, 1.0)]
    ours = [turn(2.0, 1.0), turn(18.0, 1.0), turn(2.2, 1.0)]

    assert ratio_of(theirs, ours) == pytest.approx(2.0)


def test_figures_are_medians_over_the_turns() -> None:
    """One bad turn does not count."""
    turns = [turn(0.1, 1.0, 1.0), turn(0.2, 2.0, 2.0), turn(50.0, 90.0, 90.0)]

    assert Figures.of(turns) == Figures(cpu=0.1, rate=2.0, p50=2.0, p99=2.0, first=1.0)


def test_percentile_of_one() -> None:
    """Is that one."""
    assert percentile99([3.0]) == 3.0


def test_percentile_of_many() -> None:
    """One in a hundred is above."""
    assert percentile99([float(value) for value in range(101)]) == pytest.approx(99.0)
