"""The dialect as a whole: judging, rendering, errors."""

import json

import msgspec
import pytest

from samples import a_body, an_ask
from warmlane import errors
from warmlane.dialects import sse
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.dialects.openai_error import problem
from warmlane.events import NoCache
from warmlane.model import Usage

DIALECT = OpenAIChat()
WHOLE = DIALECT.read({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]})
STREAM = msgspec.structs.replace(WHOLE, streamed=True)
COUNTED = msgspec.structs.replace(STREAM, wants_usage=True)

USAGE = '"usage":{"prompt_tokens":3,"completion_tokens":2}'
JSON = (
    '{\n  "id": "c1", "object": "chat.completion", "created": 7, "model": "gpt-4o-1",\n  "choices": [{"index": 0, '
    f'"message": {{"role": "assistant", "content": "Hi there", "x": 1.0}}, "finish_reason": "stop"}}],\n  {USAGE}\n}}\n'
).encode()


def frames(*parts: str, null_usage: bool = True, newline: str = "\n") -> bytes:
    """A stream of these choices, in the spelling of a provider that is not us: `parts` are the members of a chunk."""
    head = '{"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "gpt-4o-1", '
    tail = ', "usage": null' if null_usage else ""
    bodies = [head + part + (tail if '"usage"' not in part else "") + "}" for part in parts]
    return "".join(f"data: {body}{newline}{newline}" for body in [*bodies, "[DONE]"]).encode()


ROLE = (
    '"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi there", "x": 1.0}, "finish_reason": null}]'
)
FINISH = '"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]'
TOTAL = f'"choices": [], {USAGE}'
SSE_COUNTED = frames(ROLE, FINISH, TOTAL)
SSE_BARE = frames(ROLE, FINISH, null_usage=False)

GOOD = Finish(refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="gpt-4o-1")


@pytest.mark.parametrize(
    ("body", "streamed", "expected"),
    [
        pytest.param(JSON, False, GOOD, id="whole"),
        pytest.param(SSE_COUNTED, True, GOOD, id="stream"),
        pytest.param(SSE_BARE, True, msgspec.structs.replace(GOOD, usage=None), id="stream without usage"),
    ],
)
def test_a_good_answer_in_either_mode(body: bytes, streamed: bool, expected: Finish) -> None:  # noqa: FBT001 - a fact per row
    """Is judged alike."""
    assert DIALECT.finish(body, streamed=streamed) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(SSE_COUNTED.replace(b"data: [DONE]\n\n", b""), NoCache.INCOMPLETE, id="no end"),
        pytest.param(frames(ROLE, TOTAL), NoCache.INCOMPLETE, id="no finish"),
        pytest.param(frames(TOTAL), NoCache.EMPTY, id="no choice"),
        pytest.param(frames(FINISH, TOTAL), NoCache.EMPTY, id="no content"),
        pytest.param(frames(ROLE, FINISH.replace("stop", "length"), TOTAL), NoCache.NOT_FINAL, id="length"),
        pytest.param(
            frames(ROLE, FINISH.replace('"index": 0', '"index": 1'), TOTAL), NoCache.CHOICES, id="two choices"
        ),
    ],
)
def test_a_stream_that_may_not_be_stored_was_paid_for(body: bytes, expected: NoCache) -> None:
    """Its usage counts all the same."""
    finish = DIALECT.finish(body, streamed=True)

    assert (finish.refuse, finish.usage, finish.exact_only) == (expected, GOOD.usage, False)


@pytest.mark.parametrize("cut", range(0, len(SSE_COUNTED) - 2, 7))
def test_a_cut_stream_is_never_stored(cut: int) -> None:
    """Wherever it was cut before the end marker."""
    end = SSE_COUNTED.index(b"[DONE]") + len(b"[DONE]")
    refuse = DIALECT.finish(SSE_COUNTED[:cut], streamed=True).refuse

    assert (refuse is None) == (cut >= end)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"<html>", b"\xff", b'{"error":{"message":"boom"}}'])
@pytest.mark.parametrize("streamed", [True, False])
def test_what_is_no_completion_is_malformed(body: bytes, streamed: bool) -> None:  # noqa: FBT001 - both modes
    """Never raised; a stream of nothing has no end."""
    finish = DIALECT.finish(body, streamed=streamed)

    assert finish.refuse in {NoCache.MALFORMED, NoCache.INCOMPLETE}
    assert (finish.usage, finish.model) == (None, "")


@pytest.mark.parametrize("body", [b"data: {\n\n", b'data: {"error":{"message":"boom"}}\n\ndata: [DONE]\n\n'])
def test_a_bad_stream_is_malformed(body: bytes) -> None:
    """So is an error inside a 200."""
    assert DIALECT.finish(body, streamed=True).refuse is NoCache.MALFORMED


def test_the_same_mode_gives_the_same_bytes() -> None:
    """A whole answer is not even read."""
    assert DIALECT.render(JSON, streamed=False, ask=WHOLE) is JSON
    assert DIALECT.render(b"anything", streamed=False, ask=WHOLE) == b"anything"
    assert DIALECT.render(SSE_COUNTED, streamed=True, ask=COUNTED) is SSE_COUNTED
    assert DIALECT.render(SSE_BARE, streamed=True, ask=STREAM) is SSE_BARE


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_usage_chunk_that_is_not_wanted_goes(newline: str) -> None:
    """And `usage: null` in the other chunks with it, as if nobody had ever asked; not a byte else."""
    counted = frames(ROLE, FINISH, TOTAL, newline=newline)

    assert DIALECT.render(counted, streamed=True, ask=STREAM) == frames(ROLE, FINISH, newline=newline, null_usage=False)


def test_a_usage_chunk_that_is_wanted_is_not_made_up() -> None:
    """Nobody counted: a miss."""
    assert DIALECT.render(SSE_BARE, streamed=True, ask=COUNTED) is None
    assert DIALECT.render(frames(ROLE, FINISH), streamed=True, ask=COUNTED) is None
    assert DIALECT.render(b": nothing\n\n", streamed=True, ask=COUNTED) is None


def test_usage_that_came_beside_the_finish_stays() -> None:
    """Mistral sends it unasked; it answers who asks, too."""
    body = frames(ROLE, f"{FINISH}, {USAGE}", null_usage=False)

    assert DIALECT.render(body, streamed=True, ask=STREAM) is body
    assert DIALECT.render(body, streamed=True, ask=COUNTED) is body


def test_a_comment_or_an_unreadable_block_is_passed_over() -> None:
    """They are the provider's."""
    filtered = b'data: {"choices":[],"content_filter":1}\n\n'
    body = SSE_COUNTED + filtered + b": bye\n\ndata: {\n\n" + b"data: " + b"x" * (1 << 20) + b"\n\n"

    assert DIALECT.render(body, streamed=True, ask=COUNTED) is body


@pytest.mark.parametrize("ask", [STREAM, COUNTED])
def test_a_stream_from_a_whole_answer(ask: Ask) -> None:
    """With the usage chunk or without, as asked; numbers as they were written."""
    body = DIALECT.render(JSON, streamed=False, ask=ask)

    assert body is not None
    assert DIALECT.finish(body, streamed=True) == msgspec.structs.replace(
        GOOD, usage=GOOD.usage if ask.wants_usage else None
    )
    assert b'"x":1.0' in body
    assert [event.data for event in sse.read(body)][-1] == b"[DONE]"


@pytest.mark.parametrize("body", [SSE_COUNTED, frames(ROLE, f"{FINISH}, {USAGE}", null_usage=False)])
def test_a_whole_answer_from_a_stream(body: bytes) -> None:
    """It is what the provider would have sent, written compactly."""
    rendered = DIALECT.render(body, streamed=True, ask=WHOLE)

    assert rendered is not None
    assert json.loads(rendered) == json.loads(JSON)
    assert b'"x":1.0' in rendered
    assert b": " not in rendered


def test_a_whole_answer_has_usage_or_is_a_miss() -> None:
    """A client reads it without looking."""
    assert DIALECT.render(SSE_BARE, streamed=True, ask=WHOLE) is None


def test_a_whole_answer_without_usage_streams_to_who_does_not_ask() -> None:
    """And to nobody else."""
    body = JSON.replace(USAGE.encode(), b'"usage":null')

    assert DIALECT.render(body, streamed=False, ask=COUNTED) is None
    assert DIALECT.render(body, streamed=False, ask=STREAM) == DIALECT.render(JSON, streamed=False, ask=STREAM)


@pytest.mark.parametrize("ask", [WHOLE, STREAM])
def test_what_cannot_be_converted_is_a_miss(ask: Ask) -> None:
    """Never an error to the caller."""
    assert DIALECT.render(b"{", streamed=not ask.streamed, ask=ask) is None
    assert DIALECT.render(b"data: {\n\n", streamed=not ask.streamed, ask=ask) is None


def test_content_types() -> None:
    """As OpenAI says them."""
    assert DIALECT.content_type(an_ask()) == b"application/json"
    assert DIALECT.content_type(an_ask(a_body(stream=True))) == b"text/event-stream; charset=utf-8"


def test_an_error_is_told_as_openai_tells_it() -> None:
    """The same at all of its endpoints."""
    error = errors.BadRequest("bad", param="cache.ttl")

    assert DIALECT.error(error) == problem(error)
