"""The counter's door."""

from lanes import calling, serving
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers import counter_routes


class Tally:
    """Counters in a dict."""

    def __init__(self) -> None:
        """All at 0."""
        self.numbers: dict[str, int] = {}

    async def add(self, name: str, amount: int, /) -> int:
        """The number after it."""
        self.numbers[name] = self.numbers.get(name, 0) + amount
        return self.numbers[name]

    async def read(self, name: str, /) -> int:
        """The number now."""
        return self.numbers.get(name, 0)

    async def ping(self) -> None:
        """Always there."""

    async def aclose(self) -> None:
        """Nothing to let go of."""


async def test_adding_and_reading() -> None:
    """Each name its own number."""
    async with serving(counter_routes(Tally())) as servers, calling(*servers) as lane:
        assert wire.NUMBER.read(await lane.ask("/add", wire.AMOUNT.write(("generation", 2)))) == 2
        assert wire.NUMBER.read(await lane.ask("/add", wire.AMOUNT.write(("generation", -1)))) == 1
        assert wire.NUMBER.read(await lane.ask("/read", wire.NAME.write("generation"))) == 1
        assert wire.NUMBER.read(await lane.ask("/read", wire.NAME.write("other"))) == 0
        await lane.ask("/ping")
