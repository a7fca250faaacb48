"""An answer that was wrong, reported by OpenAI's own SDK, never reaches the same question again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai as sdk
import pytest
import pytest_asyncio

from sdk import ways_anthropic, ways_google
from sdk.house import Listening
from sdk.said import speak
from sdk.test_meaning import PARAPHRASE, QUESTION
from sdk.ways import Async, Reply, Sync
from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.clock import ManualClock

DRESSED = "please  how do I reset my password"
ORDERS = [(QUESTION, PARAPHRASE), (PARAPHRASE, QUESTION), (QUESTION, DRESSED), (DRESSED, QUESTION)]


@pytest_asyncio.fixture(loop_scope="module")
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A provider that stays where it is while gateways come and go."""
    async with ScriptedUpstream() as up:
        up.respond(lambda seen: speak(seen, f"Answer {up.requests.index(seen) + 1}."))
        yield up


def gateway(folder: Path, up: ScriptedUpstream) -> Listening:
    """The gateway of one data folder, to be started."""
    return Listening(folder, ManualClock(), providers={"openai": {"base_url": up.base_url}})


async def ask(gw: Listening, way: Async | Sync, text: str, **members: Any) -> Reply:
    """Ask, and let the answer be kept."""
    reply = await way.ask(text, **members)
    await gw.settled()
    return reply


async def say(way: Async | Sync, reply: Reply, verdict: str) -> Any:
    """What the documents show."""
    body = {"key": reply.headers["x-cache-key"], "verdict": verdict}
    if isinstance(way, Async):
        return await way.client.post("/cache/feedback", body=body, cast_to=object)
    return await asyncio.to_thread(way.client.post, "/cache/feedback", body=body, cast_to=object)


@pytest.mark.parametrize(("kept", "text"), ORDERS)
async def test_the_same_pair_never_hits_again(
    tmp_path: Path, up: ScriptedUpstream, key: str, kept: str, text: str
) -> None:
    """Miss, semantic hit, "wrong": then neither is answered for the other, in either order, after a restart too."""
    unkept = {"extra_headers": {"X-Cache-Debug": "1", "Cache-Control": "no-store"}}
    async with gateway(tmp_path, up) as gw, Async(f"{gw.base_url}/openai/v1", key) as way:
        miss, wrong = await ask(gw, way, kept), await ask(gw, way, text)
        said = await say(way, wrong, "wrong")
        again, other = await ask(gw, way, kept), await ask(gw, way, text, **unkept)
        calls = len(up.requests)

    assert [reply.x_cache for reply in (miss, wrong, again, other)] == ["MISS", "SEMANTIC_HIT", "MISS", "MISS"]
    assert said == {"evicted": 1, "remembered": True}
    assert other.headers["x-cache-debug"].startswith("gate=caught")
    assert calls == 3

    async with gateway(tmp_path, up) as gw, Async(f"{gw.base_url}/openai/v1", key) as way:
        known, still = await ask(gw, way, kept), await ask(gw, way, text, **unkept)
        await say(way, known, "wrong")
        turned = await ask(gw, way, text), await ask(gw, way, kept, **unkept)

    assert [reply.x_cache for reply in (known, still, *turned)] == ["HIT", "MISS", "MISS", "MISS"]
    assert turned[1].headers["x-cache-debug"].startswith("gate=caught")


@pytest.mark.parametrize("way", [Sync, Async])
async def test_both_ways_to_say_it(tmp_path: Path, up: ScriptedUpstream, key: str, way: type[Sync | Async]) -> None:
    """A stranger's key reaches nothing; what is no id is the SDK's BadRequestError; "right" leaves all as it is."""
    async with gateway(tmp_path, up) as gw, way(f"{gw.base_url}/openai", key) as mine:
        await ask(gw, mine, QUESTION)
        near = await ask(gw, mine, PARAPHRASE)
        async with way(f"{gw.base_url}/openai", f"{key}-other") as theirs:
            assert await say(theirs, near, "wrong") == {"evicted": 0, "remembered": False}
        assert await say(mine, near, "right") == {"evicted": 0, "remembered": True}
        with pytest.raises(sdk.BadRequestError) as refusal:
            await say(mine, near, "good")
        kept = await ask(gw, mine, PARAPHRASE)

    assert refusal.value.param == "verdict"
    assert kept.x_cache == "SEMANTIC_HIT"


async def test_anthropics_sdk_says_it_too(tmp_path: Path, key: str) -> None:
    """To the base URL that it has: its errors are its own."""
    async with Listening(tmp_path, ManualClock()) as gw, ways_anthropic.Async(f"{gw.base_url}/anthropic", key) as way:
        replies = []
        for text in (QUESTION, PARAPHRASE, QUESTION, PARAPHRASE):
            replies.append(await way.ask(text))
            await gw.settled()
            if len(replies) == 2:
                body = {"key": replies[1].headers["x-cache-key"], "verdict": "wrong"}
                said = await way.client.post("/v1/cache/feedback", body=body, cast_to=object)
        with pytest.raises(anthropic.BadRequestError):
            await way.client.post("/v1/cache/feedback", body={"key": "k_1", "verdict": "wrong"}, cast_to=object)

    assert said == {"evicted": 1, "remembered": True}
    assert [reply.x_cache for reply in replies] == ["MISS", "SEMANTIC_HIT", "MISS", "MISS"]


async def test_callers_of_google_say_it_over_http(tmp_path: Path, key: str, http: httpx.AsyncClient) -> None:
    """Its SDK has no call for it; the key may stand in the query, as it may with Google."""
    async with Listening(tmp_path, ManualClock()) as gw, ways_google.Async(f"{gw.base_url}/google", key) as way:
        await way.ask(QUESTION)
        await gw.settled()
        near = await way.ask(PARAPHRASE)
        body = {"key": near.headers["x-cache-key"], "verdict": "wrong"}
        said = await http.post(f"{gw.base_url}/google/v1beta/cache/feedback", params={"key": key}, json=body)
        nobody = await http.post(f"{gw.base_url}/google/v1beta/cache/feedback", json=body)

    assert near.x_cache == "SEMANTIC_HIT"
    assert said.json() == {"evicted": 1, "remembered": True}
    assert nobody.json()["error"]["status"] == "UNAUTHENTICATED"
