"""Time as an argument."""

import time

import pytest

from warmlane.clock import ManualClock, SystemClock


def test_a_manual_clock_moves_only_when_told() -> None:
    """It stands still, then moves by exactly what it is told, on both of its faces."""
    clock = ManualClock(start=100.0)

    assert (clock.now(), clock.monotonic()) == (100.0, 100.0)
    clock.advance(2.5)
    assert (clock.now(), clock.monotonic()) == (102.5, 102.5)


def test_a_manual_clock_does_not_run_backwards() -> None:
    """A test that moves it back would test what cannot happen."""
    clock = ManualClock()

    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_the_system_clock_tells_the_time() -> None:
    """Wall time is the machine's own, in seconds since 1970; durations never step back."""
    clock = SystemClock()

    before, now, after = time.time_ns(), clock.now(), time.time_ns()
    first, second = clock.monotonic(), clock.monotonic()

    assert before / 1e9 <= now <= after / 1e9
    assert first <= second
