"""A stage gets the replicas that its own calls need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from warmlane_serve.autoscaling import StagePolicy, replicas_wanted


@dataclass
class Told:
    """What Serve's controller tells a policy."""

    aggregated_metrics: Mapping[str, Mapping[Any, float]] | None
    current_num_replicas: int = 1
    target_num_replicas: int = 1


POLICY = StagePolicy(target_in_flight=8, patience_ms=100)


@pytest.mark.parametrize(
    ("in_flight", "wanted"),
    [([0.0], 1), ([8.0], 1), ([8.1], 2), ([3.0, 3.0], 1), ([20.0, 4.0], 3), ([0.0, 0.0, 0.0], 1), ([100.0], 13)],
)
def test_the_calls_in_flight_decide(in_flight: list[float], wanted: int) -> None:
    """All of them together, however they are spread; idle is one replica."""
    assert replicas_wanted(in_flight, [], running=len(in_flight), target_in_flight=8, patience_ms=100) == wanted


def test_where_calls_wait_there_is_one_more() -> None:
    """The target may be too high for slow machines."""
    assert replicas_wanted([4.0, 4.0], [90.0, 150.0], running=2, target_in_flight=8, patience_ms=100) == 3
    assert replicas_wanted([4.0, 4.0], [10.0, 150.0], running=2, target_in_flight=8, patience_ms=100) == 1


def test_a_queue_of_the_past_counts_for_nothing() -> None:
    """An idle stage remembers its last calls, and is given back all the same."""
    assert replicas_wanted([0.0, 0.1], [900.0, 900.0], running=2, target_in_flight=8, patience_ms=100) == 1


def test_a_stage_that_said_nothing_stays_as_it_is() -> None:
    """It has just started, or cannot be heard."""
    assert POLICY(Told(None, target_num_replicas=3)) == (3, {})
    assert POLICY(Told({"queue_ms": {"a": 500.0}}, target_num_replicas=2)) == (2, {})


def test_what_replicas_said_is_decided_on() -> None:
    """By replica, whatever names them."""
    told = Told({"in_flight": {"a": 9.0, "b": 9.0}, "queue_ms": {"a": 1.0, "b": 1.0}}, 2, 2)

    assert POLICY(told) == (3, {})
