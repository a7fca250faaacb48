"""Memory in front of a store: what is in it, and that a late answer never brings back what has gone."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Self

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.model import Row, Scope
from warmlane_stores.hot import HotStore
from warmlane_stores.memory import MemoryStore
from warmlane_stores.testing import a_row, digest

NAME = (digest("tenant"), digest("key"))


class SlowStore(MemoryStore):
    """Does at once what it is asked, and answers each call when that call may; says how often it was read."""

    def __init__(self, clock: ManualClock) -> None:
        """Answer at once, for now."""
        super().__init__(clock)
        self.is_slow = False
        self.is_broken = False
        self.puts_late = False
        self.reads = 0
        self.waiting: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The row as it was when asked."""
        self.reads += 1
        row = await super().get(tenant, key)
        await self._answer()
        return row

    async def put(self, row: Row, /) -> None:
        """Keep it: before the answer may be given, or as late as that."""
        if self.is_broken:
            msg = "broken"
            raise StageError(msg)
        if self.puts_late:
            await self._answer()
            await super().put(row)
        else:
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
        if self.is_slow:
            may_answer = asyncio.Event()
            self.waiting.put_nowait(may_answer)
            await may_answer.wait()


class Call:
    """A call whose answer the inner store holds back."""

    def __init__(self, inner: SlowStore, work: Coroutine[Any, Any, object]) -> None:
        """Not yet begun."""
        self._inner = inner
        self._work = work
        self._future: asyncio.Future[list[object]] | None = None
        self._may_answer: asyncio.Event | None = None

    async def begin(self) -> Self:
        """Return when the inner store was asked."""
        self._inner.is_slow = True
        self._future = asyncio.gather(self._work)
        self._may_answer = await self._inner.waiting.get()
        self._inner.is_slow = False
        return self

    async def end(self) -> object:
        """Let the inner store answer; what came of it."""
        assert self._may_answer is not None
        assert self._future is not None
        self._may_answer.set()
        (result,) = await self._future
        return result

    async def cancel(self) -> None:
        """The caller goes away."""
        assert self._future is not None
        self._future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._future


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
    reading = await Call(inner, hot.get(*NAME)).begin()
    await hot.delete(NAME[0], [NAME[1]])

    assert await reading.end() == a_row()
    assert await hot.get(*NAME) is None


async def test_a_late_put_does_not_bring_back_a_deleted_row(hot: HotStore, inner: SlowStore) -> None:
    """The put reached the inner store first, then the delete."""
    putting = await Call(inner, hot.put(a_row())).begin()
    await hot.delete(NAME[0], [NAME[1]])
    await putting.end()

    assert await hot.get(*NAME) is None


@pytest.mark.parametrize("reads", [True, False], ids=["read", "put"])
async def test_nothing_late_brings_back_a_purged_row(hot: HotStore, inner: SlowStore, *, reads: bool) -> None:
    """The same for a purge."""
    row = a_row(labels=("x",))
    await inner.put(row)
    late = await Call(inner, hot.get(*NAME) if reads else hot.put(row)).begin()
    await hot.purge(Scope(label=digest("x")))
    await late.end()

    assert await hot.get(*NAME) is None


async def test_a_delete_that_is_late_leaves_nothing(hot: HotStore, inner: SlowStore) -> None:
    """A read while the delete is under way may still have the row; when delete returns it is gone."""
    await hot.put(a_row())
    deleting = await Call(inner, hot.delete(NAME[0], [NAME[1]])).begin()
    await hot.get(*NAME)

    assert await deleting.end() == 1
    assert await hot.get(*NAME) is None


async def test_a_late_read_does_not_hide_a_newer_put(hot: HotStore, inner: SlowStore) -> None:
    """The read saw the old row; the put came later and was answered first."""
    await inner.put(a_row(answer=b"old"))
    reading = await Call(inner, hot.get(*NAME)).begin()
    await hot.put(a_row(answer=b"new"))

    assert await reading.end() == a_row(answer=b"old")
    assert await hot.get(*NAME) == a_row(answer=b"new")


async def test_a_row_is_read_before_it_is_durable(hot: HotStore, inner: SlowStore) -> None:
    """Whoever asks again at once is answered."""
    await inner.put(a_row(answer=b"old"))
    inner.puts_late = True
    putting = await Call(inner, hot.put(a_row(answer=b"new"))).begin()

    assert await hot.get(*NAME) == a_row(answer=b"new")
    await putting.end()
    assert await hot.get(*NAME) == a_row(answer=b"new")


async def test_what_the_inner_store_does_not_take_is_forgotten(hot: HotStore, inner: SlowStore) -> None:
    """It would be gone with the next restart, and nobody would know why."""
    inner.is_broken = True
    with pytest.raises(StageError):
        await hot.put(a_row())

    assert await hot.get(*NAME) is None


async def test_the_later_of_two_puts_stays(hot: HotStore, inner: SlowStore) -> None:
    """Though the earlier one is answered last."""
    first = await Call(inner, hot.put(a_row(answer=b"first"))).begin()
    await hot.put(a_row(answer=b"second"))
    await first.end()

    assert await hot.get(*NAME) == a_row(answer=b"second")


async def test_a_cancelled_read_leaves_no_trace(hot: HotStore, inner: SlowStore) -> None:
    """The next one is remembered as ever."""
    await inner.put(a_row())
    reading = await Call(inner, hot.get(*NAME)).begin()
    await reading.cancel()
    reads = inner.reads

    await hot.get(*NAME)
    await hot.get(*NAME)

    assert inner.reads == reads + 1
    assert hot._asked == {}
