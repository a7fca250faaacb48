"""Flat while that is fastest, Chroma above it, and flat again when Chroma is in trouble."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from warmlane.errors import StageError
from warmlane.model import Vector
from warmlane.tasks import Tasks
from warmlane_stores.index.base import Found, Matrix, VectorIndex
from warmlane_stores.index.chroma import ChromaIndex
from warmlane_stores.index.flat import FlatIndex

_log = logging.getLogger(__name__)

PROMOTE_AT = 100_000
"""Vectors of 384 components from which on Chroma was quicker. Medians of one run, side by side, flat and Chroma in ms:
50,000: 1.1, 1.4; 75,000: 1.5, 1.7; 100,000: 1.9, 1.6; 150,000: 2.9, 2.5 (`python -m bench.indexes`; docs/stores.md)."""
_CHUNK = 1000


class LargeIndex(VectorIndex, Protocol):
    """An index for many vectors that may fail."""

    async def settle(self) -> None:
        """Wait until it has taken in what was added. Raises: StageError."""
        ...


class AutoIndex:
    """A FlatIndex, which is never given up, and beside it a large one once there are `promote_at` vectors.

    The large one is filled in the background and searched when it is full. When it is in trouble, searches go to the
    flat one as before, for good: an index lives for a tenant's active time, not for ever.
    """

    def __init__(self, *, promote_at: int = PROMOTE_AT, make_large: Callable[[], LargeIndex] = ChromaIndex) -> None:
        """Empty; `make_large` is called at most once."""
        self._promote_at, self._make_large = promote_at, make_large
        self._flat = FlatIndex()
        self._large: LargeIndex | None = None
        self._tasks = Tasks()
        self._may_rise = True
        self.is_promoted = False
        self.in_trouble = False

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep `vectors` under `ids`. Raises: ValueError."""
        await self._flat.add(ids, vectors)
        if self._large is not None:
            try:
                await self._large.add(ids, vectors)
            except StageError:
                self._fall()
        elif self._may_rise and len(self._flat) >= self._promote_at:
            self._may_rise = False
            self._large = self._make_large()
            self._tasks.spawn(self._rise(self._large), name="index promotion")

    async def remove(self, ids: Sequence[bytes], /) -> None:
        """Forget these."""
        await self._flat.remove(ids)
        if self._large is not None:
            try:
                await self._large.remove(ids)
            except StageError:
                self._fall()

    async def search(self, vector: Vector, k: int, floor: float, /) -> Found:
        """At most `k` ids of cosine >= `floor`. Raises: ValueError."""
        large = self._large
        if large is not None and self.is_promoted:
            try:
                return await large.search(vector, k, floor)
            except StageError:
                if large.in_trouble:
                    self._fall()
        return await self._flat.search(vector, k, floor)

    async def settle(self) -> None:
        """Wait until a promotion that is under way has come to its end."""
        await self._tasks.join()

    def __len__(self) -> int:
        """How many vectors there are."""
        return len(self._flat)

    async def aclose(self) -> None:
        """Overwrite and let go of the vectors."""
        await self._tasks.cancel()
        large, self._large = self._large, None
        if large is not None:
            await large.aclose()
        await self._flat.aclose()

    async def _rise(self, large: LargeIndex) -> None:
        """Copy what is here now; what changes meanwhile reaches both."""
        names = self._flat.ids()
        try:
            for start in range(0, len(names), _CHUNK):
                found, vectors = self._flat.take(names[start : start + _CHUNK])
                if found:
                    await large.add(found, vectors)
                    await large.settle()
        except StageError:
            self._fall()
        else:
            self.is_promoted = self._large is large

    def _fall(self) -> None:
        """Go on without the large index."""
        large, self._large = self._large, None
        self.is_promoted = False
        if large is not None:
            _log.warning("an index could not use Chroma; it stays flat")
            self._tasks.spawn(large.aclose(), name="index demotion")
