"""Every store keeps every law of stores."""

from pathlib import Path

from warmlane.clock import Clock
from warmlane_stores.hot import HotStore, ScannableStore
from warmlane_stores.journal import Journal
from warmlane_stores.memory import MemoryStore
from warmlane_stores.testing import QuotaContract, ScannableContract


class TestMemory(ScannableContract):
    """In RAM."""

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A MemoryStore."""
        return MemoryStore(clock)


class TestJournal(ScannableContract):
    """On the disk."""

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A Journal."""
        return Journal(root / "journal", clock)


class TestHotOverJournal(ScannableContract):
    """On the disk, with memory in front."""

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A HotStore that holds a part of what the journal does."""
        return HotStore(Journal(root / "journal", clock), max_bytes=50_000, clock=clock)


class TestHotOverMemory(ScannableContract):
    """In RAM, twice."""

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A HotStore over a MemoryStore."""
        return HotStore(MemoryStore(clock), max_bytes=50_000, clock=clock)


class TestMemoryQuota(QuotaContract):
    """RAM is bounded."""

    def make(self, root: Path, clock: Clock, *, max_bytes: int, max_entries: int) -> ScannableStore:
        """A small MemoryStore."""
        return MemoryStore(clock, max_bytes=max_bytes, max_entries=max_entries)


class TestJournalQuota(QuotaContract):
    """The disk is bounded."""

    def make(self, root: Path, clock: Clock, *, max_bytes: int, max_entries: int) -> ScannableStore:
        """A small Journal."""
        return Journal(root / "journal", clock, max_bytes=max_bytes, max_entries=max_entries)
