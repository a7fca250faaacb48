"""Embeddings through the vendors' own SDKs: what is known is not asked for, and nobody can tell from the answer."""

import asyncio
import base64
import struct
from typing import Any

import httpx
import pytest
from google.genai import types
from openai import RateLimitError
from openai.types import CreateEmbeddingResponse

from sdk import ways_google
from sdk.house import Listening
from sdk.ways import Async, Sync, Way
from warmlane.adapters.scripted import Answer, Seen

MODEL = "text-embedding-3-small"
GEMINI = "gemini-embedding-001"

TEXTS = [f"Grüße {number} 東京" for number in range(10)]
KINDS = pytest.mark.parametrize("form", [{}, {"encoding_format": "float"}], ids=["default", "float"])


def numbers(item: Any) -> list[float]:
    """The vector of one input: no two are alike, and each number is one that 32 bits hold."""
    seed = sum(each * (at + 1) for at, each in enumerate(item if isinstance(item, list) else item.encode()))
    return [seed / 1024, -seed / 4096, 0.5]


def tokens(item: Any) -> int:
    """How many tokens the provider counts."""
    return len(item)


def inputs_of(seen: Seen) -> list[Any]:
    """What a request to OpenAI asks for."""
    given = seen.json()["input"]
    return given if isinstance(given, list) and not isinstance(given[0], int) else [given]


def texts_of(seen: Seen) -> list[str]:
    """What a request to Google asks for."""
    asked = seen.json()
    return [each["content"]["parts"][0]["text"] for each in asked.get("requests", [asked])]


def vectors(seen: Seen) -> Answer:
    """What a provider says."""
    if "mbedContent" in seen.path:
        texts = texts_of(seen)
        each = [{"values": numbers(text)} for text in texts]
        listed = {"embeddings": each} if seen.path.endswith("batchEmbedContents") else {"embedding": each[0]}
        return Answer.of(json={**listed, "usageMetadata": {"promptTokenCount": sum(map(tokens, texts))}})
    inputs, raw = inputs_of(seen), seen.json().get("encoding_format") != "base64"
    data = [
        {"object": "embedding", "index": at, "embedding": numbers(item) if raw else encoded(item)}
        for at, item in enumerate(inputs)
    ]
    count = sum(map(tokens, inputs))
    usage = {"prompt_tokens": count, "total_tokens": count}
    return Answer.of(json={"object": "list", "data": data, "model": MODEL, "usage": usage})


def encoded(item: Any) -> str:
    """The same vector, as SDKs ask for it by default."""
    return base64.b64encode(struct.pack("<3f", *numbers(item))).decode()


@pytest.fixture(autouse=True)
def _speaks(gw: Listening) -> None:
    """A provider that embeds."""
    gw.up.respond(vectors)


async def embed(way: Way, given: Any, **members: Any) -> tuple[CreateEmbeddingResponse, httpx.Headers]:
    """What the SDK gives, and the headers."""
    assert isinstance(way, Sync | Async)
    asked = {"model": MODEL, "input": given, **members}
    if isinstance(way, Async):
        raw = await way.client.embeddings.with_raw_response.create(**asked)
    else:
        raw = await asyncio.to_thread(way.client.embeddings.with_raw_response.create, **asked)
    return raw.parse(), raw.headers


def held(said: CreateEmbeddingResponse) -> list[list[float]]:
    """The vectors, each of which says its place."""
    assert [each.index for each in said.data] == list(range(len(said.data)))
    return [each.embedding for each in said.data]


@KINDS
@pytest.mark.parametrize(
    "given",
    ["Hi", ["Hi"], ["Hi", "there"], [15339], [[15339], [1041, 3]], TEXTS],
    ids=["text", "list-of-one", "texts", "tokens", "lists-of-tokens", "ten"],
)
async def test_a_hit_is_what_the_miss_was(gw: Listening, either: Way, given: Any, form: dict[str, Any]) -> None:
    """Vectors, indexes, usage and model."""
    first, missed = await embed(either, given, **form)
    await gw.settled()
    second, hit = await embed(either, given, **form)

    assert (missed["x-cache"], hit["x-cache"]) == ("MISS", "HIT")
    assert second.to_dict() == first.to_dict()
    assert held(first) == [numbers(item) for item in inputs_of(gw.up.requests[0])]
    assert gw.calls == 1


@KINDS
async def test_ten_with_eight_known_ask_for_two(gw: Listening, either: Way, form: dict[str, Any]) -> None:
    """The provider sees exactly those; the answer has all, in order, and the usage of all."""
    known, asked = TEXTS[:8], [TEXTS[9], *TEXTS[:4], TEXTS[8], *TEXTS[4:8]]
    await embed(either, known, **form)
    await gw.settled()
    said, headers = await embed(either, asked, **form)
    await gw.settled()
    again, hit = await embed(either, asked, **form)

    assert inputs_of(gw.up.requests[1]) == [TEXTS[9], TEXTS[8]]
    assert headers["cache-status"] == 'warmlane; fwd=partial; stored; detail="8/10"'
    assert (headers["x-cache"], hit["x-cache"]) == ("MISS", "HIT")
    assert held(said) == held(again) == [numbers(text) for text in asked]
    assert said.usage.total_tokens == again.usage.prompt_tokens == sum(map(tokens, TEXTS))
    assert gw.calls == 2


async def test_equal_ones_are_asked_for_once(gw: Listening, either: Way) -> None:
    """And each has its place in the answer."""
    said, _ = await embed(either, ["a", "b", "a", "a"])
    await gw.settled()
    alone, hit = await embed(either, "b")

    assert inputs_of(gw.up.requests[0]) == ["a", "b"]
    assert held(said) == [numbers(text) for text in "abaa"]
    assert (hit["x-cache"], held(alone)) == ("HIT", [numbers("b")])


async def test_the_form_of_the_numbers_is_in_the_key(gw: Listening, openai: Async) -> None:
    """Base64 and floats are two answers, though the SDK makes the same of both."""
    first, _ = await embed(openai, TEXTS[:2])
    await gw.settled()
    second, headers = await embed(openai, TEXTS[:2], encoding_format="float")

    assert headers["x-cache"] == "MISS"
    assert held(first) == held(second)


async def test_an_error_beside_what_is_known_is_the_providers(gw: Listening, either: Way) -> None:
    """The class that the SDK raises, its fields, and one call."""
    await embed(either, "a")
    await gw.settled()
    error = {"error": {"message": "slow down", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}
    gw.up.answer(json=error, status=429, headers={"retry-after": "3", "x-request-id": "req_7"})
    with pytest.raises(RateLimitError) as caught:
        await embed(either, ["a", "b"])

    assert (caught.value.code, caught.value.request_id) == ("rate_limit_exceeded", "req_7")
    assert caught.value.response.headers["retry-after"] == "3"
    assert gw.calls == 2


async def test_what_was_cached_outlives_recent_memory(gw: Listening, openai: Async) -> None:
    """Each row is on the disk, and is found there."""
    await embed(openai, TEXTS)
    await gw.settled()
    gw.clock.advance(600)
    said, headers = await embed(openai, TEXTS[::-1])

    assert (headers["x-cache"], headers["age"]) == ("HIT", "600")
    assert held(said) == [numbers(text) for text in TEXTS[::-1]]


@pytest.mark.slow
async def test_as_many_as_there_may_be(gw: Listening, openai: Async) -> None:
    """2,048 inputs are one request; those of the next that are known are not asked for again."""
    texts = [f"text {number}" for number in range(2050)]
    await embed(openai, texts[:2048])
    await gw.settled()
    gw.clock.advance(600)
    said, headers = await embed(openai, texts[2:])

    assert headers["cache-status"] == 'warmlane; fwd=partial; stored; detail="2046/2048"'
    assert inputs_of(gw.up.requests[1]) == texts[2048:]
    assert held(said) == [numbers(text) for text in texts[2:]]


async def google_embed(way: ways_google.Way, contents: Any, **config: Any) -> types.EmbedContentResponse:
    """What Google's SDK gives."""
    assert isinstance(way, ways_google.Sync | ways_google.Async)
    asked: dict[str, Any] = {"model": GEMINI, "contents": contents, "config": config or None}
    if isinstance(way, ways_google.Async):
        return await way.client.aio.models.embed_content(**asked)
    return await asyncio.to_thread(way.client.models.embed_content, **asked)


def google_held(said: types.EmbedContentResponse) -> list[list[float] | None]:
    """The vectors."""
    return [each.values for each in said.embeddings or ()]


def said_by(said: types.EmbedContentResponse, name: str) -> str:
    """A header of the answer."""
    assert said.sdk_http_response is not None
    return {key.lower(): value for key, value in (said.sdk_http_response.headers or {}).items()}[name]


@pytest.mark.parametrize(
    "contents", ["Hi", ["Hi"], ["Hi", "there"], TEXTS], ids=["text", "list-of-one", "texts", "ten"]
)
async def test_googles_hit_is_what_the_miss_was(gw: Listening, either_google: ways_google.Way, contents: Any) -> None:
    """Its SDK always asks for a batch."""
    texts = [contents] if isinstance(contents, str) else contents
    first = await google_embed(either_google, contents)
    await gw.settled()
    second = await google_embed(either_google, contents)

    assert (said_by(first, "x-cache"), said_by(second, "x-cache")) == ("MISS", "HIT")
    assert google_held(first) == google_held(second) == [numbers(text) for text in texts]
    assert first.usage_metadata == second.usage_metadata
    assert gw.calls == 1


async def test_google_is_asked_for_what_is_missing(gw: Listening, either_google: ways_google.Way) -> None:
    """Each once; what a request says beside its text goes with it."""
    config = {"task_type": "RETRIEVAL_DOCUMENT", "title": "t", "output_dimensionality": 64}
    await google_embed(either_google, TEXTS[:8], **config)
    await gw.settled()
    asked = [TEXTS[9], *TEXTS[:8], TEXTS[8], TEXTS[9]]
    said = await google_embed(either_google, asked, **config)
    other = await google_embed(either_google, TEXTS[:1], task_type="RETRIEVAL_QUERY")

    assert texts_of(gw.up.requests[1]) == [TEXTS[9], TEXTS[8]]
    assert {name for each in gw.up.requests[1].json()["requests"] for name in each} == {
        "model", "content", "taskType", "title", "outputDimensionality",
    }  # fmt: skip
    assert said_by(said, "cache-status") == 'warmlane; fwd=partial; stored; detail="8/11"'
    assert google_held(said) == [numbers(text) for text in asked]
    assert said_by(other, "x-cache") == "MISS"


async def test_googles_two_verbs_share_entries(
    gw: Listening, google: ways_google.Async, http: httpx.AsyncClient, key: str
) -> None:
    """`:embedContent` has what `:batchEmbedContents` brought, and the other way round."""

    async def alone(text: str) -> httpx.Response:
        url = f"{gw.base_url}/google/v1/models/{GEMINI}:embedContent"
        sent = {"content": {"parts": [{"text": text}], "role": "user"}}
        return await http.post(url, json=sent, headers={"x-goog-api-key": key})

    await google_embed(google, ["a", "b"])
    first = await alone("c")
    await gw.settled()
    hit = await alone("b")
    said = await google_embed(google, ["c", "a"])

    assert (first.headers["x-cache"], hit.headers["x-cache"], said_by(said, "x-cache")) == ("MISS", "HIT", "HIT")
    assert hit.json() == {"embedding": {"values": numbers("b")}, "usageMetadata": {"promptTokenCount": 1}}
    assert google_held(said) == [numbers("c"), numbers("a")]


async def test_files_go_to_google_as_they_are(gw: Listening, http: httpx.AsyncClient, key: str) -> None:
    """What is no text is not read here."""
    part = {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "text": "x"}
    url = f"{gw.base_url}/google/v1beta/models/{GEMINI}:embedContent"
    answers = [
        await http.post(url, json={"content": {"parts": [part]}}, headers={"x-goog-api-key": key}) for _ in range(2)
    ]

    assert [answer.headers["cache-status"] for answer in answers] == ["warmlane; fwd=bypass; detail=media"] * 2
    assert gw.calls == 2
