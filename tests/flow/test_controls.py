"""What a caller says about caching is done, and never reaches the provider."""

import json
from typing import Any

import pytest

from flow.house import House
from flow.talk import Talk, ask, events, forwarded, refused, reply, that, upstream
from samples import PEPPER, a_body, dump
from warmlane.clock import ManualClock
from warmlane.events import CallArrived, CallRefused, EntryRefused, LookupDone, NoCache, Outcome, Refused, ReplyFinished
from warmlane.lanes import Lane
from warmlane.model import Scope
from warmlane.seal import label

LONG = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"
CLOSE = LONG.replace("Explain how", "Describe how")


async def test_the_control_is_cut_out_and_the_rest_goes_on_byte_for_byte(gw: House) -> None:
    """Whatever the client's spelling."""
    rest = b'"model" : "gpt-4o",\n "messages":[{"role":"user","content":"\\u00e9 \xc3\xa9"}], "temperature": 0.00}'
    sent = b'{"cache": {"type": "exact_match", "ttl": 60}, "orq": {"retry": {}},' + rest
    await (
        Talk(gw)
        >> ask(sent, headers={"x_cache_tags": "a", "x_cache_debug": "1", "x_warmlane_provider": "openai"})
        << upstream("4")
        << reply("4", x_cache="MISS")
        << forwarded(b"{" + rest, x_cache_tags=None, x_cache_debug=None, x_warmlane_provider=None)
        >> ask(b"{" + rest)
        << reply("4", x_cache="HIT", cache_status="warmlane; hit; ttl=60")
    )


async def test_without_a_control_the_body_is_the_bytes_that_came(gw: House) -> None:
    """And the answer is asked for unencoded, so that it can be read."""
    sent = json.dumps(a_body("é", x=1.50), indent=3).encode() + b"\n"
    await (
        Talk(gw)
        >> ask(sent, headers={"accept_encoding": "gzip, br", "x_custom": "kept", "cache_control": "max-age=5"})
        << upstream("4")
        << forwarded(sent, accept_encoding="identity", x_custom="kept", cache_control="max-age=5")
    )


@pytest.mark.parametrize(
    ("said", "ttl"),
    [
        ({}, 86_400),
        ({"cache": {"type": "auto"}}, 1800),
        ({"cache": {"type": "exact_match", "ttl": 5}}, 5),
        ({"cache": {"ttl": 259_200}}, 259_200),
        ({"headers": {"x_cache_ttl": "999999"}}, 259_200),
        ({"headers": {"x_cache_mode": "exact_match"}}, 86_400),
        ({"cache": {"type": "auto"}, "headers": {"x_cache_ttl": "60"}}, 60),
    ],
)
async def test_an_answer_lives_as_long_as_was_said(gw: House, said: dict[str, Any], ttl: int) -> None:
    """86,400 seconds of the lane, 1,800 with a type alone; to the second, whatever the store rounds up."""
    lane = Lane(revalidate_after=10**6)
    async with House(gw.clock, lane=lane) as house:
        await (
            Talk(house)
            >> ask(**said)
            << upstream("4")
            << reply(x_cache="MISS")
            >> ttl - 1
            >> ask()
            << reply("4", x_cache="HIT", cache_status="warmlane; hit; ttl=1", age=str(ttl - 1))
            >> 1
            >> ask()
            << upstream("5")
            << reply("5", x_cache="MISS")
        )


@pytest.mark.parametrize("said", [{"cache": {"no-cache": True}}, {"headers": {"cache_control": "no-cache"}}])
async def test_no_cache_does_not_read_and_does_store(gw: House, said: dict[str, Any]) -> None:
    """A fresh answer, in place of the old one for whoever comes after."""
    await (
        Talk(gw)
        >> ask()
        << upstream("old")
        >> ask()
        << reply("old", x_cache="HIT")
        >> ask(**said)
        << upstream("new")
        << reply("new", x_cache="REFRESH", cache_status="warmlane; fwd=request; stored")
        >> ask()
        << reply("new", x_cache="HIT")
        >> 61
        >> ask()
        << reply("new", x_cache="HIT")
    )


async def test_a_refresh_replaces_what_is_found_by_meaning_too(gw: House) -> None:
    """No old answer comes back under other words."""
    await (
        Talk(gw)
        >> ask(LONG)
        << upstream("old")
        >> ask(LONG, headers={"cache_control": "no-cache"})
        << upstream("new")
        >> ask("Please, " + LONG.lower())
        << reply("new", x_cache="SEMANTIC_HIT")
        >> ask(CLOSE)
        << reply("new", x_cache="SEMANTIC_HIT")
    )


@pytest.mark.parametrize("said", [{"cache": {"no-store": True}}, {"headers": {"cache_control": "no-store"}}])
async def test_no_store_reads_and_keeps_nothing(gw: House, said: dict[str, Any]) -> None:
    """A miss leaves nothing behind; what others stored is had all the same."""
    await (
        Talk(gw)
        >> ask(**said)
        << upstream("one")
        << reply("one", x_cache="MISS", cache_status="warmlane; fwd=uri-miss", x_cache_key=None)
        << events(CallArrived, LookupDone, ReplyFinished, that(EntryRefused, why=NoCache.NO_STORE))
        >> ask()
        << upstream("two")
        >> ask(**said)
        << reply("two", x_cache="HIT")
    )


@pytest.mark.parametrize(
    "said",
    [
        {"cache": {"type": "off"}},
        {"headers": {"x_cache_mode": "off"}},
        {"headers": {"cache_control": "no-cache, no-store"}},
        {"cache": {"no-store": True}, "headers": {"cache_control": "no-cache"}},
    ],
)
async def test_off_neither_reads_nor_stores(gw: House, said: dict[str, Any]) -> None:
    """The call goes straight through."""
    await (
        Talk(gw)
        >> ask()
        << upstream("kept")
        >> ask(**said)
        << upstream("other")
        << reply("other", x_cache="BYPASS", cache_status="warmlane; fwd=bypass; detail=off")
        >> ask()
        << reply("kept", x_cache="HIT")
    )


@pytest.mark.parametrize("said", [{"cache_control": "only-if-cached"}, {"x_cache_mode": "replay"}])
async def test_only_if_cached_never_asks_the_provider(gw: House, said: dict[str, str]) -> None:
    """504, which no SDK is to repeat; and a hit like any other where there is one."""
    await (
        Talk(gw)
        >> ask(headers=said)
        << refused(504, "not_cached")
        << events(
            CallArrived,
            that(LookupDone, outcome=Outcome.MISS),
            that(CallRefused, why=Refused.NOT_CACHED, status=504),
            that(ReplyFinished, status=504, complete=False, usage=None),
        )
        >> ask(temperature=0.7, headers=said)
        << refused(504, "not_cached")
        >> ask(call={"dialect": None, "path": "/v1/files"}, headers=said)
        << refused(504, "not_cached")
        >> ask()
        << upstream("4")
        >> ask(headers=said)
        << reply("4", x_cache="HIT")
    )


@pytest.mark.parametrize("said", [{"cache": {"max_age": 60}}, {"headers": {"cache_control": "max-age=60"}}])
async def test_max_age_takes_nothing_older(gw: House, said: dict[str, Any]) -> None:
    """The caller's own measure of fresh; others still get the entry, and the fresh answer replaces it."""
    await (
        Talk(gw)
        >> ask()
        << upstream("old")
        >> 60
        >> ask(**said)
        << reply("old", x_cache="HIT")
        >> 1
        >> ask()
        << reply("old", x_cache="HIT")
        >> ask(**said)
        << upstream("new")
        << reply("new", x_cache="MISS")
        >> ask()
        << reply("new", x_cache="HIT")
    )


async def test_min_fresh_takes_nothing_that_is_about_to_expire(gw: House) -> None:
    """RFC 9111 §5.2.1.3."""
    await (
        Talk(gw)
        >> ask(cache={"ttl": 100})
        << upstream("old")
        >> 50
        >> ask(headers={"cache_control": "min-fresh=50"})
        << reply("old", x_cache="HIT")
        >> ask(headers={"cache_control": "min-fresh=51"})
        << upstream("new")
        << reply("new", x_cache="MISS")
    )


async def test_a_namespace_has_entries_of_its_own(gw: House) -> None:
    """Inside the tenant: neither the plain one's nor another's."""
    await (
        Talk(gw)
        >> ask()
        << upstream("plain")
        >> ask(cache={"namespace": "blau"})
        << upstream("blau")
        << reply("blau", x_cache="MISS")
        >> ask(headers={"x_cache_namespace": "rot"})
        << upstream("rot")
        >> ask(headers={"x_cache_namespace": "blau"})
        << reply("blau", x_cache="HIT")
        >> ask()
        << reply("plain", x_cache="HIT")
    )


async def test_an_ignored_field_does_not_matter(gw: House) -> None:
    """To those who say so, and to nobody else."""
    await (
        Talk(gw)
        >> ask(seed=1, cache={"ignore": ["seed"]})
        << upstream("one")
        >> ask(seed=2, cache={"ignore": ["seed"]})
        << reply("one", x_cache="HIT")
        >> ask(seed=2, headers={"x_cache_ignore_keys": "seed"})
        << reply("one", x_cache="HIT")
        >> ask()
        << upstream("without")
        << reply("without", x_cache="MISS")
    )


async def test_tags_mark_entries_to_invalidate(gw: House) -> None:
    """As keyed digests: whoever knows the tag and the pepper can purge by it. They are not part of the question."""
    await (
        Talk(gw)
        >> ask(cache={"tags": ["spring", "sale"]})
        << upstream("4")
        >> ask(headers={"x_cache_tags": "other"})
        << reply("4", x_cache="HIT")
    )
    assert await gw.durable.purge(Scope(label=label(PEPPER, "tag", "winter"))) == 0
    assert await gw.durable.purge(Scope(label=label(PEPPER, "tag", "sale"))) == 1
    await (Talk(gw) >> 61 >> ask() << upstream("5") << reply("5", x_cache="MISS"))


async def test_every_entry_can_be_invalidated_by_lane_model_and_namespace(gw: House) -> None:
    """Without the operator reading any of them."""
    for kind, value in (("lane", "default"), ("model", "gpt-4o"), ("namespace", "blau")):
        await (Talk(gw) >> ask(cache={"namespace": "blau"}) << upstream("4"))
        assert await gw.durable.purge(Scope(label=label(PEPPER, kind, value))) == 1
        gw.recent.clear()


@pytest.mark.parametrize(
    ("said", "param"),
    [
        ({"cache": {"ttl": 0}}, "cache.ttl"),
        ({"cache": {"ttl": 259_201}}, "cache.ttl"),
        ({"cache": {"type": "fuzzy"}}, "cache.type"),
        ({"cache": "off"}, "cache"),
        ({"cache": {"threshold": 2}}, "cache.threshold"),
        ({"cache": {"threshold": 10**400}}, "cache.threshold"),
        ({"cache": {"ignore": ["messages"]}}, "cache.ignore"),
        ({"cache": {"no-cache": "true"}}, "cache.no-cache"),
        ({"headers": {"x_cache_mode": "fuzzy"}}, "X-Cache-Mode"),
        ({"headers": {"x_cache_ttl": "soon"}}, "X-Cache-TTL"),
    ],
)
async def test_a_malformed_control_is_a_400_that_names_it(gw: House, said: dict[str, Any], param: str) -> None:
    """Nothing is forwarded: the caller would think that it was heeded."""
    await (
        Talk(gw)
        >> ask(**said)
        << refused(400, "bad_request", param=param)
        << events(CallArrived, that(CallRefused, why=Refused.BAD_REQUEST), that(ReplyFinished, status=400))
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"not JSON",
        b'{"model":"a","temperature":0,"temperature":1,"cache":{"type":"fuzzy"}}',
        b'{"model":"a","messages":[],"top_p":NaN}',
        b'{"model":"a","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"model":"a","temperature":0,"seed":' + b"9" * 5000 + b"}",
        b'{"model":"a","user":"\\ud800"}',
        b'{"model":"a","user":"\xff"}',
        dump(a_body()).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + dump(a_body()),
        b'{"model":7,"messages":"hello","temperature":0}',
    ],
)
async def test_what_cannot_be_read_is_the_providers_to_judge(gw: House, body: bytes) -> None:
    """Forwarded untouched and not cached, whatever it is; its answer passes through, an error too."""
    told = {"error": {"message": "bad", "type": "invalid_request_error"}}
    for status in (200, 400):
        await (
            Talk(gw)
            >> ask(body, headers={"x_cache_mode": "auto"})
            << upstream(status=status, json=told)
            << reply(status=status, x_cache="BYPASS", cache_status="warmlane; fwd=bypass; detail=unreadable")
            << forwarded(body)
        )


async def test_a_lanes_maximum_bounds_every_wish(clock: ManualClock) -> None:
    """Also the body's."""
    async with House(clock, lane=Lane(max_ttl=60)) as gw:
        await (
            Talk(gw)
            >> ask(cache={"ttl": 3600})
            << upstream("4")
            >> 59
            >> ask()
            << reply("4", x_cache="HIT", cache_status="warmlane; hit; ttl=1")
            >> 1
            >> ask()
            << upstream("5")
        )
