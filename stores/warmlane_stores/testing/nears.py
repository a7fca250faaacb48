"""The laws of stores that find rows by meaning."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio

from warmlane.clock import Clock, ManualClock
from warmlane.model import Probe, Row, Scope
from warmlane.ports import NearStore, Store
from warmlane_stores.testing.values import CALLER, OTHER, a_probe, a_sealed, a_vector, digest


class NearAndStore(Store, NearStore, Protocol):
    """What both puts rows and finds them by meaning."""


class NearStoreContract(ABC):
    """Every law of a NearStore that is also a Store; a subclass makes one in an empty folder."""

    @abstractmethod
    def make(self, root: Path, clock: Clock) -> NearAndStore:
        """A new store that implements Store and NearStore."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """Time that moves when a test says so."""
        return ManualClock()

    @pytest_asyncio.fixture
    async def store(self, tmp_path: Path, clock: ManualClock) -> AsyncIterator[NearAndStore]:
        """The store under test, closed afterwards."""
        store = self.make(tmp_path, clock)
        yield store
        await store.aclose()

    async def test_a_neighbour_is_found_with_its_sealed_row(self, store: NearAndStore) -> None:
        """What comes back is the row as put, and the cosine of the two vectors."""
        row = a_sealed("x", a_vector(1))
        await store.put(row)

        (near,) = await store.near(a_probe(a_vector(3, 1)), 3)

        assert row == near.row
        assert near.similarity == pytest.approx(3 / 10**0.5, abs=1e-3)

    async def test_nearest_first_and_at_most_the_limit(self, store: NearAndStore) -> None:
        """The order is by cosine."""
        for n in (4, 0, 2, 1, 3):
            await store.put(a_sealed(f"{n}", a_vector(1, n / 10)))

        found = await store.near(a_probe(a_vector(1)), 3)

        assert [digest(f"{n}") for n in range(3)] == [near.row.key for near in found]

    async def test_nothing_below_the_floor(self, store: NearAndStore) -> None:
        """The probe's floor holds."""
        await store.put(a_sealed("x", a_vector(1)))

        assert await store.near(a_probe(a_vector(1, 1), floor=0.85), 3) == []

    async def test_another_partition_is_never_found(self, store: NearAndStore) -> None:
        """The same vector under another partition is no neighbour."""
        await store.put(a_sealed("x", a_vector(1), partition="other"))

        assert await store.near(a_probe(a_vector(1)), 3) == []

    async def test_another_tenant_is_never_found(self, store: NearAndStore) -> None:
        """The same vector and partition of another tenant is no neighbour, whichever of them asked first."""
        await store.put(a_sealed("x", a_vector(1), caller=OTHER))

        assert await store.near(a_probe(a_vector(1)), 3) == []
        assert len(await store.near(a_probe(a_vector(1), caller=OTHER), 3)) == 1
        assert await store.near(a_probe(a_vector(1)), 3) == []

    async def test_put_while_active_is_found(self, store: NearAndStore) -> None:
        """A tenant whose index is in memory finds what is put from then on."""
        assert await store.near(a_probe(a_vector(1)), 3) == []
        await store.put(a_sealed("x", a_vector(1)))

        assert len(await store.near(a_probe(a_vector(1)), 3)) == 1

    async def test_put_replaces_in_the_index(self, store: NearAndStore) -> None:
        """The old vector, and the old partition, find it no more."""
        await store.put(a_sealed("x", a_vector(1)))
        await store.near(a_probe(a_vector(1)), 3)
        await store.put(a_sealed("x", a_vector(0, 1)))
        assert await store.near(a_probe(a_vector(1)), 3) == []
        assert len(await store.near(a_probe(a_vector(0, 1)), 3)) == 1

        await store.put(a_sealed("x", a_vector(0, 1), partition="other"))

        assert await store.near(a_probe(a_vector(0, 1)), 3) == []

    async def test_a_row_without_a_vector_is_never_found(self, store: NearAndStore) -> None:
        """Nor is one that lost its vector by being replaced."""
        await store.put(a_sealed("x", a_vector(1)))
        await store.near(a_probe(a_vector(1)), 3)
        await store.put(a_sealed("x", None))

        assert await store.near(a_probe(a_vector(1)), 3) == []

    async def test_deleted_is_never_returned(self, store: NearAndStore) -> None:
        """Deleted before or after the tenant became active."""
        await store.put(a_sealed("x", a_vector(1)))
        await store.put(a_sealed("y", a_vector(1)))
        await store.delete(CALLER.tenant, [digest("x")])
        assert [near.row.key for near in await store.near(a_probe(a_vector(1)), 3)] == [digest("y")]

        await store.delete(CALLER.tenant, [digest("y")])

        assert await store.near(a_probe(a_vector(1)), 3) == []

    @pytest.mark.parametrize(
        "scope",
        [
            lambda row: Scope(tenant=row.tenant),
            lambda row: Scope(partition=row.partition),
            lambda row: Scope(label=row.labels[0]),
        ],
        ids=["tenant", "partition", "label"],
    )
    async def test_purged_is_never_returned(self, store: NearAndStore, scope: Callable[[Row], Scope]) -> None:
        """And what a purge leaves is still found."""
        row, other = a_sealed("x", a_vector(1), labels=("l",)), a_sealed("y", a_vector(1), caller=OTHER, partition="q")
        await store.put(row)
        await store.put(other)
        await store.near(a_probe(a_vector(1)), 3)
        await store.near(a_probe(a_vector(1), caller=OTHER, partition="q"), 3)

        assert await store.purge(scope(row)) == 1

        assert await store.near(a_probe(a_vector(1)), 3) == []
        assert len(await store.near(a_probe(a_vector(1), caller=OTHER, partition="q"), 3)) == 1

    async def test_expired_is_never_returned(self, store: NearAndStore, clock: ManualClock) -> None:
        """And does not stand in the way of live ones further off, however many there are."""
        for n in range(40):
            await store.put(a_sealed(f"{n}", a_vector(1, n / 1000), ttl=300))
        await store.put(a_sealed("late", a_vector(1, 0.2), ttl=3600))
        await store.near(a_probe(a_vector(1)), 3)
        clock.advance(301)

        found = await store.near(a_probe(a_vector(1)), 3)

        assert [digest("late")] == [near.row.key for near in found]

    async def test_another_key_opens_nothing(self, store: NearAndStore) -> None:
        """With a key that is not the tenant's there is no neighbour and no error."""
        await store.put(a_sealed("x", a_vector(1)))
        probe = a_probe(a_vector(1))
        stranger = Probe(
            tenant=probe.tenant,
            partition=probe.partition,
            vector=probe.vector,
            vector_key=OTHER.vector_key,
            floor=probe.floor,
        )

        assert await store.near(stranger, 3) == []

    async def test_the_right_key_still_finds_after_a_wrong_one(self, store: NearAndStore) -> None:
        """A stranger's probe does not spoil the tenant's index."""
        await self.test_another_key_opens_nothing(store)

        assert len(await store.near(a_probe(a_vector(1)), 3)) == 1
