"""The stage that counts for all ingresses. There is one replica: a number is in one place."""

from collections.abc import Mapping
from typing import Any

from warmlane_serve.lane.handlers import counter_routes
from warmlane_serve.placed import Placed
from warmlane_serve.stage import Here
from warmlane_stores.counters import MemoryCounters


class Counter(Placed):
    """Counters in RAM: a replica that was replaced counts from elsewhere, which all who ask take for a change."""

    async def __init__(self, what: Mapping[str, Any], here: Here | None = None) -> None:  # type: ignore[misc]
        """Begin to serve. Raises: ConfigError."""
        self._settle(what, here)
        await self._serve("counter", counter_routes(MemoryCounters()))
