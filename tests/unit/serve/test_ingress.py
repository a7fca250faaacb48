"""An ingress with all the other stages, in one loop: what a client sees over the shared port."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

from samples import CHAT, a_body, dump
from unit.serve.replica import lane_to, replica
from warmlane.adapters.embedders import HashEmbedder
from warmlane.adapters.scripted import Answer, ScriptedUpstream, Seen
from warmlane.errors import ConfigError
from warmlane.settings import Settings, pepper
from warmlane.tasks import Tasks
from warmlane_serve.caching import CacheStore
from warmlane_serve.carried import carried
from warmlane_serve.counting import Counter
from warmlane_serve.forwarding import ProviderForwarder
from warmlane_serve.generation import NAME
from warmlane_serve.ingress import Ingress
from warmlane_serve.lane.bearer import bearer
from warmlane_serve.lane.discovery import FixedMembers
from warmlane_serve.lane.handlers import embedder_routes
from warmlane_serve.lane.server import StageServer
from warmlane_serve.placed import Placed
from warmlane_serve.recording import Recorder
from warmlane_serve.remote import RemoteCounters
from warmlane_serve.stage import Here
from wire import Request, run_asgi

KEY = f"sk-{secrets.token_hex(24)}"
PATIENT = {"store_timeout_ms": 10_000, "near_timeout_ms": 10_000}


class Cluster:
    """The other stages, and ingresses that share a port."""

    def __init__(self, folder: Path, up: ScriptedUpstream, port: int, **groups: Any) -> None:
        """Of these settings, each stage with one replica."""
        cache = {**PATIENT, **groups.pop("cache", {})}
        self.settings = Settings.model_validate(
            {
                "data_dir": folder, "port": port, "drain_timeout": 4, "cache": cache,
                "embedding": {"timeout_ms": 10_000},
                "providers": {"openai": {"base_url": up.base_url}}, **groups,
            }
        )  # fmt: skip
        self.members: dict[str, FixedMembers] = {}
        self.counter: Counter
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start the stages."""
        for name, kind in (("store", CacheStore), ("forwarder", ProviderForwarder), ("recorder", Recorder)):
            self._note(name, await self._opened.enter_async_context(replica(kind, self.settings)))
        self.counter = await self._opened.enter_async_context(replica(Counter, self.settings))
        self._note("counter", self.counter)
        worker = StageServer(embedder_routes(HashEmbedder()), bearer=bearer(pepper(self.settings)))
        await worker.start()
        self._opened.push_async_callback(worker.stop)
        self.members["embedder"] = FixedMembers(worker.where)
        return self

    async def __aexit__(self, *_: object) -> None:
        """End them."""
        await self._opened.aclose()

    @asynccontextmanager
    async def ingress(self) -> AsyncIterator[Ingress]:
        """One more that listens."""
        made = Ingress.__new__(Ingress)
        what = carried(self.settings, pepper(self.settings))
        await made.__init__(what, here=Here(), **self.members)  # type: ignore[misc]
        try:
            yield made
        finally:
            ending = made.__del__()
            if ending is not None:
                await ending

    def _note(self, name: str, stage: Placed) -> None:
        assert stage._server is not None
        self.members[name] = FixedMembers(stage._server.where)


class Client:
    """An ordinary HTTP client, that keeps its connections."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Over `session`."""
        self._session = session

    async def ask(self, text: str, key: str = KEY) -> tuple[int, str, bytes]:
        """Status, what the cache says, the answer."""
        headers = {"authorization": f"Bearer {key}"}
        async with self._session.post(f"/openai{CHAT}", json=a_body(text), headers=headers) as response:
            return response.status, response.headers.get("x-cache", ""), await response.read()

    async def get(self, path: str) -> tuple[int, bytes]:
        """One of the gateway's own pages."""
        async with self._session.get(path) as response:
            return response.status, await response.read()


@asynccontextmanager
async def client_of(port: int) -> AsyncIterator[Client]:
    """A client of whoever listens there."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield Client(session)


def speak(_: Seen) -> Answer:
    """An answer to whatever question."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "An answer."}, "finish_reason": "stop"}
    return Answer.of(json={"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A provider that answers every question."""
    async with ScriptedUpstream() as up:
        up.respond(speak)
        yield up


async def test_a_client_sees_one_gateway(tmp_path: Path, up: ScriptedUpstream, free_port: int) -> None:
    """Misses, hits, hits by meaning; what all ingresses counted; how the stages are."""
    async with (
        Cluster(tmp_path, up, free_port, cache={"threshold": 0.4}) as cluster,
        cluster.ingress() as ingress,
        client_of(free_port) as client,
    ):
        said = []
        question = "What are the main causes of the French Revolution?"
        for text in (question, question, "What were the main causes of the French Revolution?"):
            said.append((await client.ask(text))[:2])
            await ingress.settled()
        status, page = await client.get("/metrics")
        ready = await client.get("/readyz")
        await ingress.check_health()
        load = ingress.record_autoscaling_stats()

    assert said == [(200, "MISS"), (200, "HIT"), (200, "SEMANTIC_HIT")]
    assert len(up.requests) == 1
    assert (status, b'outcome="near"' in page, b"warmlane_entries_stored_total 1.0" in page) == (200, True, True)
    assert (ready[0], set(json.loads(ready[1]).values())) == (200, {"ok"})
    assert set(json.loads(ready[1])) == {"forwarder", "embedder", "store", "memory", "counter", "recorder"}
    assert load == {"in_flight": 0.0, "queue_ms": 0.0}


async def test_what_one_keeps_the_other_has(tmp_path: Path, up: ScriptedUpstream, free_port: int) -> None:
    """The same port, the same cache; a key that one saw rejected reads nothing at the other."""
    async with Cluster(tmp_path, up, free_port) as cluster, cluster.ingress() as one, cluster.ingress() as two:
        said = [await at(ingress, "What?") for ingress in (one, two, two)]
        up.respond(lambda _: Answer.of(status=401, json={"error": {"message": "no"}}))
        await at(one, "Else?")
        await two._generation.look()
        said.append(await at(two, "What?"))

        assert (one.port, two.port) == (free_port, free_port)

    assert said == ["MISS", "HIT", "HIT", "REFRESH"]


async def at(ingress: Ingress, text: str) -> str:
    """What the cache says there, once everything of the call is stored."""
    headers = [("authorization", f"Bearer {KEY}")]
    request = Request(target=f"/openai{CHAT}", headers=headers, body=dump(a_body(text)))
    answer = await run_asgi(ingress.__serve_build_asgi_app__(), request)
    await ingress.settled()
    return answer.headers["x-cache"]


async def test_it_leaves_without_losing_a_call(tmp_path: Path, up: ScriptedUpstream, free_port: int) -> None:
    """Of two that share a port one ends under load: nothing fails, neither on old connections nor on new ones."""
    said: list[int] = []
    async with Cluster(tmp_path, up, free_port) as cluster, cluster.ingress(), cluster.ingress() as leaving:
        ended = asyncio.Event()

        async def call(number: int, *, anew: bool) -> None:
            count = 0
            while not ended.is_set() or count < 5:
                async with client_of(free_port) as client:
                    for _ in range(1 if anew else 50):
                        count += 1
                        said.append((await client.ask(f"Number {number}?"))[0])

        callers = Tasks()
        calling = [callers.spawn(call(number, anew=number % 2 == 0), name="caller") for number in range(6)]
        await leaving.settled()
        await leaving.stop()
        ended.set()
        await asyncio.gather(*calling)

    assert len(said) > 30
    assert set(said) == {200}


async def test_what_is_under_way_is_answered_to_its_end(tmp_path: Path, up: ScriptedUpstream, free_port: int) -> None:
    """Also when nobody else is there; afterwards nobody listens."""
    release, tasks = asyncio.Event(), Tasks()
    up.answer(json={"choices": []}, hold=release)
    async with Cluster(tmp_path, up, free_port) as cluster, client_of(free_port) as client:
        async with cluster.ingress() as ingress:
            asking = tasks.spawn(client.ask("Slow?"), name="ask")
            await up.begun()
            assert ingress.record_autoscaling_stats()["in_flight"] == 1.0
            ending = tasks.spawn(ingress.stop(), name="stop")
            release.set()
            assert (await asking)[0] == 200
            await ending
        with pytest.raises(OSError, match="refused"):
            await asyncio.to_thread(socket.create_connection, ("127.0.0.1", free_port))


async def test_a_port_of_somebody_else_is_told(tmp_path: Path, up: ScriptedUpstream, free_port: int) -> None:
    """In one line."""
    async with Cluster(tmp_path, up, free_port) as cluster:
        with socket.create_server(("127.0.0.1", free_port)), pytest.raises(ConfigError, match="address already in use"):
            async with cluster.ingress():
                pass


async def test_behind_a_proxy_it_has_no_door(tmp_path: Path, up: ScriptedUpstream, free_port: int) -> None:
    """The proxy's calls are counted as load."""
    async with (
        Cluster(tmp_path, up, free_port, cluster={"front_door": "serve"}) as cluster, cluster.ingress() as ingress
    ):  # fmt: skip
        await ingress.check_health()
        answer = await run_asgi(ingress.__serve_build_asgi_app__(), Request("GET", "/healthz"))

        assert (ingress.port, answer.status, ingress.record_replica_metadata()) == (None, 200, {})


async def test_it_forgets_when_the_generation_changes(tmp_path: Path, up: ScriptedUpstream, free_port: int) -> None:
    """Which somebody else made it do."""
    async with (
        Cluster(tmp_path, up, free_port) as cluster, cluster.ingress() as ingress, client_of(free_port) as client
    ):  # fmt: skip
        await client.ask("Again?")
        await ingress.settled()
        await ingress._generation.look()
        assert (await client.ask("Again?"))[1] == "HIT"
        cluster.members["store"].change()  # from now on recent memory is all there is
        assert (await client.ask("Again?"))[1] == "HIT"

        counters = RemoteCounters(lane_to(cluster.counter))
        await counters.add(NAME, 1)
        await counters.aclose()
        await ingress._generation.look()

        assert (await client.ask("Again?"))[1] == "MISS"
