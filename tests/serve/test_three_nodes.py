"""Three nodes, each a network namespace: stages apart, scaled, rolled over and killed, while callers go on.

What is seen goes into `docs/operating.md` where `--write-docs` asks for it.
"""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import yaml

from serve.cluster import until
from serve.network import Node, NoNetwork, nodes
from serve.traffic import Traffic, asked

pytestmark = pytest.mark.timeout(600)

CONFIG = Path(__file__).parents[2] / "deployments" / "serve.yaml"
DOCS = Path(__file__).parents[2] / "docs" / "operating.md"
DRIVER = Path(__file__).with_name("driver.py")
RAY = str(Path(sys.executable).with_name("ray"))
PORT = 8123
STREAMS = 20
BACK = 15.0
"""Seconds that the hit rate has to be back in, once a node is gone."""


class Cluster:
    """Ray on three nodes, and what is deployed there."""

    def __init__(self, hosts: tuple[Node, Node, Node], folder: Path) -> None:
        """Nothing runs yet; `folder` is for data and logs."""
        self.hosts, self.folder = hosts, folder
        self._env = {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "PYTHONUNBUFFERED": "1",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_raylet_start_wait_time_s": "120",
            "WARMLANE_SECRET": secrets.token_hex(32),
        }
        self._running: dict[Node, subprocess.Popen[bytes]] = {}
        self._address = f"{hosts[0].address}:6379"

    @contextmanager
    def up(self) -> Iterator["Cluster"]:
        """Start the head, then the others one by one; end them all."""
        with ExitStack() as stack:
            for number, host in enumerate(self.hosts):
                where = ["--address", self._address]
                if number == 0:
                    temp = str(self.folder / "r")
                    where = ["--head", "--port", "6379", "--temp-dir", temp, "--include-dashboard=false"]
                # Where a stage may run is told by what its node has.
                places = json.dumps({f"stage-{name}": 100.0 for name in PLACES[number]})
                argv = [RAY, "start", "--block", *where, "--node-ip-address", host.address]
                argv += ["--num-cpus", "8", "--resources", places, "--disable-usage-stats"]
                said = self.folder / f"node-{number}.log"
                with said.open("wb") as log:
                    self._running[host] = host.start(argv, env=self._env, out=log)
                stack.callback(self.kill, host)
                until(lambda log=said: b"Ray runtime started" in log.read_bytes(), f"node {number} is up")  # type: ignore[misc]
            yield self

    def kill(self, host: Node) -> None:
        """As a power cut would: every process at once."""
        child = self._running.pop(host, None)
        if child is None:
            return
        found = subprocess.run(["ip", "netns", "pids", host.name], capture_output=True, text=True, check=False)
        for pid in found.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
        child.wait(10)

    def apply(self, config: dict[str, Any]) -> None:
        """Deploy, or change what is deployed."""
        self._ask("apply", json.dumps(config))

    def status(self) -> dict[str, Any]:
        """What Serve says."""
        found: dict[str, Any] = self._ask("status")
        return found

    async def until(self, is_there: Callable[[dict[str, Any]], bool], within: float = 120) -> float:
        """Seconds until Serve says so."""
        begun, said = time.monotonic(), None
        while time.monotonic() < begun + within:
            said = await asyncio.to_thread(self.status)
            if is_there(said):
                return time.monotonic() - begun
        raise AssertionError(said)

    def _ask(self, what: str, given: str = "") -> Any:
        argv = [sys.executable, str(DRIVER), self._address, what]
        said = self.hosts[0].run(argv, env=self._env, given=given)
        return json.loads(said.splitlines()[0])  # Ray may have more to say


PLACES = (
    ("ingress", "store", "counter", "recorder"),
    ("ingress", "store"),
    ("store", "embedder", "forwarder"),
)
"""Which stages each node takes. The second one is killed: it has no forwarder, whose calls would break with it."""


Seen = Callable[[str, float, Traffic], None]
"""Notes what came of one thing: seconds, and the calls meanwhile."""


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Seen:
    """Into the table of `docs/operating.md`, where the option asks for it."""

    def note(what: str, took: float, traffic: Traffic) -> None:
        if request.config.getoption("--write-docs"):
            write_row(what, f"{took:.1f} s", f"{len(traffic.told):,}", f"{len(traffic.failed)}")

    return note


def write_row(what: str, *figures: str) -> None:
    """In place of the row of that name, else at the end of the table."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    begin, end = lines.index("<!-- three nodes -->"), lines.index("<!-- end of three nodes -->")
    row = f"| {' | '.join((what, *figures))} |"
    rows = [line for line in lines[begin + 1 : end] if not line.startswith(f"| {what} |")]
    DOCS.write_text("\n".join([*lines[: begin + 1], *rows, row, *lines[end:]]) + "\n", encoding="utf-8")


def config(data: Path, **replicas: int) -> dict[str, Any]:
    """`deployments/serve.yaml`, each stage bound to its nodes, with so many replicas of some."""
    whole: dict[str, Any] = yaml.safe_load(CONFIG.read_text())
    (app,) = whole["applications"]
    stages = ("ingress", "embedder", "store", "forwarder", "counter", "recorder")
    placed: dict[str, Any] = {name: {"resources": {f"stage-{name}": 1.0}} for name in stages}
    for name in ("embedder", "forwarder"):
        placed[name] |= {"min_replicas": 1, "max_replicas": 1}
    app["args"] = {
        "host": "0.0.0.0",
        "port": PORT,
        "data_dir": str(data),
        "demo": {"first_byte_ms": 20, "chunk_ms": 400},
        "stages": placed,
    }
    app["deployments"] = [{"name": name, "num_replicas": count} for name, count in replicas.items()]
    return whole


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes with the whole graph on them."""
    if not request.config.getoption("--three-nodes"):
        pytest.skip(
            "asked for with --three-nodes: minutes of both cores, and an update still loses a call now and then"
        )
    folder = tmp_path_factory.mktemp("n", numbered=True)  # short: the names of sockets have a limit
    with ExitStack() as stack:
        try:
            first, second, third = stack.enter_context(nodes(3))
        except NoNetwork as why:
            pytest.skip(f"no network namespaces here: {why}")
        up = stack.enter_context(Cluster((first, second, third), folder).up())
        up.apply(config(folder / "data", Ingress=2, CacheStore=2))
        asyncio.run(up.until(is_running))
        yield up


def is_running(said: dict[str, Any]) -> bool:
    """Whether everything is as it was asked for."""
    return said["status"] == "RUNNING" and all(each["status"] == "HEALTHY" for each in said["deployments"].values())


def count(said: dict[str, Any], deployment: str) -> int:
    """Its replicas that run."""
    return int(said["deployments"][deployment]["replicas"].get("RUNNING", 0))


def bases(cluster: Cluster) -> list[str]:
    """Where the two ingresses listen."""
    return [f"http://{host.address}:{PORT}" for host in cluster.hosts[:2]]


@pytest_asyncio.fixture(loop_scope="module")
async def traffic(cluster: Cluster) -> AsyncIterator[Traffic]:
    """A hundred calls a second, warm by now."""
    async with Traffic(bases(cluster)).flowing() as flowing:
        await flowing.until_hits(0.9, within=60)
        flowing.told.clear()
        yield flowing


async def test_stages_scale_by_applying_the_config_again(cluster: Cluster, traffic: Traffic, seen: Seen) -> None:
    """Embedders from 1 to 4, shards from 2 to 3, and nobody who calls meanwhile notices."""
    folder = cluster.folder
    await asyncio.to_thread(cluster.apply, config(folder / "data", Ingress=2, CacheStore=3, EmbeddingWorker=4))
    took = await cluster.until(lambda said: count(said, "EmbeddingWorker") == 4 and count(said, "CacheStore") == 3)
    await traffic.more(200)

    assert traffic.failed == []
    seen("embedders 1 to 4 and stores 2 to 3, by applying the config again", took, traffic)


async def test_the_application_is_rolled_over_under_load(cluster: Cluster, traffic: Traffic, seen: Seen) -> None:
    """Every replica of every stage is another afterwards; no call fails, no stream that was open is cut."""
    async with aiohttp.ClientSession() as session:
        streams = [
            asyncio.get_running_loop().create_task(whole_stream(session, bases(cluster)[number % 2], number))
            for number in range(STREAMS)
        ]
        anew = config(cluster.folder / "data", Ingress=2, CacheStore=3, EmbeddingWorker=4)
        anew["applications"][0]["args"]["cache"] = {"idle_after": 901}  # whatever changes, changes every stage
        await asyncio.to_thread(cluster.apply, anew)
        took = await cluster.until(is_running)
        ends = await asyncio.gather(*streams)
    await traffic.more(200)

    assert traffic.failed == []
    assert all(end.rstrip().endswith(b"data: [DONE]") for end in ends)
    seen(f"the whole application rolled over, {STREAMS} streams open", took, traffic)


async def test_a_node_is_killed_under_load(cluster: Cluster, traffic: Traffic, seen: Seen) -> None:
    """Only what was in flight on its ingress fails, and hits are back soon."""
    alive, dead = bases(cluster)
    killed = asyncio.get_running_loop().time()
    traffic.bases = [alive]  # as a load balancer would, which sees that nobody listens there
    await asyncio.to_thread(cluster.kill, cluster.hosts[1])
    back = await traffic.until_hits(0.9, within=60)
    await traffic.more(200)

    assert [each for each in traffic.failed if each.base != dead or each.begun > killed] == []
    assert back <= BACK
    seen("a node killed: hits back at 90 %", back, traffic)


async def whole_stream(session: aiohttp.ClientSession, base: str, number: int) -> bytes:
    """A stream that takes its time, to its end."""
    body = asked(f"stream {number} {secrets.token_hex(4)}", stream=True)
    headers = {"authorization": f"Bearer sk-{secrets.token_hex(24)}", "content-type": "application/json"}
    async with session.post(f"{base}/demo/v1/chat/completions", data=body, headers=headers) as answer:
        assert answer.status == 200
        return await answer.read()
