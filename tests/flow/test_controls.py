"""What a caller says about caching is done, and never reaches the provider."""

import json
from typing import Any

import pytest

from flow.house import House
from flow.talk import Talk, ask, events, forwarded, refused, reply, that, upstream
from samples import PEPPER, a_body, dump
from warmlane.clock import ManualClock
from warmlane.events import CallArrived, CallRefused, EntryRefused, LookupDone, NoCache, Outcome, Refused, ReplyFinished
from warmlane.headers import ALIASES
from warmlane.lanes import Lane
from warmlane.model import Scope
from warmlane.seal import label

SIMPLE = {"x_portkey_config": '{"cache":{"mode":"simple"}}'}
SEMANTIC = {"x_portkey_config": '{"cache":{"mode":"semantic"}}'}
AN_HOUR = {"x_portkey_config": '{"cache":{"mode":"simple","max_age":3600}}'}
HELICONE = {"helicone_cache_enabled": "true"}

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
    ("said", "means"),
    [
        ({"cache": {"type": "auto"}}, True),
        ({"cache": {"type": "semantic"}}, True),
        ({"cache": {"type": "exact_match"}}, False),
        ({"orq": {"cache": {"type": "exact_match"}}}, False),
        ({"cache": {"ttl": 60}}, True),
        ({"headers": {"x_cache_mode": "auto"}}, True),
        ({"headers": {"x_cache_mode": "semantic"}}, True),
        ({"headers": {"x_cache_mode": "exact_match"}}, False),
        ({"headers": {"x_cache_ttl": "60"}}, True),
        ({"headers": SIMPLE}, False),
        ({"headers": SEMANTIC}, True),
        ({"headers": {"x_bf_cache_type": "direct"}}, False),
        ({"headers": {"x_bf_cache_type": "semantic"}}, True),
        ({"headers": {"x_bf_cache_ttl": "1m"}}, True),
        ({"headers": HELICONE}, False),
        ({"headers": {"cf_aig_cache_ttl": "60"}}, True),
        ({"headers": {"x_bf_cache_key": "session-1"}}, True),
        ({"headers": {"cf_aig_cache_key": "faq"}}, True),
    ],
)
async def test_a_mode_or_a_lifetime_asks_for_caching(gw: House, said: dict[str, Any], *, means: bool) -> None:
    """Without a temperature nothing is cached but for this; `means`: what means the same will do."""
    await (
        Talk(gw)
        >> ask(LONG, temperature=None)
        << upstream("not kept")
        << reply(x_cache="BYPASS", cache_status="warmlane; fwd=bypass; detail=temperature")
        >> ask(LONG, temperature=None, **said)
        << upstream("kept")
        << reply("kept", x_cache="MISS")
        >> ask(LONG, temperature=None, **said)
        << reply("kept", x_cache="HIT")
    )
    close = ask(CLOSE, temperature=None, **said)
    if means:
        await (Talk(gw) >> close << reply("kept", x_cache="SEMANTIC_HIT"))
    else:
        await (Talk(gw) >> close << upstream("other") << reply("other", x_cache="MISS"))


@pytest.mark.parametrize(
    "headers", [{"x_cache_mode": "fuzzy"}, {"x_bf_cache_type": "fuzzy"}, {"cf_aig_cache_ttl": "soon"}]
)
async def test_only_our_own_words_are_refused(gw: House, headers: dict[str, str]) -> None:
    """A value of another gateway's that cannot be read is ignored, as it is there."""
    if "x_cache_mode" in headers:
        await (Talk(gw) >> ask(headers=headers) << refused(400, "bad_request", param="X-Cache-Mode"))
    else:
        await (Talk(gw) >> ask(headers=headers) << upstream("4") << reply("4", x_cache="MISS"))


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
        ({"orq": {"cache": {"type": "exact_match"}}}, 1800),
        ({"orq": {"cache": {"type": "exact_match", "ttl": 60}}, "cache": {"ttl": 5}}, 5),
        ({"headers": {"cf_aig_cache_ttl": "3600"}}, 3600),
        ({"headers": {"cf_aig_cache_ttl": "3600", "x_cache_ttl": "60"}}, 60),
        ({"headers": {"x_bf_cache_ttl": "1h30m"}}, 5400),
        ({"headers": AN_HOUR}, 3600),
        ({"headers": {**HELICONE, "cache_control": "max-age=3600"}}, 3600),
        ({"headers": {"cache_control": "max-age=3600"}}, 86_400),
        ({"headers": HELICONE}, 86_400),
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


@pytest.mark.parametrize(
    "said",
    [
        {"cache": {"no-cache": True}},
        {"orq": {"cache": {"no-cache": True}}},
        {"headers": {"cache_control": "no-cache"}},
        {"headers": {"x_portkey_cache_force_refresh": "true"}},
    ],
)
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


@pytest.mark.parametrize(
    "said",
    [
        {"cache": {"no-store": True}},
        {"orq": {"cache": {"no-store": True}}},
        {"headers": {"cache_control": "no-store"}},
        {"headers": {"x_bf_cache_no_store": "true"}},
        {"headers": {"cf_aig_cache_ttl": "0"}},
    ],
)
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
        {"orq": {"cache": {"type": "off"}}},
        {"headers": {"cf_aig_skip_cache": "true"}},
        {"headers": {"helicone_cache_enabled": "false"}},
        {"headers": {"x_portkey_cache_force_refresh": "true", "x_bf_cache_no_store": "true"}},
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


@pytest.mark.parametrize(
    "said",
    [
        {"cache": {"max_age": 60}},
        {"cache": {"s-maxage": 60}},
        {"orq": {"cache": {"max_age": 60}}},
        {"headers": {"cache_control": "max-age=60"}},
        {"headers": {**HELICONE, "cache_control": "max-age=60"}},
    ],
)
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


async def test_max_stale_takes_what_has_expired_while_it_is_there(gw: House) -> None:
    """RFC 9111 §5.2.1.2: so many seconds over, or any. A store keeps rows up to five minutes longer, and no more."""
    await (
        Talk(gw)
        >> ask(cache={"ttl": 100})
        << upstream("old")
        >> 130
        >> ask(headers={"cache_control": "max-stale=30"})
        << reply("old", x_cache="STALE", cache_status="warmlane; hit; ttl=-30", age="130")
        >> ask(headers={"cache_control": "max-stale"})
        << reply("old", x_cache="STALE")
        >> ask(headers={"cache_control": "max-stale=29"})
        << upstream("new")
        << reply("new", x_cache="MISS")
        >> ask(cache={"ttl": 100, "no-cache": True})
        << upstream("newer")
        >> 300
        >> ask(headers={"cache_control": "max-stale"})
        << upstream("newest")
        << reply("newest", x_cache="MISS")
    )


@pytest.mark.parametrize(
    "said",
    [
        {"cache": {"threshold": 0.999}},
        {"orq": {"cache": {"threshold": 0.999}}},
        {"headers": {"x_cache_threshold": "0.999"}},
        {"headers": {"x_bf_cache_threshold": "0.999"}},
    ],
)
async def test_a_threshold_asks_for_more_likeness(gw: House, said: dict[str, Any]) -> None:
    """And never for less than the lane does."""
    less = {name: _lowered(value) for name, value in said.items()}
    await (
        Talk(gw)
        >> ask(LONG)
        << upstream("near")
        >> ask(CLOSE)
        << reply("near", x_cache="SEMANTIC_HIT")
        >> ask(CLOSE, **said)
        << upstream("own")
        << reply("own", x_cache="MISS")
        >> ask("What on earth is that?", **less)
        << upstream("else")
        << reply("else", x_cache="MISS")
    )


def _lowered(said: Any) -> Any:
    """The same with a threshold that everything is above."""
    if isinstance(said, dict):
        return {name: _lowered(value) for name, value in said.items()}
    return "0" if isinstance(said, str) else 0


NAMESPACES = pytest.mark.parametrize(
    "name", ["helicone_cache_seed", "x_portkey_cache_namespace", "x_bf_cache_key", "cf_aig_cache_key"]
)


@NAMESPACES
async def test_what_others_call_a_namespace_is_one(gw: House, name: str) -> None:
    """The same one under every name, and apart from all others."""
    await (
        Talk(gw)
        >> ask()
        << upstream("plain")
        >> ask(headers={name: "blau"})
        << upstream("blau")
        << reply("blau", x_cache="MISS")
        >> ask(headers={name: "rot"})
        << upstream("rot")
        >> ask(cache={"namespace": "blau"})
        << reply("blau", x_cache="HIT")
        >> ask("Another question?", headers={name: "blau"})
        << upstream("another")
        << reply("another", x_cache="MISS")
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
        >> ask(seed=2, headers={"helicone_cache_ignore_keys": "seed,messages"})
        << reply("one", x_cache="HIT")
        >> ask("Another question?", headers={"helicone_cache_ignore_keys": "seed,messages"})
        << upstream("another")
        << reply("another", x_cache="MISS")
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
        ({"cache": {"s-maxage": "600"}}, "cache.s-maxage"),
        ({"orq": {"cache": {"ttl": 0}}}, "orq.cache.ttl"),
        ({"orq": "off"}, "orq"),
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


@pytest.mark.parametrize(
    ("headers", "name", "words"),
    [
        ({"cf_aig_cache_ttl": "60"}, "cf_aig_cache_status", ("MISS", "HIT", "HIT")),
        (HELICONE, "helicone_cache", ("MISS", "HIT", None)),
        (SIMPLE, "x_portkey_cache_status", ("MISS", "HIT", None)),
        (SEMANTIC, "x_portkey_cache_status", ("SEMANTIC MISS", "HIT", "SEMANTIC HIT")),
        ({"x_portkey_provider": "openai"}, "x_portkey_cache_status", ("MISS", "HIT", "SEMANTIC HIT")),
    ],
)
async def test_callers_of_others_are_told_in_their_words(
    gw: House, headers: dict[str, str], name: str, words: tuple[str, str, str | None]
) -> None:
    """On a miss, on a hit from the store or from memory, on one by meaning; who used none of theirs hears none."""
    miss, hit, near = words
    await (
        Talk(gw)
        >> ask(LONG, headers=headers)
        << upstream("4")
        << reply("4", **{name: miss})
        >> ask(LONG, headers=headers)
        << reply("4", **{name: hit})
        >> ask(LONG)
        << reply("4", **{name: None})
    )
    if near is not None:
        await (Talk(gw) >> ask(CLOSE, headers=headers) << reply("4", **{name: near}))


async def test_portkey_s_words_for_a_refresh_and_for_none(gw: House) -> None:
    """REFRESH and DISABLED."""
    refresh = {**SIMPLE, "x_portkey_cache_force_refresh": "true"}
    await (
        Talk(gw)
        >> ask(headers=refresh)
        << upstream("4")
        << reply(x_cache="REFRESH", x_portkey_cache_status="REFRESH")
        >> ask(temperature=1, headers={"x_portkey_cache_namespace": "n"})
        << upstream("5")
        << reply(x_cache="BYPASS", x_portkey_cache_status="DISABLED")
    )


async def test_headers_of_others_that_are_understood_end_here(gw: House) -> None:
    """And those that are not go on: they may be for somebody behind the provider's address."""
    understood = {name.decode().replace("-", "_"): "1" for name in ALIASES}
    others = {"cf_aig_metadata": "{}", "helicone_auth": "Bearer h", "x_portkey_trace_id": "t", "x_bf_vk": "v"}
    await (
        Talk(gw)
        >> ask(headers={**understood, **others})
        << upstream("4")
        << forwarded(dump(a_body("What is 2+2?")), **dict.fromkeys(understood), **others)
    )
