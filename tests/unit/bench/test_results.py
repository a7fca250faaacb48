"""A limit is kept up to itself, and where there is none nothing is kept or missed."""

from dataclasses import replace

from bench.measure import Comparison, Figures
from bench.results import Absence, Fact, Failure, Note, Place, Ratio

FIGURES = Figures(1, 1, 1, 1, 1)
RATIO = Ratio("case", "floor", Comparison(16, FIGURES, FIGURES, ratio=1.5), limit=1.5)


def test_a_ratio_at_its_limit_is_kept() -> None:
    """And above it is not."""
    above = replace(RATIO, compared=replace(RATIO.compared, ratio=1.51))

    assert (RATIO.kept, above.kept, replace(RATIO, limit=None).kept) == (True, False, None)


def test_a_fact_at_its_limit_is_kept() -> None:
    """And above it is not."""
    fact = Fact("start", 3.0, "s", limit=3.0)

    assert (fact.kept, replace(fact, value=3.1).kept, replace(fact, limit=None).kept) == (True, False, None)


def test_a_failure_is_never_kept() -> None:
    """What could not be measured did not pass."""
    assert Failure("case", "why").kept is False


def test_others_keep_and_miss_nothing() -> None:
    """What another gateway does, or that it is not there, is no failure of ours."""
    place = Place("miss", 16, "Other", "pass-through", 99.0, FIGURES)

    assert {place.kept, Absence("miss", "Other", "not installed").kept, Note("Other", "1.0").kept} == {None}
