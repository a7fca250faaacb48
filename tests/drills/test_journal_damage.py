"""The journal's file is damaged: it is set aside, and the cache goes on empty."""

import asyncio
import logging
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane_stores.journal import Journal
from warmlane_stores.journal_file import DAMAGED, NAME
from warmlane_stores.testing import a_row, digest

TENANT = digest("tenant")


def garbage(path: Path) -> None:
    """The middle third is noise."""
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = random.Random(5).randbytes(third)
    path.write_bytes(content)


def truncate(path: Path) -> None:
    """The second half is missing."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    """There is nothing."""
    path.write_bytes(b"")


def blank(path: Path) -> None:
    """All but the header and the schema is zero."""
    path.write_bytes(path.read_bytes()[:4096].ljust(path.stat().st_size, b"\0"))


def behead(path: Path) -> None:
    """The header is noise."""
    content = path.read_bytes()
    path.write_bytes(random.Random(5).randbytes(100) + content[100:])


async def filled(folder: Path, clock: ManualClock) -> Journal:
    """A journal with five hundred rows, all of them in the main file."""
    journal = Journal(folder, clock)
    await asyncio.gather(*(journal.put(a_row(f"{n}", answer=bytes(3000))) for n in range(500)))
    await journal.delete(TENANT, [digest("0")])  # which empties the log into the file
    return journal


@pytest.mark.parametrize("damage", [garbage, truncate, blank, behead])
async def test_a_large_file_is_checked_after_the_start(
    tmp_path: Path, clock: ManualClock, damage: Callable[[Path], None]
) -> None:
    """The gateway does not wait for it; the first write does, and what is damaged is set aside then."""
    await (await filled(tmp_path, clock)).aclose()
    damage(tmp_path / NAME)
    journal = Journal(tmp_path, clock, check_at_once=0)

    await journal.put(a_row("new"))

    assert journal.quarantined
    assert await journal.get(TENANT, digest("new")) == a_row("new")
    await journal.aclose()


async def test_a_large_sound_file_stays(tmp_path: Path, clock: ManualClock) -> None:
    """With every row in it."""
    await (await filled(tmp_path, clock)).aclose()
    journal = Journal(tmp_path, clock, check_at_once=0)

    await journal.put(a_row("new"))

    assert not journal.quarantined
    assert await journal.get(TENANT, digest("499")) == a_row("499", answer=bytes(3000))
    await journal.aclose()


@pytest.mark.parametrize("damage", [garbage, truncate, blank, empty, behead])
async def test_a_damaged_file_is_set_aside_at_the_start(
    tmp_path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    """The journal serves, empty; the attribute and one line in the log say so; the next start is clean."""
    await (await filled(tmp_path, clock)).aclose()
    damage(tmp_path / NAME)
    damaged = (tmp_path / NAME).read_bytes()

    with caplog.at_level(logging.ERROR):
        journal = Journal(tmp_path, clock)

    assert journal.quarantined
    assert [record.message for record in caplog.records] == [
        f"the journal is damaged: it is set aside as {DAMAGED}, and an empty one takes its place"
    ]
    assert (tmp_path / DAMAGED).read_bytes() == damaged
    assert await journal.get(TENANT, digest("1")) is None
    await journal.put(a_row("1"))
    assert await journal.get(TENANT, digest("1")) == a_row("1")
    await journal.aclose()

    journal = Journal(tmp_path, clock)
    assert not journal.quarantined
    assert await journal.get(TENANT, digest("1")) == a_row("1")
    await journal.aclose()


async def test_damage_that_shows_while_running_is_mended(tmp_path: Path, clock: ManualClock) -> None:
    """Reads raise, the next write sets the file aside, and both go on with a sound one."""
    journal = await filled(tmp_path, clock)
    pages = (tmp_path / NAME).stat().st_size // 4096
    # By another process, as a failing disk would: closing the file here would drop SQLite's locks.
    where = [f"of={tmp_path / NAME}", "bs=4096", "seek=1", f"count={pages - 1}", "conv=notrunc"]
    noise = ["dd", "if=/dev/urandom", *where]
    await asyncio.to_thread(subprocess.run, noise, check=True, capture_output=True)
    with pytest.raises(StageError, match="SQLITE_CORRUPT"):
        await journal.get(TENANT, digest("7"))

    await journal.put(a_row("new"))

    assert journal.quarantined
    assert await journal.get(TENANT, digest("new")) == a_row("new")
    assert await journal.get(TENANT, digest("7")) is None
    await journal.aclose()
    journal = Journal(tmp_path, clock)
    assert not journal.quarantined
    assert await journal.get(TENANT, digest("new")) == a_row("new")
    await journal.aclose()
