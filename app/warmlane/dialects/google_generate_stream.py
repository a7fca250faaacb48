"""The chunks of a Google stream and the two ways they come in: as events, or as one JSON array."""

import re
from collections.abc import Iterable
from enum import Enum

from warmlane import canonical
from warmlane.canonical import Unfinished, Unreadable
from warmlane.dialects import sse, wire
from warmlane.dialects.merging import Malformed
from warmlane.model import Json, JsonObject


class Mode(Enum):
    """How an answer is spelled."""

    WHOLE = "whole"  # one object
    EVENTS = "events"  # server-sent events, an object each
    ARRAY = "array"  # one array of the same objects


class Incomplete(Malformed):
    """An array that has begun and not ended."""


_START = re.compile(rb"[ \t\r\n]*([\[{]?)")
_MODES = {b"{": Mode.WHOLE, b"[": Mode.ARRAY, b"": Mode.EVENTS}
_FIELDS = (b"data:", b":", b"event:", b"id:", b"retry:")
_NOT_JSON = "not strict JSON in a line of bounded length"
_NO_CHUNK = "no chunk"
_NO_END = "an array without its end"


def mode_of(body: bytes) -> Mode:
    """How `body` is spelled, by its first character: whatever was asked for, and whatever its header said."""
    found = _START.match(body)
    assert found is not None  # it matches nothing, too
    return _MODES[found[1]]


def chunks(body: bytes, mode: Mode) -> list[JsonObject]:
    """The objects of a stream. Raises: Malformed, also when one of them is an error; Incomplete."""
    said = _of_array(body) if mode is Mode.ARRAY else _of_events(body)
    for chunk in said:
        if not isinstance(chunk, dict) or chunk.get("error") is not None:
            raise Malformed(_NO_CHUNK)
    return said


def spell(said: Iterable[JsonObject], mode: Mode) -> bytes:
    """A stream of these chunks, framed as Google does: CRLF behind events, CRLF between the items of an array."""
    if mode is Mode.ARRAY:
        return b"[" + b"\n,\r\n".join(map(wire.write, said)) + b"\n]"
    return b"".join([b"data: " + wire.write(chunk) + b"\r\n\r\n" for chunk in said])


def _of_events(body: bytes) -> list[Json]:
    """An error may come bare, without `data:`: no reader of events would see it."""
    lines = body.removeprefix(b"\xef\xbb\xbf").splitlines()
    if not all(not line or line.startswith(_FIELDS) for line in lines):
        raise Malformed(_NO_CHUNK)
    try:
        return [canonical.read(event.data) for event in sse.read(body)]
    except (sse.Oversize, Unreadable):
        raise Malformed(_NOT_JSON) from None


def _of_array(body: bytes) -> list[Json]:
    try:
        return canonical.read_array(body)
    except Unfinished:
        raise Incomplete(_NO_END) from None
    except Unreadable:
        raise Malformed(_NOT_JSON) from None
