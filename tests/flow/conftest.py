"""What flow tests ask for."""

from collections.abc import AsyncIterator

import pytest

pytest.register_assert_rewrite("flow.talk")

from flow.house import House  # noqa: E402 - only now are its asserts rewritten
from warmlane.clock import ManualClock  # noqa: E402 - the same


@pytest.fixture
async def gw(clock: ManualClock) -> AsyncIterator[House]:
    """A gateway that works."""
    async with House(clock) as house:
        yield house
