"""How busy a stage says it is."""

import pytest

from warmlane_serve.lane.load import Load


def test_nothing_goes_on_at_first() -> None:
    """And nobody waits."""
    load = Load()

    assert (load.in_flight, load.queue_ms) == (0, 0.0)


def test_waiting_is_averaged_over_the_latest_calls() -> None:
    """One long wait moves it a little, a hundred of them wholly; it comes down again."""
    load = Load()
    load.waited(0.1)
    assert load.queue_ms == pytest.approx(5)
    for _ in range(100):
        load.waited(0.1)
    assert load.queue_ms == pytest.approx(100, rel=0.01)
    for _ in range(200):
        load.waited(0.0)
    assert load.queue_ms < 0.01
