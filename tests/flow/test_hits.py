"""The same request is answered once by the provider and then from the cache."""

import json
from typing import Any

import pytest

from flow.house import House
from flow.talk import Talk, ask, events, forwarded, reply, streamed, that, upstream
from samples import OTHER_SECRET, a_body, a_caller, dump
from warmlane.clock import ManualClock
from warmlane.events import (
    CallArrived,
    EntryRefused,
    EntryStored,
    LookupDone,
    NoCache,
    NotNear,
    Outcome,
    ReplyFinished,
)
from warmlane.lanes import Lane, When
from warmlane.model import Usage


async def test_a_repeat_is_answered_from_the_cache(gw: House) -> None:
    """The second identical call never reaches the provider; nor does a third, nor a fourth, from the store."""
    await (
        Talk(gw)
        >> ask("2+2?")
        << upstream("4")
        << reply("4", x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
        << events(CallArrived, LookupDone, ReplyFinished, that(EntryStored, near=True))
        >> ask("2+2?")
        << reply("4", x_cache="HIT", cache_status="warmlane; hit; ttl=86400", age="0")
        << events(
            CallArrived,
            that(LookupDone, outcome=Outcome.EXACT, entry_age=0.0, why=None),
            that(ReplyFinished, outcome=Outcome.EXACT, complete=True, usage=Usage(input_tokens=9, output_tokens=2)),
        )
        >> 30
        >> ask("2+2?")
        << reply("4", x_cache="HIT", age="30")
        >> 60
        >> ask("2+2?")
        << reply("4", x_cache="HIT", age="90", cache_status="warmlane; hit; ttl=86310")
    )


async def test_a_hit_is_the_very_bytes_with_ids_of_its_own(gw: House) -> None:
    """Body untouched, and nothing else of the provider's: no cookie, no request id, no rate limit."""
    odd = b'{"choices":[{"index":0,"message":{"content":"4","role":"assistant"}, "finish_reason":"stop"}],\n "x":1.50}'
    told = [("content-type", "application/json; charset=utf-8"), ("content-length", str(len(odd))),
            ("set-cookie", "a=b"), ("x-request-id", "req_1"), ("x-ratelimit-remaining-tokens", "5"),
            ("openai-processing-ms", "7")]  # fmt: skip
    first = await (
        Talk(gw) >> ask() << upstream(body=odd, headers=told) << reply(x_request_id="req_1", set_cookie="a=b")
    )
    again = await (
        Talk(gw)
        >> ask()
        << reply(
            x_cache="HIT",
            x_request_id="wl_2",
            request_id="wl_2",
            set_cookie=None,
            x_ratelimit_remaining_tokens=None,
            openai_processing_ms=None,
            content_type="application/json",
        )
    )

    assert first.body == again.body == odd
    assert again.headers["x-cache-key"] == first.headers["x-cache-key"]


async def test_another_key_never_hits(gw: House) -> None:
    """Every tenant asks the provider, and then has an entry of its own."""
    await (
        Talk(gw)
        >> ask()
        << upstream("mine")
        >> ask(key=OTHER_SECRET)
        << upstream("theirs")
        << reply("theirs", x_cache="MISS")
        >> ask()
        << reply("mine", x_cache="HIT")
        >> ask(key=OTHER_SECRET)
        << reply("theirs", x_cache="HIT")
    )


TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}
USER = a_body()["messages"]


@pytest.mark.parametrize(
    "members",
    [
        {"model": "gpt-4o-mini"},
        {"messages": [{"role": "system", "content": "Be brief."}, *USER]},
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, *USER]},
        {"messages": [{"role": "user", "content": "What is 2+3?"}]},
        {"top_p": 0.5},
        {"seed": 7},
        {"service_tier": "flex"},
        {"max_completion_tokens": 10},
        {"never_heard_of": {"a": [1]}},
        {"tools": [TOOL]},
        {"tools": [TOOL], "tool_choice": "none"},
        {"response_format": {"type": "json_object"}},
        {"logprobs": True},
    ],
)
async def test_another_question_never_hits(gw: House, members: dict[str, Any]) -> None:
    """Model, system prompt, history, parameters, tools, response format: what may change the answer is in the key."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(**members)
        << upstream("other")
        << reply("other", x_cache="MISS")
        >> ask()
        << reply("4", x_cache="HIT")
        >> ask(**members)
        << reply("other", x_cache="HIT")
    )


@pytest.mark.parametrize("header", ["openai_organization", "openai_project", "openai_beta"])
async def test_another_account_never_hits(gw: House, header: str) -> None:
    """The headers that change the account or the answer are in the key."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(headers={header: "blau"})
        << upstream("other")
        << reply("other", x_cache="MISS")
    )


async def test_how_it_is_written_does_not_matter(gw: House) -> None:
    """Key order, spacing, 0 or 0.0 or -0.0, and what is the provider's bookkeeping."""
    turned = dict(reversed(a_body(user="u1", metadata={"a": "b"}).items()))
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(json.dumps({**turned, "temperature": -0.0}, indent=2).encode())
        << reply("4", x_cache="HIT")
    )


@pytest.mark.parametrize("temperature", [None, 0.7, 1, "0", False])
async def test_only_temperature_zero_is_cached_without_asking(gw: House, temperature: Any) -> None:
    """Absent means the provider's default: not cached, and nothing is kept."""
    for text in ("one", "two"):
        await (
            Talk(gw)
            >> ask(temperature=temperature)
            << upstream(text)
            << reply(text, x_cache="BYPASS", cache_status="warmlane; fwd=bypass; detail=temperature", x_cache_key=None)
            << events(
                CallArrived,
                that(LookupDone, outcome=Outcome.BYPASS, why=NoCache.TEMPERATURE),
                that(ReplyFinished, usage=Usage(input_tokens=9, output_tokens=2)),
            )
        )


@pytest.mark.parametrize(
    "opt_in",
    [
        {"cache": {"type": "auto"}},
        {"cache": {"type": "exact_match"}},
        {"cache": {"ttl": 60}},
        {"headers": {"x_cache_mode": "semantic"}},
        {"headers": {"x_cache_ttl": "60"}},
    ],
)
async def test_an_opt_in_overrides_the_temperature(gw: House, opt_in: dict[str, Any]) -> None:
    """In the body or in a header; current reasoning models have no temperature at all."""
    await (
        Talk(gw)
        >> ask(temperature=0.7, **opt_in)
        << upstream("4")
        << reply("4", x_cache="MISS")
        >> ask(temperature=0.7, **opt_in)
        << reply("4", x_cache="HIT")
    )


async def test_a_lane_may_opt_everybody_in(clock: ManualClock) -> None:
    """Its `when: always` needs no word of the caller."""
    async with House(clock, lane=Lane(when=When.ALWAYS)) as gw:
        await (Talk(gw) >> ask(temperature=None) << upstream("4") >> ask(temperature=None) << reply("4", x_cache="HIT"))


async def test_without_a_key_nothing_is_cached(gw: House) -> None:
    """There is no tenant to keep it for."""
    for text in ("one", "two"):
        await (
            Talk(gw)
            >> ask(key=b"")
            << upstream(text)
            << reply(text, cache_status="warmlane; fwd=bypass; detail=credential")
        )


async def test_a_guessable_key_caches_in_ram_only(gw: House) -> None:
    """With the disk and the pepper such a key could be found by trying."""
    await (Talk(gw) >> ask(key=b"sk-local") << upstream("4") >> ask(key=b"sk-local") << reply("4", x_cache="HIT"))
    for cache, rows in ((gw.durable, 0), (gw.volatile, 1)):
        assert sum([len(batch) async for batch in cache.scan(a_caller(b"sk-local").tenant)]) == rows


async def test_a_whole_answer_is_streamed_to_whoever_wants_a_stream(gw: House) -> None:
    """One entry serves both modes: here a JSON miss, then a stream hit with the usage that was asked for."""
    told = await (
        Talk(gw)
        >> ask()
        << upstream("It is four, of course.")
        >> ask(stream=True, stream_options={"include_usage": True})
        << reply("It is four, of course.", x_cache="HIT", content_type="text/event-stream; charset=utf-8")
    )
    assert told.body.endswith(b"data: [DONE]\n\n")
    assert b'"total_tokens":11' in told.body
    plain = await (Talk(gw) >> ask(stream=True) << reply("It is four, of course.", x_cache="HIT"))
    assert b"total_tokens" not in plain.body


async def test_a_stream_is_given_whole_to_whoever_wants_it_whole(gw: House) -> None:
    """A stream miss, then a JSON hit, and the stream again byte for byte."""
    wanted = {"stream": True, "stream_options": {"include_usage": True}}
    first = await (
        Talk(gw)
        >> ask(**wanted)
        << streamed("It is ", "four.", usage=True)
        << reply("It is four.", x_cache="MISS")
        << events(CallArrived, LookupDone, ReplyFinished, EntryStored)
    )
    whole = await (Talk(gw) >> ask() << reply("It is four.", x_cache="HIT", content_type="application/json"))
    again = await (Talk(gw) >> ask(**wanted) << reply("It is four.", x_cache="HIT"))

    assert json.loads(whole.body)["usage"]["total_tokens"] == 11
    assert again.body == first.body


async def test_a_stream_without_usage_cannot_be_given_to_whoever_wants_it_counted(gw: House) -> None:
    """Nobody counted: it goes to the provider, and the counted answer takes the place of the other."""
    await (
        Talk(gw)
        >> ask(stream=True)
        << streamed("4")
        >> ask()
        << upstream("four")
        << reply("four", x_cache="MISS")
        >> ask()
        << reply("four", x_cache="HIT")
        >> ask(stream=True)
        << reply("four", x_cache="HIT")
    )


async def test_tool_calls_are_cached_for_the_very_same_request_only(gw: House) -> None:
    """They survive whole, in both modes, and no other wording gets them."""
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choices = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    text = "Please call the function that adds all of the first ten prime numbers and tell me their sum"
    hit = await (
        Talk(gw)
        >> ask(text, tools=[TOOL])
        << upstream("", members={"choices": choices})
        << events(CallArrived, that(LookupDone, not_near=NotNear.TOOLS), ReplyFinished, that(EntryStored, near=False))
        >> ask(text.upper(), tools=[TOOL])
        << upstream("other")
        << reply("other", x_cache="MISS")
        >> ask(text, tools=[TOOL], stream=True)
        << reply(x_cache="HIT")
        >> ask(text, tools=[TOOL])
        << reply(x_cache="HIT")
    )

    assert json.loads(hit.body)["choices"] == choices


async def test_everything_that_a_provider_adds_survives(gw: House) -> None:
    """Logprobs, reasoning, unknown fields: also through the other mode and back."""
    message = {"role": "assistant", "content": "4", "reasoning_content": "2 and 2", "annotations": []}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": {"content": [{"token": "4"}]}}
    first = await (Talk(gw) >> ask() << upstream("", members={"choices": [choice], "x_provider": {"a": 1.50}}))
    stream = await (Talk(gw) >> ask(stream=True, stream_options={"include_usage": True}) << reply(x_cache="HIT"))
    async with House(gw.clock) as other:
        whole = await (
            Talk(other)
            >> ask(stream=True, stream_options={"include_usage": True})
            << upstream(body=stream.body, headers={"content-type": "text/event-stream"})
            >> ask()
            << reply("4", x_cache="HIT")
        )

    assert json.loads(whole.body) == json.loads(first.body)


async def test_what_is_never_cached_is_passed_on_untouched(gw: House) -> None:
    """Several choices, the provider's own state, hosted tools: each call goes up, byte for byte."""
    for members in ({"n": 2}, {"store": True}, {"web_search_options": {}}, {"tools": [{"type": "web_search"}]}):
        body = dump(a_body(**members))
        for text in ("one", "two"):
            await (Talk(gw) >> ask(body) << upstream(text) << reply(text, x_cache="BYPASS") << forwarded(body))


async def test_an_entry_is_the_answer_of_its_own_target(gw: House) -> None:
    """The same question at another provider, or at another base URL, is another question."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(call={"base_url": "https://proxy.example.com"})
        << upstream("other")
        << reply("other", x_cache="MISS")
        >> ask(call={"provider": "groq"})
        << upstream("third")
        << reply("third", x_cache="MISS")
        >> ask(call={"path": "/v1/other/completions"})
        << upstream("fourth")
        << reply("fourth", x_cache="MISS")
    )


async def test_what_could_not_be_kept_says_why(gw: House) -> None:
    """An answer over the limit for one entry passes whole, and is not kept."""
    long = "x" * 1_100_000
    for _ in range(2):
        await (
            Talk(gw)
            >> ask()
            << upstream(long)
            << reply(long, x_cache="MISS", cache_status="warmlane; fwd=uri-miss", x_cache_key=None)
            << events(CallArrived, LookupDone, ReplyFinished, that(EntryRefused, why=NoCache.SIZE))
        )
