"""The ports as the settings ask for them, in this process: what solo mode holds together, and each stage alone."""

from collections.abc import Callable
from typing import BinaryIO

from warmlane.adapters.demo import DemoForwarder
from warmlane.adapters.embedders import NoEmbedder, OnnxEmbedder
from warmlane.adapters.embedders.batching import Limits
from warmlane.adapters.sinks import LogSink
from warmlane.adapters.upstream import ByProvider, HttpForwarder
from warmlane.clock import Clock
from warmlane.ports import Forwarder, Tracer
from warmlane.settings import Settings
from warmlane_stores import open_store
from warmlane_stores.hot import HotStore
from warmlane_stores.index.auto import AutoIndex
from warmlane_stores.index.base import VectorIndex
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

_CHROMA_FROM = 1000  # vectors in a partition, where Chroma was asked for


def embedder(
    settings: Settings, clock: Clock, tracer: Tracer, *, gpu_granted: bool = False
) -> OnnxEmbedder | NoEmbedder:
    """What makes vectors; it loads once it is started. `gpu_granted`: Ray gave this process a GPU."""
    embedding = settings.embedding
    if not embedding.enabled:
        return NoEmbedder()
    return OnnxEmbedder(
        threads=embedding.threads,
        device=embedding.device,
        gpu_granted=gpu_granted,
        limits=Limits(
            texts=embedding.max_batch, wait=embedding.max_wait_ms / 1000, patience=embedding.timeout_ms / 1000
        ),
        clock=clock,
        tracer=tracer,
    )


def forwarder(settings: Settings, clock: Clock) -> Forwarder:
    """What calls the providers."""
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


def shards(settings: Settings, clock: Clock) -> tuple[Shard, Shard]:
    """The durable one, and the one in RAM for callers whose key could be guessed. Raises: ConfigError."""
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


def log(settings: Settings) -> LogSink | None:
    """What writes a line per call on standard output, where that is wanted."""
    return LogSink(_standard_output()) if settings.telemetry.log else None


def _standard_output() -> BinaryIO:
    """Unbuffered, so that ending the process never waits for a reader that is stuck."""
    return open(1, "wb", buffering=0, closefd=False)
