"""The whole gateway in one process: the composition root for `warmlane serve --solo`."""

import os
from collections.abc import Callable, Mapping
from typing import BinaryIO

from prometheus_client import CollectorRegistry

from warmlane.adapters.demo import DemoForwarder
from warmlane.adapters.embedders import NoEmbedder, OnnxEmbedder
from warmlane.adapters.sinks import LogSink, MetricsSink, exposition
from warmlane.adapters.telemetry import make_tracer
from warmlane.adapters.upstream import ByProvider, HttpForwarder
from warmlane.bus import Bus
from warmlane.caches import Caches, Deadlines
from warmlane.clock import Clock
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.errors import Loading, WarmlaneError
from warmlane.gateway import Gateway
from warmlane.keeping import Keeping
from warmlane.lanes import Lane
from warmlane.lookup import Lookup
from warmlane.ports import Forwarder, Port, Sink
from warmlane.providers import Provider, table
from warmlane.reading import Reader
from warmlane.recent import Recent
from warmlane.report import Reporter
from warmlane.seal import Callers
from warmlane.settings import Settings, pepper
from warmlane.standing import Standings
from warmlane.tasks import Tasks
from warmlane.web.asgi import Application
from warmlane.web.edge import Edge
from warmlane.web.fast import FastProtocol, serve_with
from warmlane.web.limits import Limits
from warmlane.web.pages import Pages
from warmlane.web.repeats import Repeats
from warmlane.web.routing import Router
from warmlane_stores import open_store
from warmlane_stores.hot import HotStore
from warmlane_stores.index.auto import AutoIndex
from warmlane_stores.index.base import VectorIndex
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

_SWEEP = 30.0  # seconds between sweeps of what recent memory has outlived
_CHROMA_FROM = 1000  # vectors in a partition, where Chroma was asked for
_PATIENCE = 5.0  # seconds that the last answers have to be stored


class Solo:
    """A gateway, the two ways into it, and everything that must be closed after it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Open the stores, which may block for a moment, and put the parts together. Raises: ConfigError."""
        key = pepper(settings)  # first of all: it makes the data folder, for nobody else's eyes
        self._tasks, self._clockwork = Tasks(), Tasks()
        providers = _providers(settings)
        self._registry = CollectorRegistry()
        self._log = LogSink(_standard_output()) if settings.telemetry.log else None
        sinks: list[Sink] = [MetricsSink(self._registry, providers), *([self._log] if self._log is not None else [])]
        self._bus = Bus(sinks, clock=clock)
        telemetry = settings.telemetry
        self._tracer, self._end_traces = make_tracer(telemetry.otlp_endpoint, ratio=telemetry.sample_ratio)
        self._durable, self._volatile = _shards(settings, clock)
        self._embedder = _embedder(settings)
        self._forwarder = _forwarder(settings, clock)
        self._recent = Recent(max_bytes=settings.cache.recent_bytes, seconds=settings.cache.recent_seconds, clock=clock)
        self._repeats = Repeats(os.urandom(32), max_bytes=settings.cache.recent_bytes)
        lane = _lane(settings)
        self._reporter = Reporter(bus=self._bus, lane=lane.name, clock=clock)
        self.gateway = self._gateway(settings, lane, key, clock)
        edge = Edge(Router(providers), errors=OpenAIChat())
        limits = _limits(settings)
        self.application = Application(
            gateway=self.gateway,
            edge=edge,
            pages=Pages(readiness=self._readiness, metrics=self._exposition if settings.telemetry.metrics else None),
            reporter=self._reporter,
            limits=limits,
            tasks=self._tasks,
        )
        self.protocol: type[FastProtocol] = serve_with(self.gateway, edge, self._reporter, limits, self._repeats)

    def start(self) -> None:
        """Begin the work in the background; the embedder loads meanwhile. In the running loop."""
        self._bus.start()
        for shard in (self._durable, self._volatile):
            shard.start()
        if isinstance(self._embedder, OnnxEmbedder):
            self._embedder.start()
        self._clockwork.every(_SWEEP, self._sweep, name="sweep")

    async def settled(self) -> None:
        """Wait until what goes on after answers is done: what was to be kept is kept, what was to be told is told."""
        while self._tasks:
            await self._tasks.join()
        await self._bus.flush()

    async def loaded(self) -> None:
        """Wait until what loads in the background is there. Raises: StageError, where it failed."""
        if isinstance(self._embedder, OnnxEmbedder):
            await self._embedder.loaded()

    async def stop(self) -> None:
        """Finish what was accepted, let go of everything."""
        await self._clockwork.cancel()
        await self._tasks.join(_PATIENCE)
        for port in self._ports().values():
            await port.aclose()
        await self._bus.aclose()
        if self._log is not None:
            await self._log.aclose()
        await self._end_traces()

    def _gateway(self, settings: Settings, lane: Lane, key: bytes, clock: Clock) -> Gateway:
        caches = Caches(durable=self._durable, volatile=self._volatile)
        standings = Standings(revalidate_after=lane.revalidate_after, clock=clock)
        lookup = Lookup(
            caches=caches,
            embedder=self._embedder,
            recent=self._recent,
            standings=standings,
            deadlines=_deadlines(settings),
            reporter=self._reporter,
            tracer=self._tracer,
            clock=clock,
        )
        keeping = Keeping(
            caches=caches,
            embedder=self._embedder,
            recent=self._recent,
            lane=lane,
            pepper=key,
            deadlines=_deadlines(settings),
            reporter=self._reporter,
            tracer=self._tracer,
            clock=clock,
        )
        chat = OpenAIChat()
        return Gateway(
            lane=lane,
            reader=Reader(lane=lane, dialects={chat.name: chat}, callers=Callers(key), clock=clock),
            lookup=lookup,
            forwarder=self._forwarder,
            keeping=keeping,
            recent=self._recent,
            standings=standings,
            reporter=self._reporter,
            tracer=self._tracer,
            tasks=self._tasks,
            clock=clock,
        )

    def _ports(self) -> dict[str, Port]:
        return {
            "forwarder": self._forwarder,
            "embedder": self._embedder,
            "store": self._durable,
            "memory": self._volatile,
        }

    async def _readiness(self) -> Mapping[str, str]:
        said: dict[str, str] = {}
        for name, port in self._ports().items():
            try:
                await port.ping()
                said[name] = "ok"
            except Loading:
                said[name] = "loading"
            except WarmlaneError as error:
                said[name] = error.message
        return said

    async def _sweep(self) -> None:
        self._recent.sweep()
        self._repeats.sweep()

    def _exposition(self) -> tuple[str, bytes]:
        return exposition(self._registry)


def _standard_output() -> BinaryIO:
    """Unbuffered, so that ending the process never waits for a reader that is stuck."""
    return open(1, "wb", buffering=0, closefd=False)


def _providers(settings: Settings) -> Mapping[str, Provider]:
    rows = table(settings.base_urls)
    return rows if settings.demo.enabled else {name: row for name, row in rows.items() if name != "demo"}


def _lane(settings: Settings) -> Lane:
    cache = settings.cache
    return Lane(
        when=cache.when,
        mode=cache.mode,
        ttl=cache.ttl,
        max_ttl=cache.max_ttl,
        threshold=cache.threshold,
        max_entry_bytes=int(cache.max_entry_bytes),
        revalidate_after=cache.revalidate_after,
    )


def _limits(settings: Settings) -> Limits:
    limits = settings.limits
    return Limits(
        max_body_bytes=int(limits.max_body_bytes),
        max_header_bytes=int(limits.max_header_bytes),
        max_headers=limits.max_headers,
        arrival_timeout=limits.header_timeout,
        max_connections=limits.max_connections,
    )


def _deadlines(settings: Settings) -> Deadlines:
    cache = settings.cache
    return Deadlines(
        store=cache.store_timeout_ms / 1000,
        embed=settings.embedding.timeout_ms / 1000,
        near=cache.near_timeout_ms / 1000,
    )


def _embedder(settings: Settings) -> OnnxEmbedder | NoEmbedder:
    embedding = settings.embedding
    return OnnxEmbedder(threads=embedding.threads) if embedding.enabled else NoEmbedder()


def _forwarder(settings: Settings, clock: Clock) -> Forwarder:
    upstream, demo = settings.upstream, settings.demo
    http = HttpForwarder(
        connect_timeout=upstream.connect_timeout,
        read_timeout=upstream.read_timeout,
        max_calls=upstream.max_connections,
        proxy=None if upstream.proxy is None else upstream.proxy.get_secret_value(),
    )
    return ByProvider(
        http, {"demo": DemoForwarder(clock, first_byte=demo.first_byte_ms / 1000, per_chunk=demo.chunk_ms / 1000)}
    )


def _shards(settings: Settings, clock: Clock) -> tuple[Shard, Shard]:
    """The durable one, and the one in RAM for callers whose key could be guessed."""
    cache = settings.cache
    kinds: dict[str, Callable[[], VectorIndex]] = {
        "flat": FlatIndex,
        # Not from the first vector: each history is a partition, and each Chroma index takes two threads.
        "chroma": lambda: AutoIndex(promote_at=_CHROMA_FROM),
        "auto": AutoIndex,
    }
    store = HotStore(open_store(settings.store_url, clock=clock), int(cache.hot_bytes), clock)
    volatile = MemoryStore(clock, max_bytes=int(cache.hot_bytes), max_entries=cache.max_entries)
    make = kinds[cache.index]
    return (
        Shard(store, make, clock, idle_after=cache.idle_after),
        Shard(volatile, make, clock, idle_after=cache.idle_after),
    )
