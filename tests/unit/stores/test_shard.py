"""A store that finds by meaning: who is active, and what happens meanwhile. Its laws are in tests/contracts."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.model import Row, Scope, Vector
from warmlane.seal import derive
from warmlane.tasks import Tasks
from warmlane_stores.index.base import Found, Matrix
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard
from warmlane_stores.testing import a_probe, a_sealed, a_vector, digest
from warmlane_stores.testing.values import CALLER, OTHER


class SlowStore(MemoryStore):
    """Scans when it may, and counts."""

    def __init__(self, clock: ManualClock) -> None:
        """Scan at once, for now."""
        super().__init__(clock)
        self.may_scan, self.scanning = asyncio.Event(), asyncio.Event()
        self.may_scan.set()
        self.scans = 0
        self.error: StageError | None = None

    async def scan(self, tenant: bytes, /) -> AsyncIterator[Sequence[Row]]:
        """What there was when the scan began, one row at a time."""
        self.scans += 1
        rows = [row async for batch in super().scan(tenant) for row in batch]
        self.scanning.set()
        await self.may_scan.wait()
        if self.error is not None:
            raise self.error
        for row in rows:
            yield [row]


class Frail(FlatIndex):
    """An index that gets into trouble when told to."""

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep, or fail."""
        self._obey()
        await super().add(ids, vectors)

    async def search(self, vector: Vector, k: int, floor: float, /) -> Found:
        """Search, or fail."""
        self._obey()
        return await super().search(vector, k, floor)

    def _obey(self) -> None:
        if self.in_trouble:
            msg = "trouble"
            raise StageError(msg)


@pytest.fixture
def store(clock: ManualClock) -> SlowStore:
    """What stands behind."""
    return SlowStore(clock)


@pytest.fixture
async def shard(store: SlowStore, clock: ManualClock) -> AsyncIterator[Shard]:
    """A shard over it."""
    shard = Shard(store, FlatIndex, clock, idle_after=900)
    yield shard
    store.may_scan.set()
    await shard.aclose()


async def nearest(shard: Shard) -> list[bytes]:
    """The keys of the three nearest."""
    return [near.row.key for near in await shard.near(a_probe(a_vector(1)), 3)]


async def test_a_tenant_is_read_once(shard: Shard, store: SlowStore) -> None:
    """Many lookups at once wait for the same reading; later ones need none."""
    await store.put(a_sealed("x", a_vector(1)))

    answers = await asyncio.gather(*(nearest(shard) for _ in range(20)))
    await nearest(shard)

    assert answers == [[digest("x")]] * 20
    assert store.scans == 1
    assert len(shard) == 1


async def test_nothing_is_read_before_the_first_lookup(shard: Shard, store: SlowStore) -> None:
    """Putting and getting make nobody active."""
    row = a_sealed("x", a_vector(1))
    await shard.put(row)
    await shard.get(row.tenant, row.key)

    assert (len(shard), store.scans) == (0, 0)


async def test_exact_hits_are_served_while_it_reads(shard: Shard, store: SlowStore) -> None:
    """Reading vectors holds up lookups by meaning only."""
    row = a_sealed("x", a_vector(1))
    await shard.put(row)
    store.may_scan.clear()
    looking = asyncio.gather(nearest(shard))
    await store.scanning.wait()

    assert await shard.get(row.tenant, row.key) == row
    await shard.put(a_sealed("y", a_vector(1, 0.1)))
    assert not looking.done()

    store.may_scan.set()
    assert await looking == [[digest("x"), digest("y")]]


async def test_giving_up_does_not_stop_the_reading(shard: Shard, store: SlowStore) -> None:
    """The lookup's caller has a deadline; the next lookup finds the work done."""
    await shard.put(a_sealed("x", a_vector(1)))
    store.may_scan.clear()
    looking = asyncio.gather(nearest(shard))
    await store.scanning.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    store.may_scan.set()

    assert await nearest(shard) == [digest("x")]
    assert store.scans == 1


async def test_changes_while_it_reads_are_not_lost(shard: Shard, store: SlowStore) -> None:
    """The scan saw the old state; what was put, replaced or deleted since is what counts."""
    for key in ("deleted", "replaced", "kept"):
        await shard.put(a_sealed(key, a_vector(1)))
    store.may_scan.clear()
    looking = asyncio.gather(nearest(shard))
    await store.scanning.wait()
    await shard.delete(CALLER.tenant, [digest("deleted")])
    await shard.put(a_sealed("replaced", a_vector(0, 1)))
    await shard.put(a_sealed("new", a_vector(1, 0.1)))
    store.may_scan.set()

    assert await looking == [[digest("kept"), digest("new")]]


async def test_a_purge_while_it_reads_is_not_undone(shard: Shard, store: SlowStore, clock: ManualClock) -> None:
    """What the reading still brings in is thrown away with it."""
    await shard.put(a_sealed("x", a_vector(1)))
    store.may_scan.clear()
    looking = asyncio.gather(nearest(shard))
    await store.scanning.wait()
    await shard.purge(Scope(tenant=CALLER.tenant))
    store.may_scan.set()

    assert await looking == [[]]
    assert await nearest(shard) == []


async def test_a_failed_reading_is_tried_again(shard: Shard, store: SlowStore) -> None:
    """The lookup raises, and the next one starts anew."""
    await shard.put(a_sealed("x", a_vector(1)))
    store.error = StageError("the disk is on fire")
    with pytest.raises(StageError, match="on fire"):
        await nearest(shard)
    store.error = None

    assert await nearest(shard) == [digest("x")]
    assert store.scans == 2


async def test_the_idle_are_forgotten(shard: Shard, store: SlowStore, clock: ManualClock) -> None:
    """Vectors overwritten; a tenant that looked something up meanwhile stays; one that comes back is read anew."""
    await shard.put(a_sealed("x", a_vector(1)))
    await nearest(shard)
    await shard.near(a_probe(a_vector(1), caller=OTHER), 3)
    index = shard._active[CALLER.tenant].index(digest("partition"))
    assert isinstance(index, FlatIndex)
    matrix = index._fine
    clock.advance(500)
    await shard.near(a_probe(a_vector(1), caller=OTHER), 3)
    clock.advance(500)

    assert await shard.wipe_idle() == 1

    assert not matrix.any()
    assert list(shard._active) == [OTHER.tenant]
    assert await nearest(shard) == [digest("x")]
    assert store.scans == 3


async def test_started_it_looks_for_the_idle_by_itself(store: SlowStore, clock: ManualClock) -> None:
    """Every quarter of `idle_after`."""
    wiped = asyncio.Event()

    class Telling(FlatIndex):
        async def aclose(self) -> None:
            await super().aclose()
            wiped.set()

    shard = Shard(store, Telling, clock, idle_after=0.004)
    shard.start()
    await shard.put(a_sealed("x", a_vector(1)))
    await nearest(shard)
    clock.advance(1)

    await wiped.wait()
    await shard.aclose()


async def test_so_many_tenants_are_active_at_most(shard: Shard) -> None:
    """The one that asked longest ago makes room: keys that nobody uses cannot fill the memory."""
    callers = [derive(b"p" * 32, f"caller number {n}, a long key".encode(), "demo", "default") for n in range(1003)]
    for caller in callers:
        await shard.near(a_probe(a_vector(1), caller=caller), 3)

    assert list(shard._active) == [caller.tenant for caller in callers[3:]]


@pytest.mark.parametrize("when", ["put", "near"])
async def test_an_index_in_trouble_is_read_anew(store: SlowStore, clock: ManualClock, when: str) -> None:
    """The put is kept all the same; a lookup says so once, and the next one is served."""
    made: list[Frail] = []

    def make() -> Frail:
        made.append(Frail())
        return made[-1]

    shard = Shard(store, make, clock)
    await shard.put(a_sealed("x", a_vector(1)))
    await nearest(shard)
    made[0].in_trouble = True
    if when == "put":
        await shard.put(a_sealed("y", a_vector(1, 0.1)))
    else:
        with pytest.raises(StageError):
            await nearest(shard)
        await shard.put(a_sealed("y", a_vector(1, 0.1)))

    assert await nearest(shard) == [digest("x"), digest("y")]
    assert len(made) == 2
    await shard.aclose()


async def test_what_is_gone_leaves_the_index(shard: Shard, store: SlowStore) -> None:
    """Evicted behind the shard's back: found once to be gone, and never asked for again."""
    for n in range(10):
        await shard.put(a_sealed(f"{n}", a_vector(1, n / 100)))
    await nearest(shard)
    await store.delete(CALLER.tenant, [digest(f"{n}") for n in range(8)])

    assert await nearest(shard) == [digest("8"), digest("9")]
    assert len(shard._active[CALLER.tenant]) == 2


async def test_a_row_that_moved_behind_its_back_is_not_returned(shard: Shard, store: SlowStore) -> None:
    """Same tenant and partition only, whatever the index believes."""
    await shard.put(a_sealed("x", a_vector(1)))
    await nearest(shard)
    await store.put(a_sealed("x", a_vector(1), partition="other"))

    assert await nearest(shard) == []


async def test_a_bad_probe_is_an_error_of_the_stage(shard: Shard) -> None:
    """A lookup raises StageError only."""
    await shard.put(a_sealed("x", a_vector(1)))

    with pytest.raises(StageError, match="direction"):
        await shard.near(a_probe(a_vector(1) * 0), 3)


class SlowPuts(MemoryStore):
    """Takes a row at once and says so when it may; or does not take it."""

    def __init__(self, clock: ManualClock) -> None:
        """Say so at once, for now."""
        super().__init__(clock)
        self.may_say, self.is_full = asyncio.Event(), False
        self.may_say.set()

    async def put(self, row: Row, /) -> None:
        """Keep it, or refuse."""
        if self.is_full:
            msg = "full"
            raise StageError(msg)
        await super().put(row)
        await self.may_say.wait()


class Telling(FlatIndex):
    """An index that says when it has something."""

    def __init__(self) -> None:
        """It is empty."""
        super().__init__()
        self.filled = asyncio.Event()

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep."""
        await super().add(ids, vectors)
        self.filled.set()


async def test_a_row_is_found_by_meaning_before_it_is_durable(clock: ManualClock) -> None:
    """Who asks in other words right after the answer finds it."""
    store, index = SlowPuts(clock), Telling()
    shard = Shard(store, lambda: index, clock)
    await nearest(shard)
    store.may_say.clear()
    putting = Tasks().spawn(shard.put(a_sealed("x", a_vector(1))), name="put")
    await index.filled.wait()

    assert await nearest(shard) == [digest("x")]
    assert not putting.done()
    store.may_say.set()
    await putting
    await shard.aclose()


async def test_a_row_that_could_not_be_kept_is_not_found(clock: ManualClock) -> None:
    """Its put fails, and the index lets go of it."""
    store = SlowPuts(clock)
    shard = Shard(store, FlatIndex, clock)
    await nearest(shard)
    store.is_full = True
    with pytest.raises(StageError):
        await shard.put(a_sealed("x", a_vector(1)))
    store.is_full = False

    assert await nearest(shard) == []
    await shard.aclose()
