"""The dialect as a whole: judging, rendering, errors."""

import json

import msgspec
import pytest

from warmlane import errors
from warmlane.dialects import sse
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.openai_error import problem
from warmlane.dialects.openai_responses import OpenAIResponses
from warmlane.events import NoCache
from warmlane.model import Usage

DIALECT = OpenAIResponses()
WHOLE = DIALECT.read({"model": "gpt-4o", "input": "Hi"})
STREAM = msgspec.structs.replace(WHOLE, streamed=True)

HEAD = '"id": "resp_1", "object": "response", "model": "gpt-4o-1", "temperature": 1.0'
ITEM = (
    '{"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", '
    '"content": [{"type": "output_text", "text": "Hi there", "annotations": []}]}'
)
DONE = f'{{{HEAD}, "status": "completed", "output": [{ITEM}], "usage": {{"input_tokens": 3, "output_tokens": 2}}}}'
JSON = f" {DONE}\n".encode()


def frames(*events: tuple[str, str]) -> bytes:
    """Events with these members, in the spelling of a provider that is not us."""
    return "".join(
        f'event: {kind}\r\ndata: {{"type": "{kind}", "sequence_number": {at}, {members}}}\r\n\r\n'
        for at, (kind, members) in enumerate(events)
    ).encode()


BEGUN = ("response.created", f'"response": {{{HEAD}, "status": "in_progress", "output": [], "usage": null}}')
ADDED = ("response.output_item.added", f'"output_index": 0, "item": {ITEM}')
ENDED = ("response.output_item.done", f'"output_index": 0, "item": {ITEM}')
SSE = frames(BEGUN, ADDED, ENDED, ("response.completed", f'"response": {DONE}'))
GOOD = Finish(refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="gpt-4o-1")


def test_a_good_answer_in_either_mode() -> None:
    """Is judged alike."""
    assert DIALECT.finish(JSON, streamed=False) == GOOD
    assert DIALECT.finish(SSE, streamed=True) == GOOD


@pytest.mark.parametrize("cut", range(0, len(SSE) - 4, 9))
def test_a_cut_stream_is_never_stored(cut: int) -> None:
    """Wherever it was cut: only the last event makes an answer of it."""
    assert DIALECT.finish(SSE[:cut], streamed=True).refuse in {NoCache.INCOMPLETE, NoCache.MALFORMED}


def test_a_stream_that_may_not_be_stored_was_paid_for() -> None:
    """Its usage counts all the same."""
    cut = DONE.replace('"status": "completed", "output"', '"status": "incomplete", "output"')
    finish = DIALECT.finish(frames(BEGUN, ("response.incomplete", f'"response": {cut}')), streamed=True)

    assert (finish.refuse, finish.usage) == (NoCache.NOT_FINAL, GOOD.usage)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"<html>", b"\xff", b'{"error":{"message":"boom"}}', b"data: {\n\n"]
)
@pytest.mark.parametrize("streamed", [True, False])
def test_what_is_no_response_is_not_stored(body: bytes, streamed: bool) -> None:  # noqa: FBT001 - both modes
    """Never raised; a stream of nothing has no end."""
    finish = DIALECT.finish(body, streamed=streamed)

    assert finish.refuse in {NoCache.MALFORMED, NoCache.INCOMPLETE}
    assert (finish.usage, finish.model) == (None, "")


def test_an_error_in_a_stream_is_not_stored() -> None:
    """It came with a 200."""
    assert DIALECT.finish(frames(BEGUN, ("error", '"code": "x"')), streamed=True).refuse is NoCache.MALFORMED


def test_the_same_mode_gives_the_same_bytes() -> None:
    """They are not even read."""
    assert DIALECT.render(JSON, streamed=False, ask=WHOLE) is JSON
    assert DIALECT.render(SSE, streamed=True, ask=STREAM) is SSE
    assert DIALECT.render(b"anything", streamed=True, ask=STREAM) == b"anything"


def test_a_stream_from_a_whole_answer() -> None:
    """Judged as the whole was; numbers as they were written."""
    body = DIALECT.render(JSON, streamed=False, ask=STREAM)

    assert body is not None
    assert DIALECT.finish(body, streamed=True) == GOOD
    assert b'"temperature":1.0' in body
    assert sse.read(body)[-1].name == b"response.completed"


def test_a_whole_answer_from_a_stream() -> None:
    """It is what the provider would have sent, written compactly."""
    rendered = DIALECT.render(SSE, streamed=True, ask=WHOLE)

    assert rendered is not None
    assert json.loads(rendered) == json.loads(JSON)
    assert b'"temperature":1.0' in rendered


@pytest.mark.parametrize("ask", [WHOLE, STREAM])
@pytest.mark.parametrize("body", [b"{", b"{}", b'{"output":[1]}', b"data: {\n\n", frames(BEGUN)])
def test_what_cannot_be_converted_is_a_miss(ask: Ask, body: bytes) -> None:
    """Never an error to the caller."""
    assert DIALECT.render(body, streamed=not ask.streamed, ask=ask) is None


def test_what_openai_says_of_itself() -> None:
    """Content types, errors, one path for both modes."""
    error = errors.BadRequest("bad", param="cache.ttl")

    assert DIALECT.content_type(WHOLE) == b"application/json"
    assert DIALECT.content_type(STREAM) == b"text/event-stream; charset=utf-8"
    assert DIALECT.error(error) == problem(error)
    assert DIALECT.resource("/v1/responses") == "/v1/responses"
