"""Answers that are lists of vectors: taken apart into answers to one item each, and put together again.

A vector is never read: its numbers, or its base64, are copied as the provider wrote them. A batch may bring 2,048 of
them, in 40 MB.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import wire
from warmlane.dialects.base import Finish
from warmlane.dialects.items import Members, Parts
from warmlane.dialects.shares import apportioned, summed
from warmlane.dialects.values import count, model_name
from warmlane.events import NoCache
from warmlane.model import Json, Usage, Value

_LONGEST_USAGE: Final = 4096
"""Bytes of a usage that is read: it is divided by as many as there are items."""

_NOTHING: Final = frozenset({b"", b"null", b"[]", b'""'})

_LONGEST_NOTHING: Final = max(map(len, _NOTHING))

_object: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_objects: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
_values: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Vectors(Value, frozen=True, kw_only=True):
    """How one vendor writes them: `Itemised`, by the names of members.

    `asked`: the list in a request. `listed`: the list in an answer; `single`: what stands in its place where one was
    asked for outside of a list (None: the list does). In each of it, `vector` is the numbers and `index` its place
    (None: it has none). `usage` is what was counted, and in it `tokens` those that were read.
    """

    asked: str
    listed: str
    single: str | None
    vector: str
    index: str | None
    usage: str
    tokens: str

    def narrowed(self, body: bytes, wanted: Sequence[int]) -> bytes:
        """`body` for the items at these places only."""
        members = _object(body)
        items = _values(members[self.asked])
        return msgspec.json.encode({**members, self.asked: [items[at] for at in wanted]})

    def apart(self, body: bytes) -> Parts | None:
        """A whole answer in its parts; None: no list of vectors, one for each place."""
        try:
            frame = _object(body)
            if self.single is not None and self.single in frame:
                each: list[Members] = [_object(frame[self.single])]
            else:
                each = list(_objects(frame.get(self.listed, b"")))
        except (ValueError, RecursionError):
            return None
        if bytes(frame.get("error", b"null")) != b"null" or not all(map(self._is_vector, each)):
            return None
        ordered = self._in_order(each)
        if not ordered:
            return None
        counted = _usage(frame.get(self.usage))
        return Parts(
            frame=frame,
            each=tuple(ordered),
            counted=counted,
            model=model_name(_text(frame.get("model"))),
            usage=self._read(counted),
        )

    def joined(self, parts: Sequence[Parts], places: Sequence[int], *, alone: bool = False) -> bytes:
        """One answer made of several; the last one gives the members that are of the whole."""
        each = [one for part in parts for one in part.each]
        counts = [part.counted for part in parts if part.counted is not None]
        listed = [self._placed(each[at], place) for place, at in enumerate(places)]
        return self._whole(parts[-1].frame, listed, summed(counts) if counts else None, alone=alone)

    def singles(self, parts: Parts, weights: Sequence[int]) -> Iterator[tuple[bytes, Usage | None]]:
        """For each item, the answer to it alone, and its share of the usage."""
        for one, share in zip(parts.each, apportioned(parts.counted, weights), strict=True):
            yield self._whole(parts.frame, [self._placed(one, 0)], share, alone=True), self._read(share)

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """What came of the answer to one item; never of several."""
        parts = None if streamed else self.apart(body)
        if parts is None:
            return Finish(refuse=NoCache.MALFORMED, exact_only=True, usage=None, model="")
        refuse = None if len(parts.each) == 1 else NoCache.MALFORMED
        return Finish(refuse=refuse, exact_only=True, usage=parts.usage, model=parts.model)

    def _is_vector(self, one: Members) -> bool:
        raw = memoryview(one.get(self.vector, b""))
        return len(raw) > _LONGEST_NOTHING or bytes(raw) not in _NOTHING

    def _in_order(self, each: list[Members]) -> list[Members] | None:
        """By index, where there is one; None: they do not count up from 0."""
        if self.index is None or not any(self.index in one for one in each):
            return each
        at = {bytes(one.get(self.index, b"")): one for one in each}
        try:
            return [at[b"%d" % place] for place in range(len(each))]
        except KeyError:
            return None

    def _placed(self, one: Members, place: int) -> dict[str, object]:
        if self.index is None or self.index not in one:
            return {**one}
        return {**one, self.index: place}

    def _whole(self, frame: Members, listed: list[dict[str, object]], counted: Json, *, alone: bool) -> bytes:
        members: dict[str, object] = {}
        for name, value in frame.items():
            if name in (self.listed, self.single):
                lone = alone and self.single is not None
                members[self.single if lone and self.single else self.listed] = listed[0] if lone else listed
            elif name != self.usage or counted is None:
                members[name] = value
            else:
                members[name] = msgspec.Raw(wire.write(counted))
        if counted is not None and self.usage not in frame:
            members[self.usage] = msgspec.Raw(wire.write(counted))
        return msgspec.json.encode(members)

    def _read(self, counted: Json) -> Usage | None:
        return Usage(input_tokens=count(counted.get(self.tokens))) if isinstance(counted, dict) else None


def _usage(raw: msgspec.Raw | None) -> Json:
    """An object, or None."""
    if raw is None or len(bytes(raw)) > _LONGEST_USAGE:
        return None
    try:
        return canonical.read(bytes(raw))
    except Unreadable:
        return None


def _text(raw: msgspec.Raw | None) -> str | None:
    try:
        return None if raw is None else msgspec.json.decode(raw, type=str)
    except (ValueError, RecursionError):
        return None
