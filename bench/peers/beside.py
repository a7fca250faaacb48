"""The same three loads on every gateway that is there, in turns on one core, beside the floor and the pass-through."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from bench import asks
from bench.cases import EXACT, QUESTIONS, USUAL, Stand, beside_floor, beside_passthrough, remembered
from bench.load import Load, Maker
from bench.measure import Figures, Side, in_turns, ratio_of
from bench.peers.litellm import LITELLM
from bench.peers.peer import PATH, Absent, Peer
from bench.peers.portkey import PORTKEY
from bench.processes import Broken, Server
from bench.results import Absence, Note, Place, Result

PEERS: Final = (LITELLM, PORTKEY)
_OURS: Final = "sealed on disk, one tenant for each caller's key, exact matching (`X-Cache-Mode: exact_match`)"
_EVERY_CASE: Final = "all"


@dataclass(frozen=True, slots=True)
class Contender:
    """A gateway that runs, how to ask it, and how to tell its answers apart."""

    name: str
    server: Server
    path: bytes
    fields: asks.Fields
    miss: bytes
    hit: bytes


def beside(at: Stand, graph: Server | None, peers: Sequence[Peer] = PEERS) -> Iterator[Result]:
    """Every case on ours, on ours as a `graph` of stages where it runs, and on each of `peers` that starts."""
    with ExitStack() as stack:
        contenders = [_ours("Warmlane", at.gateway)]
        yield Note("Warmlane", f"`warmlane serve --solo`; {_OURS}")
        if graph is not None:
            contenders.append(_ours("Warmlane on Ray", graph))
            yield Note("Warmlane on Ray", f"`warmlane serve`, one replica of each stage, CPU summed over them; {_OURS}")
        for peer in peers:
            try:
                yield Note(peer.name, f"{peer.version()}; {peer.settings}")
                contenders.append(_started(peer, at, stack))
            except (Absent, Broken) as error:
                yield Absence(_EVERY_CASE, peer.name, str(error))
        yield from _hits(at, contenders)
        yield from _misses(at, contenders)
        yield from _streams(at, contenders)


def _ours(name: str, server: Server) -> Contender:
    return Contender(name, server, asks.PATH, EXACT, b"x-cache: miss", b"x-cache: hit")


def _started(peer: Peer, at: Stand, stack: ExitStack) -> Contender:
    cores = frozenset({at.cores.measured})
    server = stack.enter_context(peer.start(cores, at.upstream.port, at.key))
    return Contender(peer.name, server, PATH, peer.fields(at.upstream.port), peer.miss, peer.hit)


def _hits(at: Stand, contenders: Sequence[Contender]) -> Iterator[Result]:
    case = "exact hit"
    plain = remembered(at)
    sides: dict[str, Side] = {}
    for its in contenders:
        make = asks.repeated(asks.questions(at.key, QUESTIONS, its.fields, its.path))
        if (why := _primed(its.server, make)) is not None:
            yield Absence(case, its.name, why)
        else:
            sides[its.name] = Side(its.server, make, its.hit)
    with beside_floor(at, plain[0]) as floor:
        yield from _placed(at, case, Side(floor, asks.repeated(plain), b""), sides)


def _misses(at: Stand, contenders: Sequence[Contender]) -> Iterator[Result]:
    with beside_passthrough(at) as through:
        sides = {
            its.name: Side(its.server, asks.unique(at.key, extra=its.fields, path=its.path), its.miss)
            for its in contenders
        }
        yield from _placed(at, "miss", Side(through, asks.unique(at.key), b""), sides)


def _streams(at: Stand, contenders: Sequence[Contender]) -> Iterator[Result]:
    with beside_passthrough(at) as through:
        sides = {
            its.name: Side(its.server, asks.unique(at.key, stream=True, extra=its.fields, path=its.path), its.miss)
            for its in contenders
        }
        base = Side(through, asks.unique(at.key, stream=True), b"")
        yield from _placed(at, "stream of 52 chunks", base, sides)


def _primed(server: Server, make: Maker) -> str | None:
    """Ask each question once, so that its answer may be kept; why that did not work."""
    try:
        with Load(server.port, 1) as load:
            for number in range(QUESTIONS):
                load.drive(make, b"", iter([number]), 0)
    except OSError as error:
        return _said(error)
    server.settled()
    return None


def _placed(at: Stand, case: str, base: Side, sides: Mapping[str, Side]) -> Iterator[Result]:
    able: dict[str, Side] = {}
    for name, side in sides.items():
        if (why := _unable(side, at.numbers)) is not None:
            yield Absence(case, name, why)
        else:
            able[name] = side
    them, *others = in_turns((base, *able.values()), USUAL, at.effort, at.numbers)
    yield Place(case, USUAL, base.server.name, base.server.name, 1.0, Figures.of(them))
    for name, turns in zip(able, others, strict=True):
        yield Place(case, USUAL, name, base.server.name, ratio_of(them, turns), Figures.of(turns))


def _unable(side: Side, numbers: Iterator[int]) -> str | None:
    """Why it cannot be measured: it does not answer, or answers otherwise; found with a few requests."""
    try:
        with Load(side.server.port, 2) as load:
            tally = load.drive(side.make, side.expect, itertools.islice(numbers, 2), 0)
    except (OSError, ValueError) as error:
        return _said(error)
    if tally.wrong:
        return f"an answer is no 200, or lacks `{side.expect.decode().strip()}`"
    return None


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
