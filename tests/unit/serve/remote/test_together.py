"""What is asked while a call is under way goes there together."""

import asyncio
from collections.abc import Sequence

import pytest

from warmlane.errors import StageError
from warmlane_serve.remote.together import Together


class Place:
    """Answers in capitals, when it is told to."""

    def __init__(self) -> None:
        """Nobody has asked."""
        self.calls: list[list[str]] = []
        self.go: list[asyncio.Event] = []
        self.error: Exception | None = None

    async def ask(self, questions: Sequence[str]) -> Sequence[str]:
        """What was asked, in capitals."""
        go = asyncio.Event()
        self.calls.append(list(questions))
        self.go.append(go)
        await go.wait()
        if self.error is not None:
            raise self.error
        return [question.upper() for question in questions]


async def asked(together: Together[str, str], *questions: str, place: str = "here") -> list[asyncio.Task[str]]:
    """Tasks that ask, as far as they get."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(together.ask(place, question)) for question in questions]
    turn = asyncio.Event()
    loop.call_later(0.01, turn.set)  # behind whatever is ready now, and what that makes ready
    await turn.wait()
    return tasks


async def test_one_alone_goes_at_once_and_the_others_together() -> None:
    """Each gets its own answer."""
    place = Place()
    together = Together(place.ask, at_once=1)
    first, *others = await asked(together, "a", "b", "c")
    assert place.calls == [["a"]]

    place.go[0].set()
    assert await first == "A"
    await asked(together)
    assert place.calls == [["a"], ["b", "c"]]
    place.go[1].set()
    assert await asyncio.gather(*others) == ["B", "C"]
    (again,) = await asked(together, "d")
    place.go[2].set()
    assert await again == "D"


async def test_places_do_not_wait_for_each_other() -> None:
    """Nor do as many as may be under way."""
    place = Place()
    together = Together(place.ask, at_once=2)
    tasks = [*await asked(together, "a", "b"), *await asked(together, "c", place="there")]

    assert place.calls == [["a"], ["b"], ["c"]]
    for go in place.go:
        go.set()
    assert await asyncio.gather(*tasks) == ["A", "B", "C"]


async def test_who_goes_away_is_not_asked_for() -> None:
    """And whoever began the call that goes on takes nobody along."""
    place = Place()
    together = Together(place.ask, at_once=1)
    first, second, third = await asked(together, "a", "b", "c")
    second.cancel()
    first.cancel()
    await asyncio.wait([first, second])
    await asked(together)

    assert place.calls == [["a"], ["c"]]
    place.go[1].set()
    assert await third == "C"


async def test_an_error_comes_to_all_who_asked_together() -> None:
    """And the next ones try again."""
    place = Place()
    together = Together(place.ask, at_once=1)
    tasks = await asked(together, "a", "b", "c")
    place.error = StageError("no")
    place.go[0].set()
    await asked(together)
    place.go[1].set()
    for task in tasks:
        with pytest.raises(StageError):
            await task

    place.error = None
    (last,) = await asked(together, "d")
    place.go[2].set()
    assert await last == "D"


async def test_closed_nobody_waits_on() -> None:
    """They hear that it is over."""
    place = Place()
    together = Together(place.ask, at_once=1)
    first, second = await asked(together, "a", "b")
    place.go[0].set()
    await first
    await asked(together)
    await together.aclose()

    with pytest.raises(StageError):
        await second


async def test_what_nobody_foresaw_is_told_by_its_type() -> None:
    """Whoever waits is neither cancelled nor left waiting."""
    place = Place()
    together = Together(place.ask, at_once=1)
    first, second = await asked(together, "a", "b")
    place.go[0].set()
    await first
    await asked(together)
    place.error = LookupError("what a caller sent")
    place.go[1].set()

    with pytest.raises(StageError, match=r"LookupError$"):
        await second
