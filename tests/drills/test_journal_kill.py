"""A process is killed while it stores: what it said was kept is kept."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from warmlane.clock import SystemClock
from warmlane.errors import ConfigError
from warmlane_stores.journal import Journal

ROOT = Path(__file__).parents[2]
TENANT = b"t" * 16
KILLS = 5

# Stores rows under numbered keys, sixteen at a time, and prints each number when put has returned.
CHILD = """
import asyncio, hashlib, os, sys
from pathlib import Path
from warmlane.clock import SystemClock
from warmlane.model import Row
from warmlane_stores.journal import Journal

async def main(folder, start):
    journal = Journal(Path(folder), SystemClock())
    numbers = iter(range(start, sys.maxsize))
    async def keep():
        for n in numbers:
            key = hashlib.md5(str(n).encode()).digest()
            await journal.put(Row(tenant=b"t" * 16, key=key, partition=b"", expires=1 << 40, vector=b"",
                                  answer=str(n).encode() * 500, labels=(key,)))
            os.write(1, f"{n}\\n".encode())
    await asyncio.gather(*(keep() for _ in range(16)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def child(folder: Path, start: int) -> subprocess.Popen[bytes]:
    """A process that stores from `start` on."""
    path = os.pathsep.join(str(ROOT / name) for name in ("app", "stores"))
    command = [sys.executable, "-c", CHILD, str(folder), str(start)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path})


def killed_after(folder: Path, start: int, count: int) -> Iterator[int]:
    """The numbers that a process acknowledged before kill -9, which it gets after `count` of them."""
    with child(folder, start) as process:
        assert process.stdout is not None
        with closing(process.stdout) as acknowledged:
            for position, line in enumerate(acknowledged):
                if position == count:
                    process.kill()  # in the middle of whatever it does; what it printed before is still read
                if line.endswith(b"\n"):
                    yield int(line)
    assert process.returncode == -9


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_by_kills(tmp_path: Path) -> None:
    """Five kills in the middle of commits; each time the next process starts on a sound file with all that was said."""
    kept: list[int] = []
    for kill in range(KILLS):
        kept += killed_after(tmp_path, start=len(kept) * 2 + kill, count=200 + 77 * kill)

        journal = Journal(tmp_path, SystemClock())
        assert not journal.quarantined
        for n in kept:
            row = await journal.get(TENANT, hashlib.md5(str(n).encode()).digest())
            assert row is not None
            assert row.answer == str(n).encode() * 500
        await journal.aclose()

    assert len(kept) > 1000


async def test_a_second_owner_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    """Whatever becomes of the first: the lock goes with its process."""
    with child(tmp_path, 0) as process:
        assert process.stdout is not None
        with closing(process.stdout) as acknowledged:
            acknowledged.readline()
            with pytest.raises(ConfigError, match="in use by another process"):
                Journal(tmp_path, SystemClock())
            process.kill()

    journal = Journal(tmp_path, SystemClock())
    await journal.ping()
    await journal.aclose()
