"""A front over whatever ports it is given."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samples import CHAT, PEPPER, a_body, an_answer, dump
from warmlane.adapters.embedders import HashEmbedder
from warmlane.adapters.scripted import ScriptedForwarder
from warmlane.adapters.telemetry import NullTracer
from warmlane.clock import ManualClock
from warmlane.errors import Loading, StageError
from warmlane.ports import Port
from warmlane.settings import Settings
from warmlane_serve.front import Front, Ports, providers
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard
from wire import Answer, Request, run_asgi


class Broken:
    """A port that says what is wrong with it."""

    def __init__(self, error: StageError) -> None:
        """Say `error`."""
        self._error = error

    async def ping(self) -> None:
        """Say it."""
        raise self._error

    async def aclose(self) -> None:
        """Nothing to let go of."""


class House:
    """A front, and what is behind it."""

    def __init__(
        self, folder: Path, clock: ManualClock, *, verifier: Any = None, durable: Shard | None = None, **others: Port
    ) -> None:
        """All in RAM; `verifier` are its settings, `durable` is another's store."""
        self.provider = ScriptedForwarder()
        self.durable = Shard(MemoryStore(clock), FlatIndex, clock) if durable is None else durable
        self.provider.always(json=an_answer())
        volatile = Shard(MemoryStore(clock), FlatIndex, clock)
        self.ports = Ports(
            forwarder=self.provider, embedder=HashEmbedder(), durable=self.durable, volatile=volatile, others=others
        )
        cache = {"store_timeout_ms": 10_000, "near_timeout_ms": 10_000}
        settings = Settings.model_validate({
            "data_dir": folder, "cache": cache, "embedding": {"timeout_ms": 10_000}, "verifier": verifier or {}
        })  # fmt: skip
        self.announced = 0
        self.front = Front(
            settings, clock, key=PEPPER, ports=self.ports, sinks=[], metrics=None, tracer=NullTracer(),
            announce=self._announce,
        )  # fmt: skip

    async def ask(self) -> str:
        """What the cache says of the question, once everything of it is stored."""
        headers = [("authorization", f"Bearer sk-{'4f7Qz81LmX0cVbNaE2rT6yUi' * 2}")]
        answer = await self.get(Request(target=f"/openai{CHAT}", headers=headers, body=dump(a_body())))
        await self.front.settled()
        return answer.headers["x-cache"]

    async def _announce(self) -> None:
        self.announced += 1

    async def get(self, request: Request) -> Answer:
        """Ask as a client does."""
        return await run_asgi(self.front.application, request)


async def test_opened_answers_can_be_forgotten(tmp_path: Path, clock: ManualClock) -> None:
    """Then the store is asked, which may know better."""
    house = House(tmp_path, clock)
    assert [await house.ask() for _ in range(2)] == ["MISS", "HIT"]
    await house.durable.aclose()  # from now on recent memory is all there is
    assert await house.ask() == "HIT"

    house.front.forget()

    assert await house.ask() == "MISS"


async def test_a_caller_can_have_an_answer_forgotten(tmp_path: Path, clock: ManualClock) -> None:
    """Here and at the other fronts, which are told."""
    house = House(tmp_path, clock)
    await house.ask()
    headers = [("authorization", f"Bearer sk-{'4f7Qz81LmX0cVbNaE2rT6yUi' * 2}")]
    hit = await house.get(Request(target=f"/openai{CHAT}", headers=headers, body=dump(a_body())))
    said = dump({"key": hit.headers["x-cache-key"], "verdict": "wrong"})
    done = await house.get(Request(target="/openai/v1/cache/feedback", headers=headers, body=said))

    assert (hit.headers["x-cache"], json.loads(done.body)["evicted"]) == ("HIT", 1)
    assert house.announced == 1
    assert await house.ask() == "MISS"


async def test_each_stage_says_how_it_is(tmp_path: Path, clock: ManualClock) -> None:
    """By its name, and whoever else is asked to say so."""
    broken: Mapping[str, Any] = {"counter": Broken(StageError("it is gone")), "recorder": Broken(Loading("soon"))}
    house = House(tmp_path, clock, **broken)
    answer = await house.get(Request("GET", "/readyz"))

    assert answer.status == 503
    assert json.loads(answer.body) == {
        "forwarder": "ok", "embedder": "ok", "store": "ok", "memory": "ok", "counter": "it is gone",
        "recorder": "loading",
    }  # fmt: skip


ASKED = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"


async def a_near_miss(house: House) -> None:
    """Two questions that are alike, of which the second gets its own answer, that says nothing of the first."""
    key = ("authorization", f"Bearer sk-{'4f7Qz81LmX0cVbNaE2rT6yUi' * 2}")
    for text in (ASKED, ASKED.replace("Explain", "Describe")):
        body = dump(a_body(text, cache={"max_error_rate": 0.0001}))
        await house.get(Request(target=f"/openai{CHAT}", headers=[key], body=body))
        await house.front.settled()
        house.provider.always(status=500, json={})


async def labels_at(house: House) -> str:
    """Of how many answers a caller who debugs is told that it is known whether they were right."""
    headers = [("authorization", f"Bearer sk-{'4f7Qz81LmX0cVbNaE2rT6yUi' * 2}"), ("x-cache-debug", "1")]
    body = dump(a_body(ASKED.replace("Explain", "Tell me"), cache={"no-store": True}))
    answer = await house.get(Request(target=f"/openai{CHAT}", headers=headers, body=body))
    return answer.headers["x-cache-debug"].rpartition("labels=")[2]


async def test_what_was_learnt_is_there_after_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    """It is kept at the end, and read at the start."""
    house = House(tmp_path, clock)
    await house.ask()
    key = ("authorization", f"Bearer sk-{'4f7Qz81LmX0cVbNaE2rT6yUi' * 2}")
    for text in (ASKED, ASKED.replace("Explain", "Describe")):
        body = dump(a_body(text, cache={"max_error_rate": 0.0001}))
        await house.get(Request(target=f"/openai{CHAT}", headers=[key], body=body))
        await house.front.settled()
    assert await labels_at(house) == "1"
    await house.front.finish()

    again = House(tmp_path, clock, durable=house.durable)
    assert await labels_at(again) == "0"
    again.front.start()
    await again.front.settled()
    assert await labels_at(again) == "1"
    await again.front.finish()
    await again.front.aclose()


async def test_a_judge_that_is_named_is_asked(tmp_path: Path, clock: ManualClock) -> None:
    """By the forwarder that all calls leave by, with the operator's key."""
    said = {"base_url": "https://judge.example", "model": "small", "api_key": "sk-operator"}
    house = House(tmp_path, clock, verifier=said)
    await a_near_miss(house)
    (asked,) = [each for each in house.provider.requests if each.provider == "verifier"]

    assert asked.header("authorization") == "Bearer sk-operator"
    assert asked.json()["model"] == "small"


async def test_nobody_is_asked_unless_named(tmp_path: Path, clock: ManualClock) -> None:
    """Questions of callers go to their provider only."""
    house = House(tmp_path, clock)
    await a_near_miss(house)

    assert {each.provider for each in house.provider.requests} == {"openai"}


def test_the_demo_can_be_off() -> None:
    """Then nobody is called that."""
    assert "demo" in providers(Settings())
    assert "demo" not in providers(Settings.model_validate({"demo": {"enabled": False}}))
