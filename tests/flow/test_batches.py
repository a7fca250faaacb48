"""Several things asked for at once: each is looked up, asked for and kept by itself."""

import asyncio
import base64
import json
import struct
from collections.abc import Sequence
from typing import Any

import pytest

from flow.house import House, a_shard
from flow.talk import Answering, Asking, Check, Heard, Talk, ask, events, refused, reply, that, upstream
from samples import a_call, dump
from warmlane.caches import Deadlines
from warmlane.clock import ManualClock
from warmlane.errors import StageError, Unreachable
from warmlane.events import (
    CallArrived,
    CallRefused,
    EntryRefused,
    EntryStored,
    ForwardFailed,
    LookupDone,
    NoCache,
    Outcome,
    ReplyFinished,
    Stage,
    StageFailed,
)
from warmlane.lanes import Lane
from warmlane.model import Call, Row, Usage
from warmlane_stores.shard import Shard

PATH = "/v1/embeddings"
MODEL = "text-embedding-3-small"


def embed(*inputs: Any, alone: bool = False, headers: dict[str, str] | None = None, **members: Any) -> Asking:
    """A caller asks for the vectors of these."""
    given = inputs[0] if alone else list(inputs)
    body = dump({"model": MODEL, "input": given, **members})
    return ask(body, headers=headers, call={"path": PATH, "dialect": "openai_embeddings"})


def vector(text: str, encoding: str = "float") -> Any:
    """The provider's vector of a text: no two are alike."""
    numbers = [len(text) / 8, *(ord(each) / 256 for each in text[:3])]
    return numbers if encoding == "float" else base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def vectors(*texts: str, model: str = MODEL, encoding: str = "float", **members: Any) -> dict[str, Any]:
    """A provider's answer: ten tokens a text."""
    data = [{"object": "embedding", "index": at, "embedding": vector(text, encoding)} for at, text in enumerate(texts)]
    usage = {"prompt_tokens": 10 * len(texts), "total_tokens": 10 * len(texts)}
    return {"object": "list", "data": data, "model": model, "usage": usage, **members}


def says(*texts: str, **members: Any) -> Answering:
    """The provider answers with the vectors of these."""
    return upstream(json=vectors(*texts, **members), headers={"x-request-id": "req_1"})


def got(*texts: str, tokens: int | None = None, **members: Any) -> Check:
    """The caller got the vectors of these, in order, and nothing else."""

    def check(heard: Heard) -> None:
        said = json.loads(heard.body)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        assert said == vectors(*texts, **members) | ({} if tokens is None else {"usage": usage})
        assert heard.headers.get("content-length", str(len(heard.body))) == str(len(heard.body))

    return check


def sent(*inputs: Any, **members: Any) -> Check:
    """The provider was asked for these, once."""

    def check(heard: Heard) -> None:
        (seen,) = heard.seen
        assert seen.json() == {"model": MODEL, "input": list(inputs), **members}

    return check


async def test_ten_with_eight_known_ask_for_two(gw: House) -> None:
    """The answer has all ten, in their order, and says how many were known."""
    texts = [f"text {number}" for number in range(10)]
    mixed = [texts[9], *texts[:5], texts[8], *texts[5:8]]

    await (
        Talk(gw)
        >> embed(*texts[:8])
        << says(*texts[:8])
        << reply(x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored", x_cache_key=None)
        << got(*texts[:8])
        >> embed(*mixed)
        << says(texts[9], texts[8])
        << sent(texts[9], texts[8])
        << reply(
            x_cache="MISS", cache_status='warmlane; fwd=partial; stored; detail="8/10"', x_cache_key=None,
            x_request_id="req_1",
        )
        << got(*mixed)
        << events(
            CallArrived,
            that(LookupDone, outcome=Outcome.MISS, why=None),
            # What was paid for now; the rest is the cache's.
            that(ReplyFinished, usage=Usage(input_tokens=20), complete=True, status=200, model=MODEL),
            that(EntryStored, near=False),
        )
        >> embed(*reversed(mixed))
        << reply(x_cache="HIT", cache_status="warmlane; hit; ttl=86400", x_cache_key=None, age="0")
        << got(*reversed(mixed))
        << events(
            CallArrived,
            that(LookupDone, outcome=Outcome.EXACT),
            that(ReplyFinished, usage=Usage(input_tokens=100)),
        )
    )  # fmt: skip


@pytest.mark.parametrize("length", ["content-length", "transfer-encoding"])
async def test_what_is_put_together_says_its_own_length(gw: House, length: str) -> None:
    """To the caller and in what is told, however the provider said the length of its part."""
    part = dump(vectors("b"))
    value = str(len(part)) if length == "content-length" else "chunked"
    heard = await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a")
        >> embed("a", "b")
        << upstream(body=part, headers={"content-type": "application/json", length: value})
        << got("a", "b")
    )
    (finished,) = (event for event in heard.events if isinstance(event, ReplyFinished))

    assert heard.headers["content-length"] == str(len(heard.body)) == str(finished.size)
    assert "transfer-encoding" not in heard.headers


async def test_a_call_of_which_nothing_is_known_passes_byte_for_byte(gw: House) -> None:
    """In both directions: nothing is put together where nothing need be."""
    body = b'{ "input" : ["a",  "b"], "model": "m", "user": "u" }'
    answer = json.dumps(vectors("a", "b"), indent=2).encode()
    heard = await (
        Talk(gw)
        >> ask(body, call={"path": PATH, "dialect": "openai_embeddings"})
        << upstream(body=answer, headers={"content-type": "application/json", "content-length": str(len(answer))})
        << reply(x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
    )

    assert (heard.body, heard.seen[0].body) == (answer, body)


async def test_equal_ones_are_asked_for_once(gw: House) -> None:
    """And stand wherever they were asked for; the usage is of what was asked, then as now."""
    await (
        Talk(gw)
        >> embed("a", "b", "a", "a")
        << says("a", "b")
        << sent("a", "b")
        << reply(x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
        << got("a", "b", "a", "a", tokens=20)
        >> embed("a", "b", "a", "a")
        << reply(x_cache="HIT")
        << got("a", "b", "a", "a", tokens=20)
    )


async def test_one_alone_and_one_of_many_share_an_entry(gw: House) -> None:
    """A text, a list of that text, and that text among others."""
    await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a")
        << reply(x_cache="MISS")
        >> embed("a")
        << reply(x_cache="HIT")
        << got("a")
        >> embed("b", "a")
        << says("b")
        << sent("b")
        << got("b", "a")
        >> embed("b", alone=True)
        << reply(x_cache="HIT")
        << got("b")
    )


async def test_tokens_and_texts_do_not_meet(gw: House) -> None:
    """A list of numbers is one input, a list of such lists several; neither is a text that reads so."""
    await (
        Talk(gw)
        >> embed(1, 2)
        << says("a")
        << reply(x_cache="MISS")
        >> embed([3], [1, 2])
        << says("b")
        << sent([3])
        << got("b", "a")
        >> embed("1", "2")
        << says("c", "d")
        << reply(x_cache="MISS")
        << got("c", "d")
    )


@pytest.mark.parametrize(
    "members",
    [{"dimensions": 256}, {"encoding_format": "base64"}, {"model": "text-embedding-3-large"}, {"task": "retrieval"}],
    ids="".join,
)
async def test_what_changes_the_vectors_keeps_them_apart(gw: House, members: dict[str, Any]) -> None:
    """Members that nobody knows too: a new parameter must miss."""
    await (
        Talk(gw)
        >> embed("a", "b")
        << says("a", "b")
        >> embed("a", "b", **members)
        << says("c", "d")
        << reply(x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
        << got("c", "d")
    )


async def test_who_asks_does_not_keep_them_apart(gw: House) -> None:
    """`user` is a name for the provider's books; what is asked for less keeps it."""
    await (
        Talk(gw)
        >> embed("a", "b", user="one")
        << says("a", "b")
        >> embed("a", "c", user="two")
        << says("c")
        << sent("c", user="two")
        << got("a", "c")
    )


async def test_answers_out_of_order_are_put_in_order(gw: House) -> None:
    """The index says whose a vector is, not its place in the list."""
    shuffled = vectors("b", "c")
    shuffled["data"].reverse()
    await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a")
        >> embed("a", "b", "c")
        << upstream(json=shuffled)
        << got("a", "b", "c")
        >> embed("c", "b")
        << reply(x_cache="HIT")
        << got("c", "b")
    )


async def test_no_answer_mixes_two_models(gw: House) -> None:
    """An alias may be moved: a vector of the old model says nothing beside one of the new. All are asked for anew."""
    heard = await (
        Talk(gw)
        >> embed("a", "b")
        << says("a", "b", model="one")
        >> embed("a", "b", "c")
        << says("c", model="two")
        << says("a", "b", "c", model="two")
        << reply(x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
        << got("a", "b", "c", model="two")
    )
    assert [seen.json()["input"] for seen in heard.seen] == [["c"], ["a", "b", "c"]]

    await (Talk(gw) >> embed("a", "b") << reply(x_cache="HIT") << got("a", "b", model="two"))


async def test_of_what_is_known_only_the_newest_models_is_given(gw: House) -> None:
    """The same, found in the cache already."""
    await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a", model="one")
        >> 10
        >> embed("b", alone=True)
        << says("b", model="two")
        >> embed("a", "b")
        << says("a", model="two")
        << sent("a")
        << got("a", "b", model="two")
    )


@pytest.mark.parametrize("texts", [(), ("c",), ("c", "d", "e")], ids=["none", "less", "more"])
async def test_a_wrong_number_of_vectors_is_passed_on_and_not_kept(gw: House, texts: Sequence[str]) -> None:
    """Whose is whose cannot be said."""
    await (
        Talk(gw)
        >> embed("c", "d")
        << says(*texts)
        << got(*texts)
        << events(CallArrived, LookupDone, ReplyFinished, that(EntryRefused, why=NoCache.MALFORMED))
        >> embed("c", "d")
        << says("c", "d")
        << reply(x_cache="MISS")
    )


async def test_a_wrong_number_beside_what_is_known_asks_for_all(gw: House) -> None:
    """The caller would pair vectors with the wrong texts: it gets what it would have got without a cache."""
    heard = await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a")
        >> embed("a", "c", "d", "c")
        << says("c")
        << says("a", "c", "d", "c")
        << reply(x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
        << got("a", "c", "d", "c")
    )
    assert [seen.json()["input"] for seen in heard.seen] == [["c", "d"], ["a", "c", "d", "c"]]

    await (Talk(gw) >> embed("d", "c") << reply(x_cache="HIT") << got("d", "c"))


async def test_a_providers_error_is_passed_on(gw: House) -> None:
    """As it is, whatever was known; the call may come again."""
    error = {"error": {"message": "slow down", "type": "rate_limit_error"}}
    heard = await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a")
        >> embed("a", "b")
        << upstream(json=error, status=429, headers={"retry-after": "7"})
        << reply(status=429, retry_after="7", cache_status='warmlane; fwd=partial; detail="1/2"')
        << events(CallArrived, LookupDone, ReplyFinished, that(EntryRefused, why=NoCache.STATUS))
    )
    assert json.loads(heard.body) == error

    await (
        Talk(gw)
        >> embed("a", "b")
        << upstream(error=Unreachable("no"))
        << reply(status=502)
        << events(CallArrived, LookupDone, ForwardFailed, CallRefused, ReplyFinished)
    )


async def test_an_encoded_answer_beside_what_is_known_asks_for_all(gw: House) -> None:
    """It cannot be read here, but by the caller."""
    heard = await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a")
        >> embed("a", "b")
        << upstream(body=b"\x1f\x8b", headers={"content-encoding": "gzip", "content-type": "application/json"})
        << upstream(body=b"\x1f\x8b\x08", headers={"content-encoding": "gzip", "content-type": "application/json"})
        << reply(content_encoding="gzip", cache_status="warmlane; fwd=uri-miss")
    )
    assert heard.body == b"\x1f\x8b\x08"


async def test_only_if_cached_wants_all_of_it(gw: House) -> None:
    """Less is a 504, all of it a hit."""
    only = {"cache_control": "only-if-cached"}
    await (
        Talk(gw)
        >> embed("a", "b")
        << says("a", "b")
        >> embed("a", "b", headers=only)
        << reply(x_cache="HIT")
        >> embed("a", "c", headers=only)
        << refused(504, "not_cached")
    )


async def test_no_cache_asks_for_all_and_keeps_it(gw: House) -> None:
    """Nothing known is looked at."""
    await (
        Talk(gw)
        >> embed("a", "b")
        << says("x", "y")
        >> embed("a", "b", headers={"cache_control": "no-cache"})
        << says("a", "b")
        << reply(x_cache="REFRESH", cache_status="warmlane; fwd=request; stored")
        << got("a", "b")
        >> embed("a", "b")
        << reply(x_cache="HIT")
        << got("a", "b")
    )


async def test_no_store_keeps_nothing(gw: House) -> None:
    """And gives what is known."""
    await (
        Talk(gw)
        >> embed("a", alone=True)
        << says("a")
        >> embed("a", "b", headers={"cache_control": "no-store"})
        << says("b")
        << sent("b")
        << reply(cache_status='warmlane; fwd=partial; detail="1/2"')
        << got("a", "b")
        >> embed("a", "b")
        << says("b")
        << sent("b")
    )


async def test_time_and_namespace_hold_for_each(gw: House) -> None:
    """One that has expired is asked for, one in another namespace is another; the oldest says how old an answer is."""
    await (
        Talk(gw)
        >> embed("a", alone=True, cache={"ttl": 60})
        << says("a")
        >> 40
        >> embed("b", alone=True)
        << says("b")
        >> embed("a", "b")
        << reply(x_cache="HIT", cache_status="warmlane; hit; ttl=20", age="40")
        >> embed("a", "b", headers={"cache_control": "max-age=10"})
        << says("a")
        << sent("a")
        >> embed("a", "b", headers={"x_cache_namespace": "other"})
        << says("a", "b")
        << reply(x_cache="MISS")
        >> 100_000
        >> embed("a", "b")
        << says("a", "b")
        << reply(x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
    )


async def test_a_rejected_key_ends_the_reuse_of_all(gw: House) -> None:
    """Until a call succeeds."""
    await (
        Talk(gw)
        >> embed("a", "b")
        << says("a", "b")
        >> embed("a", "c")
        << upstream(json={"error": {}}, status=401)
        >> embed("a", "b")
        << says("a", "b")
        << reply(x_cache="REFRESH", cache_status="warmlane; fwd=stale; stored")
        >> embed("a", "b")
        << reply(x_cache="HIT")
    )


async def test_what_recent_memory_lost_the_store_has(gw: House) -> None:
    """Each row is sealed by itself, and comes back."""
    texts = [f"text {number}" for number in range(150)]
    await (Talk(gw) >> embed(*texts) << says(*texts))
    gw.recent.clear()

    await (Talk(gw) >> embed(*texts) << reply(x_cache="HIT") << got(*texts))


class Halting:
    """A cache that fails for the rows in `lost`, has none of those in `hangs`, and else is the one behind it."""

    def __init__(self, behind: Shard) -> None:
        """Lose nothing yet."""
        self._behind = behind
        self.lost: set[bytes] = set()
        self.hangs: set[bytes] = set()
        self.full = False

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The row, unless it is lost."""
        if key in self.hangs:
            await asyncio.Event().wait()
        if key in self.lost:
            msg = "the disk is in trouble"
            raise StageError(msg)
        return await self._behind.get(tenant, key)

    async def put(self, row: Row, /) -> None:
        """Keep it, while there is room."""
        if self.full:
            msg = "the disk is full"
            raise StageError(msg)
        await self._behind.put(row)

    def __getattr__(self, name: str) -> Any:
        """All else is the same."""
        return getattr(self._behind, name)


async def test_a_store_in_trouble_costs_only_what_it_lost(clock: ManualClock) -> None:
    """What it can say it says, and the rest is asked for."""
    cache: Any = Halting(a_shard(clock))
    async with House(clock, durable=cache) as house:
        await (Talk(house) >> embed("a", "b") << says("a", "b"))
        house.recent.clear()
        trip = house.gateway.begin(_call_for(house, "a"))
        cache.lost.add(trip.key)
        await (
            Talk(house)
            >> embed("a", "b")
            << says("a")
            << sent("a")
            << reply(cache_status="warmlane; fwd=partial; stored; detail=lookup_failed")
            << got("a", "b")
            << events(
                CallArrived,
                that(StageFailed, stage=Stage.LOOKUP, error="StageError"),
                that(LookupDone, why=NoCache.STAGE_FAILED),
                ReplyFinished,
                EntryStored,
            )
        )


async def test_a_store_that_is_late_costs_only_what_it_did_not_say(clock: ManualClock) -> None:
    """The call goes on with what came in time."""
    cache: Any = Halting(a_shard(clock))
    async with House(clock, durable=cache, deadlines=Deadlines(store=0.2, keep=60)) as house:
        await (Talk(house) >> embed("a", "b", "c") << says("a", "b", "c"))
        house.recent.clear()
        cache.hangs.add(house.gateway.begin(_call_for(house, "b")).key)
        await (
            Talk(house)
            >> embed("a", "b", "c")
            << says("b")
            << sent("b")
            << reply(cache_status="warmlane; fwd=partial; stored; detail=lookup_failed")
            << got("a", "b", "c")
        )


async def test_a_store_that_takes_nothing_fails_nobody(clock: ManualClock) -> None:
    """It is told."""
    cache: Any = Halting(a_shard(clock))
    cache.full = True
    async with House(clock, durable=cache) as house:
        await (
            Talk(house)
            >> embed("a", "b")
            << says("a", "b")
            << got("a", "b")
            << events(
                CallArrived,
                LookupDone,
                ReplyFinished,
                that(StageFailed, stage=Stage.STORE),
                that(EntryRefused, why=NoCache.STAGE_FAILED),
            )
        )


async def test_each_is_measured_by_itself(clock: ManualClock) -> None:
    """The limit is for an entry: a batch of many is kept, one vector that is too long is not."""
    texts = [f"text {number}" for number in range(20)]
    async with House(clock, lane=Lane(max_entry_bytes=400)) as house:
        await (
            Talk(house)
            >> embed(*texts)
            << says(*texts)
            << reply(cache_status="warmlane; fwd=uri-miss; stored")
            >> embed(*texts)
            << reply(x_cache="HIT")
            << got(*texts)
        )
    async with House(clock, lane=Lane(max_entry_bytes=40)) as house:
        await (
            Talk(house)
            >> embed("a", "b")
            << says("a", "b")
            << events(CallArrived, LookupDone, ReplyFinished, that(EntryRefused, why=NoCache.SIZE))
        )


async def test_a_caller_who_leaves_keeps_nothing(gw: House) -> None:
    """Half a list of vectors is no answer."""
    whole = dump(vectors("a", "b"))
    await (
        Talk(gw)
        >> Asking(embed("a", "b").body, embed("a").secret, {}, embed("a").fields, leaves_after=1)
        << upstream(body=[whole[:40], whole[40:]], headers={"content-type": "application/json"})
        << events(CallArrived, LookupDone, ReplyFinished, that(EntryRefused, why=NoCache.CLIENT_LEFT))
    )


async def test_base64_stays_base64(gw: House) -> None:
    """The form is in the key, and no vector is read."""
    await (
        Talk(gw)
        >> embed("a", "b", encoding_format="base64")
        << says("a", "b", encoding="base64")
        >> embed("b", "c", encoding_format="base64")
        << says("c", encoding="base64")
        << sent("c", encoding_format="base64")
        << got("b", "c", encoding="base64")
    )


def _call_for(house: House, text: str) -> Call:
    """The call for one text, whose key is that text's."""
    return a_call({"model": MODEL, "input": text}, path=PATH, dialect="openai_embeddings", id=house.next_id())
