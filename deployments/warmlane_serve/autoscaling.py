"""How many replicas a stage needs, from what its replicas say of themselves.

Serve counts only the calls that come through its handles, and ours do not: each replica tells its own load
(`record_autoscaling_stats`), and Serve's controller asks `StagePolicy` for each stage alone. Bounds and delays are
Serve's to apply. This module is pickled by value into the controller, so it imports nothing of ours.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any, Protocol

IN_FLIGHT = "in_flight"
QUEUE_MS = "queue_ms"


class Context(Protocol):
    """What is read of Serve's AutoscalingContext: each figure by replica, a mean over some seconds."""

    @property
    def aggregated_metrics(self) -> Mapping[str, Mapping[Any, float]] | None:
        """Figure to replica to value."""
        ...

    @property
    def current_num_replicas(self) -> int:
        """How many are running."""
        ...

    @property
    def target_num_replicas(self) -> int:
        """How many were wanted last."""
        ...


class StagePolicy:
    """A policy for one stage, in the form that Serve calls: the replicas wanted, and no state of ours."""

    def __init__(self, *, target_in_flight: float, patience_ms: float) -> None:
        """Aim at `target_in_flight` calls a replica, and let none wait for its turn longer than `patience_ms`."""
        self._target_in_flight, self._patience_ms = target_in_flight, patience_ms

    def __call__(self, context: Context) -> tuple[int, dict[str, Any]]:
        """Decide; a stage that has said nothing yet stays as it is."""
        said = context.aggregated_metrics or {}
        in_flight = said.get(IN_FLIGHT, {})
        if not in_flight:
            return context.target_num_replicas, {}
        wanted = replicas_wanted(
            in_flight.values(),
            said.get(QUEUE_MS, {}).values(),
            running=context.current_num_replicas,
            target_in_flight=self._target_in_flight,
            patience_ms=self._patience_ms,
        )
        return wanted, {}


def replicas_wanted(
    in_flight: Collection[float],
    queue_ms: Collection[float],
    *,
    running: int,
    target_in_flight: float,
    patience_ms: float,
) -> int:
    """How many replicas bring the calls in flight down to the target, at least one.

    Where calls wait too long although there are few of them, the target is too high for this machine: one more then.
    What waited is remembered beyond the load it came with, so it counts only while each replica has something to do.
    """
    load = math.fsum(in_flight)
    wanted = max(1, math.ceil(load / target_in_flight))
    is_slow = load >= running and bool(queue_ms) and math.fsum(queue_ms) / len(queue_ms) > patience_ms
    return max(wanted, running + 1) if is_slow else wanted
