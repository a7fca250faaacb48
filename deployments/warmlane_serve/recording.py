"""The stage that keeps the metrics and writes the log of calls. There is one replica: totals are in one place."""

from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry

from warmlane.adapters.sinks import MetricsSink, exposition
from warmlane.events import Event
from warmlane_serve import front, local
from warmlane_serve.lane.handlers import recorder_routes
from warmlane_serve.placed import Placed
from warmlane_serve.stage import Here


class Recorder(Placed):
    """A Sink for the events of every ingress."""

    async def __init__(self, what: Mapping[str, Any], here: Here | None = None) -> None:  # type: ignore[misc]
        """Begin to serve. Raises: ConfigError."""
        self._settle(what, here)
        self._registry = CollectorRegistry()
        self._metrics = MetricsSink(self._registry, front.providers(self.settings))
        self._log = local.log(self.settings)
        await self._serve("recorder", recorder_routes(self, lambda: exposition(self._registry)))

    async def accept(self, events: Sequence[Event], /) -> None:
        """Count and write a batch."""
        await self._metrics.accept(events)
        if self._log is not None:
            await self._log.accept(events)

    async def _close(self) -> None:
        if self._log is not None:
            await self._log.aclose()
        await super()._close()
