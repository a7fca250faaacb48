"""The laws of counters."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import pytest_asyncio

from warmlane.ports import Counters


class CountersContract(ABC):
    """Every law of Counters; a subclass makes them."""

    @abstractmethod
    def make(self) -> Counters:
        """New counters, of which nothing was counted yet."""

    @pytest_asyncio.fixture
    async def counters(self) -> AsyncIterator[Counters]:
        """The counters under test, closed afterwards."""
        counters = self.make()
        yield counters
        await counters.aclose()

    async def test_what_is_added_is_read(self, counters: Counters) -> None:
        """Adding says what reading will, until somebody adds again."""
        before = await counters.read("a")

        assert await counters.add("a", 2) == before + 2
        assert await counters.read("a") == await counters.read("a") == before + 2
        assert await counters.add("a", -3) == before - 1

    async def test_names_do_not_meet(self, counters: Counters) -> None:
        """Each counts for itself, whatever characters it has."""
        before = await counters.read("é/ \0")
        await counters.add("e", 1)

        assert await counters.read("é/ \0") == before

    async def test_nothing_added_is_lost(self, counters: Counters) -> None:
        """However many add at once, each sees a number of its own."""
        before = await counters.read("a")
        said = await asyncio.gather(*(counters.add("a", 1) for _ in range(50)))

        assert sorted(said) == [before + 1 + n for n in range(50)]

    async def test_a_number_has_room(self, counters: Counters) -> None:
        """For 63 bits."""
        before = await counters.read("a")

        assert await counters.add("a", (1 << 62) - before) == 1 << 62

    async def test_it_can_be_asked_and_closed_twice(self, counters: Counters) -> None:
        """As every port."""
        await counters.ping()
        await counters.aclose()
        await counters.aclose()
