"""What was caught wrong, and what that allows."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from samples import OTHER_SECRET, a_caller
from warmlane.caches import Caches
from warmlane.caught import LIFE, Caught
from warmlane.clock import ManualClock
from warmlane.keys import caught_key
from warmlane.model import Row, Scope
from warmlane.seal import Tampered
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

CALLER = a_caller()
ENTRY, PAIR = b"e" * 16, b"p" * 12


@pytest.fixture
async def shard(clock: ManualClock) -> AsyncIterator[Shard]:
    """A cache in RAM."""
    shard = Shard(MemoryStore(clock), FlatIndex, clock)
    yield shard
    await shard.aclose()


@pytest.fixture
def caught(shard: Shard, clock: ManualClock) -> Caught:
    """Marks in that cache."""
    return Caught(caches=Caches(durable=shard, volatile=shard), clock=clock)


async def test_what_nobody_spoke_of_is_allowed(caught: Caught) -> None:
    """By meaning and by the same words."""
    assert await caught.allows(CALLER, ENTRY, PAIR, 0.1)
    assert await caught.allows(CALLER, ENTRY, PAIR, None)
    assert await caught.verdict(CALLER, PAIR) is None


class Counted(Shard):
    """A cache in RAM that counts what it is asked for."""

    reads = 0

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The row."""
        self.reads += 1
        return await super().get(tenant, key)


async def test_what_is_allowed_costs_two_reads_at_most(clock: ManualClock) -> None:
    """Each is a hop: one for the pair, one for the entry, which by the same words nobody asks about."""
    shard = Counted(MemoryStore(clock), FlatIndex, clock)
    caught = Caught(caches=Caches(durable=shard, volatile=shard), clock=clock)

    await caught.allows(CALLER, ENTRY, PAIR, 0.5)
    assert shard.reads == 2
    await caught.allows(CALLER, ENTRY, PAIR, None)
    assert shard.reads == 3
    await shard.aclose()


async def test_a_pair_is_never_served_again(caught: Caught) -> None:
    """Whatever it scores, whichever of its entries it is; another pair of the caller is another matter."""
    await caught.mark(CALLER, ENTRY, PAIR, None)

    assert not await caught.allows(CALLER, ENTRY, PAIR, 1.0)
    assert not await caught.allows(CALLER, b"f" * 16, PAIR, 1.0)
    assert not await caught.allows(CALLER, ENTRY, PAIR, None)
    assert await caught.allows(CALLER, ENTRY, b"q" * 12, 0.1)
    assert await caught.verdict(CALLER, PAIR) is False


async def test_an_entry_is_not_served_at_what_it_was_wrong_for(caught: Caught) -> None:
    """Nor below; above it may, for other texts. The highest score counts, in whatever order they come."""
    for score in (0.8, 0.9, 0.85):
        await caught.mark(CALLER, ENTRY, None, score)

    assert not await caught.allows(CALLER, ENTRY, PAIR, 0.9)
    assert not await caught.allows(CALLER, ENTRY, PAIR, 0.2)
    assert await caught.allows(CALLER, ENTRY, PAIR, 0.9001)
    assert await caught.allows(CALLER, ENTRY, PAIR, None)
    assert await caught.allows(CALLER, b"f" * 16, PAIR, 0.2)


async def test_what_was_right_stays_allowed_until_it_is_caught(caught: Caught) -> None:
    """A pair that was confirmed and turns out wrong is wrong."""
    await caught.confirm(CALLER, PAIR)

    assert await caught.verdict(CALLER, PAIR) is True
    assert await caught.allows(CALLER, ENTRY, PAIR, 0.5)
    await caught.mark(CALLER, ENTRY, PAIR, 0.5)
    assert not await caught.allows(CALLER, ENTRY, PAIR, 0.6)


async def test_marks_are_the_callers_own(caught: Caught) -> None:
    """What one caller was wronged by is nothing to another."""
    await caught.mark(CALLER, ENTRY, PAIR, 0.9)

    assert await caught.allows(a_caller(OTHER_SECRET), ENTRY, PAIR, 0.5)


async def test_marks_outlive_answers(caught: Caught, clock: ManualClock) -> None:
    """By years."""
    await caught.mark(CALLER, ENTRY, PAIR, 0.9)
    clock.advance(LIFE - 1)
    assert not await caught.allows(CALLER, ENTRY, PAIR, 0.5)
    clock.advance(301)
    assert await caught.allows(CALLER, ENTRY, PAIR, 0.5)


async def test_marks_are_no_answers(caught: Caught, shard: Shard) -> None:
    """No search by meaning finds one: they have no vector and no partition. They go when their caller goes."""
    await caught.mark(CALLER, ENTRY, PAIR, 0.9)
    row = await shard.get(CALLER.tenant, caught_key(CALLER, b"pair", PAIR))

    assert row is not None
    assert (row.vector, row.partition) == (b"", b"")
    assert await shard.purge(Scope(tenant=CALLER.tenant)) == 2
    assert await caught.allows(CALLER, ENTRY, PAIR, 0.5)


async def test_a_mark_that_does_not_open_allows_nothing(caught: Caught, shard: Shard) -> None:
    """Whoever asked takes that for trouble of the store, and serves nothing."""
    await caught.mark(CALLER, ENTRY, PAIR, None)
    row = await shard.get(CALLER.tenant, caught_key(CALLER, b"pair", PAIR))
    assert row is not None
    await shard.put(msgspec.structs.replace(row, answer=bytes(len(row.answer))))

    with pytest.raises(Tampered):
        await caught.allows(CALLER, ENTRY, PAIR, 0.5)
