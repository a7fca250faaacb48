"""A process that hangs is ended; one that answers, whatever it answers, is not."""

import asyncio
import logging
import os
import subprocess
import sys
import threading

import pytest

from warmlane.errors import StageError
from warmlane_serve.watchdog import Watchdog

HANGS = """
import asyncio, threading
from warmlane_serve.watchdog import Watchdog

async def main():
    async def ask(): pass
    Watchdog("the shard", ask, every=0.01, patience=0.05)
    threading.Event().wait(60)

asyncio.run(main())
"""


async def test_what_answers_goes_on() -> None:
    """It is asked again and again."""
    asked = asyncio.Queue[None]()
    ended = threading.Event()

    async def ask() -> None:
        asked.put_nowait(None)

    dog = Watchdog("the shard", ask, every=0.001, patience=30, end=ended.set)
    for _ in range(3):
        await asked.get()
    dog.stop()

    assert not ended.is_set()


async def test_an_error_is_an_answer() -> None:
    """A full disk is no reason to begin anew."""
    asked = asyncio.Queue[None]()
    ended = threading.Event()

    async def ask() -> None:
        asked.put_nowait(None)
        msg = "the disk is full"
        raise StageError(msg)

    dog = Watchdog("the shard", ask, every=0.001, patience=30, end=ended.set)
    for _ in range(3):
        await asked.get()
    dog.stop()

    assert not ended.is_set()


async def test_a_writer_that_hangs_ends_the_process(caplog: pytest.LogCaptureFixture) -> None:
    """The loop runs, and still nothing is kept; one line says so."""
    ended = threading.Event()
    caplog.set_level(logging.CRITICAL)

    Watchdog("the shard", asyncio.Event().wait, every=0.001, patience=0.01, end=ended.set)  # type: ignore[arg-type]
    await asyncio.to_thread(ended.wait)

    assert [record.message for record in caplog.records] == [
        "the shard does not answer: this process ends, and another one takes its place"
    ]
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


@pytest.mark.slow
def test_a_loop_that_hangs_ends_the_process() -> None:
    """For good, with an exit code that tells it from others."""
    done = subprocess.run(
        [sys.executable, "-c", HANGS],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 70
    assert done.stderr.count("does not answer") == 1
