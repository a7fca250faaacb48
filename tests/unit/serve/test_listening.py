"""Listening, alone or with others, and leaving the port to them."""

import asyncio
import socket
from pathlib import Path

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.listening import configured, leave, listen
from warmlane_serve.solo import Solo


def has_ipv6() -> bool:
    """Whether this machine has an IPv6 address of its own."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_port_0_is_any_free_one() -> None:
    """And it is listened on: a connection waits to be accepted, without holding up who asks."""
    with listen("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        with socket.create_connection((host, port)):
            connection, _ = listener.accept()
            connection.close()

        assert (host, port > 0, listener.getblocking()) == ("127.0.0.1", True, False)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_an_address_may_be_of_ipv6() -> None:
    """As it is written, without brackets."""
    with listen("::1", 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        assert listener.family == socket.AF_INET6


def test_a_port_in_use_is_named(free_port: int) -> None:
    """In one line, with what to do."""
    with listen("127.0.0.1", free_port), pytest.raises(ConfigError) as caught:
        listen("127.0.0.1", free_port)

    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1:{free_port}: address already in use; choose another address with --host and --port"
    )


def test_an_address_of_somebody_else_is_named() -> None:
    """One of a documentation network (RFC 5737) is nobody's."""
    with pytest.raises(ConfigError, match=r"cannot listen on 192\.0\.2\.1:0: "):
        listen("192.0.2.1", 0)


def test_a_restart_gets_its_port_at_once(free_port: int) -> None:
    """Though the kernel remembers connections that the last process closed."""
    with listen("127.0.0.1", free_port) as first, socket.create_connection(("127.0.0.1", free_port)) as client:
        connection, _ = first.accept()
        connection.close()
        assert client.recv(1) == b""

    with listen("127.0.0.1", free_port) as second:
        assert second.getsockname()[1] == free_port


async def test_uvicorn_adds_nothing_of_its_own(tmp_path: Path) -> None:
    """Neither its name to an answer, nor a log, nor belief in X-Forwarded-For; timeouts are those of the settings."""
    settings = Settings(
        data_dir=tmp_path, drain_timeout=7, limits={"keep_alive": 9}, embedding={"enabled": False},
        telemetry={"log": False},
    )  # fmt: skip
    solo = Solo(settings, ManualClock())

    config = configured(solo, settings)
    config.load()

    assert config.server_header is False
    assert (config.access_log, config.proxy_headers, config.lifespan) == (False, False, "off")
    assert (config.timeout_graceful_shutdown, config.timeout_keep_alive) == (7, 9)
    assert config.http_protocol_class is solo.protocol
    await solo.stop()


def test_a_port_can_be_shared_with_those_who_say_so(free_port: int) -> None:
    """And with nobody else."""
    with (
        listen("127.0.0.1", free_port, shared=True),
        listen("127.0.0.1", free_port, shared=True),
        pytest.raises(ConfigError, match="address already in use"),
    ):
        listen("127.0.0.1", free_port)
    with listen("127.0.0.1", free_port), pytest.raises(ConfigError, match="address already in use"):
        listen("127.0.0.1", free_port, shared=True)


async def test_whoever_leaves_gets_no_new_connection_and_loses_none(free_port: int) -> None:
    """The kernel of a client that comes meanwhile tries again, and finds the other one."""
    loop = asyncio.get_running_loop()
    with listen("127.0.0.1", free_port, shared=True) as staying:
        leaving = listen("127.0.0.1", free_port, shared=True)
        early = [await _connected(free_port) for _ in range(20)]
        leave(leaving)
        late = [loop.run_in_executor(None, socket.create_connection, ("127.0.0.1", free_port)) for _ in range(4)]
        ours = _accepted(leaving)
        leaving.close()
        late_ones = await asyncio.gather(*late)
        theirs = _accepted(staying)

        assert 0 < len(ours) < 20
        assert len(ours) + len(theirs) == 24
        for connection in (*early, *late_ones, *ours, *theirs):
            connection.close()


async def _connected(port: int) -> socket.socket:
    """A client's connection: its handshake is over, though nobody has accepted it."""
    return await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port))


def _accepted(listener: socket.socket) -> list[socket.socket]:
    """All that wait there."""
    accepted = []
    while True:
        try:
            accepted.append(listener.accept()[0])
        except BlockingIOError:
            return accepted
