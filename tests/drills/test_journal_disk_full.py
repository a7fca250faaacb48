"""The disk is full: puts say so, reads go on, and puts work again by themselves."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane_stores.hot import HotStore
from warmlane_stores.journal import Journal
from warmlane_stores.testing import a_row, digest

TENANT = digest("tenant")
FILLER = "filler"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=False, capture_output=True
    )
    if mount.returncode != 0:
        pytest.skip("only root may mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> None:
    """Take every byte that is left, as another program's file would."""
    with (folder / FILLER).open("wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 10, 1):
            while True:
                try:
                    if filler.write(bytes(size)) < size:
                        break
                except OSError:
                    break


async def until_full(journal: Journal) -> int:
    """Put until it raises; how many were kept."""
    kept: list[int] = []
    with pytest.raises(StageError, match=r"cannot write: SQLITE_(FULL|IOERR)"):
        await put_all(journal, kept)
    return len(kept)


async def put_all(journal: Journal, kept: list[int]) -> None:
    """Put twenty kilobytes at a time, more than any disk here takes."""
    for n in range(100_000):
        await journal.put(a_row(f"{n}", answer=os.urandom(20_000)))
        kept.append(n)


async def test_another_file_fills_the_disk(small_disk: Path, clock: ManualClock) -> None:
    """Puts raise, what was kept is read, and when the file has gone puts work; nothing acknowledged is lost."""
    journal = Journal(small_disk / "journal", clock)
    for n in range(50):
        await journal.put(a_row(f"{n}"))
    await asyncio.to_thread(fill, small_disk)
    kept = await until_full(journal)

    rows = await asyncio.gather(*(journal.get(TENANT, digest(f"{n}")) for n in range(max(50, kept))))
    assert all(row is not None for row in rows)
    with pytest.raises(StageError):
        await journal.put(a_row("more", answer=os.urandom(20_000)))
    (small_disk / FILLER).unlink()

    await journal.put(a_row("more"))

    assert await journal.get(TENANT, digest("more")) == a_row("more")
    await journal.aclose()
    journal = Journal(small_disk / "journal", clock)
    assert not journal.quarantined
    rows = await asyncio.gather(*(journal.get(TENANT, digest(f"{n}")) for n in range(max(50, kept))))
    assert all(row is not None for row in rows)
    await journal.aclose()


@pytest.mark.slow
async def test_a_quota_larger_than_the_disk_is_one_that_fits(small_disk: Path, clock: ManualClock) -> None:
    """Forty megabytes onto sixteen: the oldest make room, no put fails, and others find a part of the disk free."""
    journal = Journal(small_disk / "journal", clock, max_bytes=1 << 30, sweep_every=60)
    for n in range(2000):
        await journal.put(a_row(f"{n}", answer=os.urandom(20_000), ttl=1 << 20))
        clock.advance(1)

    kept = [n for n in range(2000) if await journal.get(TENANT, digest(f"{n}")) is not None]
    assert kept == list(range(2000 - len(kept), 2000))
    assert len(kept) > 100
    (small_disk / FILLER).write_bytes(bytes(2 << 20))
    await journal.aclose()


async def test_on_a_full_disk_the_old_make_room_for_the_new(small_disk: Path, clock: ManualClock) -> None:
    """After the next sweep the journal lives in the room that it has."""
    journal = Journal(small_disk / "journal", clock, sweep_every=60)
    for n in range(100):
        await journal.put(a_row(f"{n}", answer=os.urandom(20_000)))
    await asyncio.to_thread(fill, small_disk)
    kept = await until_full(journal)
    clock.advance(61)
    with suppress(StageError):
        await journal.put(a_row("new"))
    await journal.put(a_row("new"))

    assert await journal.get(TENANT, digest("new")) == a_row("new")
    assert await journal.get(TENANT, digest(f"{kept - 1}")) is not None
    await journal.aclose()


async def test_memory_in_front_serves_too(small_disk: Path, clock: ManualClock) -> None:
    """A put that the disk refused is nowhere, and says so; hits go on."""
    store = HotStore(Journal(small_disk / "journal", clock), 1 << 20, clock)
    await store.put(a_row("kept"))
    await asyncio.to_thread(fill, small_disk)
    refused = a_row("refused", answer=os.urandom(1 << 20))
    with pytest.raises(StageError):
        await store.put(refused)

    assert await store.get(TENANT, digest("kept")) == a_row("kept")
    assert await store.get(TENANT, digest("refused")) is None
    await store.aclose()
