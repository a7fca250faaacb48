"""One deadline for many."""

import asyncio

import pytest

from warmlane.patience import Patience


async def answer() -> int:
    """At once."""
    return 42


async def test_what_is_in_time_is_brought() -> None:
    """Also twice, and while others wait."""
    patience = Patience(60)

    assert await patience.wait(answer()) == 42
    assert await patience.wait(answer()) == 42


async def test_what_takes_too_long_is_cancelled() -> None:
    """It is told, the waiting task goes on, and the next one is waited for again."""
    patience, ended = Patience(0.01), asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    for _ in range(2):
        ended.clear()
        with pytest.raises(TimeoutError):
            await patience.wait(hang())
        assert ended.is_set()
    assert await patience.wait(answer()) == 42


async def test_a_failure_is_its_own() -> None:
    """Not a matter of time."""
    patience = Patience(60)

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await patience.wait(fail())


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    """Whoever ends the task means it."""
    patience, begun = Patience(60), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(patience.wait(hang()))
        await begun.wait()
        task.cancel()

    assert task.cancelled()


async def test_only_the_late_one_is_cancelled() -> None:
    """One that began later has its own time."""
    patience, release = Patience(0.05), asyncio.Event()

    async def hang() -> None:
        await asyncio.Event().wait()

    async def late() -> str:
        with pytest.raises(TimeoutError):
            await patience.wait(hang())
        release.set()
        return "late"

    async def patient() -> str:
        return await Patience(60).wait(_when(release))

    assert await asyncio.gather(late(), patient()) == ["late", "patient"]


async def test_whoever_means_to_end_a_late_task_does() -> None:
    """Its own lateness does not hide that."""
    patience, late = Patience(0.01), asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            late.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(patience.wait(hang()))
        await late.wait()
        task.cancel()

    assert task.cancelled()


async def _when(event: asyncio.Event) -> str:
    await event.wait()
    return "patient"
