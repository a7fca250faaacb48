"""Whether an Anthropic message may be stored (contract §6, "Stored only if")."""

from warmlane.dialects import usage
from warmlane.dialects.base import Finish
from warmlane.events import NoCache
from warmlane.model import Json, JsonObject

GOOD = frozenset({"end_turn", "tool_use", "stop_sequence"})
"""The stop reasons of an answer that is whole."""

_SAID = {"text": "text", "thinking": "thinking"}
"""Kinds of blocks, and where their text is."""

_THOUGHTS = frozenset({"thinking", "redacted_thinking"})
_CALL = "tool_use"
"""What the names of all blocks end in that call a tool."""


def judge(message: JsonObject, *, done: bool = True) -> Finish:
    """What came of `message`; `done`: its stream said that it was over. Never raises."""
    model, refuse = message.get("model"), _refuse(message, done=done)
    return Finish(
        refuse=refuse,
        exact_only=refuse is None and _calls_tools(message),
        usage=usage.read(message.get("usage"), usage.MESSAGES),
        model=model if isinstance(model, str) else "",
    )


def is_message(message: JsonObject) -> bool:
    """Whether `message` has the shape that a stream of it can be made from."""
    content = message.get("content")
    return isinstance(content, list) and all(map(_is_block, content))


def _refuse(message: JsonObject, *, done: bool) -> NoCache | None:
    reason = message.get("stop_reason")
    if message.get("type") != "message" or not (reason is None or isinstance(reason, str)):
        return NoCache.MALFORMED
    if not done or reason is None:
        return NoCache.INCOMPLETE
    if reason not in GOOD:
        return NoCache.NOT_FINAL
    if not is_message(message):
        return NoCache.MALFORMED
    if _is_failed_over(message):
        return NoCache.NOT_FINAL
    return None if any(map(_says_something, message["content"])) else NoCache.EMPTY


def _is_block(block: Json) -> bool:
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(kind, str):
        return False
    if kind in _SAID:
        return isinstance(block.get(_SAID[kind]), str)
    return not kind.endswith(_CALL) or (isinstance(block.get("name"), str) and isinstance(block.get("input"), dict))


def _is_failed_over(message: JsonObject) -> bool:
    """Whether another model answered, because the one that was asked declined: its next answer may be its own."""
    used = message.get("usage")
    passes = used.get("iterations") if isinstance(used, dict) else None
    return any(block["type"] == "fallback" for block in message["content"]) or any(
        isinstance(each, dict) and each.get("type") == "fallback_message"
        for each in (passes if isinstance(passes, list) else ())
    )


def _says_something(block: JsonObject) -> bool:
    kind = block["type"]
    return bool(block["text"].strip()) if kind == "text" else kind not in _THOUGHTS


def _calls_tools(message: JsonObject) -> bool:
    return message["stop_reason"] == _CALL or any(block["type"].endswith(_CALL) for block in message["content"])
