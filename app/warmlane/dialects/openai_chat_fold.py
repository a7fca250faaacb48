"""From the stream of a chat completion to the whole one: `fold`, the inverse of `openai_chat_replay.replay`.

Nothing is known of a field but its type, so that what a provider invents survives: strings grow, lists grow, objects
merge, anything else is replaced. The exceptions are names that say what a thing is, which providers repeat.
"""

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import sse
from warmlane.model import Json, JsonObject, Value

DONE = b"[DONE]"
NAMING = frozenset({"id", "type", "role", "name", "index", "format"})
"""Strings that are said whole, never in pieces; only `name` may come in pieces all the same."""

PADDING = "obfuscation"
"""Random characters that hide the length of a chunk; they are no part of the answer."""


class Malformed(ValueError):
    """These bytes are no chat completion. Its text says nothing of the content."""


class Folded(Value, frozen=True, kw_only=True, gc=True):
    """The whole completion, and whether the stream said that it was `done`."""

    completion: JsonObject
    done: bool

    def __repr__(self) -> str:
        """Never the answer."""
        return f"Folded(done={self.done})"


_NOT_JSON = "not strict JSON in a line of bounded length"
_AFTER_END = "something after the end"
_NO_CHUNK = "no chunk of a chat completion"
_MIXED = "a field changes its type"
_ABSENT = object()


def fold(body: bytes) -> Folded:
    """The completion that a stream spells. Raises: Malformed, also when it carries an error."""
    done = False
    top: JsonObject = {}
    choices: dict[int, JsonObject] = {}
    try:
        for event in sse.read(body):
            if event.data.startswith(DONE):
                done = True
            elif done:
                raise Malformed(_AFTER_END)
            else:
                _add(top, choices, canonical.read(event.data))
    except (sse.Oversize, Unreadable):
        raise Malformed(_NOT_JSON) from None
    for choice in choices.values():
        for call in choice["message"].get("tool_calls") or ():
            call.pop("index", None)  # in a whole completion the place says it
    top["object"] = "chat.completion"
    usage = top.pop("usage", None)
    completion = {**top, "choices": [choices[index] for index in sorted(choices)]}
    return Folded(completion=completion if usage is None else {**completion, "usage": usage}, done=done)


def _add(top: JsonObject, choices: dict[int, JsonObject], chunk: JsonObject) -> None:
    parts = chunk.pop("choices", None)
    if parts is None and isinstance(chunk.get("usage"), dict):
        parts = []
    if chunk.get("error") is not None or not isinstance(parts, list):
        raise Malformed(_NO_CHUNK)
    chunk.pop(PADDING, None)
    for name, value in chunk.items():
        if value or top.get(name) is None:  # Azure sends chunks with an empty id and model among the others
            top[name] = value
    for part in parts:
        if not isinstance(part, dict) or "message" in part:
            raise Malformed(_NO_CHUNK)
        index = part.pop("index", 0)
        if not isinstance(index, int):
            raise Malformed(_NO_CHUNK)
        if index not in choices:
            message = {"role": "assistant", "content": None}  # whole completions have both, come what may
            choices[index] = {"index": index, "message": message, "finish_reason": None}
        _add_choice(choices[index], part)


def _add_choice(choice: JsonObject, part: JsonObject) -> None:
    delta = part.pop("delta", None)
    if delta:
        if not isinstance(delta, dict):
            raise Malformed(_NO_CHUNK)
        calls = delta.pop("tool_calls", _ABSENT)
        if calls is not _ABSENT:
            _add_calls(choice["message"], calls)
        _merge(choice["message"], delta)
    for name, value in part.items():
        if isinstance(value, list) or name == "logprobs":
            _merge(choice, {name: value})
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
            _merge(begun, call)


def _begun(known: list[JsonObject], call: JsonObject) -> JsonObject | None:
    """The call that `call` goes on with: of the same index, if it has one, and not of another id.

    Some providers give every call the index 0 and an id of its own; some give no index at all.
    """
    index, name = call.get("index"), call.get("id")
    for other in reversed(known):
        if index in (None, other.get("index")) and (not name or other.get("id") in (None, "", name)):
            return other
    return None


def _merge(into: JsonObject, more: JsonObject) -> None:
    for name, value in more.items():
        old = into.get(name)
        if old is None:
            into[name] = value
        elif value is None:
            continue
        elif isinstance(old, str) and isinstance(value, str):
            into[name] = _join(name, old, value)
        elif isinstance(old, list) and isinstance(value, list):
            _extend(old, value)
        elif isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        elif isinstance(old, str | list | dict) or isinstance(value, str | list | dict):
            raise Malformed(_MIXED)
        else:
            into[name] = value


def _join(name: str, old: str, value: str) -> str:
    if name not in NAMING:
        return old + value
    if name == "name":
        return old if value == old else old + value
    return value or old


def _extend(old: list[Json], more: list[Json]) -> None:
    """Append, but go on with an item of an earlier chunk that has the same index, type and id."""
    before = len(old)
    for item in more:
        begun = None
        if isinstance(item, dict) and "index" in item:
            begun = next((other for other in old[:before] if _is_same(other, item)), None)
        if begun is None:
            old.append(item)
        else:
            _merge(begun, item)


def _is_same(old: Json, item: JsonObject) -> bool:
    return (
        isinstance(old, dict)
        and old.get("index") == item["index"]
        and all(not item.get(name) or not old.get(name) or item[name] == old[name] for name in ("type", "id"))
    )
