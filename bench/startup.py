"""Case f: from the command to the first answer, to matching by meaning, and what it then weighs."""

import threading
import time
from collections.abc import Iterator
from statistics import median

from bench.gateway import gateway, says
from bench.processes import Broken, Cores, Server
from bench.results import Fact, Result

_PATIENCE = 60.0
_LOADED = b'"embedder":"ok"'
_MIB = 1024 * 1024


def startup(cores: Cores, rounds: int) -> Iterator[Result]:
    """Start it `rounds` times on the core where the rest was measured, which is the slow way. Raises: Broken."""
    live: list[float] = []
    ready: list[float] = []
    weighs: list[float] = []
    for _ in range(rounds):
        with gateway(frozenset({cores.measured})) as server:
            live.append(_until(server, b"/healthz"))
            ready.append(_until(server, b"/readyz", _LOADED))
            server.settled()
            weighs.append(server.resident() / _MIB)
    yield Fact("start: from the command to /healthz", median(live), "s", 3.0)
    yield Fact("start: from the command to matching by meaning", median(ready), "s")
    yield Fact("memory with the embedder loaded", median(weighs), "MiB", 200.0)


def _until(server: Server, path: bytes, word: bytes = b"") -> float:
    pause = threading.Event().wait
    while not says(server, path, word):
        if time.perf_counter() - server.begun > _PATIENCE:
            msg = f"no 200 on {path.decode()}"
            raise Broken(msg)
        pause(0.005)
    return time.perf_counter() - server.begun
