"""The counters at the one replica that holds them."""

from warmlane_serve.lane import wire
from warmlane_serve.remote.base import RemotePort


class RemoteCounters(RemotePort):
    """Counters. An addition is never made twice."""

    async def add(self, name: str, amount: int, /) -> int:
        """Add `amount`; the number after it. Raises: StageError."""
        return wire.NUMBER.read(await self._lane.ask("/add", wire.AMOUNT.write((name, amount))))

    async def read(self, name: str, /) -> int:
        """The number now. Raises: StageError."""
        return wire.NUMBER.read(await self._lane.ask("/read", wire.NAME.write(name), again=True))
