"""Chroma, embedded and in memory, as an index that can be lost at any time.

What keeps it harmless (each rule was measured; docs/stores.md): vectors and ids only, no `where`, no documents, no
embedding function, no telemetry; every call in a thread, with a deadline; everything that it raises is caught, panics
too; a canary must be found before it is trusted; writes in small batches off the path of a request; vectors are checked
here, since Chroma searches for NaN. chromadb is imported when the first vector is written.
"""

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

import numpy as np

from warmlane.errors import StageError
from warmlane.model import Vector
from warmlane.tasks import Tasks
from warmlane_stores.index.base import Found, Matrix, normalise
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.worker import Worker

_log = logging.getLogger(__name__)

_BATCH = 100  # a write blocks reads: 40 ms for so many; Chroma itself takes at most 5461
_LATE_IN_A_ROW = 3
_CLOSE_WITHIN = 5.0  # seconds; a thread that hangs in Chroma is left behind
_EXTRA = 100  # how many hidden ones a search looks past

# chromadb shares one system between all clients of a process and counts them without a lock of its own around it.
_SHARED_SYSTEM = threading.Lock()


class Collection(Protocol):
    """What is used of a Chroma collection."""

    def upsert(self, *, ids: list[str], embeddings: Matrix) -> None:
        """Add or replace."""

    def delete(self, *, ids: list[str]) -> object:
        """Remove."""

    def query(self, *, query_embeddings: Matrix, n_results: int, include: list[str]) -> Any:
        """Nearest first: {"ids": [[...]], "distances": [[...]]}."""


Connect: TypeAlias = Callable[[str], tuple[Collection, Callable[[], None]]]
"""Makes the collection of a name, and what deletes it and lets go of everything."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bring these into the collection, and take those out of it."""

    names: list[bytes]
    vectors: Matrix
    doomed: list[bytes]


@dataclass(frozen=True, slots=True)
class Query:
    """Look for the nearest `k`."""

    unit: Vector
    k: int


class ChromaIndex:
    """A collection of its own, under a name that no other has; deleted when closed.

    For large partitions only, which is what AutoIndex does with it: each costs two threads and, once written to, 3 MB
    and four file descriptors.

    What was added is searched in a small flat index until a background task has written it to the collection.
    Once in trouble, everything raises StageError: make another.
    """

    def __init__(self, *, deadline: float = 0.25, connect: Connect | None = None) -> None:
        """Empty. A search that takes longer than `deadline` seconds raises StageError.

        `connect` runs in a thread, when the first vector is written.
        """
        self._deadline, self._connect = deadline, connect or _connect
        self.in_trouble = False
        self._late = 0
        self._dim: int | None = None
        self._fresh = FlatIndex()
        self._known: set[bytes] = set()  # in the collection, whatever its vector there
        self._doomed: set[bytes] = set()  # in the collection, and to be taken out
        self._changed: set[bytes] = set()  # while a write was under way
        self._tasks = Tasks()
        self._writing: asyncio.Task[None] | None = None
        self._collection: Collection | None = None
        self._disconnect: Callable[[], None] = lambda: None
        self._writer: Worker[Write, None] = Worker("chroma writer", self._write, most=1, finish=self._leave)
        self._reader: Worker[Query, Found] = Worker("chroma reader", self._query)

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep `vectors` under `ids`. Raises: ValueError, StageError."""
        self._check()
        units = normalise(vectors, self._dim)
        self._dim = units.shape[1]
        await self._fresh.add(ids, units)
        self._doomed.difference_update(ids)
        self._changed.update(ids)
        self._start_writing()

    async def remove(self, ids: Sequence[bytes], /) -> None:
        """Forget these. Raises: StageError."""
        self._check()
        await self._fresh.remove(ids)
        self._doomed.update(self._known.intersection(ids))
        self._changed.update(ids)
        self._start_writing()

    async def search(self, vector: Vector, k: int, floor: float, /) -> Found:
        """At most `k` ids of cosine >= `floor`. Raises: ValueError; StageError, also when it takes too long."""
        self._check()
        unit = normalise(vector, self._dim)
        found = await self._fresh.search(unit, k, floor)
        if k > 0 and len(self._known) > len(self._doomed):
            hidden = len(self._doomed) + len(self._fresh)
            stored = await self._ask(Query(unit, min(k + min(hidden, _EXTRA), len(self._known))))
            found += [(name, cosine) for name, cosine in stored if cosine >= floor and self._is_current(name)]
        return sorted(found, key=lambda pair: -pair[1])[:k]

    async def settle(self) -> None:
        """Wait until everything added so far is in the collection. Raises: StageError."""
        while self._writing is not None and not self._writing.done():
            await asyncio.shield(self._writing)
        self._check()

    def __len__(self) -> int:
        """How many vectors there are."""
        twice = sum(name in self._known for name in self._fresh.ids())
        return len(self._fresh) + len(self._known) - len(self._doomed) - twice

    async def aclose(self) -> None:
        """Delete the collection and end the threads; one that hangs is left behind."""
        self.in_trouble = True
        await self._tasks.cancel()
        await self._fresh.aclose()
        self._known.clear()
        self._doomed.clear()
        try:
            async with asyncio.timeout(_CLOSE_WITHIN):
                await self._reader.aclose()
                await self._writer.aclose()
        except TimeoutError:
            _log.error("a Chroma thread hangs; it is left behind")

    def _check(self) -> None:
        if self.in_trouble:
            msg = "the Chroma index is in trouble, or closed"
            raise StageError(msg)

    def _is_current(self, name: bytes) -> bool:
        """Whether the collection's vector of this id is the valid one."""
        return name in self._known and name not in self._doomed and name not in self._fresh

    async def _ask(self, query: Query) -> Found:
        try:
            async with asyncio.timeout(self._deadline):
                found = await self._reader.ask(query)
        except TimeoutError:
            self._late += 1
            self.in_trouble = self.in_trouble or self._late >= _LATE_IN_A_ROW
            msg = "Chroma did not answer in time"
            raise StageError(msg) from None
        except StageError:
            self.in_trouble = True
            raise
        self._late = 0
        return found

    def _start_writing(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = self._tasks.spawn(self._drain(), name="chroma writes")

    async def _drain(self) -> None:
        """Write what is fresh until nothing is; what is added meanwhile gathers for the next batch."""
        try:
            while len(self._fresh) or self._doomed:
                names, vectors = self._fresh.take(self._fresh.ids(_BATCH))
                write = Write(names, vectors, list(self._doomed)[:_BATCH])
                self._changed.clear()
                await self._writer.ask(write)
                self._known.update(names)
                self._known.difference_update(write.doomed)
                self._doomed.difference_update(write.doomed)
                self._doomed.update(name for name in names if name in self._changed and name not in self._fresh)
                await self._fresh.remove([name for name in names if name not in self._changed])
        except StageError:
            self.in_trouble = True

    # From here on in the threads.

    def _write(self, jobs: Sequence[Write]) -> Sequence[None]:
        for job in jobs:
            if self._collection is None:
                collection, self._disconnect = self._connect(f"warmlane-{uuid.uuid4().hex}")
                if job.names:
                    _try_out(collection, job.vectors.shape[1])
                self._collection = collection
            if job.doomed:
                self._collection.delete(ids=[name.hex() for name in job.doomed])
            if job.names:
                self._collection.upsert(ids=[name.hex() for name in job.names], embeddings=job.vectors)
        return [None] * len(jobs)

    def _query(self, jobs: Sequence[Query]) -> Sequence[Found]:
        assert self._collection is not None
        return [_nearest(self._collection, job.unit, job.k) for job in jobs]

    def _leave(self) -> None:
        self._collection = None
        self._disconnect()


def _nearest(collection: Collection, unit: Vector, k: int) -> Found:
    answer = collection.query(query_embeddings=unit[None], n_results=k, include=["distances"])
    names, distances = answer["ids"][0], answer["distances"][0]
    # A vector's distance to itself may come out a little below 0.
    return [(bytes.fromhex(name), min(1.0, 1.0 - distance)) for name, distance in zip(names, distances, strict=True)]


def _try_out(collection: Collection, dim: int) -> None:
    """The canary: known vectors must be found, in order. Raises: StageError."""
    canaries = np.eye(2, dim, dtype=np.float32) + np.float32(0.1)
    names = [bytes([n]) * 16 for n in range(2)]
    collection.upsert(ids=[name.hex() for name in names], embeddings=canaries)
    found = [name for name, _ in _nearest(collection, canaries[1], 2)]
    collection.delete(ids=[name.hex() for name in names])
    if found != names[::-1]:
        msg = "Chroma does not find what was put into it"
        raise StageError(msg)


def _connect(name: str) -> tuple[Collection, Callable[[], None]]:
    """A new collection of the process's in-memory Chroma, and what deletes it."""
    # Here, not above: it takes a second and 60 MB, and most gateways never need it.
    import chromadb
    from chromadb.config import Settings

    with _SHARED_SYSTEM:
        # Any: the annotation lacks `close`.
        client: Any = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
        collection = client.create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def disconnect() -> None:
        with _SHARED_SYSTEM:
            client.delete_collection(name)
            client.close()

    return cast("Collection", collection), disconnect
