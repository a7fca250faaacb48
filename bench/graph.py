"""The gateway on Ray, started as a user would: `warmlane serve`, one replica of each stage; and its processes."""

import re
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from bench.gateway import says
from bench.processes import MOMENT, Broken, Server, cpu_of, free_port, running

STAGES: Final = frozenset({"Ingress", "EmbeddingWorker", "CacheStore", "ProviderForwarder", "Counter", "Recorder"})
RECENT_BYTES: Final = 300_000
"""Room in an ingress for about 160 opened answers: few enough that a load can ask for more."""

_NO_HURRY: Final = "1000"
_PATIENCE: Final = 180.0
_IDLE: Final = 5.0
"""Seconds over which it is seen what the processes take with nothing to do."""

_TITLE: Final = re.compile(r"ray::ServeReplica:[^:]+:(\w+)")
_READY: Final = b'"embedder":"ok"'
_pause = threading.Event().wait


@dataclass(frozen=True, slots=True)
class Group(Server):
    """Processes that answer as one on `port`; their CPU is counted together."""

    pids: tuple[int, ...]
    idle: float
    """CPU seconds a second that they take with nothing to do."""

    def cpu(self) -> float:
        """CPU seconds so far of them all. Raises: OSError when one has ended."""
        return sum(map(cpu_of, self.pids))

    @property
    def at_rest(self) -> float:
        """Ray looks for signals a hundred times a second in each of them, asks how they are, and so on."""
        return self.idle

    @property
    def quiet(self) -> float:
        """Health checks and the like never end."""
        return 0.001 + 2 * self.idle * MOMENT


@dataclass(frozen=True, slots=True)
class Graph:
    """The stages as they run: the ingress alone, all stages, and what Ray runs besides them."""

    ingress: Group
    stages: Group
    rest: Group
    names: Mapping[int, str]
    """The stage that each process of `stages` is."""

    def each(self) -> Mapping[str, float]:
        """CPU seconds so far by stage, the busiest first."""
        took = {stage: cpu_of(pid) for pid, stage in self.names.items()}
        return dict(sorted(took.items(), key=lambda item: -item[1]))


@contextmanager
def graph(cores: frozenset[int], upstream: int) -> Iterator[Graph]:
    """Run it on `cores`, with an empty cache on a disk, in front of the provider on port `upstream`. Raises: Broken."""
    port = free_port()
    with tempfile.TemporaryDirectory() as data:
        env = {
            "WARMLANE_DATA_DIR": data,
            "WARMLANE_SECRET": secrets.token_hex(32),
            "WARMLANE_PROVIDERS__OPENAI__BASE_URL": f"http://127.0.0.1:{upstream}",
            "WARMLANE_CACHE__RECENT_BYTES": str(RECENT_BYTES),
            "WARMLANE_CACHE__STORE_TIMEOUT_MS": _NO_HURRY,  # all stages share one core: now and then one waits its turn
            "WARMLANE_STAGES__EMBEDDER__MAX_REPLICAS": "1",
            "WARMLANE_STAGES__FORWARDER__MAX_REPLICAS": "1",
        }
        argv = [str(Path(sys.executable).with_name("warmlane")), "serve", "--host", "127.0.0.1", "--port", str(port)]
        with running("Ray", argv, port, cores, env, _PATIENCE) as server:
            _await_ready(server)
            before = psutil.Process(server.pid).children(recursive=True)
            try:
                yield _seen(server)
            finally:
                _see_off(server, before)


def stage_of(title: str) -> str | None:
    """The stage that a process with this title is a replica of; None where it is none of ours."""
    found = _TITLE.match(title)
    return found[1] if found is not None and found[1] in STAGES else None


def memory(group: Group) -> int:
    """Bytes in RAM of all its processes; what several share is counted once."""
    return sum(int(psutil.Process(pid).memory_full_info().pss) for pid in group.pids)


def _await_ready(server: Server) -> None:
    until = server.begun + _PATIENCE
    while not (says(server, b"/readyz", _READY) and set(_stages(server.pid).values()) >= STAGES):
        if time.perf_counter() > until:
            there = ", ".join(sorted(set(_stages(server.pid).values()))) or "none"
            msg = f"Ray: not ready after {_PATIENCE:.0f} s; stages that run: {there}"
            raise Broken(msg)
        _pause(0.25)


def _stages(pid: int) -> Mapping[int, str]:
    """The replicas among what the process started, and what those started: never those of another Ray."""
    found: dict[int, str] = {}
    for process in psutil.Process(pid).children(recursive=True):
        try:
            title = " ".join(process.cmdline())
        except psutil.Error:  # ended meanwhile
            continue
        stage = stage_of(title)
        if stage is not None:
            found[process.pid] = stage
    return found


def _seen(server: Server) -> Graph:
    stages = _stages(server.pid)
    several = sorted(stage for stage in STAGES if list(stages.values()).count(stage) > 1)
    if several:
        msg = f"Ray: more than one replica of {', '.join(several)}"
        raise Broken(msg)
    ours = tuple(stages)
    ingress = tuple(pid for pid, stage in stages.items() if stage == "Ingress")
    everything = (server.pid, *(process.pid for process in psutil.Process(server.pid).children(recursive=True)))
    groups = (ingress, ours, tuple(pid for pid in everything if pid not in stages))
    before = [sum(map(cpu_of, pids)) for pids in groups]
    begun = time.perf_counter()
    _pause(_IDLE)
    took = time.perf_counter() - begun
    ingress_alone, all_stages, rest = (
        Group(name, server.pid, server.port, server.begun, pids, (sum(map(cpu_of, pids)) - since) / took)
        for name, pids, since in zip(("ingress", "stages", "Ray itself"), groups, before, strict=True)
    )
    return Graph(ingress_alone, all_stages, rest, stages)


def _see_off(server: Server, before: list[psutil.Process]) -> None:
    """End it as Ctrl-C would, so that it takes its replicas down; what is left of it then is killed."""
    command = psutil.Process(server.pid)
    command.terminate()
    _, left = psutil.wait_procs([command, *before], timeout=_PATIENCE / 3)
    for process in left:
        process.kill()
