"""The journal's tables: quotas, use and transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from warmlane.model import Row, Scope
from warmlane_stores.journal_file import SCHEMA
from warmlane_stores.journal_rows import JournalRows, split_labels
from warmlane_stores.testing import a_row, digest
from warmlane_stores.testing.values import START


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """Empty tables in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


@pytest.fixture
def rows(db: sqlite3.Connection) -> JournalRows:
    """Room for four rows."""
    return JournalRows(db, max_bytes=10_000, max_entries=4)


def put(rows: JournalRows, *new: Row) -> None:
    """Put these in one transaction."""
    with rows.change(START):
        rows.put(new)


def keys(db: sqlite3.Connection) -> set[bytes]:
    """What is in the table."""
    return {key for (key,) in db.execute("SELECT key FROM rows")}


def labels(db: sqlite3.Connection) -> int:
    """How many labels are in the table."""
    return len(db.execute("SELECT * FROM labels").fetchall())


def counted(db: sqlite3.Connection) -> tuple[int, int]:
    """Entries and bytes by the table's own account."""
    ((entries, size),) = db.execute("SELECT count(*), coalesce(sum(size), 0) FROM rows").fetchall()
    return entries, size


def test_the_later_of_two_in_one_batch_stays(db: sqlite3.Connection, rows: JournalRows) -> None:
    """One key, one row, counted once."""
    put(rows, a_row(answer=b"first"), a_row("other"), a_row(answer=b"second"))

    assert db.execute("SELECT answer FROM rows WHERE key = ?", (digest("key"),)).fetchall() == [(b"second",)]
    assert counted(db) == (rows.entries, rows.bytes)
    assert rows.entries == 2


def test_counts_stay_true(db: sqlite3.Connection, rows: JournalRows) -> None:
    """Whatever is done, the numbers in memory are those of the table."""
    put(rows, a_row("a", answer=bytes(100), labels=("x",)), a_row("b", answer=bytes(200), labels=("x", "y")))
    put(rows, a_row("b", answer=bytes(50)), a_row("c", ttl=60))
    assert counted(db) == (rows.entries, rows.bytes)

    with rows.change(START):
        rows.delete(digest("tenant"), [digest("b")], START)
        rows.purge(Scope(label=digest("x")), START)
    assert counted(db) == (rows.entries, rows.bytes) == (1, a_row("c").size)

    with rows.change(START + 61):
        assert rows.expire(START + 61) == 1
    assert counted(db) == (rows.entries, rows.bytes) == (0, 0)


def test_an_error_undoes_everything(db: sqlite3.Connection, rows: JournalRows) -> None:
    """Rows, counts and steps are as before."""
    put(rows, a_row("a"))
    before = rows.entries, rows.bytes, rows.step

    unfinished = ExitStack()
    unfinished.enter_context(rows.change(START))
    rows.put([a_row("b"), a_row("a", answer=b"new")])
    with pytest.raises(ZeroDivisionError):
        fail_in(unfinished)

    assert (rows.entries, rows.bytes, rows.step) == before
    assert keys(db) == {digest("a")}
    put(rows, a_row("b"))
    assert keys(db) == {digest("a"), digest("b")}


def fail_in(stack: ExitStack) -> None:
    """End what the stack holds with an error."""
    with stack:
        raise ZeroDivisionError


def test_labels_leave_with_their_rows(db: sqlite3.Connection, rows: JournalRows) -> None:
    """Replaced, deleted, expired or evicted: no label points to nothing."""
    put(rows, a_row("a", labels=("x", "y")), a_row("b", labels=("x",)), a_row("c", labels=("x",), ttl=60))
    put(rows, a_row("a", labels=("z",)))
    assert labels(db) == 3
    with rows.change(START + 61):
        rows.expire(START + 61)
        rows.delete(digest("tenant"), [digest("b")], START)
    assert labels(db) == 1

    put(rows, *(a_row(f"{n}") for n in range(4)))

    assert labels(db) == 0


def test_one_label_given_twice_is_one(db: sqlite3.Connection, rows: JournalRows) -> None:
    """And no conflict."""
    put(rows, a_row(labels=("x", "x")))

    assert labels(db) == 1


def test_touched_rows_outlive_untouched_ones(db: sqlite3.Connection, rows: JournalRows) -> None:
    """Use is the order of eviction; touching what has gone is no matter."""
    put(rows, *(a_row(key) for key in "abcd"))
    with rows.change(START):
        rows.touch([1, 2, 99, 1])

    put(rows, a_row("e"), a_row("f"))

    assert keys(db) == {digest(key) for key in "abef"}


def test_more_than_one_chunk_leaves_at_once(db: sqlite3.Connection) -> None:
    """A quota that was made smaller, or a big row, evicts hundreds."""
    many = JournalRows(db, max_bytes=1 << 20, max_entries=1000)
    put(many, *(a_row(f"{n}") for n in range(1000)))
    few = JournalRows(db, max_bytes=1 << 20, max_entries=10)
    put(few, a_row("new"))

    assert keys(db) == {digest(f"{n}") for n in range(991, 1000)} | {digest("new")}
    assert counted(db) == (few.entries, few.bytes)


def test_steps_go_on_where_they_were(db: sqlite3.Connection, rows: JournalRows) -> None:
    """Opened again, what is new is newer than what is old: ids and use never repeat."""
    put(rows, a_row("a"), a_row("b"))
    with rows.change(START):
        rows.touch([1])

    again = JournalRows(db, max_bytes=10_000, max_entries=4)

    assert again.step == rows.step == 3
    assert (again.entries, again.bytes) == (rows.entries, rows.bytes)


def test_split_labels_undoes_the_join() -> None:
    """Sixteen bytes each."""
    packed = digest("a") + digest("b")

    assert split_labels(packed) == (digest("a"), digest("b"))
    assert split_labels(b"") == ()
