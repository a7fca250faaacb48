"""Several nodes on one machine: a network namespace each, on a bridge that leads nowhere else."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

_NET = "10.77.0"
_HERE = f"{_NET}.254"
"""The address of this process on the bridge."""


class NoNetwork(Exception):
    """The kernel does not let us; the text says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """A network namespace with one address."""

    name: str
    address: str

    def start(self, argv: Sequence[str], *, env: Mapping[str, str], out: IO[bytes]) -> subprocess.Popen[bytes]:
        """Run `argv` there, in a session of its own, so that all of it can be ended."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *argv],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    def run(self, argv: Sequence[str], *, env: Mapping[str, str], given: str = "", within: float = 90) -> str:
        """Run `argv` there to its end, with `given` to read; what it said. Raises: AssertionError where it failed."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, *argv],
            env={**os.environ, **env},
            input=given,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout


@contextmanager
def nodes(count: int) -> Iterator[Sequence[Node]]:
    """Make them, and remove them again. Raises: NoNetwork."""
    tag = f"wl{os.getpid() % 100_000}"
    with ExitStack() as stack:
        bridge = f"{tag}br"
        _ip("link", "add", bridge, "type", "bridge")
        stack.callback(_ip, "link", "delete", bridge)
        _ip("address", "add", f"{_HERE}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        yield [stack.enter_context(_node(f"{tag}n{number}", bridge, f"{_NET}.{number + 1}")) for number in range(count)]


@contextmanager
def _node(name: str, bridge: str, address: str) -> Iterator[Node]:
    _ip("netns", "add", name)
    try:
        outer, inner = f"{name}o", f"{name}i"
        _ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name)
        _ip("link", "set", outer, "master", bridge, "up")
        _ip("-n", name, "address", "add", f"{address}/24", "dev", inner)
        _ip("-n", name, "link", "set", inner, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield Node(name, address)
    finally:
        _ip("netns", "delete", name)


def _ip(*arguments: str) -> None:
    try:
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=10, check=False)
    except FileNotFoundError:
        msg = "there is no `ip` (iproute2)"
        raise NoNetwork(msg) from None
    if done.returncode:
        msg = f"ip {' '.join(arguments)}: {done.stderr.strip()}"
        raise NoNetwork(msg)
