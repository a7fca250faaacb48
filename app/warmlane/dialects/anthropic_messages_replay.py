"""From a whole Anthropic message to the stream of it: `replay`, the inverse of `anthropic_messages_fold.fold`."""

from collections.abc import Iterator

from warmlane.dialects import sse, wire
from warmlane.dialects.pieces import pieces
from warmlane.model import JsonObject

_AT_THE_END = ("stop_reason", "stop_sequence", "stop_details", "container")
"""Members of the message that `message_delta` says, in its delta."""

_BESIDE_IT = ("context_management",)
"""Members of the message that `message_delta` says, beside its delta."""

_COUNTED_LAST = ("output_tokens", "output_tokens_details", "server_tool_use", "iterations", "fallback_credit")
"""Members of the usage that are known at the end only."""

_COUNTED_AGAIN = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
"""Those that are said at both ends."""


def replay(message: JsonObject) -> bytes:
    """The events of a stream that spells `message`, which has a content of blocks, and a usage that counts the output.

    `message_start` without content, stop reason and output, each block with its texts in pieces, the input of a tool in
    one, `message_delta`, `message_stop`.
    """
    return b"".join(sse.frame(wire.write(event), event["type"].encode()) for event in _events(message))


def _events(message: JsonObject) -> Iterator[JsonObject]:
    usage = message["usage"]
    ended, beside = _of(message, _AT_THE_END), _of(message, _BESIDE_IT)
    counted = _of(usage, _COUNTED_LAST)
    later = dict.fromkeys([*ended, *beside])
    begun = {**message, **later, "content": [], "usage": {**usage, **dict.fromkeys(counted), "output_tokens": 0}}
    yield {"type": "message_start", "message": begun}
    for index, block in enumerate(message["content"]):
        first, deltas = _spell(block)
        yield {"type": "content_block_start", "index": index, "content_block": first}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "message_delta", "delta": ended, "usage": {**_of(usage, _COUNTED_AGAIN), **counted}, **beside}
    yield {"type": "message_stop"}


def _of(value: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: value[name] for name in names if name in value}


def _spell(block: JsonObject) -> tuple[JsonObject, list[JsonObject]]:
    """A block as it begins, and what is said of it afterwards. One of an unknown kind is said at once."""
    match block:
        case {"type": "text", "text": str(text)}:
            return _spell_text(block, text)
        case {"type": "thinking", "thinking": str(text)}:
            return _spell_thinking(block, text)
        case {"input": dict(given)}:
            said = wire.write(given).decode()
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": said}]
    return block, []


def _spell_text(block: JsonObject, text: str) -> tuple[JsonObject, list[JsonObject]]:
    first = {**block, "text": ""}
    deltas: list[JsonObject] = [{"type": "text_delta", "text": piece} for piece in pieces(text)]
    if isinstance(block.get("citations"), list):
        first["citations"] = []
        deltas += [{"type": "citations_delta", "citation": citation} for citation in block["citations"]]
    return first, deltas


def _spell_thinking(block: JsonObject, text: str) -> tuple[JsonObject, list[JsonObject]]:
    first = {**block, "thinking": ""}
    deltas: list[JsonObject] = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(text)]
    if block.get("signature"):
        first["signature"] = ""
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    return first, deltas
