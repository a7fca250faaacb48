"""The stage that meets the clients: a front whose ports are the other stages."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, Final

from warmlane.adapters.embedders import NoEmbedder, Pieces
from warmlane.errors import ConfigError, StageError
from warmlane.ports import Embedder
from warmlane.web.asgi import Scope, Send
from warmlane.web.inlet import Receive
from warmlane_serve.door import Door
from warmlane_serve.front import Front, Ports
from warmlane_serve.generation import Generation
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.discovery import FixedMembers, Members, ServeMembers
from warmlane_serve.lane.tls import client_tls
from warmlane_serve.options import DEPLOYMENTS
from warmlane_serve.placed import Placed
from warmlane_serve.remote import RemoteCache, RemoteCounters, RemoteEmbedder, RemoteForwarder, RemoteSink
from warmlane_serve.stage import Here

_log = logging.getLogger(__name__)

_REPLACED: Final = 15.0
"""Seconds that a call waits where no forwarder takes a connection: Serve puts another in its place in less."""

_PATIENCE: Final = 30.0
"""Seconds that the other stages have to be there. Then calls go on without those that are not, but the forwarder."""


class Ingress(Placed):
    """Listens for clients itself, or answers what Serve's proxy passes on; `behind_proxy` makes what that calls."""

    _front: Front | None = None

    async def __init__(  # type: ignore[misc] # Serve awaits it
        self,
        what: Mapping[str, Any],
        *,
        embedder: Any,
        store: Any,
        forwarder: Any,
        counter: Any,
        recorder: Any,
        here: Here | None = None,
    ) -> None:
        """Find the other stages by their handles, and open. Raises: ConfigError; StageError, without a forwarder.

        FixedMembers may stand for a handle where there is no Serve.
        """
        self._settle(what, here)
        handles = {
            "embedder": embedder, "store": store, "forwarder": forwarder, "counter": counter, "recorder": recorder
        }  # fmt: skip
        members = {stage: _members(handle, DEPLOYMENTS[stage]) for stage, handle in handles.items()}
        await asyncio.gather(*(_found(stage, each) for stage, each in members.items()))
        self._lanes = await self._lanes_to(members)
        self._counters, self._sink = RemoteCounters(self._lanes["counter"]), RemoteSink(self._lanes["recorder"])
        self._generation = Generation(self._counters, self.forget, self.clock)
        self._front = front = self._made(await self._embedder())
        front.start()
        self._generation.start()
        self._in_flight = 0
        self._door = Door(front, self.settings) if self.settings.cluster.front_door == "own" else None
        if self._door is not None:
            try:
                await self._door.open()
            except ConfigError:
                await self.stop()
                raise

    def forget(self) -> None:
        """Forget what may have become wrong elsewhere."""
        if self._front is not None:
            self._front.forget()

    async def check_health(self) -> None:
        """Knock at the front door. Raises: StageError."""
        if self._door is not None:
            await self._door.check()

    def record_replica_metadata(self) -> dict[str, Any]:
        """Nothing: no other stage calls this one."""
        return {}

    def record_autoscaling_stats(self) -> dict[str, float]:
        """Clients' calls under way."""
        at_door = 0 if self._door is None else self._door.in_flight
        return {"in_flight": float(self._in_flight + at_door), "queue_ms": 0.0}

    async def stop(self, drain_seconds: float = 0.0) -> None:  # noqa: ARG002 - the door has it from the settings
        """Leave the port to others, answer what has come, keep what is to be kept; calling it twice is fine."""
        front, self._front = self._front, None
        if front is None:
            return
        if self._door is not None:
            await self._door.close()
        await self._generation.aclose()
        await front.finish()
        await front.aclose()
        for lane in self._lanes.values():
            await lane.aclose()
        await self._close()

    async def settled(self) -> None:
        """Wait until what goes on after answers is done."""
        assert self._front is not None
        await self._front.settled()

    @property
    def port(self) -> int | None:
        """Where the door is, if there is one."""
        return None if self._door is None else self._door.port

    def __serve_build_asgi_app__(self) -> Any:
        """What Serve's proxy calls."""
        assert self._front is not None
        application = self._front.application

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self._in_flight += 1
            try:
                await application(scope, receive, send)
            finally:
                self._in_flight -= 1

        return counted

    def __del__(self) -> Coroutine[Any, Any, None] | None:
        """How Serve tells a replica to end: it awaits what comes back. Of the interpreter's own call nothing does."""
        return None if self._front is None else self.stop()

    def _made(self, embedder: Embedder) -> Front:
        ports = Ports(
            forwarder=RemoteForwarder(self._lanes["forwarder"]),
            embedder=embedder,
            durable=RemoteCache(self._lanes["store"]),
            volatile=RemoteCache(self._lanes["store"], "volatile"),
            others={"counter": self._counters, "recorder": self._sink},
        )
        return Front(
            self.settings,
            self.clock,
            key=self.key,
            ports=ports,
            sinks=[self._sink],
            metrics=self._sink.exposition if self.settings.telemetry.metrics else None,
            tracer=self.tracer,
            announce=self._generation.announce,
        )

    async def _embedder(self) -> Embedder:
        """The workers' model; what it is called and what it reads is known here. Raises: ConfigError."""
        if not self.settings.embedding.enabled:
            return NoEmbedder()
        pieces = Pieces()
        await asyncio.to_thread(pieces.load)
        lane = self._lanes["embedder"]
        return RemoteEmbedder(lane, name=pieces.name, dim=pieces.dim, window=pieces.window, fits=pieces.fits)

    async def _lanes_to(self, members: Mapping[str, Members]) -> Mapping[str, Lane]:
        tls = await asyncio.to_thread(self._tls, client_tls)
        tracer = None if self.settings.telemetry.otlp_endpoint is None else self.tracer
        return {
            stage: Lane(
                each,
                bearer=self.bearer,
                node=self.here.node,
                name=stage,
                tls=tls,
                tracer=tracer,
                patience=_REPLACED if stage == "forwarder" else 0.0,
            )
            for stage, each in members.items()
        }


def behind_proxy(serve: Any) -> type:
    """An Ingress that Serve's proxy can call, and that ends as an Ingress does; `serve` is `ray.serve`."""
    return type("Ingress", (serve.ingress()(Ingress),), {"__del__": Ingress.__del__})


def _members(handle: Any, deployment: str) -> Members:
    return handle if isinstance(handle, FixedMembers) else ServeMembers(handle, deployment)


async def _found(stage: str, members: Members) -> None:
    """Wait for a replica of `stage`. Raises: StageError, where nothing goes on without."""
    if not isinstance(members, ServeMembers):
        return
    try:
        await members.ready(_PATIENCE)
    except StageError:
        if stage == "forwarder":
            raise
        _log.warning("the %s is not there: calls go on without it", stage)
