"""A thread that works for coroutines."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from warmlane.errors import StageError
from warmlane_stores.worker import Worker


def double(jobs: Sequence[int]) -> Sequence[int]:
    """Twice each."""
    return [2 * job for job in jobs]


async def test_each_job_gets_its_own_answer_in_order() -> None:
    """Whatever batches they went in."""
    worker: Worker[int, int] = Worker("doubler", double)

    answers = await asyncio.gather(*(worker.ask(n) for n in range(1000)))

    assert answers == [2 * n for n in range(1000)]
    await worker.aclose()


async def test_what_waits_goes_in_one_call() -> None:
    """While one call runs, jobs gather, at most `most` for the next."""
    entered, go = threading.Event(), threading.Event()
    sizes: list[int] = []

    def handle(jobs: Sequence[int]) -> Sequence[int]:
        sizes.append(len(jobs))
        entered.set()
        go.wait()
        return jobs

    worker: Worker[int, int] = Worker("gatherer", handle, most=10)
    first = worker.ask(0)
    await asyncio.to_thread(entered.wait)
    rest = [worker.ask(n) for n in range(25)]
    go.set()
    await asyncio.gather(first, *rest)

    assert sizes == [1, 10, 10, 5]
    await worker.aclose()


async def test_an_error_is_raised_where_its_job_was_asked() -> None:
    """The others of the batch get their answers."""

    def odd_only(jobs: Sequence[int]) -> Sequence[int | StageError]:
        return [job if job % 2 else StageError("even") for job in jobs]

    worker: Worker[int, int] = Worker("odd", odd_only)

    answers = await asyncio.gather(*(worker.ask(n) for n in range(4)), return_exceptions=True)

    assert [str(answer) for answer in answers] == ["even", "1", "even", "3"]
    await worker.aclose()


@pytest.mark.parametrize("kind", [ValueError, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit])
async def test_whatever_is_raised_is_an_error_of_the_stage(kind: type[BaseException]) -> None:
    """Its type is told and its text is not, since that may hold what a caller sent; the thread goes on."""

    def fail(jobs: Sequence[str]) -> Sequence[str]:
        if jobs != ["fine"]:
            raise kind(jobs[0])
        return jobs

    worker: Worker[str, str] = Worker("failing", fail, most=1)

    with pytest.raises(StageError) as caught:
        await worker.ask("a caller's secret")

    assert str(caught.value) == f"failing failed: {kind.__name__}"
    assert await worker.ask("fine") == "fine"
    await worker.aclose()


async def test_an_asker_who_went_away_disturbs_nobody() -> None:
    """The job is done all the same, and the others get theirs."""
    entered, go = threading.Event(), threading.Event()
    done: list[int] = []

    def handle(jobs: Sequence[int]) -> Sequence[int]:
        entered.set()
        go.wait()
        done.extend(jobs)
        return jobs

    worker: Worker[int, int] = Worker("patient", handle)
    first, second = worker.ask(1), worker.ask(2)
    await asyncio.to_thread(entered.wait)
    first.cancel()
    go.set()

    assert await second == 2
    assert done == [1, 2]
    await worker.aclose()


async def test_closing_does_what_was_asked_first() -> None:
    """Then `finish`, in the same thread; afterwards nothing is taken in."""
    handled: list[tuple[int, int]] = []
    finished: list[int] = []

    def handle(jobs: Sequence[int]) -> Sequence[int]:
        handled.extend((job, threading.get_ident()) for job in jobs)
        return jobs

    worker: Worker[int, int] = Worker("closing", handle, most=3, finish=lambda: finished.append(threading.get_ident()))
    answers = [worker.ask(n) for n in range(10)]
    await worker.aclose()
    await worker.aclose()

    assert await asyncio.gather(*answers) == list(range(10))
    assert [job for job, _ in handled] == list(range(10))
    assert finished == [handled[0][1]]
    with pytest.raises(StageError, match="closing is closed"):
        worker.ask(1)


async def test_an_idle_worker_is_called_with_nothing() -> None:
    """At its start, and whenever nothing was asked for a while: work that is due by time gets done without a job."""
    loop, called = asyncio.get_running_loop(), asyncio.Semaphore(0)

    def handle(jobs: Sequence[int]) -> Sequence[int]:
        if not jobs:
            loop.call_soon_threadsafe(called.release)
        return jobs

    worker: Worker[int, int] = Worker("idle", handle, idle=0.001)

    for _ in range(3):
        await called.acquire()
    await worker.aclose()


def test_two_loops_may_ask_one_worker() -> None:
    """Each answer goes to the loop that asked; one that has been closed since is no matter."""
    entered, go = threading.Event(), threading.Event()

    def handle(jobs: Sequence[int]) -> Sequence[int]:
        entered.set()
        go.wait()
        return jobs

    worker: Worker[int, int] = Worker("shared", handle)

    async def ask_and_leave() -> None:
        worker.ask(1)

    async def ask() -> int:
        go.set()
        return await worker.ask(2)

    asyncio.run(ask_and_leave())
    entered.wait()

    assert asyncio.run(ask()) == 2
    asyncio.run(worker.aclose())
