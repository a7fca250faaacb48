"""From the stream of an Anthropic message to the whole one: `fold`, the inverse of `anthropic_messages_replay.replay`.

Kinds of events that are not known change nothing, as Anthropic's versioning policy has it; a delta of an unknown kind
does, and nobody knows what.
"""

from collections.abc import Iterable

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import sse
from warmlane.model import Json, JsonObject, Value

_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
"""Deltas whose member of that name is the next piece of a text."""

_ONE_MORE = "citations_delta"  # brings one item of a list
_SAID_WHOLE = frozenset({"signature_delta", "compaction_delta"})

_PROGRESS = "estimated_tokens"
"""How far the model has come with thoughts that are not shown; they are no part of the answer."""

_PING = b"ping"
_DONE = b"[DONE]"
"""What those who imitate Anthropic's API, and OpenAI's too, send behind the end."""


class Malformed(ValueError):
    """These bytes are no stream of a message. Its text says nothing of the content."""


class Folded(Value, frozen=True, kw_only=True, gc=True):
    """The whole message, and whether the stream said that it was `done`."""

    message: JsonObject
    done: bool

    def __repr__(self) -> str:
        """Never the answer."""
        return f"Folded(done={self.done})"


_NOT_JSON = "not strict JSON in a line of bounded length"
_NO_MESSAGE = "no message begins"
_NO_EVENT = "no event of a message"
_NO_PLACE = "an event that has no place here"
_MIXED = "a field changes its type"


def fold(body: bytes) -> Folded:
    """The message that a stream spells. Raises: Malformed, also when it carries an error."""
    try:
        return fold_events(sse.read(body))
    except sse.Oversize:
        raise Malformed(_NOT_JSON) from None


def fold_events(events: Iterable[sse.Event]) -> Folded:
    """The same, of a stream that was cut into events. Raises: Malformed."""
    message = _Message()
    for event in events:
        if event.name != _PING and event.data != _DONE:
            try:
                said = canonical.read(event.data)
            except Unreadable:
                raise Malformed(_NOT_JSON) from None
            message.hear(event.name, said)
    return message.folded()


class _Message:
    """A message that is being streamed."""

    def __init__(self) -> None:
        self._top: JsonObject | None = None
        self._blocks: list[_Block] = []
        self._stopped = False

    def folded(self) -> Folded:
        if self._top is None:
            raise Malformed(_NO_MESSAGE)
        content = [block.whole() for block in self._blocks]
        done = self._stopped and all(block.stopped for block in self._blocks)
        return Folded(message={**self._top, "content": content}, done=done)

    def hear(self, name: bytes, said: JsonObject) -> None:
        kind = said.pop("type", None)
        if not isinstance(kind, str) or kind == "error" or (name and name != kind.encode()):
            raise Malformed(_NO_EVENT)
        if kind == "ping":
            return
        if self._stopped or (self._top is None) != (kind == "message_start"):
            raise Malformed(_NO_PLACE)
        match kind:
            case "message_start":
                self._begin(said.get("message"))
            case "content_block_start":
                self._open(said)
            case "content_block_delta":
                self._block(said).add(said.get("delta"))
            case "content_block_stop":
                self._block(said).stopped = True
            case "message_delta":
                self._change(said)
            case "message_stop":
                self._stopped = True

    def _begin(self, message: Json) -> None:
        if not isinstance(message, dict) or message.get("content") != []:
            raise Malformed(_NO_EVENT)
        self._top = message

    def _open(self, said: JsonObject) -> None:
        block, index = said.get("content_block"), said.get("index")
        if not isinstance(block, dict) or isinstance(index, bool) or index != len(self._blocks):
            raise Malformed(_NO_PLACE)
        self._blocks.append(_Block(block))

    def _block(self, said: JsonObject) -> "_Block":
        index = said.get("index")
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(self._blocks):
            raise Malformed(_NO_PLACE)
        if self._blocks[index].stopped:
            raise Malformed(_NO_PLACE)
        return self._blocks[index]

    def _change(self, said: JsonObject) -> None:
        """Counts are totals up to here, and what is said as null may have been said before."""
        assert self._top is not None
        delta, usage = said.pop("delta", None), said.pop("usage", None)
        counted = self._top.get("usage")
        if not isinstance(delta, dict) or not isinstance(usage or {}, dict) or not isinstance(counted or {}, dict):
            raise Malformed(_NO_EVENT)
        _renew(self._top, said)
        _renew(self._top, delta)
        if usage:
            self._top["usage"] = counted or {}
            _renew(self._top["usage"], usage)


class _Block:
    """A content block that is being streamed; its pieces are joined once, at the end."""

    def __init__(self, begun: JsonObject) -> None:
        self._begun = begun
        self._pieces: dict[str, list[str]] = {}
        self.stopped = False

    def add(self, delta: Json) -> None:
        kind = delta.pop("type", None) if isinstance(delta, dict) else None
        if not isinstance(kind, str):
            raise Malformed(_NO_EVENT)
        if kind in _GROWING:
            name = _GROWING[kind]
            piece = delta.pop(name, None)
            if not isinstance(piece, str):
                raise Malformed(_MIXED)
            self._pieces.setdefault(name, []).append(piece)
            delta.pop(_PROGRESS, None)
        elif kind == _ONE_MORE:
            items = self._begun.get("citations") or []
            if not isinstance(items, list) or "citation" not in delta:
                raise Malformed(_MIXED)
            items.append(delta.pop("citation"))
            self._begun["citations"] = items
        elif kind not in _SAID_WHOLE:
            raise Malformed(_NO_EVENT)
        self._begun.update(delta)

    def whole(self) -> JsonObject:
        """The block. Input that is no object stays the text that it is, for the judge to see."""
        block = dict(self._begun)
        for name, pieces in self._pieces.items():
            grown = "".join(pieces)
            if name == "partial_json":
                if not isinstance(block.get("input"), dict):
                    raise Malformed(_MIXED)
                block["input"] = _input(grown) if grown else block["input"]
            elif isinstance(block.get(name, ""), str):
                block[name] = block.get(name, "") + grown
            else:
                raise Malformed(_MIXED)
        return block


def _input(text: str) -> JsonObject | str:
    try:
        return canonical.read(text.encode())
    except Unreadable:
        return text


def _renew(into: JsonObject, more: JsonObject) -> None:
    for name, value in more.items():
        if value is not None or name not in into:
            into[name] = value
