"""The dialect as a whole: judging, rendering, errors."""

import json

import msgspec
import pytest

from warmlane import errors
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.openai_completions import OpenAICompletions
from warmlane.dialects.openai_error import problem
from warmlane.events import NoCache
from warmlane.model import Usage

DIALECT = OpenAICompletions()
WHOLE = DIALECT.read({"model": "m", "prompt": "Hi"})
STREAM = msgspec.structs.replace(WHOLE, streamed=True)
COUNTED = msgspec.structs.replace(STREAM, wants_usage=True)

USAGE = '"usage": {"prompt_tokens": 3, "completion_tokens": 2}'
HEAD = '"id": "c1", "object": "text_completion", "created": 7, "model": "m-1"'
JSON = (
    f'{{{HEAD}, "choices": [{{"text": "Hi there", "index": 0, "x": 1.0, "finish_reason": "stop"}}], {USAGE}}}\n'
).encode()


def frames(*parts: str) -> bytes:
    """A stream of chunks with these members, in the spelling of a provider that is not us."""
    return "".join(f"data: {body}\r\n\r\n" for body in [*(f"{{{HEAD}, {part}}}" for part in parts), "[DONE]"]).encode()


SAID = '"choices": [{"text": "Hi there", "index": 0, "x": 1.0, "finish_reason": null}]'
FINISH = '"choices": [{"text": "", "index": 0, "finish_reason": "stop"}]'
SSE_BARE = frames(SAID, FINISH)
SSE_COUNTED = frames(SAID, FINISH, f'"choices": [], {USAGE}')
GOOD = Finish(refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="m-1")


def test_a_good_answer_in_either_mode() -> None:
    """Is judged alike."""
    assert DIALECT.finish(JSON, streamed=False) == GOOD
    assert DIALECT.finish(SSE_COUNTED, streamed=True) == GOOD
    assert DIALECT.finish(SSE_BARE, streamed=True) == msgspec.structs.replace(GOOD, usage=None)


@pytest.mark.parametrize("cut", range(0, len(SSE_COUNTED) - 4, 5))
def test_a_cut_stream_is_never_stored(cut: int) -> None:
    """Wherever it was cut before the end marker."""
    end = SSE_COUNTED.index(b"[DONE]") + len(b"[DONE]")

    assert (DIALECT.finish(SSE_COUNTED[:cut], streamed=True).refuse is None) == (cut >= end)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"error":{}}', b"data: {\n\n"])
@pytest.mark.parametrize("streamed", [True, False])
def test_what_is_no_completion_is_not_stored(body: bytes, streamed: bool) -> None:  # noqa: FBT001 - both modes
    """Never raised; a stream of nothing has no end."""
    assert DIALECT.finish(body, streamed=streamed).refuse in {NoCache.MALFORMED, NoCache.INCOMPLETE}


def test_the_same_mode_gives_the_same_bytes() -> None:
    """But for a usage chunk that is not wanted; one that is wanted is not made up."""
    assert DIALECT.render(JSON, streamed=False, ask=WHOLE) is JSON
    assert DIALECT.render(SSE_COUNTED, streamed=True, ask=COUNTED) is SSE_COUNTED
    assert DIALECT.render(SSE_BARE, streamed=True, ask=STREAM) is SSE_BARE
    assert DIALECT.render(SSE_COUNTED, streamed=True, ask=STREAM) == SSE_BARE
    assert DIALECT.render(SSE_BARE, streamed=True, ask=COUNTED) is None


@pytest.mark.parametrize("ask", [STREAM, COUNTED])
def test_a_stream_from_a_whole_answer(ask: Ask) -> None:
    """With the usage chunk or without, as asked; numbers as they were written."""
    body = DIALECT.render(JSON, streamed=False, ask=ask)

    assert body is not None
    assert DIALECT.finish(body, streamed=True).usage == (GOOD.usage if ask.wants_usage else None)
    assert b'"x":1.0' in body


def test_a_whole_answer_from_a_stream() -> None:
    """It is what the provider would have sent; it has usage, or is a miss."""
    rendered = DIALECT.render(SSE_COUNTED, streamed=True, ask=WHOLE)

    assert rendered is not None
    assert json.loads(rendered) == json.loads(JSON)
    assert b'"x":1.0' in rendered
    assert DIALECT.render(SSE_BARE, streamed=True, ask=WHOLE) is None


def test_usage_that_nobody_counted_is_a_miss_for_who_wants_it() -> None:
    """And for nobody else."""
    body = JSON.replace(USAGE.encode(), b'"usage":null')

    assert DIALECT.render(body, streamed=False, ask=COUNTED) is None
    assert DIALECT.render(body, streamed=False, ask=STREAM) == DIALECT.render(JSON, streamed=False, ask=STREAM)


@pytest.mark.parametrize("ask", [WHOLE, STREAM])
def test_what_cannot_be_converted_is_a_miss(ask: Ask) -> None:
    """Never an error to the caller."""
    assert DIALECT.render(b"{", streamed=not ask.streamed, ask=ask) is None
    assert DIALECT.render(b"data: {\n\n", streamed=not ask.streamed, ask=ask) is None


def test_what_openai_says_of_itself() -> None:
    """Content types, errors, one path for both modes."""
    error = errors.BadRequest("bad", param="cache.ttl")

    assert DIALECT.content_type(WHOLE) == b"application/json"
    assert DIALECT.content_type(STREAM) == b"text/event-stream; charset=utf-8"
    assert DIALECT.error(error) == problem(error)
    assert DIALECT.resource("/v1/completions") == "/v1/completions"
