"""The disk is full, or what is on it is broken: calls work all the same, and the cache comes back by itself."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from drills.process import Said, Served, a_key, serving
from samples import a_body, an_answer
from warmlane.adapters.scripted import Answer, ScriptedUpstream

STORED = "warmlane_entries_stored_total"
FAILED = 'warmlane_stage_failures_total{stage="store"}'
pytestmark = pytest.mark.slow

SIZE = 8 << 20
KEY = a_key()


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A provider whose answers are long, and no two alike."""
    async with ScriptedUpstream() as upstream:
        upstream.respond(lambda seen: Answer.of(json=an_answer(f"{len(upstream.requests)} {os.urandom(20_000).hex()}")))
        yield upstream


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, of 8 MB."""
    folder = tmp_path / "data"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system takes rights that we do not have here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            return filler
    return filler


async def ask(served: Served, text: str) -> Said:
    """The answer to `text`."""
    answer = await served.ask(a_body(text), key=KEY)
    assert answer.status == 200
    return answer


async def test_with_a_full_disk_calls_work_and_hits_are_read(tmp_path: Path, small: Path, up: ScriptedUpstream) -> None:
    """Storing fails and is counted; what was stored is still read; once there is room, storing goes on by itself."""
    settings: dict[str, Any] = {
        "providers__openai__base_url": up.base_url, "cache__store_timeout_ms": 30_000,
        "cache__recent_seconds": 0.001, "cache__hot_bytes": 1,  # so that hits come from the disk
    }  # fmt: skip
    async with serving(tmp_path, **settings) as served:
        kept = await ask(served, "before")
        await served.until(STORED, 1)
        filler = fill(small)
        for number in range(20):
            answer = await ask(served, f"while it is full, {number}")
            assert answer.cache == "MISS"
        await served.until(FAILED, 1)
        stored = await served.count(STORED)
        again = await ask(served, "before")
        assert (again.cache, again.body) == ("HIT", kept.body)

        filler.unlink()
        fresh = await ask(served, "after")
        await served.until(STORED, stored + 1)
        again = await ask(served, "after")
        assert (again.cache, again.body) == ("HIT", fresh.body)
        assert (await ask(served, "before")).cache == "HIT"
        assert await served.end() == 0
    assert b"Traceback" not in served.err


@pytest.mark.parametrize("damaged", [b"no journal at all" * 4096, b"", b"SQLite format 3\0" + bytes(range(256)) * 64])
async def test_a_damaged_journal_is_kept_aside_and_calls_work(
    tmp_path: Path, up: ScriptedUpstream, damaged: bytes
) -> None:
    """The start goes on with an empty cache, which then fills."""
    folder = tmp_path / "data" / "cache"
    async with serving(tmp_path, providers__openai__base_url=up.base_url) as served:
        await ask(served, "2+2?")
        await served.until(STORED, 1)
        assert await served.end() == 0
    (folder / "journal.db").write_bytes(damaged)

    async with serving(tmp_path, providers__openai__base_url=up.base_url) as served:
        assert (folder / "journal.damaged").read_bytes() == damaged
        assert (await ask(served, "2+2?")).cache == "MISS"
        await served.until(STORED, 1)
        assert (await ask(served, "2+2?")).cache == "HIT"
        assert await served.end() == 0
    assert b"Traceback" not in served.err
    assert b"set aside" in served.err
