"""Chunks, as events and as an array."""

import json
from typing import Any

import pytest

from warmlane.dialects.google_generate_stream import Incomplete, Mode, chunks, mode_of, spell
from warmlane.dialects.merging import Malformed

SAID: list[dict[str, Any]] = [{"a": "Grüße, 東京"}, {"b": [1, {"c": None}]}]
EVENTS = "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\r\n\r\n" for chunk in SAID).encode()
ARRAY = b"[" + b"\n,\r\n".join(json.dumps(chunk, indent=2).encode() for chunk in SAID) + b"\n]\n"


@pytest.mark.parametrize(
    ("body", "mode"),
    [
        (b'{"a": 1}', Mode.WHOLE),
        (b' \r\n\t{"a": 1}', Mode.WHOLE),
        (b"[{}]", Mode.ARRAY),
        (b"\n[", Mode.ARRAY),
        (EVENTS, Mode.EVENTS),
        (b"\r\ndata: {}", Mode.EVENTS),
        (b"<html>", Mode.EVENTS),
        (b"", Mode.EVENTS),
    ],
)
def test_the_mode_shows_in_the_first_character(body: bytes, mode: Mode) -> None:
    """A whole answer and an array have the same content type."""
    assert mode_of(body) is mode


@pytest.mark.parametrize("newline", [b"\r\n", b"\n", b"\r"])
def test_events_are_read(newline: bytes) -> None:
    """With any line ending, after a byte order mark, with comments between."""
    body = b"\xef\xbb\xbf: hello\r\n" + EVENTS

    assert chunks(body.replace(b"\r\n", newline), Mode.EVENTS) == SAID


def test_an_array_is_read() -> None:
    """However it is laid out."""
    assert chunks(ARRAY, Mode.ARRAY) == SAID
    assert chunks(b"[]", Mode.ARRAY) == []


@pytest.mark.parametrize("mode", [Mode.EVENTS, Mode.ARRAY])
def test_what_is_spelled_can_be_read(mode: Mode) -> None:
    """In the frames that Google makes."""
    body = spell(SAID, mode)

    assert chunks(body, mode) == SAID
    assert mode_of(body) is mode
    assert body.count(b"\r\n") == (4 if mode is Mode.EVENTS else 1)
    assert "Grüße, 東京".encode() in body


@pytest.mark.parametrize(
    "body",
    [
        b"data: {\r\n\r\n",
        b"data: 1\r\n\r\n",
        b"data: []\r\n\r\n",
        b'data: {"error": {"code": 500}}\r\n\r\n',
        EVENTS + b'{\n  "error": {"code": 503}\n}\n',
        EVENTS + b"oh no\r\n\r\n",
        b"data: {}\r\n\r\n<html>",
        b'data: {"a": "' + b"x" * (1 << 20) + b'"}\r\n\r\n',
        b'data: {"a": 1, "a": 2}\r\n\r\n',
    ],
)
def test_bad_events(body: bytes) -> None:
    """An error is one too: in its frame, or bare as Google sends it when a stream fails."""
    with pytest.raises(Malformed):
        chunks(body, Mode.EVENTS)


@pytest.mark.parametrize(
    "body",
    [
        b"[1]",
        b'["a"]',
        b"[{},]",
        b"[{}]]",
        b"[{}] x]",
        b'[{"a": 1, "a": 2}]',
        b'[{"a": 1, "a": 2}',
        b'[{"error": {}}]',
        b"[NaN",
    ],
)  # fmt: skip
def test_bad_arrays(body: bytes) -> None:
    """Neither are they incomplete: more of them would not help."""
    with pytest.raises(Malformed) as caught:
        chunks(body, Mode.ARRAY)

    assert not isinstance(caught.value, Incomplete)


@pytest.mark.parametrize("cut", range(1, len(ARRAY) - 1))
def test_an_array_without_its_end_is_incomplete(cut: int) -> None:
    """Wherever it was cut, inside a character too."""
    with pytest.raises(Incomplete):
        chunks(ARRAY[:cut], Mode.ARRAY)
