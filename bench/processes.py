"""The servers as child processes, each kept to one core, and what the kernel says of their time and memory."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

Child = subprocess.Popen[bytes]

_PATIENCE = 30.0
"""Seconds that a server has to start, and to end, where nothing else is said."""

MOMENT = 0.05
"""Seconds."""

_pause = threading.Event().wait
"""A wait for something outside this process that nothing announces."""


class Broken(Exception):
    """A server that did not start, or did not behave; the text says which, and the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Where things run: what is measured on `measured`, what measures on `rest`."""

    measured: int
    rest: frozenset[int]

    @classmethod
    def split(cls) -> "Cores":
        """The last core of ours for the servers, all others for the load; one for both where there is only one."""
        mine = sorted(os.sched_getaffinity(0))
        return cls(mine[-1], frozenset(mine[:-1] or mine))


@dataclass(frozen=True, slots=True)
class Server:
    """A child that listens on `port` of 127.0.0.1."""

    name: str
    pid: int
    port: int
    begun: float
    """When its command was given, by `time.perf_counter`."""

    def cpu(self) -> float:
        """CPU seconds so far, user and system, of all threads, those that ended included."""
        return cpu_of(self.pid)

    @property
    def at_rest(self) -> float:
        """CPU seconds a second that it takes with nothing to do: no request is charged with them."""
        return 0.0

    @property
    def quiet(self) -> float:
        """CPU seconds within `MOMENT` below which it has nothing to do."""
        return 0.001

    def settled(self) -> float:
        """`cpu` once the work that answers left behind (storing) is done: quiet for a moment."""
        before = self.cpu()
        for _ in range(200):
            _pause(MOMENT)
            now = self.cpu()
            if now - before < self.quiet:
                break
            before = now
        return now

    def resident(self) -> int:
        """Bytes of memory it has in RAM, shared libraries included."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def cpu_of(pid: int) -> float:
    """CPU seconds of a process so far. Raises: OSError when there is none."""
    # The process's CPU clock (clock_getcpuclockid(3)) counts nanoseconds, /proc/PID/stat hundredths of a second.
    return time.clock_gettime((~pid << 3) | 2)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(
    name: str,
    argv: Sequence[str],
    port: int,
    cores: frozenset[int],
    env: Mapping[str, str] = MappingProxyType({}),
    patience: float = _PATIENCE,
) -> Iterator[Server]:
    """Start `argv` on `cores`, wait until it accepts on `port`, and end it on the way out. Raises: Broken.

    It has `patience` seconds to start, and as many to end.
    """
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        child = _start(argv, cores, env, said.fileno())
        try:
            server = Server(name, child.pid, port, begun)
            if (why := _await_port(server, child, patience)) is not None:
                said.seek(0)
                msg = f"{name} {why}: {said.read()[-2000:].decode(errors='replace')}"
                raise Broken(msg)
            yield server
        finally:
            _end(child, patience)


def module(name: str, *arguments: object) -> list[str]:
    """The command that runs one of our own servers."""
    return [sys.executable, "-m", f"bench.servers.{name}", *map(str, arguments)]


def _start(argv: Sequence[str], cores: frozenset[int], env: Mapping[str, str] | None, out: int) -> Child:
    # A child inherits our cores, all of its threads included; setting them afterwards would miss some.
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, **(env or {})}
        )
    finally:
        os.sched_setaffinity(0, ours)


def _await_port(server: Server, child: Child, patience: float) -> str | None:
    """None once it listens, else what came instead."""
    until = server.begun + patience
    while time.perf_counter() < until:
        if child.poll() is not None:
            return f"ended with code {child.returncode}"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return None
        _pause(0.005)
    return "did not listen"


def _end(child: Child, patience: float) -> None:
    child.terminate()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
