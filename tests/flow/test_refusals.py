"""An answer that is not whole and good is passed on, and never given to anybody again."""

from typing import Any

import pytest

from flow.house import House
from flow.talk import Answering, Talk, ask, events, refused, reply, streamed, that, upstream
from samples import an_answer
from warmlane.adapters.scripted import ScriptedForwarder
from warmlane.clock import ManualClock
from warmlane.errors import Overloaded, Unreachable, UpstreamError, UpstreamTimeout
from warmlane.events import (
    CallArrived,
    CallRefused,
    EntryRefused,
    EntryStored,
    ForwardFailed,
    LookupDone,
    NoCache,
    Outcome,
    Refused,
    ReplyFinished,
)

AGAIN = upstream("good")


def whole(finish: str | None = "stop", **message: Any) -> Answering:
    """A whole answer with that end and message."""
    said = {"role": "assistant", "content": "4", **message}
    return upstream("", members={"choices": [{"index": 0, "message": said, "finish_reason": finish}]})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (whole("length"), NoCache.NOT_FINAL),
        (whole("content_filter"), NoCache.NOT_FINAL),
        (whole("pause_turn"), NoCache.NOT_FINAL),
        (whole(refusal="I cannot do that."), NoCache.NOT_FINAL),
        (whole(content=""), NoCache.EMPTY),
        (whole(content=None), NoCache.EMPTY),
        (whole(None), NoCache.INCOMPLETE),
        (upstream(json={"error": {"message": "overloaded"}}), NoCache.MALFORMED),
        (upstream(json={**an_answer(), "error": {"message": "late"}}), NoCache.MALFORMED),
        (upstream(body=b'{"choices": [', headers={"content-type": "application/json"}), NoCache.MALFORMED),
        (upstream(body=b"<html>", headers={"content-type": "text/html"}), NoCache.MALFORMED),
        (upstream(json={**an_answer(), "choices": []}), NoCache.EMPTY),
        (upstream(status=201, json=an_answer()), NoCache.STATUS),
        (upstream(status=429, json={"error": {}}, headers={"retry-after": "7"}), NoCache.STATUS),
        (upstream(status=500, json={"error": {}}), NoCache.STATUS),
        (upstream(body=b"\x1f\x8b", headers={"content-encoding": "gzip"}), NoCache.ENCODED),
    ],
)
async def test_a_whole_answer_that_is_not_good_is_not_kept(gw: House, answer: Answering, why: NoCache) -> None:
    """It passes unchanged, and the next identical call goes to the provider."""
    first = await (
        Talk(gw)
        >> ask()
        << answer
        << events(CallArrived, LookupDone, that(ReplyFinished, complete=True), that(EntryRefused, why=why))
        >> ask()
        << AGAIN
        << reply("good", x_cache="MISS")
        >> ask()
        << reply("good", x_cache="HIT")
    )
    assert first.status == 200


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
async def test_a_providers_error_passes_unchanged(gw: House, status: int) -> None:
    """Status, body, and when to come back."""
    told = {"error": {"message": "theirs", "type": "x", "code": None}}
    heard = await (
        Talk(gw)
        >> ask()
        << upstream(status=status, json=told, headers={"retry-after": "7", "x-should-retry": "true"})
        << reply(status=status, retry_after="7", x_should_retry="true", cache_status="warmlane; fwd=uri-miss")
    )
    assert heard.body == b'{"error":{"message":"theirs","type":"x","code":null}}'


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (streamed("4", finish="length"), NoCache.NOT_FINAL),
        (streamed("4", finish=None), NoCache.INCOMPLETE),
        (streamed("4", done=False), NoCache.INCOMPLETE),
        (streamed(), NoCache.EMPTY),
        (upstream(sse=[{"error": {"message": "overloaded"}}, "[DONE]"]), NoCache.MALFORMED),
        (upstream(sse=["not JSON", "[DONE]"]), NoCache.MALFORMED),
        (upstream(sse=["[DONE]"]), NoCache.EMPTY),
    ],
)
async def test_a_stream_that_does_not_end_well_is_not_kept(gw: House, answer: Answering, why: NoCache) -> None:
    """Though it came to an end, and every byte was passed on."""
    await (
        Talk(gw)
        >> ask(stream=True)
        << answer
        << events(CallArrived, LookupDone, that(ReplyFinished, complete=True), that(EntryRefused, why=why))
        >> ask(stream=True)
        << streamed("good")
        << reply("good", x_cache="MISS")
        >> ask(stream=True)
        << reply("good", x_cache="HIT")
    )


@pytest.mark.parametrize("cut_after", range(1, 5))
async def test_a_cut_stream_is_a_cut_for_the_caller_too(gw: House, cut_after: int) -> None:
    """Wherever it breaks off: no fake end, nothing kept, and the next call goes to the provider."""
    await (
        Talk(gw)
        >> ask(stream=True)
        << streamed("a", "b", cut_after=cut_after)
        << reply("ab"[: cut_after - 1], broken=True)
        << events(
            CallArrived,
            LookupDone,
            that(ForwardFailed, why=Refused.UNREACHABLE),
            that(ReplyFinished, status=200, complete=False, usage=None),
            that(EntryRefused, why=NoCache.INCOMPLETE),
        )
        >> ask(stream=True)
        << streamed("good")
        << reply("good", x_cache="MISS")
    )


async def test_a_stream_that_breaks_before_its_first_chunk_is_a_cut_too(gw: House) -> None:
    """The head has left: there is no taking it back."""
    await (Talk(gw) >> ask(stream=True) << streamed("a", cut_after=0) << reply("", broken=True))


async def test_a_whole_answer_that_breaks_off_is_a_502(gw: House) -> None:
    """It is read before its head leaves, so the caller can still be told."""
    answer = upstream("4")
    answer.told["cut_after"] = 1
    await (
        Talk(gw)
        >> ask()
        << answer
        << refused(502, "upstream_unreachable", retry=True)
        << events(
            CallArrived,
            LookupDone,
            that(ForwardFailed, why=Refused.UNREACHABLE),
            that(CallRefused, status=502),
            that(ReplyFinished, status=502, complete=False),
        )
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Unreachable("the provider could not be reached: nothing was sent"), 502, "upstream_unreachable"),
        (Overloaded("busy", retry_after=2), 503, "gateway_overloaded"),
        (UpstreamTimeout("the provider did not answer in time"), 504, "upstream_timeout"),
    ],
)
async def test_an_unreachable_provider_is_an_error_in_openais_shape(
    gw: House, error: UpstreamError, status: int, code: str
) -> None:
    """One that is worth repeating; nothing is kept, and the next call tries again."""
    await (
        Talk(gw)
        >> ask()
        << upstream(error=error)
        << refused(status, code, retry=True)
        << events(
            CallArrived,
            that(LookupDone, outcome=Outcome.MISS),
            that(ForwardFailed, provider="openai", why=error.why),
            that(CallRefused, why=error.why, status=status),
            that(ReplyFinished, status=status, complete=False, first_byte=None),
        )
        >> ask()
        << upstream("4")
        << reply("4", x_cache="MISS")
    )


class Speechless(ScriptedForwarder):
    """A provider whose answer ends before it has begun."""

    async def forward(self, call: Any, /) -> Any:
        """Nothing."""
        for nothing in ():
            yield nothing


async def test_no_answer_at_all_is_a_502(clock: ManualClock) -> None:
    """Whatever a forwarder does."""
    async with House(clock, provider=Speechless()) as gw:
        await (Talk(gw) >> ask() << refused(502, "upstream_unreachable", retry=True))


@pytest.mark.parametrize("leaves_after", [0, 1, 2])
async def test_a_caller_who_leaves_ends_the_call_upstream(gw: House, leaves_after: int) -> None:
    """Nobody reads on for nobody: the provider's stream is closed, nothing is kept, and it is told."""
    heard = await (
        Talk(gw)
        >> ask(stream=True, leaves_after=leaves_after)
        << streamed("a", "b", "c")
        << events(
            CallArrived,
            LookupDone,
            that(ReplyFinished, status=200, complete=False, usage=None),
            that(EntryRefused, why=NoCache.CLIENT_LEFT),
        )
    )
    (seen,) = heard.seen
    assert seen.left.is_set()
    assert not seen.done.is_set()
    await (Talk(gw) >> ask(stream=True) << streamed("good") << reply("good", x_cache="MISS"))


async def test_a_caller_who_leaves_a_hit_is_told_of_too(gw: House) -> None:
    """The answer was not taken whole."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(leaves_after=0)
        << events(CallArrived, LookupDone, that(ReplyFinished, outcome=Outcome.EXACT, complete=False))
    )


async def test_what_is_passed_through_is_passed_through(gw: House) -> None:
    """An endpoint without a dialect: any status, any bytes, as they come; its size is counted."""
    call = {"dialect": None, "path": "/v1/audio/speech"}
    await (
        Talk(gw)
        >> ask(b"\x00\x01", call=call)
        << upstream(status=202, body=[b"\xff", b"\xfe" * 3], headers={"content-type": "audio/mpeg"})
        << reply(
            status=202,
            content_type="audio/mpeg",
            x_cache="BYPASS",
            cache_status="warmlane; fwd=bypass; detail=endpoint",
        )
        << events(CallArrived, LookupDone, that(ReplyFinished, complete=True, size=4, model=""))
        >> ask(b"\x00\x01", call=call, leaves_after=1)
        << upstream(body=[b"\xff", b"\xfe" * 3])
        << events(CallArrived, LookupDone, that(ReplyFinished, complete=False, size=1))
        >> ask(b"", call=call)
        << upstream(body=[b"\xff", b"\xfe"], cut_after=1)
        << reply(broken=True)
        << events(CallArrived, LookupDone, ForwardFailed, that(ReplyFinished, complete=False))
    )


async def test_a_good_stream_is_kept(gw: House) -> None:
    """The control of the cases above."""
    await (
        Talk(gw)
        >> ask(stream=True)
        << streamed("a", "b")
        << events(CallArrived, LookupDone, that(ReplyFinished, complete=True), EntryStored)
    )
