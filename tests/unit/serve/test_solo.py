"""One gateway in one process, put together from its settings: each of them arrives where it is meant to."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from samples import CHAT, a_body, dump
from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.clock import ManualClock
from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.solo import Solo
from wire import Answer, Request, run_asgi

KEY = f"sk-{secrets.token_hex(24)}"
GUESSABLE = "sk-test"
CANARY = "c4n4ry"


def settings_in(folder: Path, **groups: Any) -> Settings:
    """Data in `folder`, a demo that answers at once, no log; a busy machine has all the time it needs."""
    groups = {"embedding": {"enabled": False}, "telemetry": {"log": False}, **groups}
    cache = {"store_timeout_ms": 10_000, "near_timeout_ms": 10_000, **groups.pop("cache", {})}
    return Settings(data_dir=folder, cache=cache, demo={"first_byte_ms": 0, "chunk_ms": 0}, **groups)


@asynccontextmanager
async def running(folder: Path, clock: ManualClock, **groups: Any) -> AsyncIterator[Solo]:
    """A gateway that has started."""
    solo = Solo(settings_in(folder, **groups), clock)
    solo.start()
    try:
        yield solo
    finally:
        await solo.stop()


async def ask(
    solo: Solo, text: str = "What is a warm lane?", *said: tuple[str, str], key: str = KEY, provider: str = "demo"
) -> Answer:
    """A call, with the whole answer; `said` are more of its header fields."""
    headers = [("authorization", f"Bearer {key}"), ("content-type", "application/json"), *said]
    return await run_asgi(
        solo.application, Request(target=f"/{provider}{CHAT}", headers=headers, body=dump(a_body(text)))
    )


async def cache_says(solo: Solo, text: str = "What is a warm lane?", *, key: str = KEY) -> str:
    """What the cache made of the call, once everything of it is stored."""
    answer = await ask(solo, text, key=key)
    assert (answer.status, answer.whole) == (200, True)
    await solo.settled()
    return answer.headers["x-cache"]


async def get(solo: Solo, path: str) -> Answer:
    """One of the gateway's own pages."""
    return await run_asgi(solo.application, Request("GET", path))


async def stages(solo: Solo) -> tuple[int, dict[str, str]]:
    """What /readyz says."""
    answer = await get(solo, "/readyz")
    return answer.status, json.loads(answer.body)


async def test_the_second_call_is_a_hit(tmp_path: Path, clock: ManualClock) -> None:
    """With the very bytes of the first answer."""
    async with running(tmp_path, clock) as solo:
        first = await ask(solo)
        await solo.settled()
        second = await ask(solo)

    assert [each.headers["x-cache"] for each in (first, second)] == ["MISS", "HIT"]
    assert second.body == first.body
    assert b"demo" in first.body


async def test_what_was_accepted_is_finished(tmp_path: Path, clock: ManualClock) -> None:
    """Answers whose last bytes have just gone out are embedded and stored before the end, and there after a restart."""
    questions = [f"What is warm lane number {number}?" for number in range(20)]
    unseen = ("cache-control", "no-cache")  # nothing is looked up, so that embedding is left to the storing
    async with running(tmp_path, clock, embedding={"enabled": True, "timeout_ms": 10_000}) as solo:
        await solo.loaded()
        first = await asyncio.gather(*(ask(solo, question, unseen) for question in questions))

    async with running(tmp_path, clock) as solo:
        again = [await ask(solo, question) for question in questions]

    assert {each.headers["x-cache"] for each in again} == {"HIT"}
    assert [each.body for each in again] == [each.body for each in first]


async def test_a_folder_has_one_owner(tmp_path: Path, clock: ManualClock) -> None:
    """Until that one has stopped."""
    async with running(tmp_path, clock):
        with pytest.raises(ConfigError, match="in use by another process"):
            Solo(settings_in(tmp_path), clock)

    async with running(tmp_path, clock) as solo:
        assert await cache_says(solo) == "MISS"


async def test_what_a_guessable_key_asked_is_on_no_disk(tmp_path: Path, clock: ManualClock) -> None:
    """It is a hit as long as the process lives."""
    async with running(tmp_path, clock) as solo:
        assert [await cache_says(solo, key=GUESSABLE) for _ in range(2)] == ["MISS", "HIT"]

    async with running(tmp_path, clock) as solo:
        assert await cache_says(solo, key=GUESSABLE) == "MISS"


async def test_a_store_in_memory_makes_no_files(tmp_path: Path, clock: ManualClock) -> None:
    """But the secret, without which nobody's key would mean the same after the next start."""
    async with running(tmp_path, clock, cache={"store": "memory://"}) as solo:
        assert [await cache_says(solo) for _ in range(2)] == ["MISS", "HIT"]

    assert os.listdir(tmp_path) == ["secret"]  # noqa: PTH208 - a path's own would be taken for I/O on the loop


async def test_it_is_ready_when_its_stages_are(tmp_path: Path, clock: ManualClock) -> None:
    """And no longer once it has stopped: each stage says so."""
    async with running(tmp_path, clock) as solo:
        ready = await stages(solo)
    status, ended = await stages(solo)

    assert ready == (200, {"forwarder": "ok", "embedder": "ok", "store": "ok", "memory": "ok"})
    assert status == 503
    assert "ok" not in {ended["forwarder"], ended["store"]}


async def test_it_is_not_ready_before_it_has_started(tmp_path: Path, clock: ManualClock) -> None:
    """An embedder that nobody loads is none that loads."""
    solo = Solo(settings_in(tmp_path, embedding={"enabled": True}), clock)
    status, said = await stages(solo)
    await solo.stop()

    assert (status, said["embedder"], said["store"]) == (503, "the embedder is not running", "ok")


@pytest.mark.parametrize("index", ["auto", "flat", "chroma"])
async def test_calls_are_served_while_the_embedder_loads(tmp_path: Path, clock: ManualClock, index: str) -> None:
    """It is ready all the while; then the same in other words is a hit too, whatever finds it."""
    async with running(
        tmp_path, clock, cache={"index": index}, embedding={"enabled": True, "timeout_ms": 10_000}
    ) as solo:
        status, said = await stages(solo)
        assert (status, said["embedder"] in {"loading", "ok"}) == (200, True)
        assert await cache_says(solo, "Name the longest river of Spain") == "MISS"
        await solo.loaded()
        assert (await stages(solo))[1]["embedder"] == "ok"

        assert await cache_says(solo, "What is the capital of France?") == "MISS"
        assert await cache_says(solo, "Which city is the capital of France?") == "SEMANTIC_HIT"


async def test_the_lane_is_that_of_the_settings(tmp_path: Path, clock: ManualClock) -> None:
    """How long answers live, and whether there is a cache at all."""
    async with running(tmp_path / "short", clock, cache={"ttl": 60}) as solo:
        assert [await cache_says(solo) for _ in range(2)] == ["MISS", "HIT"]
        clock.advance(61)
        assert await cache_says(solo) == "MISS"

    async with running(tmp_path / "off", clock, cache={"mode": "off"}) as solo:
        assert [await cache_says(solo) for _ in range(2)] == ["BYPASS", "BYPASS"]


async def test_an_answer_that_is_too_long_is_not_kept(tmp_path: Path, clock: ManualClock) -> None:
    """By the bytes that the settings allow."""
    async with running(tmp_path, clock, cache={"max_entry_bytes": 100}) as solo:
        assert [await cache_says(solo) for _ in range(2)] == ["MISS", "MISS"]


async def test_the_limits_are_those_of_the_settings(tmp_path: Path, clock: ManualClock) -> None:
    """A body that is longer is refused."""
    async with running(tmp_path, clock, limits={"max_body_bytes": 1000}) as solo:
        assert (await ask(solo, "short")).status == 200
        assert (await ask(solo, "long" * 1000)).status == 413


async def test_the_providers_are_those_of_the_settings(tmp_path: Path, clock: ManualClock) -> None:
    """One that is off is unknown; one that was added is called at its base URL, with the caller's own key."""
    async with ScriptedUpstream() as up:
        up.answer(json={"choices": []})
        providers = {"local": {"base_url": f"{up.base_url}/models"}}
        settings = settings_in(tmp_path, providers=providers).model_copy(
            update={"demo": Settings().demo.model_copy(update={"enabled": False})}
        )
        solo = Solo(settings, clock)
        answers = [await ask(solo, provider=name) for name in ("demo", "local")]
        seen = await up.seen()
        await solo.stop()

    assert [answer.status for answer in answers] == [404, 200]
    assert seen.path == f"/models{CHAT}"
    assert seen.header("authorization") == f"Bearer {KEY}"


async def test_a_call_is_a_line_on_standard_output(
    tmp_path: Path, clock: ManualClock, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where the log is on; before the end all are written, and none holds what was asked or with which key."""
    async with running(tmp_path, clock, telemetry={"log": True}) as solo:
        await cache_says(solo, CANARY)
        await ask(solo, CANARY)

    said = capfd.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [(line["provider"], line["outcome"], line["status"]) for line in lines] == [
        ("demo", "miss", 200),
        ("demo", "exact", 200),
    ]
    assert (CANARY in said.out, KEY in said.out, said.err) == (False, False, "")


async def test_what_is_off_is_not_there(tmp_path: Path, clock: ManualClock, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the log nor the page of metrics."""
    async with running(tmp_path, clock, telemetry={"log": False, "metrics": False}) as solo:
        await cache_says(solo)
        assert (await get(solo, "/metrics")).status == 404

    assert capfd.readouterr().out == ""


async def test_calls_are_counted(tmp_path: Path, clock: ManualClock) -> None:
    """By what came of them."""
    async with running(tmp_path, clock) as solo:
        for _ in range(3):
            await cache_says(solo)
        page = (await get(solo, "/metrics")).body.decode()

    counted = [line for line in page.splitlines() if line.startswith("warmlane_") and 'outcome="exact"' in line]
    assert any(line.endswith(" 2.0") for line in counted), counted


async def test_standard_output_outlives_it(tmp_path: Path, clock: ManualClock) -> None:
    """It is the process's, not the gateway's, to close."""
    async with running(tmp_path, clock, telemetry={"log": True}):
        pass

    os.fstat(1)
