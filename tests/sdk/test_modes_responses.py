"""One response, whole and streamed: said in either mode as in the other, and in the same mode not a byte differs."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai as sdk
import pytest
import pytest_asyncio
from pydantic import BaseModel

from sdk.house import Listening
from sdk.responding import Responded, accumulate, respond, to_respond
from sdk.said_responses import USAGE, events, frames, message, response, speak, text
from sdk.ways import Async, Sync
from warmlane.clock import ManualClock


def call(number: int, arguments: str) -> dict[str, Any]:
    """A call of a function."""
    return {
        "id": f"fc_{number}", "type": "function_call", "status": "completed", "arguments": arguments,
        "call_id": f"call_{number}", "name": "weather",
    }  # fmt: skip


LOGPROBS = [
    {"token": "Hi", "bytes": [72, 105], "logprob": -1.5e-05, "top_logprobs": [{"token": "Hi", "logprob": -0.1}]},
    {"token": " there.", "bytes": None, "logprob": -0.25, "top_logprobs": []},
]
CITED = {"type": "url_citation", "url": "https://example.com", "title": "T", "start_index": 4, "end_index": 7}
THOUGHTS = [
    {"type": "summary_text", "text": "**Greeting**\n\nThey greet."},
    {"type": "summary_text", "text": "So do I."},
]
THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": THOUGHTS, "encrypted_content": "gAAAAABn"}
OPEN_THOUGHT = {
    "id": "rs_2",
    "type": "reasoning",
    "summary": [],
    "content": [{"type": "reasoning_text", "text": "Hm, hm."}],
}
CUSTOM = {"id": "ctc_1", "type": "custom_tool_call", "call_id": "call_9", "name": "code", "input": "print('東京')\n"}

ANSWERS: dict[str, dict[str, Any]] = {
    "text": response(message(text("Grüße aus 東京 🗼\n\n- one\n- two\t\u2028 "))),
    "two-parts": response(message(text("One."), text("Two."))),
    "tool-calls": response(call(1, '{"city":"Paris"}'), call(2, '{"city":"Bogotá"}')),
    "text-and-tool-call": response(message(text("I look.")), call(1, "{}")),
    "custom-tool-call": response(CUSTOM),
    "logprobs": response(message(text(logprobs=LOGPROBS))),
    "reasoning": response(THOUGHT, message()),
    "open-reasoning": response(OPEN_THOUGHT, message()),
    "reasoning-and-calls": response(THOUGHT, call(1, "{}"), call(2, "{}")),
    "annotations": response(message(text("See [1].", annotations=[CITED]))),
    "phase": response(message(phase="final_answer")),
    "unknown": {
        **response(message(text("Hi.", mood={"calm": 0.5}), tone=1)),
        "provider": "P",
        "x_list": [1, {"a": None}],
    },
}

EACH = pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway whose provider speaks as `/v1/responses` does."""
    async with Listening(tmp_path_factory.mktemp("house"), ManualClock(), embedding={"enabled": False}) as listening:
        listening.up.respond(lambda seen: speak(seen, f"Answer {listening.up.requests.index(seen) + 1}."))
        yield listening

        assert await listening.failures() == {}


@EACH
async def test_a_whole_hit_is_what_the_provider_said(gw: Listening, either: Async | Sync, said: dict[str, Any]) -> None:
    """The object of the hit is the object of the miss, whatever is in it."""
    gw.up.answer(json=said)
    miss = await respond(either)
    await gw.settled()
    hit = await respond(either)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.whole == hit.whole
    assert hit.response == said


@EACH
async def test_a_streamed_hit_is_what_the_provider_streamed(
    gw: Listening, either: Async | Sync, said: dict[str, Any]
) -> None:
    """Event by event."""
    gw.up.answer(sse=frames(events(said)))
    miss = await respond(either, stream=True)
    await gw.settled()
    hit = await respond(either, stream=True)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.events == hit.events
    assert [event.to_dict() for event in hit.events] == events(said)


@EACH
async def test_what_was_whole_can_be_streamed(gw: Listening, either: Async | Sync, said: dict[str, Any]) -> None:
    """With the events that the provider would have sent, in their order, whose last one has it whole."""
    gw.up.answer(json=said)
    await respond(either)
    await gw.settled()
    hit = await respond(either, stream=True)

    assert hit.x_cache == "HIT"
    assert hit.response == said
    assert order(hit) == order_of([event["type"] for event in events(said)])
    assert [event.sequence_number for event in hit.events] == list(range(len(hit.events)))
    assert done(hit) == done_of(events(said))


@EACH
async def test_the_sdks_accumulator_takes_each_stream(
    gw: Listening, either: Async | Sync, said: dict[str, Any]
) -> None:
    """It is strict, and makes the same of the provider's stream, of a hit in the same mode and of one in the other."""
    gw.up.answer(json=said)
    await respond(either)
    await gw.settled()
    rendered = await accumulate(either)
    gw.up.answer(sse=frames(events(said)))
    real = await accumulate(either, extra_headers={"Cache-Control": "no-cache"})
    await gw.settled()
    replayed = await accumulate(either)

    assert rendered == real == replayed
    assert gw.calls == 2


@EACH
async def test_what_was_streamed_can_be_whole(gw: Listening, either: Async | Sync, said: dict[str, Any]) -> None:
    """It is the response that the provider would have sent."""
    gw.up.answer(sse=frames(events(said)))
    await respond(either, stream=True)
    await gw.settled()
    hit = await respond(either)

    assert hit.x_cache == "HIT"
    assert hit.response == said


def order(said: Responded) -> list[str]:
    """The types of the events, in order, pieces of one text as one."""
    return order_of([event.type for event in said.events])


def order_of(kinds: list[str]) -> list[str]:
    """The same without repetitions."""
    return [kind for at, kind in enumerate(kinds) if at == 0 or kind != kinds[at - 1]]


def done(said: Responded) -> list[dict[str, Any]]:
    """What the events say that tell the end of something, but for their number."""
    return done_of([event.to_dict() for event in said.events])


def done_of(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same of plain data; a custom tool's name is not told again."""
    ends = [event for event in sent if event["type"].endswith(".done")]
    extra = {"sequence_number", "name", "logprobs"}
    return [{name: value for name, value in event.items() if name not in extra} for event in ends]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@EACH
async def test_the_same_mode_is_the_same_bytes(
    gw: Listening, http: httpx.AsyncClient, key: str, said: dict[str, Any], *, stream: bool
) -> None:
    """What the provider sent, what the miss passed on, what the first hit gave and what a repeat of it gives."""
    told: dict[str, Any] = {"sse": frames(events(said))} if stream else {"json": said}
    gw.up.answer(**told)
    bodies = []
    for _ in range(3):
        reply = await http.post(
            f"{gw.base_url}/openai/v1/responses",
            json=to_respond(stream=stream),
            headers={"authorization": f"Bearer {key}"},
        )
        bodies.append((reply.content, reply.headers["x-cache"], reply.headers["content-type"]))
        await gw.settled()

    gw.up.answer(**told)
    direct = await http.post(f"{gw.up.base_url}/v1/responses", json={})
    kind = direct.headers["content-type"]
    assert bodies == [(direct.content, x_cache, kind) for x_cache in ("MISS", "HIT", "HIT")]


async def test_a_stream_of_odd_framing_is_passed_on_and_kept_as_it_is(
    gw: Listening, http: httpx.AsyncClient, openai: Async, key: str
) -> None:
    """Comments, CRLF, pieces that split a character: the client gets the provider's bytes, twice, and can fold it."""
    said = response(message(text("Grüße, 東京")))
    framed = b"".join(b": ping\r\n\r\n" + frame for frame in frames(events(said), "\r\n"))
    pieces = [framed[at : at + 7] for at in range(0, len(framed), 7)]
    gw.up.answer(headers={"content-type": "text/event-stream", "transfer-encoding": "chunked"}, body=pieces)
    replies = []
    for _ in range(2):
        reply = await http.post(
            f"{gw.base_url}/openai/v1/responses",
            json=to_respond(stream=True),
            headers={"authorization": f"Bearer {key}"},
        )
        replies.append((reply.headers["x-cache"], reply.content))
        await gw.settled()
    whole = await respond(openai)

    assert replies == [("MISS", framed), ("HIT", framed)]
    assert (whole.x_cache, whole.response) == ("HIT", said)


async def test_usage_is_the_providers_own(gw: Listening, openai: Async) -> None:
    """In both modes, asked for or not, details and all."""
    await respond(openai)
    await gw.settled()
    whole, streamed = await respond(openai), await respond(openai, stream=True)

    assert whole.response["usage"] == USAGE
    assert streamed.response["usage"] == USAGE
    assert gw.calls == 1


class City(BaseModel):
    """What a structured answer holds."""

    name: str
    country: str


async def test_a_structured_answer_is_parsed_from_a_hit(gw: Listening, openai: Async) -> None:
    """`responses.parse` gives the same object."""
    gw.up.answer(json=response(message(text('{"name":"Paris","country":"France"}'))))
    asked = to_respond()
    miss = await openai.client.responses.parse(**asked, text_format=City)
    await gw.settled()
    hit = await openai.client.responses.parse(**asked, text_format=City)

    assert miss.output_parsed == hit.output_parsed == City(name="Paris", country="France")
    assert gw.calls == 1


async def test_a_conversation_goes_on_from_a_hit(gw: Listening, openai: Async) -> None:
    """The items of an answer are the next question's; who asked the same before is answered the same."""
    gw.up.answer(json=response(THOUGHT, call(1, '{"city":"Paris"}')))
    said = []
    for _ in range(2):
        first = await respond(openai)
        await gw.settled()
        result = {"type": "function_call_output", "call_id": "call_1", "output": "21 degrees"}
        turn = [{"role": "user", "content": "Weather?"}, *first.response["output"], result]
        said.append((first.x_cache, (await respond(openai, turn)).x_cache))
        await gw.settled()

    assert said == [("MISS", "MISS"), ("HIT", "HIT")]
    assert json.loads((await gw.up.seen(2)).body)["input"][1]["encrypted_content"] == "gAAAAABn"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_errors_are_the_sdks_own(gw: Listening, either: Async | Sync, *, stream: bool) -> None:
    """The provider's as it said it, and ours in the same shape; neither is asked for again by the gateway."""
    error = {"message": "Slow down.", "type": "requests", "param": None, "code": "rate_limit_exceeded"}
    gw.up.answer(status=429, json={"error": error}, headers={"retry-after": "17", "x-request-id": "req_9"})
    with pytest.raises(sdk.RateLimitError) as theirs:
        await respond(either, stream=stream)
    with pytest.raises(sdk.APIStatusError) as ours:
        await respond(either, stream=stream, extra_headers={"Cache-Control": "only-if-cached"})

    assert theirs.value.body == error
    assert theirs.value.request_id == "req_9"
    assert (ours.value.status_code, ours.value.code) == (504, "not_cached")
    assert gw.calls == 1
