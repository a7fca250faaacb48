"""Memory in front of a store: what is in it, and that a late answer never brings back what has gone."""

import asyncio
from collections.abc import Collection

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.model import Row, Scope
from warmlane_stores.hot import HotStore
from warmlane_stores.memory import MemoryStore
from warmlane_stores.testing import a_row, digest

NAME = (digest("tenant"), digest("key"))


class SlowStore(MemoryStore):
    """Does at once what it is asked, and answers when it may; says how often it was read."""

    def __init__(self, clock: ManualClock) -> None:
        """Answer at once, for now."""
        super().__init__(clock)
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.asked = asyncio.Event()
        self.reads = 0
        self.is_broken = False

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The row as it was when asked."""
        self.reads += 1
        row = await super().get(tenant, key)
        await self._answer()
        return row

    async def put(self, row: Row, /) -> None:
        """Keep it."""
        if self.is_broken:
            msg = "broken"
            raise StageError(msg)
        await super().put(row)
        await self._answer()

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Forget them."""
        count = await super().delete(tenant, keys)
        await self._answer()
        return count

    async def purge(self, scope: Scope, /) -> int:
        """Forget the scope."""
        count = await super().purge(scope)
        await self._answer()
        return count

    async def _answer(self) -> None:
        self.asked.set()
        await self.may_answer.wait()


@pytest.fixture
def inner(clock: ManualClock) -> SlowStore:
    """What stands behind."""
    return SlowStore(clock)


@pytest.fixture
def hot(inner: SlowStore, clock: ManualClock) -> HotStore:
    """Memory for some ten rows in front of it."""
    return HotStore(inner, 1000, clock)


async def test_a_second_read_does_not_reach_the_inner_store(hot: HotStore, inner: SlowStore) -> None:
    """Nor does the first read of what was just put."""
    await inner.put(a_row())
    await hot.get(*NAME)
    await hot.get(*NAME)
    assert inner.reads == 1

    await hot.put(a_row("other"))
    assert await hot.get(digest("tenant"), digest("other")) == a_row("other")

    assert inner.reads == 1


async def test_memory_is_bounded(hot: HotStore, inner: SlowStore) -> None:
    """What does not fit is still read from the inner store."""
    for n in range(100):
        await hot.put(a_row(f"{n}"))

    assert await hot.get(digest("tenant"), digest("0")) == a_row("0")
    assert inner.reads == 1


async def test_a_put_that_failed_is_not_remembered(hot: HotStore, inner: SlowStore) -> None:
    """The inner store is the truth: what it did not take is not there, nor what it was to replace."""
    await hot.put(a_row(answer=b"old"))
    inner.is_broken = True
    with pytest.raises(StageError):
        await hot.put(a_row(answer=b"new"))

    assert await hot.get(*NAME) == a_row(answer=b"old")
    assert inner.reads == 1


async def test_a_late_read_does_not_bring_back_a_deleted_row(hot: HotStore, inner: SlowStore) -> None:
    """It was read before the delete and answered after it: its caller may have it, the next may not."""
    await inner.put(a_row())
    reading = await started(inner, hot.get(*NAME))
    deleting = await started(inner, hot.delete(NAME[0], [NAME[1]]))
    inner.may_answer.set()
    await asyncio.gather(reading, deleting)

    assert await hot.get(*NAME) is None


async def test_a_late_put_does_not_bring_back_a_deleted_row(hot: HotStore, inner: SlowStore) -> None:
    """The put reached the inner store first, then the delete."""
    putting = await started(inner, hot.put(a_row()))
    deleting = await started(inner, hot.delete(NAME[0], [NAME[1]]))
    inner.may_answer.set()
    await asyncio.gather(putting, deleting)

    assert await hot.get(*NAME) is None


async def test_a_late_read_does_not_bring_back_a_purged_row(hot: HotStore, inner: SlowStore) -> None:
    """The same for a purge."""
    await inner.put(a_row(labels=("x",)))
    reading = await started(inner, hot.get(*NAME))
    purging = await started(inner, hot.purge(Scope(label=digest("x"))))
    inner.may_answer.set()
    await asyncio.gather(reading, purging)

    assert await hot.get(*NAME) is None


async def test_a_late_read_does_not_hide_a_newer_put(hot: HotStore, inner: SlowStore) -> None:
    """The read saw the old row; the put came later and was answered first."""
    await inner.put(a_row(answer=b"old"))
    reading = await started(inner, hot.get(*NAME))
    putting = await started(inner, hot.put(a_row(answer=b"new")))
    inner.may_answer.set()

    assert await reading == [a_row(answer=b"old")]
    await putting
    assert await hot.get(*NAME) == a_row(answer=b"new")


async def test_a_read_during_a_put_does_not_hide_it(hot: HotStore, inner: SlowStore) -> None:
    """A read that began after the put, of a store that answers the read with what was before."""
    await inner.put(a_row(answer=b"old"))
    putting = await started(inner, hot.put(a_row(answer=b"new")))
    reading = await started(inner, hot.get(*NAME))
    inner.may_answer.set()
    await asyncio.gather(putting, reading)

    assert await hot.get(*NAME) == a_row(answer=b"new")


async def test_a_cancelled_read_leaves_no_trace(hot: HotStore, inner: SlowStore) -> None:
    """The next one is remembered as ever."""
    await inner.put(a_row())
    reading = await started(inner, hot.get(*NAME))
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    inner.may_answer.set()
    reads = inner.reads

    await hot.get(*NAME)
    await hot.get(*NAME)

    assert inner.reads == reads + 1
    assert hot._asked == {}


async def started(inner: SlowStore, work: object) -> asyncio.Future[object]:
    """Begin `work`, and return when the inner store has done it but not answered."""
    inner.may_answer.clear()
    inner.asked.clear()
    future: asyncio.Future[object] = asyncio.gather(work)  # type: ignore[call-overload]
    await inner.asked.wait()
    return future
