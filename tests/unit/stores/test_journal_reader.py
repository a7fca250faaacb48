"""What the reading side sees."""

import sqlite3
from collections.abc import Iterator

import pytest

from warmlane_stores.journal_file import SCHEMA
from warmlane_stores.journal_reader import SCAN, Get, Scan, read_row, read_vectors
from warmlane_stores.journal_rows import JournalRows
from warmlane_stores.testing import a_row, digest
from warmlane_stores.testing.values import START


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """Tables with a few rows."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    rows = JournalRows(connection, max_bytes=1 << 20, max_entries=1000)
    with rows.change(START):
        rows.put([a_row("a", labels=("x", "y")), a_row("b", ttl=60, vector=b"v"), a_row("c", vector=b"w")])
        rows.touch([1])
    yield connection
    connection.close()


def test_a_row_with_its_id_and_its_use(db: sqlite3.Connection) -> None:
    """The id is what a touch names; the use says whether one is worth while."""
    assert read_row(db, Get(digest("tenant"), digest("a")), START) == (a_row("a", labels=("x", "y")), 1, 4)


def test_expired_and_unknown_are_none(db: sqlite3.Connection) -> None:
    """At its `expires` a row is gone."""
    assert read_row(db, Get(digest("tenant"), digest("b")), START + 59.9) is not None
    assert read_row(db, Get(digest("tenant"), digest("b")), START + 60) is None
    assert read_row(db, Get(digest("other"), digest("a")), START) is None


def test_a_scan_goes_on_after_a_key(db: sqlite3.Connection) -> None:
    """In the order of keys, with vectors, without answers, to the end."""
    first, second = sorted([digest("b"), digest("c")])

    assert [row.key for row in read_vectors(db, Scan(digest("tenant"), b""), START)] == [first, second]
    assert [row.key for row in read_vectors(db, Scan(digest("tenant"), first), START)] == [second]
    assert read_vectors(db, Scan(digest("tenant"), second), START) == []
    assert [row.answer for row in read_vectors(db, Scan(digest("tenant"), b""), START)] == [b"", b""]
    assert [row.key for row in read_vectors(db, Scan(digest("tenant"), b""), START + 60)] == [digest("c")]


def test_a_batch_is_bounded(db: sqlite3.Connection) -> None:
    """A tenant with many rows does not hold up the reader for long."""
    rows = JournalRows(db, max_bytes=1 << 20, max_entries=1000)
    with rows.change(START):
        rows.put([a_row(f"{n}", vector=b"v") for n in range(SCAN + 10)])

    assert len(read_vectors(db, Scan(digest("tenant"), b""), START)) == SCAN


def test_the_queries_use_an_index(db: sqlite3.Connection) -> None:
    """Neither reads the table from end to end."""
    for query in (
        "SELECT answer FROM rows WHERE tenant = x'00' AND key = x'00' AND expires > 0",
        "SELECT key FROM rows WHERE tenant = x'00' AND key > x'00' AND expires > 0 ORDER BY key",
    ):
        plan = " ".join(str(step) for step in db.execute("EXPLAIN QUERY PLAN " + query))
        assert "USING INDEX by_key (tenant=? AND key" in plan
