"""The whole gateway on a Ray cluster of its own, on this machine, and what a test may do to it."""

import os
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import ray
from ray import serve

from warmlane.settings import Settings, load
from warmlane_serve.main import build
from warmlane_serve.options import DEPLOYMENTS
from warmlane_serve.overview import About, ask

CPUS = 4
"""What Ray is told there is. Stages take fractions, and the machine has fewer."""

PATIENT = {"cache": {"store_timeout_ms": 10_000, "near_timeout_ms": 10_000}, "embedding": {"timeout_ms": 10_000}}
"""A busy machine may hold up a stage for longer than a caller would be kept waiting, and here that would be a miss."""

STAGES = {"idle_after": 3, "ingress": {"min_replicas": 2}, "forwarder": {"min_replicas": 2}}
"""Two of each stage without which calls fail, so that one can be killed."""

_READY_WITHIN = 120.0  # seconds
_STARTS = 3
_GLANCE = 0.1  # seconds between looks: a cluster tells nobody


class Cluster:
    """The running one. `base_url` is the ingress's own door; `upstream` is where `/openai` calls."""

    def __init__(self, args: Mapping[str, Any], upstream: int, logs: Path) -> None:
        """It is deployed with `args`; `upstream` is a port of 127.0.0.1; Ray writes into `logs`."""
        self.args, self.upstream, self._logs = args, upstream, logs
        self.settings: Settings = load(overrides=args)
        self.base_url = f"http://127.0.0.1:{args['port']}"

    def deploy(self, **changes: Any) -> None:
        """Deploy it, or anew with `changes` of the settings; returns when all of it is there."""
        serve.run(build({**self.args, **changes}), name="warmlane", route_prefix="/")
        until(self.is_ready, "the stages are ready")

    def is_ready(self) -> bool:
        """Whether the ingress answers and finds every stage well."""
        try:
            page = httpx.get(f"{self.base_url}/readyz", timeout=5, verify=False)
        except httpx.HTTPError:
            return False
        return page.status_code == httpx.codes.OK and "loading" not in page.text

    def about(self) -> Mapping[str, list[About]]:
        """Stage to what its replicas say of themselves."""
        return {stage: list(replicas) for stage, replicas in ask(self.settings).items()}

    def pids(self, stage: str) -> list[int]:
        """The processes of a stage, also of those that hang."""
        return actors(f"ServeReplica:warmlane:{DEPLOYMENTS[stage]}")

    def kill(self, stage: str) -> int:
        """End one replica of `stage` as a crash would; which process it was."""
        return kill(self.pids(stage))

    def logged(self, text: str) -> int:
        """How often a process wrote `text` on standard error."""
        return sum(path.read_text(errors="replace").count(text) for path in self._logs.glob("worker-*.err"))

    def kill_controller(self) -> int:
        """End Serve's controller as a crash would."""
        return kill(actors("ServeController"))


def actors(title: str) -> list[int]:
    """The Ray actors below this process whose title has `title` in it."""
    mine = psutil.Process().children(recursive=True)
    return sorted(process.pid for process in mine if title in "".join(_command(process)))


def kill(pids: list[int]) -> int:
    """End one of them."""
    assert pids
    os.kill(pids[0], signal.SIGKILL)
    return pids[0]


def until(is_so: Any, what: str, within: float = _READY_WITHIN) -> None:
    """Look again and again whether something is so. Raises: AssertionError, when it does not come to be."""
    never, over = threading.Event(), threading.Event()
    timer = threading.Timer(within, over.set)
    timer.start()
    try:
        while not is_so():
            assert not over.is_set(), f"not after {within:g} s: {what}"
            never.wait(_GLANCE)
    finally:
        timer.cancel()


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Cluster]:
    """Start Ray and deploy; afterwards nothing is left of either. `settings` are groups."""
    temp = tempfile.mkdtemp(prefix="wl-ray-", dir="/tmp")  # a Unix socket's path is short
    port, upstream = free_port(), free_port()
    try:
        _start(temp)
        serve.start(proxy_location="Disabled")
        args = {
            "port": port,
            "data_dir": str(folder),
            "providers": {"openai": {"base_url": f"http://127.0.0.1:{upstream}"}},
            "demo": {"first_byte_ms": 20, "chunk_ms": 1},
            "stages": STAGES,
            **PATIENT,
            **settings,
        }
        cluster = Cluster(args, upstream, Path(temp) / "session_latest" / "logs")
        cluster.deploy()
        yield cluster
    finally:
        if ray.is_initialized():
            serve.shutdown()
        ray.shutdown()
        shutil.rmtree(temp, ignore_errors=True)


def _start(temp: str) -> None:
    """Start Ray, which gives itself half a minute: where the machine is busier, it is tried again."""
    for attempt in range(_STARTS):
        try:
            ray.init(
                address="local",
                num_cpus=CPUS,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
                namespace="serve",
                _node_ip_address="127.0.0.1",
                _temp_dir=temp,
            )
        except Exception:
            ray.shutdown()
            if attempt == _STARTS - 1:
                raise
        else:
            return


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def a_key() -> str:
    """A key that nobody else has."""
    return f"sk-proj-{secrets.token_urlsafe(24)}"


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
