"""What is refused before any Ray is started, and the port kept for the ingresses. The rest is in tests/serve."""

import http.server
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.cluster import reserved, serve
from warmlane_serve.running import Claim, Running, claim


def never(_: Settings) -> None:
    """No application is made here."""
    pytest.fail("it went on")


def settings_of(folder: Path, **others: object) -> Settings:
    """Settings with their data in the folder."""
    return Settings(data_dir=folder, **others)


def test_the_port_is_kept_for_those_who_share_it(free_port: int) -> None:
    """Nobody listens yet, an ingress may, and whoever does not share cannot."""
    with reserved("127.0.0.1", free_port) as port:
        assert port == free_port
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        with pytest.raises(ConfigError, match="address already in use"), reserved("127.0.0.1", port):
            pytest.fail("it went on")
        with socket.create_server(("127.0.0.1", port), reuse_port=True):
            socket.create_connection(("127.0.0.1", port)).close()


def test_port_0_is_settled_before_anything_starts() -> None:
    """All ingresses listen on the same one."""
    with reserved("127.0.0.1", 0) as port:
        assert port > 0


class _Welcome(http.server.BaseHTTPRequestHandler):
    says = b"Warmlane, a caching gateway for LLM APIs.\n"

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.says)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Other(_Welcome):
    says = b"It works!\n"


@contextmanager
def somebody(handler: type[_Welcome]) -> Iterator[int]:
    """A port that somebody listens on."""
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_port_that_is_in_use_is_one_line(tmp_path: Path) -> None:
    """Which names it; nothing has been started."""
    out = io.StringIO()

    with somebody(_Other) as port, pytest.raises(ConfigError, match="--port") as caught:
        serve(settings_of(tmp_path, port=port), never, out)

    assert f"127.0.0.1:{port}: address already in use" in caught.value.message
    assert out.getvalue() == ""


def test_a_gateway_on_the_port_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By how it welcomes, though it has another data folder."""
    with somebody(_Welcome) as port:
        code = serve(settings_of(tmp_path, port=port), never)

    said = f"warmlane: a Warmlane is serving already on http://127.0.0.1:{port}; choose another port with --port\n"
    assert (code, capsys.readouterr().err) == (1, said)


def test_a_second_start_hears_of_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line with its base URL, exit code 1."""
    first = claim(tmp_path)
    assert isinstance(first, Claim)
    with first:
        first.note(Running(pid=4711, url="http://127.0.0.1:8000"))
        code = serve(settings_of(tmp_path), never)

    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (1, "", 1)
    assert said.err.startswith("warmlane: Warmlane is serving already on http://127.0.0.1:8000 (process 4711)")


def test_a_wrong_secret_is_told_first(tmp_path: Path) -> None:
    """Before the folder is claimed."""
    (tmp_path / "secret").write_text("short")
    (tmp_path / "secret").chmod(0o600)

    with pytest.raises(ConfigError, match="secret"):
        serve(settings_of(tmp_path), never)


def test_a_cluster_within_reach_needs_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and Ray was not asked."""
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)

    with pytest.raises(ConfigError, match="RAY_AUTH_MODE=token"):
        serve(settings_of(tmp_path, host="0.0.0.0", secret="0123456789abcdef" * 2, cluster={"address": "auto"}), never)


def test_any_free_port_is_for_one_machine(tmp_path: Path) -> None:
    """On a cluster callers must know it."""
    with pytest.raises(ConfigError, match="WARMLANE_PORT"):
        serve(settings_of(tmp_path, port=0, cluster={"address": "auto"}), never)
