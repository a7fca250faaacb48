"""The load counts what a real server answers, on as many connections as asked."""

import itertools
import socket
import threading
from collections.abc import Iterator

import pytest
from bench.load import Load, ask
from bench.processes import Cores, free_port, module, running

REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
STREAMED = b'POST / HTTP/1.1\r\nContent-Length: 15\r\n\r\n{"stream":true}'


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A provider in a process of its own, since the load blocks."""
    port = free_port()
    with running("upstream", module("upstream", port), port, Cores.split().rest):
        yield port


@pytest.fixture
def rude() -> Iterator[int]:
    """A server that hangs up on its first caller."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join()


def test_each_connection_sends_at_least_once(port: int) -> None:
    """Also when there is no time: and each request has a number of its own."""
    numbers, sent = itertools.count(), []

    def make(number: int) -> bytes:
        sent.append(number)
        return REQUEST

    with Load(port, 5) as load:
        tally = load.drive(make, b"x-request-id: req_", numbers, 0)

    assert (tally.requests, tally.wrong, sent) == (5, 0, [0, 1, 2, 3, 4])


def test_every_answer_is_timed(port: int) -> None:
    """The first byte of a body comes no later than the last."""
    with Load(port, 2) as load:
        tally = load.drive(lambda _: STREAMED, b"text/event-stream", itertools.count(), 0)

    assert len(tally.took) == len(tally.first) == 2
    assert all(0 < first < whole for first, whole in zip(tally.first, tally.took, strict=True))


def test_an_unexpected_answer_is_wrong(port: int) -> None:
    """A case that meant to measure hits must not pass on misses."""
    with Load(port, 3) as load:
        tally = load.drive(lambda _: REQUEST, b"x-cache: hit", itertools.count(), 0)

    assert tally.wrong == 3


def test_a_server_that_hangs_up(rude: int) -> None:
    """It is no answer."""
    with Load(rude, 1) as load, pytest.raises(ConnectionError):
        load.drive(lambda _: REQUEST, b"", itertools.count(), 0)


def test_ask_returns_the_bytes(port: int) -> None:
    """Head and body as they came."""
    said = ask(port, REQUEST)

    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said.endswith(b'"total_tokens":250}}')


def test_ask_refuses_half_an_answer(rude: int) -> None:
    """A closed connection is an error."""
    with pytest.raises(ConnectionError):
        ask(rude, REQUEST)
