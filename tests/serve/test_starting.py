"""`warmlane serve` as a process of its own: what it says, how it ends, and that nothing is left of it."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from drills.process import SOURCES

TINY = Path(__file__).with_name("tiny.py")
PATIENCE = 150.0
"""Seconds that a start or an end may take on a busy machine. Nothing waits so long unless it is broken."""


class Started:
    """The process, in a session of its own; `lines` is what it said on standard output so far."""

    def __init__(self, home: Path, **environment: str) -> None:
        """Start it with its data in `home`."""
        (home / "tmp").mkdir(exist_ok=True)
        self.home, self.lines = home, list[str]()
        paths = os.pathsep.join([SOURCES, str(TINY.parent)])
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": paths,
            "TMPDIR": str(home / "tmp"),
            "WARMLANE_DATA_DIR": str(home / "data"),
            "WARMLANE_PORT": "0",
            **environment,
        }
        self._said = (home / f"err-{len(list(home.iterdir()))}").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, TINY],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,
            text=True,
        )

    @property
    def err(self) -> str:
        """What it said on standard error."""
        return Path(self._said.name).read_text()

    def until(self, word: str) -> None:
        """Read on until a line has `word` in it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if word in line:
                return
        pytest.fail(f"it ended before it said {word}: {self.lines} {self.err}")

    def note(self) -> dict[str, Any]:
        """What it has noted of itself in the data folder."""
        noted: dict[str, Any] = json.loads((self.home / "data" / "serving.json").read_text())
        return noted

    def beside(self, *arguments: str) -> tuple[int, str]:
        """Another command of the user's, meanwhile: its exit code, and what it said on standard error."""
        command = [sys.executable, "-m", "warmlane_serve.cli", *arguments]
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return done.returncode, done.stderr

    def all_processes(self) -> list[psutil.Process]:
        """It and its descendants."""
        this = psutil.Process(self.process.pid)
        return [this, *this.children(recursive=True)]

    def ended(self) -> int:
        """Its exit code, once it has one; the rest of what it says is read."""
        assert self.process.stdout is not None
        self.lines += self.process.stdout
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
        self._said.close()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def started(home: Path, **environment: str) -> Iterator[Started]:
    """It, and killed at the end where it still runs."""
    process = Started(home, **environment)
    try:
        yield process
    finally:
        process.kill()


def is_gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them end. It is the kernel that ends Ray's processes, and it takes a moment."""
    _, alive = psutil.wait_procs(processes, PATIENCE)
    return not alive


def left_in(note: dict[str, Any]) -> bool:
    """Whether the temporary folder is still there."""
    return Path(note["folder"]).exists()


def listening(processes: list[psutil.Process]) -> set[str]:
    """The addresses that they listen on."""
    return {
        connection.laddr.ip.removeprefix("::ffff:")
        for process in processes
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }


def test_it_comes_up_is_found_and_ends(tmp_path: Path) -> None:
    """A line for each stage, a block to paste, nothing of Ray; and nothing remains."""
    with started(tmp_path) as first:
        first.until("stop with Ctrl-C")
        note, processes = first.note(), first.all_processes()
        with started(tmp_path) as second:
            code, heard, said = second.ended(), second.lines, second.err
        looked = first.beside("check", "--cluster")
        reached = listening([each for each in processes if "ServeReplica" not in each.name()])
        assert first.process.poll() is None
        first.process.send_signal(signal.SIGTERM)
        ended = first.ended()

        ready = [line.split()[0] for line in first.lines if "ready after" in line]
        assert (ready[0], set(ready[1:])) == ("ray", {"store", "ingress"})
        assert any(f'OpenAI(base_url="{note["url"]}/openai")' in line for line in first.lines)
        assert (code, heard) == (1, [])
        assert said.startswith(f"warmlane: Warmlane is serving already on {note['url']} (process {note['pid']})")
        assert reached == {"127.0.0.1"}
        assert looked == (2, "warmlane: no gateway is deployed on this Ray; `warmlane serve` deploys one\n")
        assert (ended, is_gone(processes), left_in(note)) == (0, True, False)
        assert (tmp_path / "data" / "serving.json").read_text() == ""
        assert not (tmp_path / ".ray").exists()


def test_ctrl_c_while_it_starts(tmp_path: Path) -> None:
    """The terminal sends it to all processes of the group."""
    with started(tmp_path) as process:
        process.until("ray")
        note = process.note()
        os.killpg(process.process.pid, signal.SIGINT)

        processes = process.all_processes()
        assert (process.ended(), process.err) == (0, "")
        assert (is_gone(processes), left_in(note)) == (True, False)


def test_a_stage_that_cannot_be_ends_the_start(tmp_path: Path) -> None:
    """One line, which says which and why."""
    with started(tmp_path, TINY_WHY="WARMLANE_CACHE__INDEX is wrong") as process:
        code = process.ended()

        assert (code, process.err) == (1, "warmlane: store: WARMLANE_CACHE__INDEX is wrong\n")
        assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_killed_one_leaves_is_removed_by_the_next(tmp_path: Path) -> None:
    """Its processes end with it; its temporary folder stays until then."""
    with started(tmp_path) as first:
        first.until("ray")
        note, processes = first.note(), first.all_processes()
        first.kill()
        assert (is_gone(processes), left_in(note)) == (True, True)

        with started(tmp_path) as second:
            second.until("ray")
            assert not left_in(note)
            second.process.send_signal(signal.SIGINT)
            assert second.ended() == 0


def test_a_ray_that_dies_is_told(tmp_path: Path) -> None:
    """Whoever supervises the gateway starts it again."""
    with started(tmp_path) as process:
        process.until("stop with Ctrl-C")
        note, processes = process.note(), process.all_processes()
        next(each for each in processes if each.name() == "gcs_server").kill()

        assert (process.ended(), process.err) == (1, "warmlane: Ray has died on this machine; start again\n")
        assert (is_gone(processes), left_in(note)) == (True, False)


@pytest.fixture
def head(tmp_path: Path) -> Iterator[tuple[str, psutil.Process, dict[str, str]]]:
    """A Ray that is there already: its address, its first process, and what a driver of it must be told."""
    ray, temp = str(Path(sys.executable).with_name("ray")), Path(tempfile.mkdtemp(dir="/tmp", prefix="wl"))
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_USAGE_STATS_ENABLED": "0"}
    token["RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"] = "0"  # nobody waits for this node
    options = ["--port", "0", "--num-cpus", "2", "--include-dashboard", "false", "--temp-dir", str(temp)]
    paths = os.pathsep.join([SOURCES, str(TINY.parent)])
    with subprocess.Popen(
        [ray, "start", "--head", "--block", *options],
        env={**os.environ, **token, "HOME": str(tmp_path), "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = next((line for line in process.stdout if "--address=" in line), "")
        found = re.search(r"\d+(\.\d+){3}:\d+", told)
        assert found is not None
        this = psutil.Process(process.pid)
        try:
            yield found[0], this, token
        finally:
            children = this.children(recursive=True)
            process.terminate()
            process.stdout.read()
            assert is_gone(children)
            shutil.rmtree(temp)


def replicas(ray: psutil.Process) -> list[str]:
    """The processes of stages among those of Ray."""
    return [name for each in ray.children(recursive=True) if "ServeReplica" in (name := " ".join(each.cmdline()))]


def test_it_deploys_on_a_cluster_that_is_there(
    tmp_path: Path, head: tuple[str, psutil.Process, dict[str, str]]
) -> None:
    """As long as it runs itself, and not twice."""
    address, ray, token = head
    environment = {**token, "WARMLANE_CLUSTER__ADDRESS": address, "WARMLANE_PORT": "8000"}
    with started(tmp_path, **environment) as first:
        first.until("stop with Ctrl-C")
        assert len(replicas(ray)) == 2
        with started(tmp_path, **environment) as second:
            assert (second.ended(), second.lines) == (1, [])
            assert second.err.startswith(f"warmlane: Warmlane is serving already on the cluster at {address}")
        first.process.send_signal(signal.SIGINT)
        assert (first.ended(), first.err.count("serving already")) == (0, 0)

        assert replicas(ray) == []


def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path, free_port: int) -> None:
    """With where it was looked for."""
    with started(tmp_path, WARMLANE_CLUSTER__ADDRESS=f"127.0.0.1:{free_port}", WARMLANE_PORT="8000") as process:
        assert (process.ended(), process.lines) == (1, [])
        assert process.err.startswith(f"warmlane: WARMLANE_CLUSTER__ADDRESS: no Ray answers at 127.0.0.1:{free_port}")
        assert process.err.count("\n") == 1
