"""Every index keeps every law of indexes."""

from collections.abc import Sequence

import pytest

from warmlane_stores.index.auto import AutoIndex
from warmlane_stores.index.base import Matrix, VectorIndex
from warmlane_stores.index.chroma import ChromaIndex
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.testing import VectorIndexContract


class SettledChroma(ChromaIndex):
    """Waits for each write."""

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep, and wait until Chroma has it."""
        await super().add(ids, vectors)
        await self.settle()

    async def remove(self, ids: Sequence[bytes], /) -> None:
        """Forget, and wait until Chroma has."""
        await super().remove(ids)
        await self.settle()


class SettledAuto(AutoIndex):
    """Waits for a promotion."""

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep, and wait."""
        await super().add(ids, vectors)
        await self.settle()


class TestFlat(VectorIndexContract):
    """The matrix."""

    def make(self) -> VectorIndex:
        """A FlatIndex."""
        return FlatIndex()


@pytest.mark.slow
class TestChroma(VectorIndexContract):
    """Embedded Chroma."""

    def make(self) -> VectorIndex:
        """A ChromaIndex, with a deadline that a loaded machine keeps too."""
        return ChromaIndex(deadline=30)


@pytest.mark.slow
class TestChromaSettled(VectorIndexContract):
    """Embedded Chroma, after its background writes."""

    def make(self) -> VectorIndex:
        """A ChromaIndex that answers from its collection alone."""
        return SettledChroma(deadline=30)


class TestAuto(VectorIndexContract):
    """Flat, as most partitions are."""

    def make(self) -> VectorIndex:
        """An AutoIndex that stays flat."""
        return AutoIndex()


@pytest.mark.slow
class TestAutoRising(VectorIndexContract):
    """Promoted at the first vector: every law holds while it rises."""

    def make(self) -> VectorIndex:
        """An AutoIndex that hands over to Chroma at once."""
        return AutoIndex(promote_at=1, make_large=lambda: ChromaIndex(deadline=30))


@pytest.mark.slow
class TestAutoPromoted(VectorIndexContract):
    """Promoted at the first vector, and searched in Chroma."""

    def make(self) -> VectorIndex:
        """An AutoIndex that waits for Chroma."""
        return SettledAuto(promote_at=1, make_large=lambda: SettledChroma(deadline=30))
