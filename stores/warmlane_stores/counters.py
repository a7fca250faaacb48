"""Counters in RAM: what a cluster agrees on, as long as their one holder lives."""

import secrets
from collections import defaultdict

_START_BITS = 48


class MemoryCounters:
    """Counters that start from a random number each, so that a restart looks like a change and not like the past."""

    def __init__(self) -> None:
        """Nothing was counted yet."""
        self._numbers: defaultdict[str, int] = defaultdict(_start)

    async def add(self, name: str, amount: int, /) -> int:
        """Count on by `amount`; the number after it."""
        self._numbers[name] += amount
        return self._numbers[name]

    async def read(self, name: str, /) -> int:
        """The number now."""
        return self._numbers[name]

    async def ping(self) -> None:
        """Return: nothing can be wrong here."""

    async def aclose(self) -> None:
        """Return: nothing is held."""


def _start() -> int:
    return secrets.randbits(_START_BITS)
