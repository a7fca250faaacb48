"""Stages on real sockets, and lanes to them: no Ray, all in one process."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

from warmlane.clock import Clock
from warmlane.errors import StageError
from warmlane.ports import Tracer
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.discovery import FixedMembers, Member
from warmlane_serve.lane.handlers import cache_routes
from warmlane_serve.lane.server import Routes, StageServer
from warmlane_serve.remote import RemoteCache
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

BEARER = "b" * 64
NODE = "node-1"

Over = Literal["unix", "tcp"]


def a_server(routes: Routes, number: int = 0, **named: Any) -> StageServer:
    """A stage's replica of that number, not started."""
    given: dict[str, Any] = {
        "bearer": BEARER, "name": "stage", "replica": f"r{number}", "node": NODE, "rank": number, **named,
    }  # fmt: skip
    return StageServer(routes, **given)


def a_lane(
    *members: Member, over: Over = "unix", bearer: str = BEARER, tls: ssl.SSLContext | None = None,
    tracer: Tracer | None = None,
) -> Lane:  # fmt: skip
    """A lane to them."""
    node = NODE if over == "unix" else "node-2"
    return Lane(FixedMembers(*members), bearer=bearer, node=node, tls=tls, tracer=tracer)


@asynccontextmanager
async def serving(*stages: Routes, **named: Any) -> AsyncGenerator[list[StageServer], None]:
    """Replicas that answer."""
    async with AsyncExitStack() as stack:
        servers = [a_server(routes, number, **named) for number, routes in enumerate(stages)]
        for server in servers:
            await server.start()
            stack.push_async_callback(server.stop, 0)
        yield servers


@asynccontextmanager
async def calling(*servers: StageServer, over: Over = "unix", **named: Any) -> AsyncGenerator[Lane, None]:
    """A lane to started replicas."""
    lane = a_lane(*(server.where for server in servers), over=over, **named)
    try:
        yield lane
    finally:
        await lane.aclose()


class LazyLane(Lane):
    """A lane whose replicas start with the first call and end with it: for contracts, which make things at once."""

    def __init__(self, make: Callable[[], Sequence[Routes]], over: Over, end: Callable[[], Any]) -> None:
        """Start what `make` returns; await `end()` last of all."""
        self._all = FixedMembers()
        super().__init__(self._all, bearer=BEARER, node=NODE if over == "unix" else "node-2")
        self._make, self._end, self._lock = make, end, asyncio.Lock()
        self._servers: list[StageServer] = []
        self._ended = False

    async def ask(self, path: str, body: bytes = b"", *, key: bytes | None = None, again: bool = False) -> bytes:
        """As a Lane."""
        await self._start()
        return await super().ask(path, body, key=key, again=again)

    async def ask_all(self, path: str, body: bytes = b"") -> list[tuple[Member, bytes | StageError]]:
        """As a Lane."""
        await self._start()
        return await super().ask_all(path, body)

    async def aclose(self) -> None:
        """End the replicas too."""
        await super().aclose()
        for server in self._servers:
            await server.stop(0)
        if not self._ended:
            self._ended = True
            await self._end()

    async def _start(self) -> None:
        async with self._lock:
            if not self._servers:
                self._servers = [a_server(routes, number) for number, routes in enumerate(self._make())]
                for server in self._servers:
                    await server.start()
                self._all.change(*(server.where for server in self._servers))


def a_remote_cache(clock: Clock, *, shards: int, over: Over) -> RemoteCache:
    """A cache of so many shards in RAM, all behind sockets."""
    caches = [(a_shard(clock), a_shard(clock)) for _ in range(shards)]

    async def end() -> None:
        for cache in caches:
            for one in cache:
                await one.aclose()

    return RemoteCache(LazyLane(lambda: [cache_routes(*cache) for cache in caches], over, end))


def a_shard(clock: Clock) -> Shard:
    """A shard in RAM."""
    return Shard(MemoryStore(clock), FlatIndex, clock)
