"""Server-sent events without I/O (WHATWG HTML §9.2): an incremental reader, a cutter, a writer.

Data stays bytes, so an event may be cut anywhere, inside a character too. `id` and `retry` mean nothing to these APIs.
"""

import re
from itertools import pairwise

from warmlane.model import Value

MAX_BYTES = 1 << 20
"""Bytes that one line, or the data of one event, may have."""

_BOM = b"\xef\xbb\xbf"
_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)")


class Oversize(ValueError):
    """A line, or an event, is longer than the limit: nobody sends that who means well."""


class Event(Value, frozen=True, kw_only=True):
    """One event: its `name` (empty: none was given), and its data lines joined with line feeds."""

    name: bytes = b""
    data: bytes

    def __repr__(self) -> str:
        """Never the data."""
        return f"Event({len(self.data)} bytes)"


class Reader:
    """Turns bytes, as they come, into events. Lines end in CRLF, LF or CR; comments and unknown fields are skipped."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        """Bound every line and every event's data to `limit` bytes."""
        self._limit = limit
        self._line = bytearray()  # the line that has not ended yet
        self._after_cr = False  # whether a line feed now would be the second half of a CRLF
        self._at_start = True
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that `chunk` completes. Raises: Oversize; then this reader is of no more use."""
        if not chunk:
            return []
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r") if chunk else False
        if b"\n" not in chunk and b"\r" not in chunk:  # joined once, when the line ends: a slow line costs no copies
            self._line += chunk
            self._bound(len(self._line))
            return []
        lines = (bytes(self._line) + chunk).splitlines() if self._line else chunk.splitlines()
        self._line.clear()
        if not chunk.endswith((b"\n", b"\r")):
            self._line += lines.pop()
            self._bound(len(self._line))
        return self._take(lines)

    def end(self) -> list[Event]:
        """The event that the stream ended in, where its last line has no blank line after it; the standard drops it."""
        rest = [bytes(self._line), b""] if self._line else [b""]
        self._line.clear()
        return self._take(rest)

    def _take(self, lines: list[bytes]) -> list[Event]:
        events = []
        if self._at_start and lines:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BOM)
        for line in lines:
            if line:
                self._bound(len(line))
                self._field(line)
            elif self._data or self._name:
                if self._data:
                    events.append(Event(name=self._name, data=b"\n".join(self._data)))
                self._name, self._data, self._size = b"", [], 0
        return events

    def _field(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        if field == b"data":
            self._size += len(value)
            self._bound(self._size)
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.removeprefix(b" ")

    def _bound(self, size: int) -> None:
        if size > self._limit:
            msg = f"over {self._limit} bytes in one line or event"
            raise Oversize(msg)


def read(body: bytes) -> list[Event]:
    """All events of a whole stream, a last one without a blank line too. Raises: Oversize."""
    reader = Reader()
    return reader.feed(body) + reader.end()


def blocks(body: bytes) -> list[bytes]:
    """`body` cut behind every blank line: joined again it is the same, and an event never spans two blocks."""
    if b"\r" not in body:  # the usual case, twenty times faster
        *whole, rest = body.split(b"\n\n")
        return [block + b"\n\n" for block in whole] + ([rest] if rest else [])
    ends = [match.end() for match in _BLANK_LINE.finditer(body)]
    cuts = [0, *ends, len(body)]
    return [body[a:b] for a, b in pairwise(cuts) if a < b]


def whole_blocks(body: bytes | bytearray, start: int = 0) -> int:
    """Where the last blank line in `body` ends, looked for from `start` on; 0: there is none.

    One that ends in a CR at the very end is not counted yet: a line feed may follow that belongs to it.
    """
    ends = [match.end() for match in _BLANK_LINE.finditer(body, start)]
    if ends and ends[-1] == len(body) and body.endswith(b"\r"):
        ends.pop()
    return ends[-1] if ends else 0


def frame(data: bytes, name: bytes = b"") -> bytes:
    """One event as it goes over the wire. Raises: ValueError for a CR, which no event can carry."""
    if b"\r" in data or b"\r" in name or b"\n" in name:
        msg = "a line ending where none can be"
        raise ValueError(msg)
    lines = b"data: " + data.replace(b"\n", b"\ndata: ") + b"\n\n"
    return b"event: " + name + b"\n" + lines if name else lines
