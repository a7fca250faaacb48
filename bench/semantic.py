"""Case e: finding by meaning among 10,000 entries of one partition, embedding left out."""

import asyncio
import os
import secrets
import time
from collections.abc import Iterator
from statistics import median

import numpy as np

from bench.results import Fact, Result
from warmlane.clock import Clock, SystemClock
from warmlane.model import Caller, Entry, Probe, Vector
from warmlane.seal import derive, open_entry, seal
from warmlane_stores.index.auto import AutoIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

ENTRIES = 10_000
_DIM = 384
_LIMIT = 3
"""How many neighbours a lookup opens and judges."""

_PARTITION = bytes(16)


def semantic(lookups: int, core: int, entries: int = ENTRIES) -> Iterator[Result]:
    """Look up `lookups` times, one after the other, in this process kept to `core`: find, fetch, open."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        first, took = asyncio.run(_measured(lookups, entries))
    finally:
        os.sched_setaffinity(0, ours)
    yield Fact(f"semantic lookup among {entries:,}, without embedding", median(took) * 1e3, "ms", 0.8)
    yield Fact(f"a tenant's first semantic lookup: opening {entries:,} vectors", first * 1e3, "ms")


async def _measured(lookups: int, entries: int) -> tuple[float, list[float]]:
    clock = SystemClock()
    caller = derive(os.urandom(32), secrets.token_bytes(32), "openai", "default")
    vectors = _units(np.random.default_rng(7), entries)
    shard = Shard(MemoryStore(clock), AutoIndex, clock)
    try:
        await _fill(shard, caller, vectors, clock)
        first = await _lookup(shard, caller, vectors[0])
        spread = np.linspace(0, entries - 1, lookups).astype(int)
        return first, [await _lookup(shard, caller, vectors[which]) for which in spread]
    finally:
        await shard.aclose()


async def _fill(shard: Shard, caller: Caller, vectors: Vector, clock: Clock) -> None:
    now = clock.now()
    for number, vector in enumerate(vectors):
        entry = Entry(
            prompt=f"How is lane {number} kept open?",
            body=b"x" * 700,
            streamed=False,
            content_type="application/json",
            model="m",
            usage=None,
            made=now,
            expires=now + 86_400,
        )
        await shard.put(seal(caller, number.to_bytes(16, "big"), entry, partition=_PARTITION, vector=vector))


async def _lookup(shard: Shard, caller: Caller, near: Vector) -> float:
    """Seconds for one. Raises: LookupError when fewer were found than there are."""
    probe = Probe(
        tenant=caller.tenant, partition=_PARTITION, vector=near, vector_key=caller.vector_key, floor=0.0
    )  # no floor, so that three are found and opened: the most work
    started = time.perf_counter()
    found = [open_entry(caller, candidate.row) for candidate in await shard.near(probe, _LIMIT)]
    took = time.perf_counter() - started
    if len(found) < _LIMIT:
        msg = f"{len(found)} of {_LIMIT} neighbours were found"
        raise LookupError(msg)
    return took


def _units(random: np.random.Generator, count: int) -> Vector:
    vectors = random.standard_normal((count, _DIM), dtype=np.float32)
    units: Vector = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units
