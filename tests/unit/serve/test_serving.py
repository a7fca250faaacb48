"""Listening, and a process that is a good citizen."""

import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from drills.process import environment, serving
from warmlane.clock import ManualClock
from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.serving import configured, listen
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


async def test_a_signal_ends_it_with_0(tmp_path: Path) -> None:
    """Until then it leaves no core dumps, and opens as many files as it may; at the end its connections are closed."""
    few = resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2
    code = (
        "import resource, sys; from warmlane_serve.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({few}, {2 * few}))\n"
        "sys.exit(main(['serve', '--solo']))"
    )
    async with serving(tmp_path, start=("-c", code)) as served:
        process = psutil.Process(served.process.pid)
        limits = [process.rlimit(which) for which in (psutil.RLIMIT_CORE, psutil.RLIMIT_NOFILE)]
        reader, writer = await served.open()
        assert await served.end(signal.SIGTERM) == 0
        assert await reader.read() == b""
        writer.close()

    assert limits == [(0, 0), (2 * few, 2 * few)]
    assert served.err == b""
    assert served.out.startswith(b"Warmlane is serving.")


def test_too_few_open_files_are_told_before_the_first_caller_meets_them(tmp_path: Path) -> None:
    """In one line, with the command that mends it."""
    code = (
        "import resource, sys; from warmlane_serve.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))\n"
        "sys.exit(main(['serve']))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"warmlane: at most 1024 files may be open: raise the limit (ulimit -Hn 4096)\n"
    assert not (tmp_path / "data").exists()
