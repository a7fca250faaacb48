"""Cache controls through OpenAI's own SDK: `extra_body` and `extra_headers`, in our words and in those of others."""

import json
from typing import Any

import openai as sdk
import pytest

from sdk.house import Listening
from sdk.ways import Async, Way, asked

PORTKEY = json.dumps({"cache": {"mode": "simple", "max_age": 60}, "retry": {"attempts": 3}})

LIFETIMES = [
    {"extra_body": {"cache": {"type": "exact_match", "ttl": 60}}},
    {"extra_body": {"orq": {"cache": {"type": "exact_match", "ttl": 60}}}},
    {"extra_headers": {"X-Cache-TTL": "60"}},
    {"extra_headers": {"cf-aig-cache-ttl": "60"}},
    {"extra_headers": {"x-bf-cache-ttl": "1m", "x-bf-cache-key": "session"}},
    {"extra_headers": {"x-portkey-config": PORTKEY}},
    {"extra_headers": {"Helicone-Cache-Enabled": "true", "Cache-Control": "max-age=60"}},
]

FORMS = ["cache", "orq", "native", "cloudflare", "bifrost", "portkey", "helicone"]


@pytest.mark.parametrize("said", LIFETIMES, ids=FORMS)
async def test_a_lifetime_opts_in_and_ends(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """Without a temperature, whole and streamed: kept for a minute, and asked for again a second later."""
    first = await either.ask(temperature=None, **said)
    await gw.settled()
    gw.clock.advance(59)
    whole = await either.ask(temperature=None, **said)
    stream = await either.ask(temperature=None, stream=True, **said)
    gw.clock.advance(1)
    last = await either.ask(temperature=None, **said)
    await gw.settled()

    assert [reply.x_cache for reply in (first, whole, stream, last)] == ["MISS", "HIT", "HIT", "MISS"]
    assert [reply.text for reply in (first, whole, stream, last)] == ["Answer 1."] * 3 + ["Answer 2."]


@pytest.mark.parametrize("said", LIFETIMES, ids=FORMS)
async def test_nothing_of_it_reaches_the_provider(gw: Listening, openai: Async, said: dict[str, Any]) -> None:
    """Neither member nor header; what else the caller sends does."""
    headers = {**said.get("extra_headers", {}), "x-mine": "yes", "cf-aig-metadata": "{}"}
    await openai.ask(**{**said, "extra_headers": headers})
    seen = await gw.up.seen()

    assert seen.json() == asked()
    assert [name for name in said.get("extra_headers", {}) if name != "Cache-Control" and seen.header(name)] == []
    assert (seen.header("x-mine"), seen.header("cf-aig-metadata")) == ("yes", "{}")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"cf-aig-cache-ttl": "60"}, "cf-aig-cache-status"),
        ({"Helicone-Cache-Enabled": "true"}, "helicone-cache"),
        ({"x-portkey-config": PORTKEY}, "x-portkey-cache-status"),
    ],
)
async def test_a_caller_from_elsewhere_hears_the_words_it_knows(
    gw: Listening, either: Way, headers: dict[str, str], name: str
) -> None:
    """Again and again, from the store and from memory; beside our own, which everyone hears."""
    replies = []
    for _ in range(4):
        replies.append(await either.ask(extra_headers=headers))
        await gw.settled()
    plain = await either.ask()

    assert [reply.headers[name] for reply in replies] == ["MISS", "HIT", "HIT", "HIT"]
    assert [reply.x_cache for reply in replies] == ["MISS", "HIT", "HIT", "HIT"]
    assert plain.x_cache == "HIT"
    assert name not in plain.headers


@pytest.mark.parametrize(
    "said",
    [
        {"extra_body": {"cache": {"no-cache": True}}},
        {"extra_headers": {"Cache-Control": "no-cache"}},
        {"extra_headers": {"x-portkey-cache-force-refresh": "true"}},
    ],
)
async def test_a_fresh_answer_takes_the_place_of_the_old(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """Not read, and kept."""
    for extra in ({}, said, {}):
        reply = await either.ask(**extra)
        await gw.settled()

    assert (reply.x_cache, reply.text, gw.calls) == ("HIT", "Answer 2.", 2)


@pytest.mark.parametrize(
    "said",
    [
        {"extra_body": {"cache": {"no-store": True}}},
        {"extra_headers": {"Cache-Control": "no-store"}},
        {"extra_headers": {"x-bf-cache-no-store": "true"}},
        {"extra_body": {"cache": {"type": "off"}}},
        {"extra_headers": {"X-Cache-Mode": "off"}},
        {"extra_headers": {"cf-aig-skip-cache": "true"}},
    ],
)
async def test_what_is_not_to_be_kept_is_not(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """The next call finds nothing."""
    await either.ask(**said)
    await gw.settled()
    second = await either.ask()

    assert (second.x_cache, gw.calls) == ("MISS", 2)


@pytest.mark.parametrize(
    "said",
    [
        {"extra_body": {"cache": {"max_age": 60}}},
        {"extra_body": {"cache": {"s-maxage": 60}}},
        {"extra_headers": {"Cache-Control": "max-age=60"}},
    ],
)
async def test_nothing_older_than_was_said(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """The entry stays for others until the fresh one takes its place."""
    await either.ask()
    await gw.settled()
    gw.clock.advance(60)
    young = await either.ask(**said)
    gw.clock.advance(1)
    old = await either.ask(**said)

    assert (young.x_cache, old.x_cache) == ("HIT", "MISS")


@pytest.mark.parametrize(
    "said",
    [
        {"extra_body": {"cache": {"namespace": "blau"}}},
        {"extra_headers": {"X-Cache-Namespace": "blau"}},
        {"extra_headers": {"Helicone-Cache-Seed": "blau"}},
        {"extra_headers": {"x-portkey-cache-namespace": "blau"}},
        {"extra_headers": {"x-bf-cache-key": "blau"}},
    ],
)
async def test_a_namespace_keeps_entries_apart(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """And is the same under every name."""
    await either.ask()
    await gw.settled()
    apart = await either.ask(**said)
    await gw.settled()
    again = await either.ask(extra_body={"cache": {"namespace": "blau"}})

    assert [reply.x_cache for reply in (apart, again)] == ["MISS", "HIT"]
    assert again.text == "Answer 2."


@pytest.mark.parametrize(
    "said",
    [
        {"extra_body": {"cache": {"ignore": ["seed"]}}},
        {"extra_headers": {"X-Cache-Ignore-Keys": "seed"}},
        {"extra_headers": {"Helicone-Cache-Ignore-Keys": "seed"}},
    ],
)
async def test_an_ignored_member_does_not_matter(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """To who says so; the provider gets it all the same."""
    for seed in (1, 2):
        reply = await either.ask(seed=seed, **said)
        await gw.settled()
    other = await either.ask(seed=2)

    assert (reply.x_cache, other.x_cache) == ("HIT", "MISS")
    assert (await gw.up.seen()).json()["seed"] == 1


@pytest.mark.parametrize("headers", [{"X-Cache-Mode": "replay"}, {"Cache-Control": "only-if-cached"}])
async def test_a_replay_never_calls_the_provider(gw: Listening, key: str, headers: dict[str, str]) -> None:
    """A 504 that the SDK does not try again, and the answer once it is there."""
    async with Async(f"{gw.base_url}/openai", key, max_retries=2) as way:
        with pytest.raises(sdk.InternalServerError) as refused:
            await way.ask(extra_headers=headers)
        assert (refused.value.status_code, refused.value.code, gw.calls) == (504, "not_cached", 0)
        assert refused.value.response.request.headers["x-stainless-retry-count"] == "0"
        await way.ask()
        await gw.settled()
        hit = await way.ask(extra_headers=headers)

    assert (hit.x_cache, gw.calls) == ("HIT", 1)


@pytest.mark.parametrize(
    ("said", "param"),
    [
        ({"extra_body": {"cache": {"ttl": 0}}}, "cache.ttl"),
        ({"extra_body": {"cache": {"type": "fuzzy"}}}, "cache.type"),
        ({"extra_body": {"orq": {"cache": {"ttl": "60"}}}}, "orq.cache.ttl"),
        ({"extra_headers": {"X-Cache-Mode": "fuzzy"}}, "X-Cache-Mode"),
    ],
)
async def test_a_malformed_control_is_the_sdk_s_bad_request(
    gw: Listening, either: Way, said: dict[str, Any], param: str
) -> None:
    """With the name of the field, and nobody is called."""
    with pytest.raises(sdk.BadRequestError) as refused:
        await either.ask(**said)

    assert (refused.value.param, gw.calls) == (param, 0)


async def test_a_malformed_header_of_others_is_ignored(gw: Listening, either: Way) -> None:
    """As it is by those gateways: the call is made, and cached as it would be without."""
    said = {"extra_headers": {"x-bf-cache-ttl": "soon", "cf-aig-cache-ttl": "x", "x-portkey-config": "pc-faq-1"}}
    first = await either.ask(**said)
    await gw.settled()
    second = await either.ask()

    assert (first.x_cache, second.x_cache) == ("MISS", "HIT")


async def test_orq_s_form_at_orq_s_path(gw: Listening, key: str) -> None:
    """Base URL, model prefix and `cache` as orq's docs have them; what it fills, a plain call hits."""
    async with Async(f"{gw.base_url}/v2/router", key) as orq, Async(f"{gw.base_url}/openai", key) as plain:
        said = {"model": "openai/gpt-4o", "extra_body": {"cache": {"type": "exact_match", "ttl": 3600}}}
        first = await orq.ask(**said)
        await gw.settled()
        second, third = await orq.ask(**said), await plain.ask()

    assert [reply.x_cache for reply in (first, second, third)] == ["MISS", "HIT", "HIT"]
    assert (await gw.up.seen()).json() == asked()
