"""From a whole response to the stream of it: `replay`, the inverse of `openai_responses_fold.fold`."""

from collections.abc import Iterator

from warmlane.dialects import sse, wire
from warmlane.dialects.pieces import pieces
from warmlane.model import JsonObject

_BEGUN: JsonObject = {"status": "in_progress", "output": [], "usage": None, "completed_at": None}
"""Members of a response that has only begun, where it has them."""

_BY_CALL = frozenset({"function_call", "custom_tool_call"})
"""Items that are known by the id of the call."""

_INPUTS = {
    "function_call": ("arguments", "response.function_call_arguments"),
    "custom_tool_call": ("input", "response.custom_tool_call_input"),
}
"""By type of an item: the member that comes in pieces, and the event that brings them."""

_SAYINGS = {
    "output_text": ("text", "response.output_text"),
    "refusal": ("refusal", "response.refusal"),
    "reasoning_text": ("text", "response.reasoning_text"),
}
"""The same by type of a part of a content."""


def replay(response: JsonObject) -> bytes | None:
    """The events of a stream that brings `response`, numbered from 0, as OpenAI sends them.

    Created, in progress; each item: added, its parts in pieces, done; completed. All ids are the response's own. None:
    two items cannot be told apart, which the SDKs take for a fault of the stream.
    """
    items = response["output"]
    if len({_identity(item) for item in items}) < len(items):
        return None
    begun = {**response, **{name: value for name, value in _BEGUN.items() if name in response}}
    events: list[JsonObject] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(items):
        events += _item(index, item)
    events.append({"type": "response.completed", "response": response})
    return b"".join([_frame(event, at) for at, event in enumerate(events)])


def _frame(event: JsonObject, at: int) -> bytes:
    kind = event["type"]
    return sse.frame(wire.write({"type": kind, "sequence_number": at, **event}), kind.encode())


def _identity(item: JsonObject) -> tuple[str, str]:
    """What the SDKs tell an item by."""
    kind = item["type"]
    return kind, wire.write(item.get("call_id" if kind in _BY_CALL else "id")).decode()


def _item(index: int, item: JsonObject) -> Iterator[JsonObject]:
    """The events of one item."""
    place: JsonObject = {"output_index": index, "item_id": item.get("id") or ""}
    yield {"type": "response.output_item.added", "output_index": index, "item": _unsaid(item)}
    if item["type"] in _INPUTS:
        member, kind = _INPUTS[item["type"]]
        yield from _pieces(kind, place, member, item)
    elif item["type"] == "reasoning":
        for at, part in enumerate(item.get("summary") or ()):
            yield from _summary({**place, "summary_index": at}, part)
    if item["type"] in {"reasoning", "message"}:
        for at, part in enumerate(item.get("content") or ()):
            yield from _part({**place, "content_index": at}, part)
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _unsaid(item: JsonObject) -> JsonObject:
    """The item before anything of it was said."""
    begun = {**item}
    if item.get("status") is not None:
        begun["status"] = "in_progress"
    if item["type"] in _INPUTS:
        begun[_INPUTS[item["type"]][0]] = ""
    for name in {"reasoning": ("summary", "content"), "message": ("content",)}.get(item["type"], ()):
        if item.get(name) is not None:
            begun[name] = []
    return begun


def _summary(place: JsonObject, part: JsonObject) -> Iterator[JsonObject]:
    """The events of a part of a summary of thoughts."""
    kind = "response.reasoning_summary_part"
    yield {"type": f"{kind}.added", **place, "part": {**part, "text": ""}}
    yield from _pieces("response.reasoning_summary_text", place, "text", part)
    yield {"type": f"{kind}.done", **place, "part": part}


def _part(place: JsonObject, part: JsonObject) -> Iterator[JsonObject]:
    """The events of a part of a content. One of a type that we do not know is only added and done."""
    member, kind = _SAYINGS.get(part["type"], ("", ""))
    said = kind != "" and isinstance(part.get(member), str)
    begun = {**part}
    if said:
        begun[member] = ""
        begun |= {name: [] for name in ("annotations", "logprobs") if isinstance(part.get(name), list)}
    yield {"type": "response.content_part.added", **place, "part": begun}
    if said:
        yield from _pieces(kind, place, member, part)
    yield {"type": "response.content_part.done", **place, "part": part}


def _pieces(kind: str, place: JsonObject, member: str, whole: JsonObject) -> Iterator[JsonObject]:
    """A text in pieces and then whole. Its log probabilities come with the first piece, its annotations behind it."""
    is_answer = kind == "response.output_text"
    first: JsonObject = {"logprobs": whole.get("logprobs") or []} if is_answer else {}
    for at, piece in enumerate(pieces(whole[member])):
        later: JsonObject = {"logprobs": []} if is_answer else {}
        yield {"type": f"{kind}.delta", **place, "delta": piece, **(later if at else first)}
    for at, annotation in enumerate((whole.get("annotations") or ()) if is_answer else ()):
        yield {"type": f"{kind}.annotation.added", **place, "annotation_index": at, "annotation": annotation}
    named = {"name": whole["name"]} if member == "arguments" else {}
    yield {"type": f"{kind}.done", **place, **named, member: whole[member], **first}
