"""The laws of stores."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from warmlane.clock import Clock, ManualClock
from warmlane.model import Scope
from warmlane.ports import Store
from warmlane_stores.hot import ScannableStore
from warmlane_stores.testing.values import START, a_row, digest


class StoreContract(ABC):
    """Every law of Store and Scannable; a subclass makes one in an empty folder."""

    @abstractmethod
    def make(self, root: Path, clock: Clock) -> Store:
        """A new store that may write under `root`."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """Time that moves when a test says so."""
        return ManualClock()

    @pytest_asyncio.fixture
    async def store(self, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Store]:
        """The store under test, closed afterwards."""
        store = self.make(tmp_path, clock)
        yield store
        await store.aclose()

    async def test_a_row_comes_back_whole(self, store: Store) -> None:
        """After put, get sees that row, every field of it."""
        row = a_row(vector=b"v" * 796, answer=bytes(range(256)) * 64, labels=("lane", "tag"))
        await store.put(row)

        assert row == await store.get(row.tenant, row.key)

    async def test_nothing_is_a_miss(self, store: Store) -> None:
        """A key that nothing was put under is None."""
        assert await store.get(digest("tenant"), digest("key")) is None

    async def test_another_tenant_never_sees_it(self, store: Store) -> None:
        """The same key of another tenant is another row."""
        await store.put(a_row(tenant="one", answer=b"1"))
        assert await store.get(digest("two"), digest("key")) is None

        await store.put(a_row(tenant="two", answer=b"2"))
        found = await store.get(digest("one"), digest("key"))

        assert found is not None
        assert found.answer == b"1"

    async def test_put_replaces(self, store: Store) -> None:
        """The later row is the one that is there, its labels and partition too."""
        await store.put(a_row(answer=b"old", labels=("old",)))
        new = a_row(answer=b"new", partition="other", labels=("new",))
        await store.put(new)

        assert new == await store.get(new.tenant, new.key)
        assert await store.purge(Scope(label=digest("old"))) == 0
        assert await store.purge(Scope(label=digest("new"))) == 1

    async def test_expired_is_a_miss(self, store: Store, clock: ManualClock) -> None:
        """At its `expires` a row is gone, however often it was read before; the clock is moved, nobody sleeps."""
        row = a_row(ttl=60)
        await store.put(row)
        clock.advance(59)
        assert await store.get(row.tenant, row.key) == row

        clock.advance(1)

        assert await store.get(row.tenant, row.key) is None

    async def test_an_expired_row_may_be_put_again(self, store: Store, clock: ManualClock) -> None:
        """A key is not spent by its expiry."""
        await store.put(a_row(ttl=60))
        clock.advance(61)
        row = a_row(ttl=120)
        await store.put(row)

        assert row == await store.get(row.tenant, row.key)

    async def test_delete_forgets(self, store: Store) -> None:
        """Deleted keys are misses, others stay, and the count is of those that were there."""
        for key in ("a", "b", "c"):
            await store.put(a_row(key))

        assert await store.delete(digest("tenant"), [digest("a"), digest("b"), digest("never")]) == 2

        assert await store.get(digest("tenant"), digest("a")) is None
        assert await store.get(digest("tenant"), digest("b")) is None
        assert await store.get(digest("tenant"), digest("c")) == a_row("c")

    async def test_delete_of_a_missing_key_is_fine(self, store: Store) -> None:
        """It counts 0; so does deleting nothing."""
        assert await store.delete(digest("tenant"), [digest("never")]) == 0
        assert await store.delete(digest("tenant"), []) == 0

    async def test_delete_reaches_one_tenant(self, store: Store) -> None:
        """Another tenant's row under the same key stays."""
        await store.put(a_row(tenant="one"))
        await store.put(a_row(tenant="two"))

        assert await store.delete(digest("one"), [digest("key")]) == 1

        assert await store.get(digest("two"), digest("key")) == a_row(tenant="two")

    @pytest.mark.parametrize(
        ("scope", "left"),
        [
            (Scope(tenant=digest("one")), {"two/a", "two/b"}),
            (Scope(partition=digest("p")), {"one/b", "two/b"}),
            (Scope(label=digest("x")), {"one/b", "two/a"}),
            (Scope(tenant=digest("one"), partition=digest("p")), {"one/b", "two/a", "two/b"}),
            (Scope(tenant=digest("two"), label=digest("x")), {"one/a", "one/b", "two/a"}),
            (
                Scope(tenant=digest("one"), partition=digest("q"), label=digest("x")),
                {"one/a", "one/b", "two/a", "two/b"},
            ),
        ],
        ids=["tenant", "partition", "label", "tenant+partition", "tenant+label", "nothing matches all"],
    )
    async def test_purge_reaches_what_matches_every_field(self, store: Store, scope: Scope, left: set[str]) -> None:
        """All rows that match all set fields go, and no other."""
        rows = {
            "one/a": a_row("a", tenant="one", partition="p", labels=("x", "y")),
            "one/b": a_row("b", tenant="one", partition="q", labels=("y",)),
            "two/a": a_row("a", tenant="two", partition="p", labels=()),
            "two/b": a_row("b", tenant="two", partition="q", labels=("x",)),
        }
        for row in rows.values():
            await store.put(row)

        assert await store.purge(scope) == len(rows) - len(left)

        assert {name for name, row in rows.items() if await store.get(row.tenant, row.key)} == left

    async def test_an_empty_scope_is_refused(self, store: Store) -> None:
        """It would be everything, and nobody means that."""
        await store.put(a_row())

        with pytest.raises(ValueError, match="scope"):
            await store.purge(Scope())

        assert await store.get(digest("tenant"), digest("key")) == a_row()

    async def test_many_at_once_all_arrive(self, store: Store) -> None:
        """Concurrent puts and gets do not lose or mix rows."""
        rows = [a_row(f"k{n}", answer=f"answer {n}".encode()) for n in range(200)]

        await asyncio.gather(*(store.put(row) for row in rows))
        found = await asyncio.gather(*(store.get(row.tenant, row.key) for row in rows))

        assert rows == found

    async def test_the_last_of_many_puts_under_one_key_stays(self, store: Store) -> None:
        """Puts of one caller, one after the other, end with the last."""
        for n in range(20):
            await store.put(a_row(answer=f"{n}".encode()))

        found = await store.get(digest("tenant"), digest("key"))

        assert found is not None
        assert found.answer == b"19"

    async def test_ping_answers(self, store: Store) -> None:
        """A store that works says so by returning."""
        await store.ping()

    async def test_closing_twice_is_fine(self, store: Store) -> None:
        """The second aclose finds nothing to do."""
        await store.aclose()
        await store.aclose()


class ScannableContract(StoreContract):
    """Every law of Store and of Scannable."""

    @abstractmethod
    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A new store that may write under `root`."""

    @pytest_asyncio.fixture
    async def scannable(self, tmp_path: Path, clock: ManualClock) -> AsyncIterator[ScannableStore]:
        """The store under test, closed afterwards."""
        store = self.make(tmp_path, clock)
        yield store
        await store.aclose()

    async def test_scan_lists_one_tenants_live_vectors(self, scannable: ScannableStore, clock: ManualClock) -> None:
        """Each live row with a vector once; no other tenant's, no expired one, none without a vector."""
        rows = [a_row(f"k{n}", partition=f"p{n % 3}", vector=f"v{n}".encode()) for n in range(1200)]
        await asyncio.gather(*map(scannable.put, rows))  # a store may have puts wait for each other
        await scannable.put(a_row("none"))
        await scannable.put(a_row("other", tenant="other", vector=b"other's"))
        await scannable.put(a_row("old", ttl=60, vector=b"old"))
        clock.advance(61)

        found = [row async for batch in scannable.scan(digest("tenant")) for row in batch]

        expected = {(digest(f"k{n}"), digest(f"p{n % 3}"), f"v{n}".encode()) for n in range(1200)}
        assert len(found) == len(expected)
        assert {(row.key, row.partition, row.vector) for row in found} == expected
        assert {(row.tenant, row.expires) for row in found} == {(digest("tenant"), START + 3600)}
