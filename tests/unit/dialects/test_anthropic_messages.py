"""The dialect as a whole: judging, rendering, errors."""

import json
from typing import Any

import msgspec
import pytest

from warmlane import errors
from warmlane.dialects.anthropic_messages import AnthropicMessages
from warmlane.dialects.base import Ask, Finish
from warmlane.events import NoCache
from warmlane.model import Usage

DIALECT = AnthropicMessages()
WHOLE = DIALECT.read({"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]})
STREAM = msgspec.structs.replace(WHOLE, streamed=True)

JSON = (
    b'{\n  "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-1",\n'
    b'  "content": [{"type": "text", "text": "Hi there", "x": 1.0}], "stop_reason": "end_turn", "stop_sequence": null,'
    b'\n  "usage": {"input_tokens": 3, "output_tokens": 2}\n}\n'
)


def frames(*events: str, newline: str = "\n") -> bytes:
    """A stream of these events, in the spelling of a provider that is not us: the kind, and the other members."""
    pairs = [event.split(" ", 1) for event in events]
    return "".join(
        f'event: {kind}{newline}data: {{"type": "{kind}"{rest}}}{newline}{newline}' for kind, rest in pairs
    ).encode()


START = (
    'message_start , "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-1", '
    '"content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 3, "output_tokens": 1}}'
)
OPEN = 'content_block_start , "index": 0, "content_block": {"type": "text", "text": "", "x": 1.0}'
DELTA = 'content_block_delta , "index": 0, "delta": {"type": "text_delta", "text": "Hi there"}'
CLOSE = 'content_block_stop , "index": 0'
END = 'message_delta , "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 2}'
REFUSED = END.replace("end_turn", "refusal")
STOP = "message_stop "
PING = "ping "
SSE = frames(START, OPEN, PING, DELTA, CLOSE, END, STOP)

GOOD = Finish(refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="claude-1")


def test_it_is_the_messages_api() -> None:
    """Under a name that routes and keys hold, one path for both modes."""
    assert (DIALECT.name, DIALECT.operation) == ("anthropic_messages", "chat")
    assert DIALECT.resource("/v1/messages") == "/v1/messages"


@pytest.mark.parametrize(
    ("body", "streamed"),
    [
        pytest.param(JSON, False, id="whole"),
        pytest.param(SSE, True, id="stream"),
        pytest.param(SSE.replace(b"\n", b"\r\n"), True, id="CRLF"),
    ],
)
def test_a_good_answer_may_be_stored(body: bytes, streamed: bool) -> None:  # noqa: FBT001 - both modes
    """And is judged alike in both modes."""
    assert DIALECT.finish(body, streamed=streamed) == GOOD


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(frames(START, OPEN, DELTA, CLOSE, END), NoCache.INCOMPLETE, id="no end"),
        pytest.param(frames(START, OPEN, DELTA, CLOSE, REFUSED, STOP), NoCache.NOT_FINAL, id="refusal"),
        pytest.param(frames(START, END, STOP), NoCache.EMPTY, id="no content"),
    ],
)  # fmt: skip
def test_a_stream_that_may_not_be_stored_was_paid_for(body: bytes, expected: NoCache) -> None:
    """Its usage counts all the same."""
    finish = DIALECT.finish(body, streamed=True)

    assert (finish.refuse, finish.usage, finish.exact_only) == (expected, GOOD.usage, False)


@pytest.mark.parametrize("cut", range(0, len(SSE) - 2, 7))
def test_a_cut_stream_is_never_stored(cut: int) -> None:
    """Wherever it was cut before the end marker."""
    end = len(SSE) - len(b"\n\n")

    assert (DIALECT.finish(SSE[:cut], streamed=True).refuse is None) == (cut >= end)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"<html>", b"\xff", b'{"type":"error","error":{"type":"x"}}'])
@pytest.mark.parametrize("streamed", [True, False])
def test_what_is_no_message_is_malformed(body: bytes, streamed: bool) -> None:  # noqa: FBT001 - both modes
    """Never raised."""
    finish = DIALECT.finish(body, streamed=streamed)

    assert finish == Finish(refuse=NoCache.MALFORMED, exact_only=False, usage=None, model="")


def test_an_error_in_a_stream_is_malformed() -> None:
    """A 200 that turns out to be none."""
    overloaded = 'error , "error": {"type": "overloaded_error", "message": "Overloaded"}'

    assert DIALECT.finish(frames(START, overloaded), streamed=True).refuse is NoCache.MALFORMED


def test_the_same_mode_gives_the_same_bytes() -> None:
    """They are not even read: pings and all."""
    assert DIALECT.render(JSON, streamed=False, ask=WHOLE) is JSON
    assert DIALECT.render(SSE, streamed=True, ask=STREAM) is SSE
    assert DIALECT.render(b"anything", streamed=True, ask=STREAM) == b"anything"


def test_a_stream_from_a_whole_answer() -> None:
    """It is what the provider would have streamed; numbers as they were written."""
    body = DIALECT.render(JSON, streamed=False, ask=STREAM)

    assert body is not None
    assert DIALECT.finish(body, streamed=True) == GOOD
    assert b'"x":1.0' in body
    assert b"ping" not in body


@pytest.mark.parametrize("body", [SSE, SSE.replace(b"\n", b"\r\n"), SSE.replace(b"event: ", b"event:")])
def test_a_whole_answer_from_a_stream(body: bytes) -> None:
    """It is what the provider would have sent, written compactly."""
    rendered = DIALECT.render(body, streamed=True, ask=WHOLE)

    assert rendered is not None
    assert json.loads(rendered) == json.loads(JSON)
    assert b'"x":1.0' in rendered
    assert b": " not in rendered


@pytest.mark.parametrize("ask", [WHOLE, STREAM])
def test_what_nobody_counted_is_a_miss(ask: Ask) -> None:
    """Clients read the usage without looking."""
    whole = JSON.replace(b'"output_tokens": 2', b'"output_tokens": null')
    stream = SSE.replace(b'"output_tokens": 2', b'"x": 2').replace(b', "output_tokens": 1', b"")
    body = whole if ask.streamed else stream

    assert DIALECT.finish(body, streamed=not ask.streamed).refuse is None
    assert DIALECT.render(body, streamed=not ask.streamed, ask=ask) is None


@pytest.mark.parametrize("ask", [WHOLE, STREAM])
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"data: {\n\n",
        b'{"type":"message","content":[7],"usage":{"output_tokens":1}}',
        b'{"type":"message","usage":{"output_tokens":1}}',
    ],
)
def test_what_cannot_be_converted_is_a_miss(body: bytes, ask: Ask) -> None:
    """Never an error to the caller."""
    assert DIALECT.render(body, streamed=not ask.streamed, ask=ask) is None


def test_content_types() -> None:
    """As Anthropic says them."""
    assert DIALECT.content_type(WHOLE) == b"application/json"
    assert DIALECT.content_type(STREAM) == b"text/event-stream; charset=utf-8"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.BadRequest("bad", param="cache.ttl"), "invalid_request_error"),
        (errors.UnknownRoute("where"), "not_found_error"),
        (errors.TimedOut("slow"), "invalid_request_error"),
        (errors.TooLarge("big"), "request_too_large"),
        (errors.HeadersTooLarge("big"), "invalid_request_error"),
        (errors.WarmlaneError("ours"), "api_error"),
        (errors.Unreachable("gone"), "api_error"),
        (errors.Overloaded("busy"), "overloaded_error"),
        (errors.UpstreamTimeout("late"), "timeout_error"),
        (errors.NotCached("new"), "timeout_error"),
    ],
)
def test_an_error_has_anthropics_shape(error: errors.WarmlaneError, kind: str) -> None:
    """Type and message, every member that there has to be, and nothing that an SDK would not know."""
    content_type, text = DIALECT.error(error)
    body: Any = json.loads(text)

    assert content_type == b"application/json"
    assert body == {"type": "error", "error": {"type": kind, "message": error.message}, "request_id": None}
