"""Who is there is measured, who is not says why, and nobody's absence keeps the others from it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bench.cases import stand
from bench.measure import Effort
from bench.peers.beside import beside
from bench.peers.peer import Absent, Peer
from bench.processes import Broken, Cores, Server, free_port, module, running
from bench.results import Absence, Note, Place


@contextmanager
def another_provider(cores: frozenset[int], _upstream: int, _key: str) -> Iterator[Server]:
    """A peer that answers everything itself and has no cache."""
    port = free_port()
    with running("peer", module("upstream", port), port, cores) as server:
        yield server


@contextmanager
def sick(_cores: frozenset[int], _upstream: int, _key: str) -> Iterator[Server]:
    """A peer that does not start."""
    msg = "sick did not listen"
    raise Broken(msg)
    yield


def missing() -> str:
    """The version of a peer that is not installed."""
    msg = "not installed"
    raise Absent(msg)


def peer(name: str, **more: object) -> Peer:
    """A peer called `name`."""
    told = {"version": lambda: "1.0", "start": another_provider, "miss": b"x-request-id: req_", "hit": b"x-hit"}
    return Peer(name=name, settings="as it comes", fields=lambda _: (), **{**told, **more})  # type: ignore[arg-type]


@pytest.mark.slow
def test_every_gateway_has_its_line_in_every_case() -> None:
    """Also where it cannot be measured, with the reason."""
    peers = [peer("missing", version=missing), peer("sick", start=sick), peer("plain")]
    with stand(Cores.split(), Effort(rounds=1, seconds=0.05)) as at:
        results = list(beside(at, None, peers))

    absent = {(result.case, result.who): result.why for result in results if isinstance(result, Absence)}
    assert absent == {
        ("all", "missing"): "not installed",
        ("all", "sick"): "sick did not listen",
        ("exact hit", "plain"): "an answer is no 200, or lacks `x-hit`",
    }
    placed = [(result.case, result.who) for result in results if isinstance(result, Place)]
    streamed = "stream of 52 chunks"
    assert placed == [
        *[("exact hit", who) for who in ("floor", "Warmlane")],
        *[("miss", who) for who in ("pass-through", "Warmlane", "plain")],
        *[(streamed, who) for who in ("pass-through", "Warmlane", "plain")],
    ]
    assert [result.who for result in results if isinstance(result, Note)] == ["Warmlane", "sick", "plain"]
