"""Counting."""

import pytest
from eval.counts import Count, share, wilson


def test_rates_are_of_what_they_say() -> None:
    """Wrong ones of requests, and of semantic hits: exact hits are in neither count of those."""
    count = Count()
    count.add(hit=False)
    count.add(hit=True)
    count.add(hit=True, semantic=True)
    count.add(hit=True, semantic=True, right=False)

    assert count.hit_rate == 0.75
    assert count.wrong_rate == 0.25
    assert count.wrong_share == 0.5


def test_the_interval_is_wilson_s() -> None:
    """Values from his formula, and what to say of nothing."""
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert wilson(0, 50) == pytest.approx((0.0, 0.0713), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(0, 0) == 0.0
