"""A stage in a replica of Serve: with the settings given to it and the secrets of its node, until Serve ends it.

Deployment classes have an async `__init__`, which Serve awaits: they are made by Serve, and by tests in its place.
"""

import asyncio
import os
import ssl
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import msgspec

from warmlane.adapters.telemetry import make_tracer
from warmlane.clock import Clock, SystemClock
from warmlane_serve import logs
from warmlane_serve.carried import settings_of
from warmlane_serve.lane.bearer import bearer
from warmlane_serve.lane.server import Routes
from warmlane_serve.lane.tls import server_tls
from warmlane_serve.process import limit_process
from warmlane_serve.stage import Here, Stage

_LOOPBACK = "127.0.0.1"


class Placed(Stage):
    """What the deployment classes have in common. `_settle` comes first, `_serve` when the port is there."""

    def _settle(self, what: Mapping[str, Any], here: Here | None = None) -> None:
        """Take what `carried` gave. Raises: ConfigError, where this node has not what is needed."""
        limit_process()
        logs.write_to(sys.stderr)
        asyncio.get_running_loop().set_exception_handler(logs.unforeseen)
        self.clock: Clock = SystemClock()
        self.settings, self.key = settings_of(what)
        self.here = here or self._where()
        self.bearer = bearer(self.key)
        telemetry = self.settings.telemetry
        self.tracer, self._end_traces = make_tracer(
            telemetry.otlp_endpoint,
            ratio=telemetry.sample_ratio,
            place={"service.instance.id": self.here.replica, "warmlane.node": self.here.node},
        )

    def _where(self) -> Here:
        """As Serve says it; where only this machine may call, other stages are called from it alone, too."""
        here = Here.of_replica()
        return msgspec.structs.replace(here, host=_LOOPBACK) if self.settings.is_loopback else here

    async def _serve(self, name: str, routes: Routes) -> None:
        """Answer callers from now on."""
        await self._open(
            routes,
            name=name,
            bearer=self.bearer,
            here=self.here,
            tls=self._tls(server_tls),
            tracer=None if self.settings.telemetry.otlp_endpoint is None else self.tracer,
        )

    def about(self) -> dict[str, Any]:
        """What an operator wants to know of this replica; `overview` asks all of them."""
        return {
            "replica": self.here.replica,
            "node": self.here.node,
            "host": self.here.host,
            "pid": os.getpid(),
            "rank": self.here.rank,
            **self.record_autoscaling_stats(),
        }

    def _tls(self, make: Callable[[Path, Path, Path], ssl.SSLContext]) -> ssl.SSLContext | None:
        """What `make` makes of the cluster's files; None where there is no TLS. Raises: ConfigError."""
        cluster = self.settings.cluster
        if cluster.tls_cert is None or cluster.tls_key is None or cluster.tls_ca is None:
            return None
        return make(cluster.tls_cert.expanduser(), cluster.tls_key.expanduser(), cluster.tls_ca.expanduser())

    async def _close(self) -> None:
        await self._end_traces()

    def __del__(self) -> Coroutine[Any, Any, None] | None:
        """How Serve tells a replica to end: it awaits what comes back. Of the interpreter's own call nothing does."""
        return None if self._server is None else self.stop(self.settings.drain_timeout)
