"""What calls used: told and kept, whoever counted; shown to callers only as they asked for it."""

import asyncio
import json
from typing import Any

import pytest

from flow.house import Ear, House
from samples import a_body, a_call, an_answer, dump
from warmlane.clock import ManualClock
from warmlane.errors import Unreachable
from warmlane.events import ReplyFinished
from warmlane.lanes import Lane
from warmlane.model import Usage

USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
USED = Usage(input_tokens=9, output_tokens=2, cache_read_tokens=4)
STREAM = a_body(stream=True)
COUNTED = a_body(stream=True, stream_options={"include_usage": True})


def chunks(*, usage: bool) -> list[Any]:
    """A stream as OpenAI sends it to who asks for usage, or not."""
    shared: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 7, "model": "gpt-4o-1"}
    null: dict[str, Any] = {"usage": None} if usage else {}
    deltas = [{"role": "assistant", "content": ""}, {"content": "It is"}, {"content": " 4"}, {}]
    said = [
        {**shared, "choices": [{"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}], **null}
        for delta in deltas
    ]
    return [*said, *([{**shared, "choices": [], "usage": USAGE}] if usage else []), "[DONE]"]


def wire(items: list[Any]) -> bytes:
    """As it goes over the wire."""
    texts = [item if isinstance(item, str) else json.dumps(item, separators=(",", ":")) for item in items]
    return "".join(f"data: {text}\n\n" for text in texts).encode()


async def ask(house: House, body: dict[str, Any], **call: Any) -> Ear:
    """One call, to its very end."""
    ear = Ear()
    await house.gateway.handle(house.gateway.begin(a_call(body, id=house.next_id(), **call)), ear)
    await house.settle()
    return ear


def said_of(ear: Ear) -> str:
    """What the cache says that it did."""
    assert ear.head is not None
    return dict(ear.head.headers)[b"x-cache"].decode()


def finished(house: House) -> Usage | None:
    """What the last call used."""
    (event,) = [event for event in house.heard() if isinstance(event, ReplyFinished)]
    return event.usage


async def test_a_stream_without_usage_is_counted(clock: ManualClock) -> None:
    """By the miss that made it, and the hit says the same."""
    async with House(clock) as house:
        house.provider.answer(sse=chunks(usage=False))
        await ask(house, STREAM)
        missed = finished(house)
        hit = await ask(house, STREAM)

        assert missed == Usage(input_tokens=3 + 3 + 1 + 3, output_tokens=3)
        assert said_of(hit) == "HIT"
        assert finished(house) == missed


async def test_a_call_that_is_not_cached_is_counted_too(clock: ManualClock) -> None:
    """It is paid for as well; so is an answer that is not kept."""
    async with House(clock) as house:
        house.provider.answer(sse=chunks(usage=False))
        await ask(house, {**STREAM, "temperature": 1})
        assert finished(house) == Usage(input_tokens=10, output_tokens=3)

        cut = [*chunks(usage=False)[:-2], {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}, "[DONE]"]
        house.provider.answer(sse=cut)
        await ask(house, STREAM)
        assert finished(house) == Usage(input_tokens=10, output_tokens=3)


async def test_nothing_is_counted_unless_the_lane_wants_it(clock: ManualClock) -> None:
    """Unknown is unknown then."""
    async with House(clock, lane=Lane(count_usage=False)) as house:
        house.provider.answer(sse=chunks(usage=False))
        await ask(house, STREAM)

        assert finished(house) is None


async def test_what_the_provider_counted_stands(clock: ManualClock) -> None:
    """With what its own cache gave."""
    async with House(clock) as house:
        house.provider.answer(json=an_answer(usage=USAGE))
        await ask(house, a_body())

        assert finished(house) == USED


@pytest.mark.parametrize("other", [COUNTED, a_body()])
async def test_our_count_is_never_shown_as_the_providers(clock: ManualClock, other: dict[str, Any]) -> None:
    """Who wants usage asks the provider once more, and then the entry has it for everybody."""
    async with House(clock) as house:
        house.provider.answer(sse=chunks(usage=False))
        await ask(house, STREAM)
        if "stream" in other:
            house.provider.answer(sse=chunks(usage=True))
        else:
            house.provider.answer(json=an_answer(usage=USAGE))
        first = await ask(house, other)
        bodies = [await ask(house, body) for body in (other, STREAM, COUNTED, a_body())]

        assert said_of(first) == "MISS"
        assert [said_of(ear) for ear in bodies] == ["HIT"] * 4
        assert [b"prompt_tokens" in ear.body for ear in bodies] == [True, False, True, True]


async def test_a_provider_is_asked_for_usage_and_the_caller_does_not_see_it(clock: ManualClock) -> None:
    """What comes is, byte for byte, what would have come without; the entry has it, for who asks."""
    async with House(clock, lane=Lane(ask_usage=True)) as house:
        sent = dump(STREAM)
        house.provider.answer(sse=chunks(usage=True))
        miss = await ask(house, STREAM)
        used = finished(house)
        (seen,) = house.provider.requests
        hits = [await ask(house, body) for body in (STREAM, COUNTED, a_body())]

        assert seen.body == sent[:-1] + b',"stream_options":{"include_usage":true}}'
        assert miss.body == wire(chunks(usage=False))
        assert used == USED
        assert [said_of(hit) for hit in hits] == ["HIT"] * 3
        assert hits[0].body == miss.body
        assert hits[1].body == wire(chunks(usage=True))
        assert json.loads(hits[2].body)["usage"] == USAGE


async def test_each_piece_goes_on_as_soon_as_it_is_there(clock: ManualClock) -> None:
    """However the provider cuts its stream; nothing empty is sent, which would end a body in chunks."""
    body = wire(chunks(usage=True))
    async with House(clock, lane=Lane(ask_usage=True)) as house:
        headers = {"content-type": "text/event-stream", "content-length": str(len(body))}
        house.provider.answer(body=[body[at : at + 7] for at in range(0, len(body), 7)], headers=headers)
        ear = await ask(house, STREAM)

        assert ear.body == wire(chunks(usage=False))
        assert len(ear.pieces) == 5
        assert all(ear.pieces)
        assert ear.head is not None
        assert b"content-length" not in dict(ear.head.headers)


async def test_a_stream_that_ends_without_a_blank_line_loses_nothing(clock: ManualClock) -> None:
    """What is held back until it is whole goes out with the end."""
    body = wire(chunks(usage=True)).removesuffix(b"\n")
    async with House(clock, lane=Lane(ask_usage=True)) as house:
        house.provider.answer(body=body, headers={"content-type": "text/event-stream"})

        assert (await ask(house, STREAM)).body == wire(chunks(usage=False)).removesuffix(b"\n")


async def test_who_asks_for_usage_sees_what_comes(clock: ManualClock) -> None:
    """As it came, under any lane."""
    async with House(clock, lane=Lane(ask_usage=True)) as house:
        house.provider.answer(sse=chunks(usage=True))
        ear = await ask(house, COUNTED)

        assert house.provider.requests[0].body == dump(COUNTED)
        assert ear.body == wire(chunks(usage=True))


@pytest.mark.parametrize(
    "told",
    [
        {"json": {"error": {"message": "unknown: stream_options", "usage": None}}, "status": 400},
        {"json": an_answer()},
        {"body": [b"one", b" two"], "headers": {"content-type": "text/plain"}},
        {
            "body": wire(chunks(usage=True)),  # as far as we may know, this is compressed
            "headers": {"content-type": "text/event-stream", "content-encoding": "gzip"},
        },
    ],
)
async def test_what_is_no_readable_stream_goes_on_untouched(clock: ManualClock, told: Any) -> None:
    """An error, a whole answer, an encoding that we do not read."""
    async with House(clock) as plain, House(clock, lane=Lane(ask_usage=True)) as asking:
        ears = []
        for house in (plain, asking):
            house.provider.answer(**told)
            ears.append(await ask(house, STREAM))

        assert ears[0].pieces == ears[1].pieces != []


async def test_a_stream_that_breaks_off_stays_broken(clock: ManualClock) -> None:
    """What was held back is not made to look like an end."""
    body = wire(chunks(usage=True))
    async with House(clock, lane=Lane(ask_usage=True)) as house:
        house.provider.answer(
            body=[body[:100], body[100:150], body[150:]], headers={"content-type": "text/event-stream"}, cut_after=2
        )
        ear = Ear()
        with pytest.raises(Unreachable):
            await house.gateway.handle(house.gateway.begin(a_call(STREAM)), ear)
        await house.settle()

        assert ear.body == b""
        assert finished(house) is None


async def test_a_client_that_leaves_at_the_end_marker_has_had_it_all(clock: ManualClock) -> None:
    """As SDKs do; the entry is kept with its usage."""
    async with House(clock, lane=Lane(ask_usage=True)) as house:
        house.provider.answer(sse=chunks(usage=True))
        leaving = house.gateway.handle(house.gateway.begin(a_call(STREAM)), Ear(leaves_after=5))
        await asyncio.gather(house.tasks.spawn(leaving, name="leaving"), return_exceptions=True)
        await house.settle()

        assert finished(house) == USED
        assert said_of(await ask(house, COUNTED)) == "HIT"
