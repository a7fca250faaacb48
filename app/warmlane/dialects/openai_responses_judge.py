"""Whether an OpenAI response may be stored (contract §6, "Stored only if")."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from warmlane.dialects import usage
from warmlane.dialects.base import Finish
from warmlane.dialects.values import is_arguments, model_name
from warmlane.events import NoCache
from warmlane.model import Json, JsonObject

GOOD = "completed"
"""The one status of an answer that is whole, and of each item in it that has a status."""

_UNFINISHED = frozenset({"in_progress", "queued"})


def judge(response: JsonObject, *, done: bool = True) -> Finish:
    """What came of `response`; `done`: its stream said that it was over. Never raises."""
    refuse = _refuse(response, done=done)
    return Finish(
        refuse=refuse,
        exact_only=refuse is None and any(item["type"] in _CALLS for item in response["output"]),
        usage=usage.read(response.get("usage"), usage.RESPONSES),
        model=model_name(response.get("model")),
    )


def _refuse(response: JsonObject, *, done: bool) -> NoCache | None:
    status, items = response.get("status"), response.get("output")
    if not done:
        return NoCache.INCOMPLETE
    if not isinstance(items, list) or not all(map(_is_item, items)) or not isinstance(status, str | None):
        return NoCache.MALFORMED
    if status is None or status in _UNFINISHED:
        return NoCache.INCOMPLETE
    if status != GOOD or response.get("incomplete_details") is not None:
        return NoCache.NOT_FINAL
    return NoCache.MALFORMED if response.get("error") is not None else _refuse_items(items)


def _refuse_items(items: list[JsonObject]) -> NoCache | None:
    if any(item["type"] not in _ITEMS for item in items):  # it came of a tool of the provider's
        return NoCache.HOSTED_TOOLS
    if any(item.get("status") not in (None, GOOD) or _refuses(item) for item in items):
        return NoCache.NOT_FINAL
    return None if any(map(_says_something, items)) else NoCache.EMPTY


def _is_item(item: Json) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        return False
    fits = _ITEMS.get(item["type"])
    return fits is None or fits(item)


def _is_message(item: JsonObject) -> bool:
    return isinstance(item.get("content"), list) and all(map(_is_part, item["content"]))


def _is_part(part: Json) -> bool:
    """One of a type that we do not know has whatever it has."""
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        return False
    if part["type"] != "output_text":
        return True
    return isinstance(part.get("text"), str) and all(
        isinstance(part.get(name) or [], list) for name in ("annotations", "logprobs")
    )


def _is_thought(item: JsonObject) -> bool:
    summary, content = item.get("summary") or [], item.get("content") or []
    return (
        isinstance(summary, list)
        and isinstance(content, list)
        and all(map(_is_part, content))
        and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in summary)
    )


def _is_call(item: JsonObject) -> bool:
    return isinstance(item.get("name"), str) and is_arguments(item.get("arguments"))


def _is_custom_call(item: JsonObject) -> bool:
    """It is called with whatever it takes."""
    return isinstance(item.get("name"), str) and isinstance(item.get("input"), str)


_CALLS: Final[Mapping[str, Callable[[JsonObject], bool]]] = MappingProxyType(
    {"function_call": _is_call, "custom_tool_call": _is_custom_call}
)
_ITEMS: Final[Mapping[str, Callable[[JsonObject], bool]]] = MappingProxyType(
    {"message": _is_message, "reasoning": _is_thought, "compaction": lambda _: True, **_CALLS}
)
"""What the model itself says, and what makes it well-formed."""


def _refuses(item: JsonObject) -> bool:
    return item["type"] == "message" and any(part["type"] == "refusal" for part in item["content"])


def _says_something(item: JsonObject) -> bool:
    if item["type"] == "message":
        return any(part["type"] != "output_text" or part["text"].strip() for part in item["content"])
    return item["type"] in _CALLS
