"""Which calls are cached, and which answers are kept."""

from typing import Any

import pytest
from openai import APIStatusError

from sdk.house import Listening
from sdk.said import chunks, completion, message
from sdk.ways import Async, Way, asked

TOOL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a":'}}


async def test_temperature_decides(gw: Listening, either: Way) -> None:
    """Absent or above 0, the caller wants a new answer each time: forwarded, not looked up, not kept."""
    for temperature in (None, 0.7, 1):
        replies = [await either.ask(temperature=temperature) for _ in range(2)]
        await gw.settled()

        assert [reply.x_cache for reply in replies] == ["BYPASS", "BYPASS"]
        assert replies[0].headers["cache-status"] == "warmlane; fwd=bypass; detail=temperature"
        assert replies[0].text != replies[1].text


@pytest.mark.parametrize("temperature", [None, 0.7])
@pytest.mark.parametrize(
    "opt_in",
    [
        {"extra_body": {"cache": {"type": "exact_match"}}},
        {"extra_body": {"cache": {"type": "auto", "ttl": 60}}},
        {"extra_headers": {"X-Cache-Mode": "auto"}},
        {"extra_headers": {"X-Cache-TTL": "60"}},
    ],
    ids=["body", "body-ttl", "header", "header-ttl"],
)
async def test_asking_for_the_cache_overrides_the_temperature(
    gw: Listening, openai: Async, temperature: float | None, opt_in: dict[str, Any]
) -> None:
    """Reasoning models have no temperature to set."""
    miss = await openai.ask(temperature=temperature, **opt_in)
    await gw.settled()
    hit = await openai.ask(temperature=temperature, **opt_in)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert (await gw.up.seen()).json() == asked(temperature=temperature)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"n": 2}, "choices"),
        ({"store": True}, "server_state"),
        ({"web_search_options": {}}, "hosted_tools"),
        ({"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}, "media"),
        ({"extra_body": {"cache": {"type": "off"}}}, "off"),
        ({"extra_headers": {"X-Cache-Mode": "off"}}, "off"),
        ({"extra_headers": {"Cache-Control": "no-cache, no-store"}}, "off"),
    ],
)
async def test_some_calls_are_never_cached(gw: Listening, openai: Async, members: dict[str, Any], why: str) -> None:
    """And say so: whatever temperature they have."""
    replies = [await openai.ask(**members) for _ in range(2)]

    assert [reply.headers["cache-status"] for reply in replies] == [f"warmlane; fwd=bypass; detail={why}"] * 2
    assert gw.calls == 2


async def test_a_caller_may_skip_the_reading_or_the_keeping(gw: Listening, openai: Async) -> None:
    """`no-store` leaves nothing behind; `no-cache` puts a new answer in the old one's place."""
    await openai.ask(extra_headers={"Cache-Control": "no-store"})
    await gw.settled()
    kept = await openai.ask()
    await gw.settled()
    renewed = await openai.ask(extra_body={"cache": {"no-cache": True}})
    await gw.settled()
    hit = await openai.ask()

    assert [reply.x_cache for reply in (kept, renewed, hit)] == ["MISS", "REFRESH", "HIT"]
    assert [reply.text for reply in (kept, renewed, hit)] == ["Answer 2.", "Answer 3.", "Answer 3."]


async def test_only_if_cached_never_calls_the_provider(gw: Listening, key: str) -> None:
    """A 504 that even a client with retries asks for once; a hit, where there is one."""
    async with Async(f"{gw.base_url}/openai", key, max_retries=2) as openai:
        with pytest.raises(APIStatusError) as caught:
            await openai.ask(extra_headers={"Cache-Control": "only-if-cached"})
        before = gw.calls
        await openai.ask()
        await gw.settled()
        hit = await openai.ask(extra_headers={"Cache-Control": "only-if-cached"})

    assert caught.value.status_code == 504
    assert caught.value.code == "not_cached"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert before == 0
    assert hit.x_cache == "HIT"


UNFIT: dict[str, dict[str, Any]] = {
    "length": completion(finish="length"),
    "content-filter": completion(finish="content_filter"),
    "refusal": completion(message(None, refusal="I cannot.")),
    "empty": completion(message("")),
    "blank": completion(message(" \n")),
    "nothing": completion(message(None)),
    "no-finish": completion(finish=None),
    "cut-tool-call": completion(message(None, tool_calls=[TOOL]), "tool_calls"),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("said", UNFIT.values(), ids=UNFIT)
async def test_an_answer_that_is_not_whole_is_not_kept(
    gw: Listening, openai: Async, said: dict[str, Any], *, stream: bool
) -> None:
    """The client gets it as it is; the next call asks the provider again."""
    gw.up.answer(**({"sse": chunks(said)} if stream else {"json": said}))
    first = await openai.ask(stream=stream)
    await gw.settled()
    second = await openai.ask(stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "MISS")
    if stream:
        assert [chunk.to_dict() for chunk in first.chunks] == chunks(said)[:-1]
    else:
        assert first.completion == said
        assert "stored" not in first.headers["cache-status"]
    assert second.text == "Answer 2."


@pytest.mark.parametrize("kept", [slice(-1), slice(-2), slice(2)], ids=["no-done", "no-finish", "half"])
async def test_a_stream_without_its_end_is_not_kept(gw: Listening, openai: Async, kept: slice) -> None:
    """Also where the connection ends in good order: SDKs take it for an answer, the cache does not."""
    gw.up.answer(sse=chunks(completion())[kept])
    first = await openai.ask(stream=True)
    await gw.settled()
    second = await openai.ask(stream=True)

    assert [chunk.to_dict() for chunk in first.chunks] == chunks(completion())[kept]
    assert second.x_cache == "MISS"
    assert second.text == "Answer 2."


async def test_an_answer_over_the_limit_is_passed_on_and_not_kept(gw: Listening, openai: Async) -> None:
    """A mebibyte and a bit."""
    long = "lorem ipsum " * 100_000
    gw.up.answer(json=completion(message(long)))
    first = await openai.ask()
    await gw.settled()
    second = await openai.ask()

    assert first.text == long
    assert second.x_cache == "MISS"
