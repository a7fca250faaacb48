"""One answer, whole and streamed: said in either mode as in the other, and in the same mode not a byte differs."""

import json
from typing import Any

import httpx
import pytest

from sdk.house import Listening
from sdk.said import DONE, USAGE, chunks, completion, message
from sdk.ways import Async, Reply, Way, asked

CALLS = [
    {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}},
    {"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Bogotá"}'}},
]
LOGPROBS = [
    {"token": "Hi", "logprob": -1.5e-05, "bytes": [72, 105], "top_logprobs": []},
    {"token": " there.", "logprob": -0.25, "bytes": None, "top_logprobs": []},
]
CITED = {"type": "url_citation", "url_citation": {"url": "https://example.com", "title": "T", "start_index": 0}}

ANSWERS: dict[str, dict[str, Any]] = {
    "text": completion(message("Grüße aus 東京 🗼\n\n- one\n- two\t\u2028 ")),
    "tool-calls": completion(message(None, tool_calls=CALLS), "tool_calls"),
    "text-and-tool-call": completion(message("I look.", tool_calls=CALLS[:1]), "tool_calls"),
    "logprobs": completion(logprobs={"content": LOGPROBS, "refusal": None}),
    "reasoning": completion(message("Hi there.", reasoning_content="They greet.\nGreet back.")),
    "annotations": completion(message("See [1].", annotations=[CITED])),
    "unknown": {**completion(message("Hi.", mood={"calm": 0.5})), "provider": "P", "x_list": [1, {"a": None}]},
}

EACH = pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)


@EACH
async def test_a_whole_hit_is_what_the_provider_said(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """The object of the hit is the object of the miss, whatever is in it."""
    gw.up.answer(json=said)
    miss = await either.ask()
    await gw.settled()
    hit = await either.ask()

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.whole == hit.whole
    assert hit.completion == said


@EACH
async def test_a_streamed_hit_is_what_the_provider_streamed(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """Chunk by chunk."""
    gw.up.answer(sse=chunks(said))
    miss = await either.ask(stream=True)
    await gw.settled()
    hit = await either.ask(stream=True)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.chunks == hit.chunks
    assert [chunk.to_dict() for chunk in hit.chunks] == chunks(said)[:-1]


@EACH
async def test_what_was_whole_can_be_streamed(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """The SDK's own accumulator makes the same completion of it as of the provider's stream."""
    gw.up.answer(json=said)
    await either.ask()
    await gw.settled()
    hit = await either.ask(stream=True, stream_options={"include_usage": True})
    gw.up.answer(sse=chunks(said, usage=True))
    real = await either.ask(
        stream=True, stream_options={"include_usage": True}, extra_headers={"Cache-Control": "no-cache"}
    )

    assert (hit.x_cache, real.x_cache) == ("HIT", "REFRESH")
    assert hit.completion == real.completion
    assert first_of(hit)["role"] == "assistant"
    assert len(hit.chunks) > 3


@EACH
async def test_what_was_streamed_can_be_whole(gw: Listening, either: Way, said: dict[str, Any]) -> None:
    """Folding gives the completion that the provider would have sent."""
    gw.up.answer(sse=chunks(said, usage=True))
    await either.ask(stream=True, stream_options={"include_usage": True})
    await gw.settled()
    hit = await either.ask()

    assert hit.x_cache == "HIT"
    assert hit.completion == said


def first_of(reply: Reply) -> dict[str, Any]:
    """The first delta of a stream."""
    return reply.chunks[0].choices[0].delta.to_dict()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@EACH
async def test_the_same_mode_is_the_same_bytes(
    gw: Listening, http: httpx.AsyncClient, key: str, said: dict[str, Any], *, stream: bool
) -> None:
    """What the provider sent, what the miss passed on, what the first hit gave and what a repeat of it gives."""
    gw.up.answer(**({"sse": chunks(said)} if stream else {"json": said}))
    bodies = []
    for _ in range(3):
        reply = await http.post(
            f"{gw.base_url}/openai/v1/chat/completions",
            json=asked(stream=stream),
            headers={"authorization": f"Bearer {key}"},
        )
        bodies.append((reply.content, reply.headers["x-cache"]))
        await gw.settled()

    # Answers of the script are deterministic: the same words give the provider's bytes again.
    gw.up.answer(**({"sse": chunks(said)} if stream else {"json": said}))
    direct = (await http.post(f"{gw.up.base_url}/v1/chat/completions", json={})).content
    assert bodies == [(direct, "MISS"), (direct, "HIT"), (direct, "HIT")]


async def test_usage_is_the_providers_own(gw: Listening, openai: Async) -> None:
    """On whole hits and, where it is asked for, at the end of streamed ones, details and all."""
    gw.up.answer(json=completion())
    await openai.ask()
    await gw.settled()
    whole, plain = await openai.ask(), await openai.ask(stream=True)
    counted = await openai.ask(stream=True, stream_options={"include_usage": True})

    assert whole.completion["usage"] == USAGE
    assert all(chunk.usage is None and chunk.choices for chunk in plain.chunks)
    assert counted.chunks[-1].choices == []
    assert counted.chunks[-1].to_dict()["usage"] == USAGE
    assert all("usage" in chunk.model_fields_set and chunk.usage is None for chunk in counted.chunks[:-1])
    assert gw.calls == 1


async def test_a_usage_chunk_that_nobody_asked_for_is_not_shown(gw: Listening, openai: Async) -> None:
    """It was stored for somebody who did; code that takes `choices[0]` of every chunk would fail on it."""
    counted = await openai.ask(stream=True, stream_options={"include_usage": True})
    await gw.settled()
    plain = await openai.ask(stream=True)
    again = await openai.ask(stream=True, stream_options={"include_usage": True})

    assert (plain.x_cache, again.x_cache) == ("HIT", "HIT")
    assert all(chunk.choices for chunk in plain.chunks)
    assert plain.text == counted.text
    assert again.chunks == counted.chunks


async def test_usage_that_nobody_counted_is_not_invented(gw: Listening, openai: Async) -> None:
    """A stream without usage serves streams without; who wants the count gets it from the provider."""
    await openai.ask(stream=True)
    await gw.settled()
    plain = await openai.ask(stream=True)
    counted = await openai.ask(stream=True, stream_options={"include_usage": True})
    await gw.settled()
    whole = await openai.ask()

    assert [reply.x_cache for reply in (plain, counted, whole)] == ["HIT", "MISS", "HIT"]
    assert whole.completion["usage"] == USAGE
    assert whole.text == "Answer 2."


async def test_a_stream_of_odd_framing_is_passed_on_and_kept_as_it_is(
    gw: Listening, http: httpx.AsyncClient, key: str
) -> None:
    """Comments, CRLF and pieces that split a character: the client gets the provider's bytes, twice."""
    framed = b"".join(
        b": ping\r\n\r\n" + frame for frame in (b"data: " + part + b"\r\n\r\n" for part in _parts("Grüße, 東京"))
    )
    pieces = [framed[at : at + 7] for at in range(0, len(framed), 7)]
    gw.up.answer(headers={"content-type": "text/event-stream", "transfer-encoding": "chunked"}, body=pieces)
    replies = []
    for _ in range(2):
        reply = await http.post(
            f"{gw.base_url}/openai/v1/chat/completions",
            json=asked(stream=True),
            headers={"authorization": f"Bearer {key}"},
        )
        replies.append((reply.headers["x-cache"], reply.content))
        await gw.settled()

    assert replies == [("MISS", framed), ("HIT", framed)]


def _parts(text: str) -> list[bytes]:
    whole = chunks(completion(message(text)))
    return [DONE.encode() if part == DONE else json.dumps(part, ensure_ascii=False).encode() for part in whole]
