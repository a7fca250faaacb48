"""The store in RAM; its laws are in tests/contracts."""

from warmlane.clock import ManualClock
from warmlane.model import Scope
from warmlane_stores.memory import MemoryStore, Rows, open_url
from warmlane_stores.testing import a_row, digest


def test_size_is_what_is_held(clock: ManualClock) -> None:
    """Putting, replacing, deleting, purging and expiring keep the sum right."""
    rows = Rows(clock, max_bytes=10_000, max_entries=10)
    kept, replaced = a_row("a", answer=bytes(100)), a_row("b", answer=bytes(200))
    for row in (
        kept,
        a_row("b", answer=bytes(999)),
        replaced,
        a_row("c"),
        a_row("d", labels=("x",)),
        a_row("e", ttl=1),
    ):
        rows.put(row)
    rows.pop(digest("tenant"), digest("c"))
    rows.purge(Scope(label=digest("x")))
    clock.advance(2)
    rows.get(digest("tenant"), digest("e"))

    assert (rows.size, len(rows)) == (kept.size + replaced.size, 2)


def test_replacing_does_not_gather_old_expiries(clock: ManualClock) -> None:
    """A key put ten thousand times costs the memory of one."""
    rows = Rows(clock, max_bytes=10_000, max_entries=10)
    for n in range(10_000):
        rows.put(a_row("a", ttl=3600 + n))

    assert len(rows._expiries) < 100
    assert list(rows.live()) == [a_row("a", ttl=3600 + 9_999)]


def test_a_replaced_rows_old_expiry_does_not_end_the_new_one(clock: ManualClock) -> None:
    """The mark of the short-lived one is for that one only."""
    rows = Rows(clock, max_bytes=10_000, max_entries=10)
    rows.put(a_row("a", ttl=60))
    rows.put(a_row("a", ttl=600))
    clock.advance(61)
    rows.put(a_row("b"))

    assert rows.get(digest("tenant"), digest("a")) == a_row("a", ttl=600)


def test_clear_leaves_nothing(clock: ManualClock) -> None:
    """Neither rows nor bytes."""
    rows = Rows(clock, max_bytes=10_000, max_entries=10)
    rows.put(a_row())
    rows.clear()

    assert (len(rows), rows.size) == (0, 0)


async def test_closing_forgets(clock: ManualClock) -> None:
    """What was in RAM is gone."""
    store, row = MemoryStore(clock), a_row()
    await store.put(row)
    await store.aclose()

    assert await store.get(row.tenant, row.key) is None


async def test_url_options_are_bounds(clock: ManualClock) -> None:
    """`max_bytes` bounds the sum of sizes."""
    store = open_url(f"memory://?max_bytes={a_row().size}", clock)
    await store.put(a_row("a"))
    await store.put(a_row("b"))

    assert await store.get(digest("tenant"), digest("a")) is None
