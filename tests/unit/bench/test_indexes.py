"""The measurement of where indexes cross."""

import pytest
from bench.indexes import measure


@pytest.mark.slow
async def test_both_are_measured_at_each_size_and_agree() -> None:
    """Two lines a size; among a few hundred vectors Chroma finds what the flat index finds."""
    timings = [timing async for timing in measure([50, 300], queries=5)]

    assert [(timing.size, timing.kind) for timing in timings] == [
        (50, "flat"), (50, "chroma"), (300, "flat"), (300, "chroma"),
    ]  # fmt: skip
    assert all(0 < timing.median <= timing.p90 for timing in timings)
    assert [timing.agrees for timing in timings] == [1.0] * 4
