"""Every store that finds by meaning keeps every law of that, and of stores."""

from collections.abc import Callable
from pathlib import Path

import pytest

from warmlane.clock import Clock
from warmlane_stores.hot import HotStore, ScannableStore
from warmlane_stores.index.auto import AutoIndex
from warmlane_stores.index.chroma import ChromaIndex
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.journal import Journal
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard
from warmlane_stores.testing import NearStoreContract, ScannableContract


class TestShardOverMemory(NearStoreContract):
    """Rows in RAM."""

    def make(self, root: Path, clock: Clock) -> Shard:
        """A Shard over a MemoryStore."""
        return Shard(MemoryStore(clock), FlatIndex, clock)


class TestShardOverJournal(NearStoreContract):
    """Rows on the disk."""

    def make(self, root: Path, clock: Clock) -> Shard:
        """A Shard over a Journal."""
        return Shard(Journal(root / "journal", clock), AutoIndex, clock)


class TestShardOverHotJournal(NearStoreContract):
    """What `warmlane serve` runs."""

    def make(self, root: Path, clock: Clock) -> Shard:
        """A Shard over memory over a Journal."""
        return Shard(HotStore(Journal(root / "journal", clock), 1 << 20, clock), AutoIndex, clock)


@pytest.mark.slow
class TestShardWithChroma(NearStoreContract):
    """Vectors in Chroma from the first."""

    def make(self, root: Path, clock: Clock) -> Shard:
        """A Shard whose indexes are promoted at once."""
        return Shard(MemoryStore(clock), promoted, clock)


class TestShardIsAStore(ScannableContract):
    """It adds a power and takes none away."""

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A Shard over a MemoryStore."""
        return Shard(MemoryStore(clock), FlatIndex, clock)


def promoted() -> AutoIndex:
    """An index that hands over to Chroma at its first vector."""
    large: Callable[[], ChromaIndex] = lambda: ChromaIndex(deadline=30)  # noqa: E731 - named for its type
    return AutoIndex(promote_at=1, make_large=large)
