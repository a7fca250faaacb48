"""What changed elsewhere is forgotten here."""

import logging

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane_serve.generation import NAME, PATIENCE, Generation
from warmlane_stores.counters import MemoryCounters


class Line:
    """Counters at the end of a line that can be cut."""

    def __init__(self) -> None:
        """It works."""
        self.far, self.is_cut = MemoryCounters(), False

    async def add(self, name: str, amount: int, /) -> int:
        """Count on, over the line."""
        await self.ping()
        return await self.far.add(name, amount)

    async def read(self, name: str, /) -> int:
        """Read, over the line."""
        await self.ping()
        return await self.far.read(name)

    async def ping(self) -> None:
        """Say whether it is cut."""
        if self.is_cut:
            msg = "cut"
            raise StageError(msg)

    async def aclose(self) -> None:
        """Nothing to let go of."""


class Watched:
    """A process that counts how often it forgot."""

    def __init__(self, line: Line, clock: ManualClock) -> None:
        """Not yet."""
        self.line, self.times = line, 0
        self.generation = Generation(line, self.forget, clock)

    def forget(self) -> None:
        """Once more."""
        self.times += 1

    async def looks(self, count: int = 1) -> int:
        """How often it forgot while it looked so often."""
        before = self.times
        for _ in range(count):
            await self.generation.look()
        return self.times - before


@pytest.fixture
async def here(clock: ManualClock) -> Watched:
    """A process that has looked before."""
    here = Watched(Line(), clock)
    await here.looks(2)
    return here


async def test_what_stays_is_not_forgotten(here: Watched) -> None:
    """However often one looks."""
    assert await here.looks(5) == 0


async def test_a_change_is_forgotten_twice(here: Watched) -> None:
    """What was on its way here when it was heard of is caught the second time."""
    await here.line.far.add(NAME, 1)

    assert [await here.looks() for _ in range(3)] == [1, 1, 0]


async def test_a_new_holder_is_a_change(here: Watched) -> None:
    """Nobody knows what the old one would have said."""
    here.line.far = MemoryCounters()

    assert await here.looks() == 1


async def test_the_first_look_is_a_change(clock: ManualClock) -> None:
    """What was remembered before it may be of any generation."""
    assert await Watched(Line(), clock).looks() == 1


async def test_everybody_hears_of_an_announcement(here: Watched, clock: ManualClock) -> None:
    """Whoever announces forgets at once, the others when they look."""
    there = Watched(here.line, clock)
    await there.looks(2)
    before = here.times
    await here.generation.announce()

    assert here.times == before + 1
    assert await there.looks() == 1


async def test_what_cannot_be_read_may_have_changed(
    here: Watched, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """After two seconds nothing is remembered for longer than until the next look; it is said once."""
    here.line.is_cut = True
    with caplog.at_level(logging.WARNING):
        clock.advance(PATIENCE - 0.1)
        assert await here.looks() == 0
        clock.advance(0.1)
        assert await here.looks(3) == 3
    here.line.is_cut = False

    assert await here.looks() == 0
    assert [record.getMessage() for record in caplog.records] == [
        "the counter does not answer (StageError): nothing is remembered here meanwhile"
    ]


async def test_an_announcement_is_made_up_for(here: Watched, clock: ManualClock) -> None:
    """Here it holds at once; the others hear of it as soon as they can."""
    there = Watched(Line(), clock)
    there.line.far = here.line.far
    await there.looks(2)
    here.line.is_cut = True
    before = here.times
    await here.generation.announce()
    assert (here.times, await there.looks()) == (before + 1, 0)

    here.line.is_cut = False
    await here.looks()

    assert await there.looks() == 1


async def test_it_looks_by_itself_until_it_is_closed(here: Watched) -> None:
    """In the background."""
    here.generation.start()
    await here.generation.aclose()
    await here.generation.aclose()
