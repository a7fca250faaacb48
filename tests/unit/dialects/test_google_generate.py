"""The dialect as a whole: judging, rendering, errors."""

import json

import msgspec
import pytest

from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.google_generate import GoogleGenerate
from warmlane.errors import BadRequest
from warmlane.events import NoCache
from warmlane.model import Usage

DIALECT = GoogleGenerate()
BASE = "/v1beta/models/gemini-2.5-flash"
BODY = {"contents": [{"parts": [{"text": "Hi"}]}]}
WHOLE = DIALECT.read(BODY, f"{BASE}:generateContent")
EVENTS = DIALECT.read(BODY, f"{BASE}:streamGenerateContent", "alt=sse")
ARRAY = DIALECT.read(BODY, f"{BASE}:streamGenerateContent")

TAIL = '"modelVersion": "gemini-2.5-flash"'
USAGE = '"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}'
FIRST = f'{{"candidates": [{{"content": {{"parts": [{{"text": "Hi"}}], "role": "model"}}, "index": 0}}], {TAIL}}}'
LAST = (
    '{"candidates": [{"content": {"parts": [{"text": " there"}], "role": "model"}, "finishReason": "STOP", "index": 0, '
    f'"x": 1.0}}], {USAGE}, {TAIL}}}'
)
CHUNKS = (FIRST, LAST)
JSON = (
    '{\n  "candidates": [{"content": {"parts": [{"text": "Hi there"}], "role": "model"}, "finishReason": "STOP", '
    f'"index": 0, "x": 1.0}}],\n  {USAGE},\n  {TAIL}\n}}\n'
).encode()
SSE = "".join(f"data: {chunk}\r\n\r\n" for chunk in CHUNKS).encode()
LIST = ("[" + "\n,\r\n".join(CHUNKS) + "\n]").encode()
SPELLINGS = {"whole": JSON, "events": SSE, "array": LIST}
ASKS = {"whole": WHOLE, "events": EVENTS, "array": ARRAY}

GOOD = Finish(
    refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="gemini-2.5-flash", ended=True
)
EACH = pytest.mark.parametrize("body", SPELLINGS.values(), ids=SPELLINGS)
EACH_ASK = pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)


@EACH
@pytest.mark.parametrize("streamed", [True, False])
def test_a_good_answer_in_each_mode(body: bytes, streamed: bool) -> None:  # noqa: FBT001 - both headers
    """Is judged alike, whatever its content type; events have no end of their own."""
    assert DIALECT.finish(body, streamed=streamed) == msgspec.structs.replace(GOOD, ended=body is not SSE)


@pytest.mark.parametrize("cut", range(0, len(SSE) - 5, 7))
def test_cut_events_are_never_stored(cut: int) -> None:
    """Wherever they were cut before the finish reason."""
    assert DIALECT.finish(SSE[:cut], streamed=True).refuse is not None


@pytest.mark.parametrize("cut", range(1, len(LIST), 7))
def test_a_cut_array_is_incomplete(cut: int) -> None:
    """Behind the last item, too: only the bracket is the end."""
    assert DIALECT.finish(LIST[:cut], streamed=False).refuse is NoCache.INCOMPLETE


@pytest.mark.parametrize(
    ("body", "refuse"),
    [
        (b"", NoCache.EMPTY),
        (b"{", NoCache.MALFORMED),
        (b"[1]", NoCache.MALFORMED),
        (b"<html>", NoCache.MALFORMED),
        (b"\xff", NoCache.MALFORMED),
        (b'{"error": {"code": 503, "status": "UNAVAILABLE"}}', NoCache.MALFORMED),
        (b'[{"error": {"code": 503, "status": "UNAVAILABLE"}}]', NoCache.MALFORMED),
        (SSE + b'data: {"error": {"code": 503, "status": "UNAVAILABLE"}}\r\n\r\n', NoCache.MALFORMED),
        (SSE + b'{"error": {"code": 503, "status": "UNAVAILABLE"}}', NoCache.MALFORMED),
        (LIST.replace(b"STOP", b"MAX_TOKENS"), NoCache.NOT_FINAL),
        (b'data: {"promptFeedback": {"blockReason": "SAFETY"}}\r\n\r\n', NoCache.NOT_FINAL),
    ],
)
def test_what_may_not_be_stored(body: bytes, refuse: NoCache) -> None:
    """Never raised; an error inside a 200 is none of an answer."""
    assert DIALECT.finish(body, streamed=True).refuse is refuse
    assert DIALECT.finish(body, streamed=False).refuse is refuse


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_same_mode_gives_the_same_bytes(name: str) -> None:
    """It is not even read."""
    assert DIALECT.render(SPELLINGS[name], streamed=name == "events", ask=ASKS[name]) is SPELLINGS[name]


@EACH
@EACH_ASK
def test_any_mode_gives_any_other(body: bytes, ask: Ask) -> None:
    """Nothing is lost on the way there and back, and numbers stay as they were written."""
    rendered = DIALECT.render(body, streamed=body is SSE, ask=ask)
    assert rendered is not None
    back = DIALECT.render(rendered, streamed=ask is EVENTS, ask=WHOLE)

    assert back is not None
    assert json.loads(back) == json.loads(JSON)
    assert b"1.0" in rendered
    assert DIALECT.finish(rendered, streamed=ask is EVENTS).refuse is None


def test_from_stream_to_stream_a_chunk_stays_a_chunk() -> None:
    """Who reads an array sees what came as events."""
    array = DIALECT.render(SSE, streamed=True, ask=ARRAY)
    events = DIALECT.render(LIST, streamed=False, ask=EVENTS)

    assert array is not None
    assert events is not None
    assert json.loads(array) == json.loads(LIST) == [json.loads(chunk) for chunk in CHUNKS]
    assert events.replace(b" ", b"") == SSE.replace(b" ", b"")


def test_a_whole_answer_has_usage_or_is_a_miss() -> None:
    """A client reads it without looking."""
    bare = SSE.replace(USAGE.encode() + b", ", b"")

    assert DIALECT.render(bare, streamed=True, ask=WHOLE) is None
    assert DIALECT.render(bare, streamed=True, ask=ARRAY) is not None


@EACH_ASK
@pytest.mark.parametrize("body", [b"{", b"[{", b"[1]", b"data: {\r\n\r\n", b'data: {"candidates": 1}\r\n\r\n', b""])
def test_what_cannot_be_converted_is_a_miss(ask: Ask, body: bytes) -> None:
    """Never an error to the caller; the same mode is not read."""
    rendered = DIALECT.render(body, streamed=True, ask=ask)

    assert rendered is None or rendered is body or ask is not WHOLE


def test_content_types() -> None:
    """As Google says them."""
    assert DIALECT.content_type(WHOLE) == b"application/json; charset=UTF-8"
    assert DIALECT.content_type(ARRAY) == b"application/json; charset=UTF-8"
    assert DIALECT.content_type(EVENTS) == b"text/event-stream"


def test_one_path_in_the_key_for_all_modes() -> None:
    """The model stays in it."""
    assert DIALECT.resource(f"{BASE}:streamGenerateContent") == DIALECT.resource(f"{BASE}:generateContent")
    assert DIALECT.resource(f"{BASE}:generateContent") == f"{BASE}:generateContent"


def test_an_error_is_googles() -> None:
    """In its shape and under its names."""
    content_type, body = DIALECT.error(BadRequest("no"))

    assert content_type == b"application/json; charset=UTF-8"
    assert json.loads(body)["error"]["status"] == "INVALID_ARGUMENT"
