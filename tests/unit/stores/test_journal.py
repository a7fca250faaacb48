"""The journal; the laws that it shares with other stores are in tests/contracts, its faults in tests/drills."""

import asyncio
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import ConfigError, StageError
from warmlane.model import Scope
from warmlane_stores.journal import Journal, open_url
from warmlane_stores.journal_file import NAME
from warmlane_stores.testing import a_row, digest

TENANT = digest("tenant")


def table(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What a closed journal's file answers."""
    connection = sqlite3.connect(folder / NAME)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def on_disk(folder: Path) -> bytes:
    """Every byte of every file. Read by another process: closing a file here would drop SQLite's locks on it."""
    return subprocess.run(["cat", *folder.iterdir()], check=True, capture_output=True).stdout


async def test_rows_outlive_the_process(tmp_path: Path, clock: ManualClock) -> None:
    """Closed and opened again, with labels, vectors and quotas."""
    rows = [a_row(f"{n}", labels=("x",), vector=b"v" * n) for n in range(50)]
    journal = Journal(tmp_path, clock)
    await asyncio.gather(*(journal.put(row) for row in rows))
    await journal.aclose()

    journal = Journal(tmp_path, clock)

    assert await asyncio.gather(*(journal.get(row.tenant, row.key) for row in rows)) == rows
    assert await journal.purge(Scope(label=digest("x"))) == 50
    assert not journal.quarantined
    await journal.aclose()


async def test_use_outlives_the_process(tmp_path: Path, clock: ManualClock) -> None:
    """A row that was read before the restart is not the first to leave after it."""
    journal = Journal(tmp_path, clock, max_entries=3)
    for key in "abc":
        await journal.put(a_row(key))
    await journal.get(TENANT, digest("a"))
    await journal.aclose()

    journal = Journal(tmp_path, clock, max_entries=3)
    await journal.put(a_row("d"))

    assert [key for key in "abcd" if await journal.get(TENANT, digest(key))] == ["a", "c", "d"]
    await journal.aclose()


async def test_a_row_among_the_newest_is_not_touched(tmp_path: Path, clock: ManualClock) -> None:
    """A hot row costs no write per read."""
    journal = Journal(tmp_path, clock)
    for n in range(64):
        await journal.put(a_row(f"{n}"))
    for n in (0, 63):
        await journal.get(TENANT, digest(f"{n}"))
    await journal.aclose()

    touched = table(tmp_path, "SELECT id FROM rows WHERE used != id")
    assert touched == [(1,)]


async def test_expired_rows_are_swept_when_it_is_time(tmp_path: Path, clock: ManualClock) -> None:
    """With the first write after `sweep_every` seconds; before that they are only hidden."""
    journal = Journal(tmp_path, clock, sweep_every=300)
    await journal.put(a_row("short", ttl=60, labels=("x",)))
    clock.advance(61)
    await journal.put(a_row("early"))
    await journal.aclose()
    assert len(table(tmp_path, "SELECT * FROM rows")) == 2

    journal = Journal(tmp_path, clock, sweep_every=300)
    clock.advance(301)
    await journal.put(a_row("late"))

    assert await journal.sweep() == 0
    await journal.aclose()
    assert len(table(tmp_path, "SELECT * FROM rows")) == 2
    assert table(tmp_path, "SELECT * FROM labels") == []


async def test_sweeping_now_counts(tmp_path: Path, clock: ManualClock) -> None:
    """How many were past their time."""
    journal = Journal(tmp_path, clock)
    for n in range(450):
        await journal.put(a_row(f"{n}", ttl=60))
    await journal.put(a_row("long"))
    clock.advance(60)

    assert await journal.sweep() == 450
    assert await journal.get(TENANT, digest("long")) is not None
    await journal.aclose()


async def test_an_idle_journal_sweeps_too(tmp_path: Path, clock: ManualClock) -> None:
    """Nobody writes, and what has expired leaves the disk all the same: sweeping later finds nothing."""
    journal = Journal(tmp_path, clock, sweep_every=0.001)
    await journal.put(a_row(ttl=60, answer=b"a mark to look for"))
    clock.advance(61)

    async with asyncio.timeout(60):
        while b"a mark to look for" in await asyncio.to_thread(on_disk, tmp_path):
            pass

    assert await journal.sweep() == 0
    await journal.aclose()


@pytest.mark.parametrize("by", ["delete", "purge", "sweep"])
async def test_what_is_forgotten_is_on_no_disk(tmp_path: Path, clock: ManualClock, by: str) -> None:
    """When it returns, the bytes are in no file, the log included; others' are."""
    journal = Journal(tmp_path, clock)
    for n in range(20):
        answer = b"".join(f"{n}/{i} goes ".encode() for i in range(400))
        await journal.put(a_row(f"{n}", answer=answer, labels=("x",), ttl=60))
    await journal.put(a_row("other", answer=b"stays"))
    assert b"goes" in await asyncio.to_thread(on_disk, tmp_path)

    if by == "delete":
        await journal.delete(TENANT, [digest(f"{n}") for n in range(20)])
    elif by == "purge":
        await journal.purge(Scope(label=digest("x")))
    else:
        clock.advance(60)
        await journal.sweep()

    left = await asyncio.to_thread(on_disk, tmp_path)
    assert b"goes" not in left
    assert b"stays" in left
    await journal.aclose()


async def test_what_waits_for_the_disk_is_bounded(tmp_path: Path, clock: ManualClock) -> None:
    """Behind a disk that does not answer puts are refused, and what was taken in arrives when it does."""
    journal = Journal(tmp_path, clock)
    blocker = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    answer = bytes(1 << 20)
    waiting = asyncio.gather(*(journal.put(a_row(f"{n}", answer=answer)) for n in range(70)), return_exceptions=True)
    with pytest.raises(StageError, match="behind"):
        await asyncio.gather(journal.put(a_row("one more", answer=answer)))
    blocker.execute("ROLLBACK")
    blocker.close()

    kept = [result is None for result in await waiting]
    assert kept == [True] * 63 + [False] * 7
    assert await journal.get(TENANT, digest("62")) is not None
    await journal.put(a_row("after"))
    await journal.aclose()


class Telling(ManualClock):
    """Tells when it was looked at by another thread, as the journal's writer does at the start of each commit."""

    def __init__(self) -> None:
        """Looked at by nobody yet."""
        super().__init__()
        self.seen = threading.Event()

    def now(self) -> float:
        """The same as ever."""
        if threading.current_thread() is not threading.main_thread():
            self.seen.set()
        return super().now()


async def test_a_row_that_waits_while_the_known_keys_are_listed_is_not_lost(tmp_path: Path) -> None:
    """Its put was called before the listing and committed after it: when put returns, get sees it."""
    clock = Telling()
    journal = Journal(tmp_path, clock, max_entries=2, sweep_every=60)
    for n in range(8):
        await journal.put(a_row(f"{n}", ttl=9999))
    clock.advance(61)
    blocker = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    clock.seen.clear()
    first = asyncio.gather(journal.put(a_row("first", ttl=9999)))
    await asyncio.to_thread(clock.seen.wait)
    second = asyncio.gather(journal.put(a_row("second", ttl=9999)))
    await journal.get(TENANT, digest("first"))
    blocker.execute("ROLLBACK")
    blocker.close()
    await first
    await second

    assert await journal.get(TENANT, digest("second")) == a_row("second", ttl=9999)
    await journal.aclose()


async def test_a_closed_journal_says_so(tmp_path: Path, clock: ManualClock) -> None:
    """StageError, which becomes a miss."""
    journal = Journal(tmp_path, clock)
    await journal.aclose()

    for work in (journal.get(TENANT, TENANT), journal.put(a_row()), journal.ping()):
        with pytest.raises(StageError, match="closed"):
            await work


async def test_a_failed_opening_lets_go(tmp_path: Path, clock: ManualClock) -> None:
    """Whatever was wrong can be mended, and the same process opens it."""
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "x").mkdir()
    with pytest.raises(ConfigError):
        Journal(tmp_path, clock)
    (tmp_path / NAME / "x").rmdir()
    (tmp_path / NAME).rmdir()

    journal = Journal(tmp_path, clock)
    await journal.ping()
    await journal.aclose()


async def test_url_paths_are_decoded(tmp_path: Path, clock: ManualClock) -> None:
    """A folder may have any name."""
    journal = open_url(f"sqlite://{tmp_path}/with%20space?max_entries=1", clock)
    await journal.put(a_row("a"))
    await journal.put(a_row("b"))
    await journal.aclose()

    assert len(table(tmp_path / "with space", "SELECT * FROM rows")) == 1
