"""The usage chunk of OpenAI's streams: asked for, and hidden from who did not ask.

With `stream_options.include_usage` a chunk without choices comes at the end and says what was used, and all others have
a `usage` of null.
"""

import re
from typing import Final

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import sse, wire
from warmlane.model import JsonObject
from warmlane.strip import added, without

_OPTIONS: Final = "stream_options"
_NAME: Final = b'"usage"'
_NULL: Final = re.compile(
    rb',\s*"usage"\s*:\s*null(?=(?:\s*,\s*"[^"\\]*"\s*:\s*(?:"[^"\\]*"|null|true|false|[-+.\dEe]+))*\s*\}\s*\Z)'
)
"""A usage of null behind which no object or list begins before the last brace: a member of the chunk itself.

Nothing inside of a string looks like it: its quotes would have backslashes.
"""

_LONGEST: Final = 262_144
"""Bytes of an event that are waited for; a longer one has no business with usage, and goes on as it comes."""


def asking(body: bytes) -> bytes | None:
    """A request for a stream, that wants the usage chunk too; every other member stays byte for byte.

    None: its `stream_options` are none, which is the provider's to say.
    """
    try:
        options = canonical.read(body).get(_OPTIONS)
    except Unreadable:
        return None
    if options is not None and not isinstance(options, dict):
        return None
    return added(body, _OPTIONS, wire.write({**(options or {}), "include_usage": True}))


def fit(body: bytes, *, wanted: bool) -> bytes | None:
    """A stream as who asks for usage gets it (`wanted`), or who does not; None: wanted, and there is none.

    Usage that comes with a choice came unasked, and stays.
    """
    if wanted:
        return body if _is_counted(body) else None
    if _NAME not in body:
        return body
    blocks = sse.blocks(body)
    shown = list(map(without_usage, blocks))
    return body if shown == blocks else b"".join(shown)


def _is_counted(body: bytes) -> bool:
    """From the end: usage comes behind the last choice, or with it."""
    for block in reversed(sse.blocks(body)):
        chunk = _chunk(block)
        if chunk is not None and isinstance(chunk.get("usage"), dict):
            return True
        if chunk is not None and chunk.get("choices"):
            return False
    return False


def without_usage(block: bytes) -> bytes:
    """A block of a stream as who did not ask for usage gets it; nothing, where it says nothing else."""
    if _NAME not in block:
        return block
    if block.count(_NAME) == 1 and block.count(b"data:") == 1:
        cut, found = _NULL.subn(b"", block)
        if found:
            return cut
    chunk = _chunk(block)
    if chunk is None or "usage" not in chunk:
        return block
    if isinstance(chunk["usage"], dict):
        return block if chunk.get("choices") else b""
    field, colon, data = block.partition(b":")
    if chunk["usage"] is not None or field != b"data" or len(data.splitlines()) > 2:  # noqa: PLR2004 - and a blank one
        return block
    return field + colon + without(data, {"usage"})


class Hider:
    """Takes the usage out of a stream that is under way: gives whole blocks, as soon as each is there."""

    def __init__(self) -> None:
        """Nothing is held back yet."""
        self._held = bytearray()
        self._passing = False  # in the midst of a block that is too long

    def feed(self, chunk: bytes) -> bytes:
        """What the client gets when `chunk` has come; may be nothing."""
        seen = len(self._held)
        self._held += chunk
        shown = b""
        if b"\n" in chunk or b"\r" in self._held[max(0, seen - 1) :]:  # what follows a CR says whether it ended a line
            ready = self._take(sse.whole_blocks(self._held, max(0, seen - 3)))
            shown = b"".join(map(self._show, sse.blocks(ready)))
        if len(self._held) > _LONGEST:
            shown += self._take(len(self._held))
            self._passing = True
        return shown

    def end(self) -> bytes:
        """The rest, when the stream is over: a last block without a blank line behind it."""
        return self._show(self._take(len(self._held)))

    def _show(self, block: bytes) -> bytes:
        passing, self._passing = self._passing, False
        return block if passing else without_usage(block)

    def _take(self, end: int) -> bytes:
        taken = bytes(self._held[:end])
        del self._held[:end]
        return taken


def _chunk(block: bytes) -> JsonObject | None:
    """The chunk in a block; None: a comment, the end marker, nothing that can be read."""
    try:
        return next((canonical.read(event.data) for event in sse.read(block)), None)
    except (Unreadable, sse.Oversize):
        return None
