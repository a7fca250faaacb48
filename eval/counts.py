"""Counting, and how sure a share is."""

import math
from dataclasses import dataclass

_LIKELY = 1.96


@dataclass(slots=True)
class Count:
    """Requests and what became of them: hits, those of them that came by the same words or by meaning, wrong ones."""

    asked: int = 0
    hits: int = 0
    semantic: int = 0
    wrong: int = 0

    def add(self, *, hit: bool, semantic: bool = False, right: bool = True) -> None:
        """One more request."""
        self.asked += 1
        self.hits += hit
        self.semantic += semantic
        self.wrong += hit and not right

    @property
    def hit_rate(self) -> float:
        """Of all requests."""
        return share(self.hits, self.asked)

    @property
    def wrong_rate(self) -> float:
        """Wrong answers of all requests."""
        return share(self.wrong, self.asked)

    @property
    def wrong_share(self) -> float:
        """Wrong answers of semantic hits: what the bound is about."""
        return share(self.wrong, self.semantic)


def share(some: int, of: int) -> float:
    """`some` of `of`; 0 where there is nothing."""
    return some / of if of else 0.0


def wilson(some: int, of: int) -> tuple[float, float]:
    """Where the true share is in 95 of 100 cases (Wilson 1927); 0 to 1 where there is nothing."""
    if not of:
        return 0.0, 1.0
    rate, z = some / of, _LIKELY**2 / of
    middle = (rate + z / 2) / (1 + z)
    half = _LIKELY * math.sqrt(rate * (1 - rate) / of + z / (4 * of)) / (1 + z)
    return max(0.0, middle - half), min(1.0, middle + half)
