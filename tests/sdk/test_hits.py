"""The same question again, through OpenAI's own SDK."""

import json
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from sdk.house import Listening
from sdk.said import completion, message
from sdk.ways import QUESTION, Async, Sync, Way, asked

STREAMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@STREAMS
async def test_the_second_call_is_a_hit(gw: Listening, either: Way, *, stream: bool) -> None:
    """The provider is asked once, and the SDK gives equal objects."""
    first = await either.ask(stream=stream)
    await gw.settled()
    second = await either.ask(stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "HIT")
    assert (second.whole, second.chunks) == (first.whole, first.chunks)
    assert first.text == second.text == "Answer 1."
    assert gw.calls == 1


@STREAMS
async def test_a_hit_says_what_it_is(gw: Listening, openai: Async, *, stream: bool) -> None:
    """RFC 9211's Cache-Status, how old the answer is and how long it lives; the third and later are no different."""
    first = await openai.ask(stream=stream)
    await gw.settled()
    gw.clock.advance(65)
    second, third = await openai.ask(stream=stream), await openai.ask(stream=stream)

    assert first.headers["cache-status"] == "warmlane; fwd=uri-miss; stored"
    assert "age" not in first.headers
    for hit in (second, third):
        assert hit.headers["cache-status"] == f"warmlane; hit; ttl={86_400 - 65}"
        assert hit.headers["age"] == "65"
        assert hit.headers["x-cache-key"] == first.headers["x-cache-key"]
        assert hit.headers["content-type"] == first.headers["content-type"]
        assert "lookup;dur=" in hit.headers["server-timing"]


async def test_a_hit_replays_no_header_that_was_for_another_call(gw: Listening, openai: Async) -> None:
    """Request ids, cookies and rate limits are the first call's; a hit has an id of its own."""
    once = {"x-request-id": "req_1", "set-cookie": "a=b", "x-ratelimit-remaining-requests": "9", "openai-version": "1"}
    gw.up.answer(json=completion(), headers=once)
    first = await openai.ask()
    await gw.settled()
    second = await openai.ask()

    assert {name: first.headers[name] for name in once} == once
    assert second.x_cache == "HIT"
    assert not {"set-cookie", "x-ratelimit-remaining-requests", "openai-version"} & set(second.headers)
    assert second.whole is not None
    assert second.whole._request_id == second.headers["x-request-id"] != "req_1"


async def test_what_one_client_asked_another_of_the_same_key_gets(gw: Listening, key: str) -> None:
    """Who the caller is lies in the key, not in the program: sync fills, async hits."""
    async with Sync(f"{gw.base_url}/openai", key) as one, Async(f"{gw.base_url}/openai", key) as other:
        await one.ask()
        await gw.settled()
        hit = await other.ask()

    assert hit.x_cache == "HIT"


@pytest.mark.parametrize(
    "members",
    [
        {"user": "u-2"},
        {"metadata": {"trace": "2"}},
        {"safety_identifier": "s-2"},
        {"prompt_cache_key": "p-2"},
        {"temperature": 0.0},
        {"store": False},
        {"extra_headers": {"user-agent": "another/1"}},
        {"extra_headers": {"x-stainless-retry-count": "1", "idempotency-key": "7"}},
        {"timeout": 30},
    ],
    ids="-".join,
)
async def test_what_does_not_change_the_answer_does_not_keep_it_away(
    gw: Listening, openai: Async, members: dict[str, Any]
) -> None:
    """Names of users, notes for the provider's own books, other spellings of zero: the same question."""
    base: dict[str, Any] = {"store": False} if "store" in members else {}
    await openai.ask(**base)
    await gw.settled()
    again = await openai.ask(**members)

    assert again.x_cache == "HIT"
    assert gw.calls == 1


async def test_order_and_spacing_of_the_json_do_not_matter(
    gw: Listening, openai: Async, http: httpx.AsyncClient, key: str
) -> None:
    """SDKs of other languages write the same request in other bytes."""
    await openai.ask()
    await gw.settled()
    other_bytes = json.dumps(dict(reversed(asked().items())), indent=2)
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json; charset=utf-8"}
    again = await http.post(f"{gw.base_url}/openai/v1/chat/completions", content=other_bytes, headers=headers)

    assert again.headers["x-cache"] == "HIT"


async def test_the_stream_helper_gives_the_same_events(gw: Listening, openai: Async) -> None:
    """`chat.completions.stream`, the SDK's own accumulator, sees no difference."""
    seen: list[tuple[Any, Any]] = []
    for _ in range(2):
        async with openai.client.chat.completions.stream(**asked()) as stream:
            events = [event.model_dump() async for event in stream]
            seen.append((events, (await stream.get_final_completion()).to_dict()))
        await gw.settled()

    assert seen[0] == seen[1]
    assert seen[0][1]["choices"][0]["message"]["content"] == "Answer 1."
    assert gw.calls == 1


class City(BaseModel):
    """A shape to answer in."""

    name: str
    people: int


async def test_parsed_answers_are_equal(gw: Listening, openai: Async) -> None:
    """`chat.completions.parse` with a model: the schema is sent, and the hit is parsed alike."""
    gw.up.answer(json=completion(message('{"name":"Paris","people":2048472}')))
    first = await openai.client.chat.completions.parse(**asked(), response_format=City)
    await gw.settled()
    second = await openai.client.chat.completions.parse(**asked(), response_format=City)

    assert first == second
    assert second.choices[0].message.parsed == City(name="Paris", people=2_048_472)
    assert gw.calls == 1


async def test_headers_of_a_streamed_hit_come_before_its_body(gw: Listening, openai: Async) -> None:
    """`with_streaming_response` shows them, and the lines are those of the miss."""
    lines = []
    for expected in ("MISS", "HIT"):
        create = openai.client.chat.completions.with_streaming_response.create
        async with create(**asked(), stream=True) as response:
            assert response.headers["x-cache"] == expected
            lines.append([line async for line in response.iter_lines()])
        await gw.settled()

    assert lines[0] == lines[1]
    assert lines[0][-2:] == ["data: [DONE]", ""]


async def test_an_answer_lives_as_long_as_the_caller_says(gw: Listening, openai: Async) -> None:
    """`cache.ttl` in seconds; one second later the provider is asked again."""
    cache = {"cache": {"type": "exact_match", "ttl": 60}}
    await openai.ask(extra_body=cache)
    await gw.settled()
    gw.clock.advance(59)
    before = await openai.ask(extra_body=cache)
    gw.clock.advance(2)
    after = await openai.ask(extra_body=cache)

    assert (before.x_cache, after.x_cache) == ("HIT", "MISS")
    assert after.text == "Answer 2."


async def test_the_provider_never_sees_what_is_ours(gw: Listening, openai: Async) -> None:
    """`cache` and its headers are taken out, and the rest of the request goes as it came."""
    await openai.ask(extra_body={"cache": {"type": "auto"}}, extra_headers={"X-Cache-TTL": "60", "x-mine": "yes"})
    seen = await gw.up.seen()

    assert seen.json() == asked(QUESTION)
    assert seen.header("x-cache-ttl") is None
    assert seen.header("x-mine") == "yes"
