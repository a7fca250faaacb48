"""Case g: what it costs that the stages are processes of their own, beside the same floor and pass-through."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from bench import asks
from bench.cases import EXACT, USUAL, Stand, beside_floor, beside_passthrough, check_stored, hit, miss, remembered
from bench.graph import RECENT_BYTES, Graph, memory
from bench.load import Load
from bench.measure import Side, compare
from bench.processes import Server
from bench.results import Fact, Ratio, Result

_MANY = 64
"""Streams at a time, where they are many."""

_ANSWER = 1500
"""Bytes that an answer takes in an ingress at least."""

_MIB = 1024 * 1024


def hops(at: Stand, graph: Graph) -> Iterator[Result]:
    """All of it; CPU is summed over the stages, but for the hit that only the ingress hears of. Raises: Broken."""
    on_ray = replace(at, gateway=graph.stages)
    yield from _hits(on_ray, graph)
    with beside_passthrough(at) as beside:
        yield miss(on_ray, beside, "on Ray: miss, stored", USUAL, EXACT, 6.5)
        yield miss(on_ray, beside, "on Ray: miss, stored", _MANY, EXACT)
        yield from _shares(on_ray, graph)
        yield from _streams(on_ray, beside)
    yield from _semantic(at, graph)
    yield from _idle(graph)


def _hits(at: Stand, graph: Graph) -> Iterator[Result]:
    requests = remembered(at)
    with beside_floor(at, requests[0]) as beside:
        ingress = replace(at, gateway=graph.ingress)
        yield hit(ingress, beside, "on Ray: exact hit in the ingress's memory", asks.repeated(requests), 1.3)
        # More questions in turn than the ingress has room for: each has left it when it comes again.
        many = asks.questions(at.key, 4 * RECENT_BYTES // _ANSWER, EXACT)
        with Load(at.gateway.port, 1) as load:
            for request in many:
                load.drive(asks.repeated([request]), b"", count(), 0)
        at.gateway.settled()
        yield hit(at, beside, "on Ray: exact hit one hop away", asks.repeated(many), 8.0)


def _shares(at: Stand, graph: Graph) -> Iterator[Result]:
    """Which stage takes what of a miss."""
    with Load(at.gateway.port, USUAL) as load:
        make = asks.unique(at.key, extra=EXACT)
        graph.stages.settled()
        before = graph.each()
        tally = load.drive(make, b"x-cache: miss", at.numbers, at.effort.seconds * at.effort.rounds)
        graph.stages.settled()
    for stage, cpu in graph.each().items():
        yield Fact(
            f"on Ray: miss, stored: CPU of {stage}", (cpu - before[stage]) / tally.requests * 1e6, "µs a request"
        )


def _streams(at: Stand, beside: Server) -> Iterator[Result]:
    make = asks.unique(at.key, stream=True, extra=EXACT)
    ours, theirs = Side(at.gateway, make, b"x-cache: miss"), Side(beside, make, b"")
    together = compare(theirs, ours, USUAL, at.effort, at.numbers)
    check_stored(at, make, USUAL)
    yield Ratio("on Ray: stream of 52 chunks, stored", "pass-through", together, 3.0)
    for in_flight, limit in ((1, 5.0), (_MANY, 25.0)):
        compared = compare(theirs, ours, in_flight, at.effort, at.numbers)
        case = f"on Ray: added time to the first chunk, {in_flight} streams at a time"
        yield Fact(case, (compared.ours.first - compared.theirs.first) * 1e3, "ms", limit)


def _semantic(at: Stand, graph: Graph) -> Iterator[Result]:
    """The same lookups in one process and over the stages, one at a time: what is more is the hops."""
    make = asks.unique(at.key)
    for server in (at.gateway, graph.stages):
        with Load(server.port, 1) as load:
            load.drive(make, b"x-cache: miss", at.numbers, 0)  # the one that answers all that are much like it
        server.settled()
    found = b"x-cache: semantic_hit"
    ours, theirs = Side(graph.stages, make, found), Side(at.gateway, make, found)
    compared = compare(theirs, ours, 1, at.effort, at.numbers)
    yield Fact("on Ray: semantic hit, p50", compared.ours.p50 * 1e3, "ms")
    added = compared.ours.p50 - compared.theirs.p50
    yield Fact("on Ray: semantic hit, p50 above that in one process", added * 1e3, "ms", 3.0)


def _idle(graph: Graph) -> Iterator[Result]:
    yield Fact("on Ray, idle: CPU of the six stages", graph.stages.idle * 100, "% of a core")
    yield Fact("on Ray, idle: CPU of Ray's own processes and of the command", graph.rest.idle * 100, "% of a core")
    yield Fact("on Ray: memory of the six stages", memory(graph.stages) / _MIB, "MiB")
    yield Fact("on Ray: memory of Ray's own processes and of the command", memory(graph.rest) / _MIB, "MiB")
