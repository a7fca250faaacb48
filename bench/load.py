"""The load: N connections with one request in flight each, on bare sockets in one thread: microseconds a request."""

import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from bench.framing import Answer

Maker = Callable[[int], bytes]
"""The bytes of request number n, head and body."""

_READ = 1 << 18
_PATIENCE = 30.0
"""Seconds without any answer after which a server counts as hung."""


@dataclass(slots=True)
class Tally:
    """What one stretch of load saw; times are in seconds, one item per request."""

    seconds: float = 0.0
    wrong: int = 0
    took: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    """Until the first byte of the body."""

    @property
    def requests(self) -> int:
        """How many were answered, rightly or not."""
        return len(self.took)


class _Line:
    """A connection, and the request that is out on it."""

    __slots__ = ("answer", "first", "sent")

    def __init__(self) -> None:
        self.answer = Answer()
        self.sent = self.first = 0.0


class Load:
    """Open connections to one server, to be driven stretch by stretch. A context manager."""

    def __init__(self, port: int, in_flight: int) -> None:
        """Connect `in_flight` times to 127.0.0.1:`port`."""
        self._stack = ExitStack()
        self._poll = self._stack.enter_context(select.epoll())
        self._lines: dict[int, _Line] = {}
        for _ in range(in_flight):
            peer = self._stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            peer.settimeout(None)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._poll.register(peer.fileno(), select.EPOLLIN)
            self._lines[peer.fileno()] = _Line()

    def __enter__(self) -> Self:
        """Be driven."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        self._stack.close()

    def drive(self, make: Maker, expect: bytes, numbers: Iterator[int], seconds: float) -> Tally:
        """Send requests numbered from `numbers` for `seconds`, at least one on each connection; wait for every answer.

        An answer is wrong when it is not a 200 or its head lacks `expect` (in lower case). Raises: ConnectionError when
        the server closes a connection, TimeoutError when it stops answering.
        """
        tally, clock = Tally(), time.perf_counter
        begun = clock()
        until = begun + seconds
        for fd in self._lines:
            self._send(fd, make(next(numbers)))
        busy = len(self._lines)
        while busy:
            ready = self._poll.poll(_PATIENCE)
            if not ready:
                raise TimeoutError
            for fd, _ in ready:
                if not self._take(fd, tally, expect):
                    continue
                if clock() < until:
                    self._send(fd, make(next(numbers)))
                else:
                    busy -= 1
        tally.seconds = clock() - begun
        return tally

    def _send(self, fd: int, request: bytes) -> None:
        line = self._lines[fd]
        line.answer, line.first, line.sent = Answer(), 0.0, time.perf_counter()
        os.write(fd, request)

    def _take(self, fd: int, tally: Tally, expect: bytes) -> bool:
        line, data = self._lines[fd], os.read(fd, _READ)
        now = time.perf_counter()
        if not data:
            raise ConnectionError
        whole = line.answer.feed(data)
        if not line.first and line.answer.started:
            line.first = now - line.sent
        if whole:
            tally.took.append(now - line.sent)
            tally.first.append(line.first)
            head = line.answer.head
            if not head.startswith(b"HTTP/1.1 200") or expect not in head.lower():
                tally.wrong += 1
        return whole


def ask(port: int, request: bytes) -> bytes:
    """Send one request to 127.0.0.1:`port`; the whole answer, head and body as they came. Raises: ConnectionError."""
    answer, said = Answer(), b""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as peer:
        peer.sendall(request)
        while True:
            data = peer.recv(_READ)
            if not data:
                raise ConnectionError
            said += data
            if answer.feed(data):
                return said
