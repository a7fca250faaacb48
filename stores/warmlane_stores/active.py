"""The vectors of one active tenant, in RAM: one index per partition."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from warmlane.model import Row, Vector
from warmlane.seal import Tampered, open_vector
from warmlane_stores.index.base import Matrix, VectorIndex, has_direction

Opened: TypeAlias = Mapping[bytes, tuple[list[bytes], Matrix]]
"""By partition: keys, and their vectors as rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a key's vector is. Made anew with each put: the same place is the same vector."""

    partition: bytes


@dataclass(slots=True, eq=False)
class Active:
    """What is known of a tenant while it is active. Changes apply one after the other, in the order called."""

    vector_key: bytes = field(repr=False)
    make_index: Callable[[], VectorIndex]
    used: float
    loading: asyncio.Task[None] | None = None
    _indexes: dict[bytes, VectorIndex] = field(default_factory=dict)
    _places: dict[bytes, Place] = field(default_factory=dict)
    _changed: set[bytes] = field(default_factory=set)
    _is_wiped: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_loading(self) -> bool:
        """Whether rows from before are still being read."""
        return self.loading is not None and not self.loading.done()

    def index(self, partition: bytes) -> VectorIndex | None:
        """The index of a partition that has vectors."""
        return self._indexes.get(partition)

    def place(self, key: bytes) -> Place | None:
        """Where the key's vector is, to compare by identity."""
        return self._places.get(key)

    def is_touched_by(self, row: Row) -> bool:
        """Whether `row` changes anything here: it has a vector, or takes the place of one that has, or may have."""
        return bool(row.vector) or self.is_loading or row.key in self._places

    def __len__(self) -> int:
        """How many vectors there are."""
        return len(self._places)

    async def load(self, opened: Opened) -> None:
        """Take in rows from before; a key that was put or removed since is left as it is. Raises: StageError."""
        async with self._lock:
            for partition, (keys, vectors) in opened.items():
                old = [n for n, key in enumerate(keys) if key not in self._changed]
                if old:
                    await self._add(partition, [keys[n] for n in old], vectors[old])

    def loaded(self) -> None:
        """There is nothing more from before: what changed need no longer be remembered."""
        self._changed.clear()

    async def put(self, row: Row) -> None:
        """Index `row`, in place of what its key had. Raises: StageError."""
        async with self._lock:
            await self._remove([row.key])
            for partition, (keys, vectors) in open_rows(self.vector_key, [row]).items():
                await self._add(partition, keys, vectors)

    async def remove(self, keys: Collection[bytes]) -> None:
        """Forget these. Raises: StageError."""
        async with self._lock:
            await self._remove(keys)

    async def wipe(self) -> None:
        """Overwrite the vectors and let go of everything, for good: what still comes is not taken in."""
        self.vector_key = b""
        async with self._lock:
            self._is_wiped = True
            for index in self._indexes.values():
                await index.aclose()
            self._indexes.clear()
            self._places.clear()

    async def _add(self, partition: bytes, keys: Sequence[bytes], vectors: Matrix) -> None:
        if self._is_wiped:
            return
        index = self._indexes.get(partition)
        if index is None:
            index = self._indexes[partition] = self.make_index()
        try:
            await index.add(keys, vectors)
        except ValueError:  # of another dimension than the partition's others: nothing could find it there
            return
        self._places.update((key, Place(partition)) for key in keys)

    async def _remove(self, keys: Iterable[bytes]) -> None:
        by_partition: dict[bytes, list[bytes]] = {}
        for key in keys:
            if self.is_loading:
                self._changed.add(key)
            place = self._places.pop(key, None)
            if place is not None:
                by_partition.setdefault(place.partition, []).append(key)
        for partition, some in by_partition.items():
            index = self._indexes[partition]
            await index.remove(some)
            if len(index) == 0:
                del self._indexes[partition]
                await index.aclose()


def open_rows(vector_key: bytes, rows: Iterable[Row]) -> Opened:
    """The vectors that `vector_key` opens; what does not open, or has no direction, is left out."""
    found: dict[bytes, tuple[list[bytes], list[Vector]]] = {}
    for row in rows:
        if not (row.vector and row.partition):
            continue
        try:
            vector = open_vector(vector_key, row)
        except Tampered:
            continue
        keys, vectors = found.setdefault(row.partition, ([], []))
        if vectors and vectors[0].shape != vector.shape:
            continue
        if has_direction(vector):
            keys.append(row.key)
            vectors.append(vector)
    return {partition: (keys, np.stack(vectors)) for partition, (keys, vectors) in found.items() if keys}
