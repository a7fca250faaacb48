"""The only place that makes a task."""

import asyncio
import gc
import logging

import pytest

from warmlane.tasks import Tasks


async def test_what_is_spawned_is_held_until_it_is_done() -> None:
    """A task that nobody else refers to runs to its end, collected or not."""
    tasks, go, seen = Tasks(), asyncio.Event(), []

    async def work() -> None:
        await go.wait()
        seen.append("done")

    tasks.spawn(work(), name="work")
    gc.collect()
    assert len(tasks) == 1
    go.set()
    await tasks.join()

    assert seen == ["done"]
    assert len(tasks) == 0


async def test_spawn_gives_the_result() -> None:
    """The task that comes back can be awaited like any other."""
    tasks = Tasks()

    async def work() -> int:
        return 42

    assert await tasks.spawn(work(), name="answer") == 42


async def test_a_failure_is_logged_by_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The text of an exception may hold what a caller sent, so it is nowhere in the log."""
    tasks = Tasks()

    async def work() -> None:
        msg = "the caller's prompt"
        raise RuntimeError(msg)

    with caplog.at_level(logging.ERROR):
        tasks.spawn(work(), name="work")
        await tasks.join()

    assert [record.getMessage() for record in caplog.records] == ["task work failed: RuntimeError"]
    assert "prompt" not in caplog.text


async def test_join_cancels_what_is_late() -> None:
    """After its timeout join ends what still runs, and waits for it to have ended."""
    tasks, ended = Tasks(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = tasks.spawn(work(), name="for ever")
    await tasks.join(timeout=0.01)

    assert ended.is_set()
    assert task.cancelled()
    assert len(tasks) == 0


async def test_cancel_ends_everything_and_nothing_is_fine() -> None:
    """Cancelling with nothing to do returns; a task that was cancelled is no failure."""
    tasks = Tasks()
    await tasks.cancel()
    await tasks.join()

    task = tasks.spawn(asyncio.Event().wait(), name="for ever")
    await asyncio.wait([task], timeout=0)
    await tasks.cancel()

    assert task.cancelled()


async def test_what_is_done_again_and_again_outlives_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    """Until it is cancelled; a failure is logged by type alone."""
    tasks, often, done = Tasks(), asyncio.Event(), []

    async def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            msg = "the caller's prompt"
            raise RuntimeError(msg)
        if len(done) == 3:
            often.set()

    tasks.every(0, work, name="sweep")
    await often.wait()
    await tasks.cancel()

    assert done[:3] == [0, 1, 2]
    assert [record.getMessage() for record in caplog.records] == ["sweep failed: RuntimeError"]
    assert len(tasks) == 0
