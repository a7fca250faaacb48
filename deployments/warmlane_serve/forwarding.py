"""The stage that calls providers."""

from collections.abc import Mapping
from typing import Any

from warmlane_serve import local
from warmlane_serve.lane.handlers import forwarder_routes
from warmlane_serve.placed import Placed
from warmlane_serve.stage import Here


class ProviderForwarder(Placed):
    """A Forwarder, with the pool of connections to each provider."""

    async def __init__(self, what: Mapping[str, Any], here: Here | None = None) -> None:  # type: ignore[misc]
        """Begin to serve. Raises: ConfigError."""
        self._settle(what, here)
        self._port = local.forwarder(self.settings, self.clock)
        await self._serve("forwarder", forwarder_routes(self._port, self.tracer))

    async def _close(self) -> None:
        await self._port.aclose()
        await super()._close()
