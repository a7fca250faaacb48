"""From the stream of a chat completion to the whole one: `fold`, the inverse of `openai_chat_replay.replay`."""

from warmlane.dialects import openai_chunks
from warmlane.dialects.merging import Malformed, merge
from warmlane.dialects.openai_chunks import Folded
from warmlane.model import Json, JsonObject

_NO_CHUNK = "no chunk of a chat completion"
_ABSENT = object()


def fold(body: bytes) -> Folded:
    """The completion that a stream spells. Raises: Malformed, also when it carries an error."""
    folded = openai_chunks.fold(body, "chat.completion", _begin, _add_choice)
    for choice in folded.completion["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            call.pop("index", None)  # in a whole completion the place says it
    return folded


def _begin(index: int) -> JsonObject:
    """Whole completions have both a role and a content, come what may."""
    return {"index": index, "message": {"role": "assistant", "content": None}, "finish_reason": None}


def _add_choice(choice: JsonObject, part: JsonObject) -> None:
    if "message" in part:
        raise Malformed(_NO_CHUNK)
    delta = part.pop("delta", None)
    if delta:
        if not isinstance(delta, dict):
            raise Malformed(_NO_CHUNK)
        calls = delta.pop("tool_calls", _ABSENT)
        if calls is not _ABSENT:
            _add_calls(choice["message"], calls)
        merge(choice["message"], delta)
    for name, value in part.items():
        if isinstance(value, list) or name == "logprobs":
            merge(choice, {name: value})
        elif value is not None or name not in choice:
            choice[name] = value


def _add_calls(message: JsonObject, calls: Json) -> None:
    known = message.setdefault("tool_calls", calls if calls is None else [])
    if calls is None:
        return
    if known is None:
        known = message["tool_calls"] = []
    if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        raise Malformed(_NO_CHUNK)
    for call in calls:
        begun = _begun(known, call)
        if begun is None:
            known.append(call)
        else:
            merge(begun, call)


def _begun(known: list[JsonObject], call: JsonObject) -> JsonObject | None:
    """The call that `call` goes on with: of the same index, if it has one, and not of another id.

    Some providers give every call the index 0 and an id of its own; some give no index at all.
    """
    index, name = call.get("index"), call.get("id")
    for other in reversed(known):
        if index in (None, other.get("index")) and (not name or other.get("id") in (None, "", name)):
            return other
    return None
