"""The laws of bounded stores."""

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from warmlane.clock import Clock, ManualClock
from warmlane.model import Scope
from warmlane.ports import Store
from warmlane_stores.testing.values import a_row, digest


class QuotaContract(ABC):
    """What a bounded store does at its bounds; a subclass makes one."""

    @abstractmethod
    def make(self, root: Path, clock: Clock, *, max_bytes: int, max_entries: int) -> Store:
        """A new store with these bounds."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """Time that moves when a test says so."""
        return ManualClock()

    async def test_the_least_recently_used_leaves_first(self, tmp_path: Path, clock: ManualClock) -> None:
        """Reading a row is using it."""
        store = self.make(tmp_path, clock, max_bytes=1 << 20, max_entries=3)
        for key in ("a", "b", "c"):
            await store.put(a_row(key))
        await store.get(digest("tenant"), digest("a"))

        await store.put(a_row("d"))

        assert await self.present(store, "abcd") == "acd"
        await store.aclose()

    async def test_bytes_are_bounded(self, tmp_path: Path, clock: ManualClock) -> None:
        """The sum of sizes stays under the bound."""
        row = a_row(answer=bytes(1000))
        store = self.make(tmp_path, clock, max_bytes=3 * row.size, max_entries=1000)
        for key in "abcde":
            await store.put(a_row(key, answer=bytes(1000)))

        assert await self.present(store, "abcde") == "cde"
        await store.aclose()

    async def test_a_row_over_the_quota_is_not_kept(self, tmp_path: Path, clock: ManualClock) -> None:
        """It throws nobody else out, and what it was to replace is not served in its place."""
        store = self.make(tmp_path, clock, max_bytes=2000, max_entries=1000)
        for key in "ab":
            await store.put(a_row(key))

        await store.put(a_row("a", answer=bytes(3000)))

        assert await self.present(store, "ab") == "b"
        await store.aclose()

    async def test_replacing_a_row_does_not_count_twice(self, tmp_path: Path, clock: ManualClock) -> None:
        """One key holds one row's bytes, however often it is put."""
        row = a_row(answer=bytes(1000))
        store = self.make(tmp_path, clock, max_bytes=2 * row.size, max_entries=2)
        await store.put(a_row("a", answer=bytes(1000)))
        for _ in range(20):
            await store.put(a_row("b", answer=bytes(1000)))

        assert await self.present(store, "ab") == "ab"
        await store.aclose()

    async def test_expired_rows_leave_before_live_ones(self, tmp_path: Path, clock: ManualClock) -> None:
        """Room is made of what nobody can have any more."""
        store = self.make(tmp_path, clock, max_bytes=1 << 20, max_entries=3)
        await store.put(a_row("a"))
        await store.put(a_row("b"))
        await store.put(a_row("short", ttl=5))
        clock.advance(6)

        await store.put(a_row("d"))

        assert await self.present(store, "abd") == "abd"
        await store.aclose()

    async def test_deleting_makes_room(self, tmp_path: Path, clock: ManualClock) -> None:
        """What was deleted or purged does not count."""
        store = self.make(tmp_path, clock, max_bytes=1 << 20, max_entries=3)
        await store.put(a_row("a", labels=("x",)))
        await store.put(a_row("b"))
        await store.put(a_row("c"))
        await store.delete(digest("tenant"), [digest("c")])
        await store.purge(Scope(label=digest("x")))

        await store.put(a_row("d"))
        await store.put(a_row("e"))

        assert await self.present(store, "bde") == "bde"
        await store.aclose()

    async def present(self, store: Store, keys: str) -> str:
        """Which of these one-letter keys are there."""
        return "".join([key for key in keys if await store.get(digest("tenant"), digest(key))])
