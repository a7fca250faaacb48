"""One answer of Anthropic's, whole and streamed: said in either mode as in the other, and in the same byte by byte."""

import json
from typing import Any

import httpx
import pytest

from sdk.house import Listening
from sdk.said_anthropic import PING, USAGE, events, frames, message, streamed, text
from sdk.ways_anthropic import OPTED_IN, Async, Way, asked

CALLS = [
    {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris", "days": [1, 2.5]}},
    {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {"city": "Bogotá"}},
    {"type": "tool_use", "id": "toolu_3", "name": "now", "input": {}},
]
CITED = {
    "type": "char_location", "cited_text": "東京", "document_index": 0, "document_title": "T", "start_char_index": 0,
    "end_char_index": 2, "file_id": None,
}  # fmt: skip
THOUGHT = {
    "type": "thinking",
    "thinking": "They greet.\nGreet back.",
    "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgx=",
}
REDACTED = {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIwxtE3rAFBa8cr3qpP"}

ANSWERS: dict[str, dict[str, Any]] = {
    "text": message(text("Grüße aus 東京 🗼\n\n- one\n- two\t\u2028 ")),
    "several-texts": message(text("One."), text(" Two.")),
    "tool-calls": message(*CALLS, reason="tool_use"),
    "text-and-tool-call": message(text("I look."), CALLS[0], reason="tool_use"),
    "thinking": message(THOUGHT, REDACTED, text()),
    "thinking-and-tool-call": message(THOUGHT, CALLS[0], reason="tool_use"),
    "hidden-thinking": message({**THOUGHT, "thinking": ""}, text()),
    "citations": message(text("See [1], [2].", citations=[CITED, {**CITED, "document_index": 1}]), text(" Bye.")),
    "stop-sequence": message(text("Yes"), reason="stop_sequence", stop_sequence="###"),
    "unknown": message(text("Hi.", shade="blue"), mood={"calm": 0.5}, x_list=[1, {"a": None}]),
}

EACH = pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
REFRESH = {"Cache-Control": "no-cache"}


@EACH
async def test_a_whole_hit_is_what_the_provider_said(
    gw: Listening, either_anthropic: Way, said: dict[str, Any]
) -> None:
    """The object of the hit is the object of the miss, whatever is in it."""
    gw.up.answer(json=said)
    miss = await either_anthropic.ask()
    await gw.settled()
    hit = await either_anthropic.ask()

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.whole == hit.whole
    assert hit.message == said


@EACH
async def test_a_streamed_hit_is_what_the_provider_streamed(
    gw: Listening, either_anthropic: Way, said: dict[str, Any]
) -> None:
    """Event by event; the SDK passes over pings."""
    gw.up.answer(sse=streamed(said))
    miss = await either_anthropic.ask(stream=True)
    await gw.settled()
    hit = await either_anthropic.ask(stream=True)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.events == hit.events
    assert [event.to_dict() for event in hit.events] == [event for event in events(said) if event != PING]


@EACH
async def test_what_was_whole_can_be_streamed(gw: Listening, either_anthropic: Way, said: dict[str, Any]) -> None:
    """The SDK's own accumulator makes the same message of it as of the provider's stream."""
    gw.up.answer(json=said)
    await either_anthropic.ask()
    await gw.settled()
    hit = await either_anthropic.hear()
    each = await either_anthropic.ask(stream=True)
    gw.up.answer(sse=streamed(said))
    real = await either_anthropic.hear(extra_headers=REFRESH)

    assert (hit.x_cache, each.x_cache, real.x_cache) == ("HIT", "HIT", "REFRESH")
    assert hit.message == real.message
    assert [event.type for event in each.events[-2:]] == ["message_delta", "message_stop"]
    first = each.events[0].to_dict()["message"]
    assert (first["content"], first["stop_reason"]) == ([], None)


@EACH
async def test_what_was_streamed_can_be_whole(gw: Listening, either_anthropic: Way, said: dict[str, Any]) -> None:
    """Folding gives the message that the provider would have sent."""
    gw.up.answer(sse=streamed(said))
    miss = await either_anthropic.hear()
    await gw.settled()
    hit = await either_anthropic.ask()

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert hit.message == said


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@EACH
async def test_the_same_mode_is_the_same_bytes(
    gw: Listening, http: httpx.AsyncClient, key: str, said: dict[str, Any], *, stream: bool
) -> None:
    """What the provider sent, what the miss passed on, what the first hit gave and what a repeat of it gives."""
    sent = b"".join(streamed(said)) if stream else json.dumps(said, indent=1).encode()
    kind = "text/event-stream; charset=utf-8" if stream else "application/json"
    gw.up.answer(body=sent, headers={"content-type": kind})
    replies = [await post(gw, http, key, stream=stream) for _ in range(3)]

    assert [(reply.content, reply.headers["x-cache"]) for reply in replies] == [
        (sent, "MISS"),
        (sent, "HIT"),
        (sent, "HIT"),
    ]
    assert {reply.headers["content-type"] for reply in replies} == {kind}


async def test_usage_is_the_providers_own(gw: Listening, anthropic: Async) -> None:
    """On whole hits and on streamed ones, prompt-cache details and all."""
    gw.up.answer(json=message())
    await anthropic.ask()
    await gw.settled()
    whole, spoken = await anthropic.ask(), await anthropic.hear()

    assert whole.message["usage"] == spoken.message["usage"] == USAGE
    assert gw.calls == 1


async def test_a_hit_has_a_request_id_of_its_own(gw: Listening, anthropic: Async) -> None:
    """The SDK takes it from the header; the provider's, its limits and its cookies are not said again."""
    theirs = {
        "request-id": "req_9",
        "anthropic-ratelimit-requests-remaining": "7",
        "anthropic-organization-id": "org_1",
        "set-cookie": "session=1",
    }
    gw.up.answer(json=message(), headers=theirs)
    miss = await anthropic.ask()
    await gw.settled()
    hit, again = await anthropic.ask(), await anthropic.ask()

    assert miss.whole is not None
    assert hit.whole is not None
    assert again.whole is not None
    assert miss.whole._request_id == "req_9"
    assert theirs.keys() <= miss.headers.keys()
    assert len({"req_9", None, hit.whole._request_id, again.whole._request_id}) == 4
    assert hit.headers.keys().isdisjoint(theirs.keys() - {"request-id"})


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_stream_of_odd_framing_is_passed_on_and_kept_as_it_is(
    gw: Listening, http: httpx.AsyncClient, anthropic: Async, key: str, newline: bytes, size: int
) -> None:
    """Comments, pings, line ends and pieces that split a character: the provider's bytes, twice, and the same whole."""
    said = message(text("Grüße, 東京"))
    framed = b"".join(b": hi\n" + frame for frame in frames([*events(said), PING])).replace(b"\n", newline)
    pieces = [framed[at : at + size] for at in range(0, len(framed), size)]
    gw.up.answer(headers={"content-type": "text/event-stream", "transfer-encoding": "chunked"}, body=pieces)
    replies = [await post(gw, http, key, stream=True) for _ in range(2)]
    whole = await anthropic.ask(max_tokens=9)

    assert [(reply.headers["x-cache"], reply.content) for reply in replies] == [("MISS", framed), ("HIT", framed)]
    assert whole.message == said


async def post(gw: Listening, http: httpx.AsyncClient, key: str, *, stream: bool) -> httpx.Response:
    """The same question without an SDK, settled."""
    body = {name: value for name, value in asked(max_tokens=9, stream=stream).items() if name != "extra_headers"}
    headers = {"x-api-key": key, "anthropic-version": "2026-10-21", **OPTED_IN}
    reply = await http.post(f"{gw.base_url}/anthropic/v1/messages", json=body, headers=headers)
    await gw.settled()
    return reply
