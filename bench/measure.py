"""Side by side: the same load on two servers in turns, several rounds, and the medians of what came out."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.load import Load, Maker, Tally
from bench.processes import Broken, Server


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: `rounds` turns of `seconds` for each side."""

    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Side:
    """A server, the requests to send it, and what the head of a right answer holds (in lower case)."""

    server: Server
    make: Maker
    expect: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side did in one round. `cpu` is in seconds, for all of the turn's requests."""

    cpu: float
    tally: Tally

    @property
    def each(self) -> float:
        """CPU seconds a request."""
        return self.cpu / self.tally.requests


@dataclass(frozen=True, slots=True)
class Figures:
    """The medians over one side's turns: seconds, except `rate` (requests a second)."""

    cpu: float
    rate: float
    p50: float
    p99: float
    first: float

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> "Figures":
        """Percentiles are of each turn, then the median of those: one bad turn on a busy machine does not count."""
        return cls(
            cpu=median(turn.each for turn in turns),
            rate=median(turn.tally.requests / turn.tally.seconds for turn in turns),
            p50=median(median(turn.tally.took) for turn in turns),
            p99=median(percentile99(turn.tally.took) for turn in turns),
            first=median(median(turn.tally.first) for turn in turns),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours beside theirs. `ratio` is the median over the rounds of CPU a request, ours by theirs in the same round."""

    in_flight: int
    theirs: Figures
    ours: Figures
    ratio: float


def percentile99(values: Sequence[float]) -> float:
    """The 99th percentile; of a single value, itself."""
    return quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else values[0]


def ratio_of(theirs: Sequence[Turn], ours: Sequence[Turn]) -> float:
    """The median of each round's ratio: neighbours on the machine who slow a whole round cancel out."""
    return median(mine.each / other.each for other, mine in zip(theirs, ours, strict=True))


def compare(theirs: Side, ours: Side, in_flight: int, effort: Effort, numbers: Iterator[int]) -> Comparison:
    """Measure two sides in turns. Raises: Broken."""
    them, us = in_turns((theirs, ours), in_flight, effort, numbers)
    return Comparison(in_flight, Figures.of(them), Figures.of(us), ratio_of(them, us))


def in_turns(sides: Sequence[Side], in_flight: int, effort: Effort, numbers: Iterator[int]) -> list[list[Turn]]:
    """Warm all up, then drive one after the other, round by round; the turns of each side. Raises: Broken.

    Requests are numbered from `numbers`.
    """
    turns: list[list[Turn]] = [[] for _ in sides]
    for side in sides:
        _turn(side, in_flight, numbers, effort.seconds / 4)
    for _ in range(effort.rounds):
        for side, its in zip(sides, turns, strict=True):
            its.append(_turn(side, in_flight, numbers, effort.seconds))
    return turns


def _turn(side: Side, in_flight: int, numbers: Iterator[int], seconds: float) -> Turn:
    with Load(side.server.port, in_flight) as load:  # while others have their turn, a server may close what is idle
        before, begun = side.server.settled(), time.perf_counter()
        tally = load.drive(side.make, side.expect, numbers, seconds)
        after, took = side.server.settled(), time.perf_counter() - begun
    if tally.wrong:
        msg = f"{side.server.name}: {tally.wrong} of {tally.requests} answers lack {side.expect!r} or are no 200"
        raise Broken(msg)
    return Turn(after - before - side.server.at_rest * took, tally)
