"""Small questions to one place: what is asked while a call is under way goes there together, in the next one.

A call costs as much for twenty keys as for one. Whoever asks when nothing is under way is not held up by this.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from warmlane.errors import StageError, WarmlaneError
from warmlane.tasks import Tasks

Q = TypeVar("Q")
A = TypeVar("A")

_MOST: Final = 64
"""Questions in one call."""

_PATIENCE: Final = 5.0
"""Seconds a call with many questions may take: each asker has a deadline of its own, but cancels only its own."""


class Together(Generic[Q, A]):
    """Asks `ask`, which gives an answer for each question, in order. Its errors come to all who asked together."""

    def __init__(self, ask: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], *, at_once: int) -> None:
        """At most `at_once` calls are under way to a place."""
        self._ask, self._at_once = ask, at_once
        self._busy: defaultdict[str, int] = defaultdict(int)
        self._waiting: defaultdict[str, list[tuple[Q, asyncio.Future[A]]]] = defaultdict(list)
        self._tasks = Tasks()

    async def ask(self, place: str, question: Q) -> A:
        """The answer. Raises: StageError, or whatever error of ours the place raises."""
        if self._busy[place] >= self._at_once:
            future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
            self._waiting[place].append((question, future))
            return await future
        self._busy[place] += 1
        try:
            (answer,) = await self._ask([question])
        finally:
            self._over(place)
        return answer

    async def aclose(self) -> None:
        """Ask no more; calling it twice is fine."""
        await self._tasks.cancel()

    def _over(self, place: str) -> None:
        """A call has ended: those who waited have their turn."""
        self._busy[place] -= 1
        waiting = [each for each in self._waiting.pop(place, ()) if not each[1].done()]  # others went away
        if waiting:
            self._busy[place] += 1
            self._waiting[place] = waiting[_MOST:]
            self._tasks.spawn(self._carry(place, waiting[:_MOST]), name="together")
        elif not self._busy[place]:
            del self._busy[place]

    async def _carry(self, place: str, some: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                answers = await self._ask([question for question, _ in some])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            self._tell(some, error if isinstance(error, WarmlaneError) else _unanswered(error))
        except asyncio.CancelledError:  # of this call, not of theirs
            self._tell(some, StageError("the connection to a stage was closed"))
            raise
        else:
            for (_, future), answer in zip(some, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
        finally:
            self._over(place)

    @staticmethod
    def _tell(some: Sequence[tuple[Q, asyncio.Future[A]]], error: WarmlaneError) -> None:
        for _, future in some:
            if not future.done():
                future.set_exception(error)


def _unanswered(error: Exception) -> StageError:
    """Its type alone: a text may hold what a caller sent."""
    return StageError(f"a stage does not answer: {type(error).__name__}")
