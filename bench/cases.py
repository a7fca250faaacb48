"""The cases that are measured side by side, each with the limit that it must keep."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import asks
from bench.gateway import gateway
from bench.load import Load, Maker, ask
from bench.measure import Effort, Side, compare
from bench.processes import Broken, Cores, Server, free_port, module, running
from bench.results import Fact, Ratio, Result
from bench.servers import floor

USUAL = 16
"""Requests in flight, where nothing else is said."""

_OTHERS = (1, 64, 256)
QUESTIONS = 64
EXACT: asks.Fields = (("X-Cache-Mode", "exact_match"),)
NOTHING_LIKE_IT: asks.Fields = (("X-Cache-Threshold", "1"),)
"""These questions are much alike: below this, one would be answered by another."""


@dataclass(frozen=True, slots=True)
class Stand:
    """The servers under test, with the provider behind them, and how hard to drive them."""

    cores: Cores
    effort: Effort
    upstream: Server
    gateway: Server
    key: str = field(default_factory=asks.new_key, repr=False)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(QUESTIONS))


@contextmanager
def stand(cores: Cores, effort: Effort) -> Iterator[Stand]:
    """Start provider and gateway. Raises: Broken."""
    with ExitStack() as stack:
        port = free_port()
        upstream = stack.enter_context(running("upstream", module("upstream", port), port, cores.rest))
        ours = stack.enter_context(gateway(frozenset({cores.measured}), upstream.port))
        yield Stand(cores, effort, upstream, ours)


def hits(at: Stand) -> Iterator[Result]:
    """Case a: the same bytes again."""
    requests = remembered(at)
    with beside_floor(at, requests[0]) as beside:
        yield hit(at, beside, "exact hit", asks.repeated(requests), 1.0)


def fresh_hits(at: Stand) -> Iterator[Result]:
    """Case b: the same request in other bytes each time, so that only its canonical form is known."""
    requests = remembered(at)
    with beside_floor(at, requests[0]) as beside:
        yield hit(at, beside, "exact hit, bytes not seen lately", asks.same_but_bytes(at.key), 1.6)


def misses(at: Stand) -> Iterator[Result]:
    """Case c: a new question each time, stored; and whether the ratio stays flat from 1 to 256 in flight."""
    with beside_passthrough(at) as beside:
        first = miss(at, beside, "miss, stored", USUAL, EXACT, 2.6)
        yield first
        for in_flight in _OTHERS:
            other = miss(at, beside, "miss, stored", in_flight, EXACT)
            yield other
            flat = other.compared.ratio / first.compared.ratio
            yield Fact(f"miss, stored: ratio at {in_flight} in flight by the ratio at {USUAL}", flat, "×", 1.5)
        yield miss(at, beside, "miss, stored and embedded", USUAL, NOTHING_LIKE_IT)


def streams(at: Stand) -> Iterator[Result]:
    """Case d: a new question each time, answered by a stream of 52 chunks, stored."""
    make = asks.unique(at.key, stream=True, extra=EXACT)
    with beside_passthrough(at) as beside:
        ours, theirs = Side(at.gateway, make, b"x-cache: miss"), Side(beside, make, b"")
        together = compare(theirs, ours, USUAL, at.effort, at.numbers)
        check_stored(at, make, USUAL)
        # One at a time: streams that begin together would wait for each other's beginnings.
        alone = compare(theirs, ours, 1, at.effort, at.numbers)
    yield Ratio("stream of 52 chunks, stored", "pass-through", together, 1.8)
    yield Fact("stream: added time to the first chunk", (alone.ours.first - alone.theirs.first) * 1e3, "ms")


def hit(at: Stand, beside: Server, case: str, make: Maker, limit: float) -> Ratio:
    """What `make` asks for, found in the cache, by the floor. Raises: Broken."""
    ours, theirs = Side(at.gateway, make, b"x-cache: hit"), Side(beside, make, b"x-cache: hit")
    return Ratio(case, "floor", compare(theirs, ours, USUAL, at.effort, at.numbers), limit)


def miss(
    at: Stand,
    beside: Server,
    case: str,
    in_flight: int,
    extra: asks.Fields = (),
    limit: float | None = None,
) -> Ratio:
    """A new question each time, by the pass-through; seen to be stored. Raises: Broken."""
    make = asks.unique(at.key, extra=extra)
    ours, theirs = Side(at.gateway, make, b"x-cache: miss"), Side(beside, make, b"")
    compared = compare(theirs, ours, in_flight, at.effort, at.numbers)
    check_stored(at, make, in_flight)
    return Ratio(case, "pass-through", compared, limit)


def check_stored(at: Stand, make: Maker, in_flight: int) -> None:
    """A miss that stores nothing is cheap, and not what was to be measured. Raises: Broken."""
    numbers = list(itertools.islice(at.numbers, in_flight))
    with Load(at.gateway.port, in_flight) as load:
        load.drive(make, b"", iter(numbers), 0)
        at.gateway.settled()
        again = load.drive(make, b"x-cache: hit", iter(numbers), 0)
    if again.wrong:
        msg = f"{again.wrong} of {in_flight} answers were not stored"
        raise Broken(msg)


def remembered(at: Stand) -> list[bytes]:
    """Requests whose answers the gateway has stored by now."""
    with Load(at.gateway.port, 1) as load:
        for request in asks.questions(at.key, QUESTIONS, EXACT):
            load.drive(asks.repeated([request]), b"", itertools.count(), 0)
    at.gateway.settled()
    return asks.questions(at.key, QUESTIONS)


@contextmanager
def beside_floor(at: Stand, request: bytes) -> Iterator[Server]:
    """The floor, giving the very answer that the gateway gives to `request` now."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        floor.save(answer, ask(at.gateway.port, request))
        with running("floor", module("floor", port, answer), port, frozenset({at.cores.measured})) as server:
            yield server


@contextmanager
def beside_passthrough(at: Stand) -> Iterator[Server]:
    """The pass-through, in front of the same provider. Raises: Broken."""
    port, origin = free_port(), f"http://127.0.0.1:{at.upstream.port}"
    with running("pass-through", module("passthrough", port, origin), port, frozenset({at.cores.measured})) as server:
        yield server
