"""What an OpenAI Responses request asks for."""

from typing import NamedTuple

from warmlane.dialects import openai_ask, turns
from warmlane.dialects.base import Ask
from warmlane.dialects.openai_ask import STATE
from warmlane.dialects.turns import TEXT_TAKEN
from warmlane.dialects.values import is_exactly, model_name
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject

_TEXT = "input_text"
_PLAIN_PARTS = frozenset({_TEXT, "output_text", "refusal"})
_CALLS = frozenset({"function_call", "custom_tool_call"})
_RESULTS = frozenset({"function_call_output", "custom_tool_call_output"})
_THOUGHTS = frozenset({"reasoning", "compaction"})  # the provider's own, sealed or by id: in the key as they are


class _Survey(NamedTuple):
    """What is in the input: things the provider keeps, its own tools, parts that are no text, tools in play."""

    kept: bool = False
    hosted: bool = False
    media: bool = False
    tools: bool = False


def read(body: JsonObject) -> Ask:
    """What `body` asks. Never raises, changes nothing in `body`, and shares what it does not change."""
    survey = _survey(body.get("input")) if _is_readable(body) else None
    text = None if survey is None else _text(body.get("input"))
    return Ask(
        model=model_name(body.get("model")),
        streamed=body.get("stream") is True,
        wants_usage=False,  # the last event brings it, whoever asks
        deterministic=is_exactly(body.get("temperature"), 0),
        never=NoCache.UNREADABLE if survey is None else _never(body, survey),
        not_near=NotNear.TEXT if survey is None else _not_near(body, survey, text),
        text=text,
        keyed=openai_ask.keyed(body),
        cut=turns.whole if text is None else _without_text,
    )


def _is_readable(body: JsonObject) -> bool:
    """Whether the members have the types that we go by; the input is for `_survey` to read.

    It may be absent where the provider is to take it from what it keeps.
    """
    model, asked = body.get("model"), body.get("input")
    return (
        isinstance(model, str)
        and model != ""
        and isinstance(body.get("stream") or False, bool)
        and openai_ask.are_counts(body)
        and isinstance(body.get("tools") or [], list)
        and isinstance(body.get("modalities") or [], list)
        and (bool(asked) or (asked in (None, "") and any(body.get(name) for name in STATE)))
    )


def _survey(asked: Json) -> _Survey | None:
    """What is in the input, in one pass; None where an item has no shape that we know."""
    if asked is None or isinstance(asked, str):
        return _Survey()
    if not isinstance(asked, list):
        return None
    kept = hosted = media = tools = False
    for item in asked:
        kind = _kind(item)
        if kind is None:
            return None
        parts = item.get("output") if kind in _RESULTS else item.get("content") if kind == "message" else None
        if isinstance(parts, list):
            if not all(map(_is_part, parts)):
                return None
            kept = kept or any(part.get("file_id") is not None for part in parts)
            media = media or any(part["type"] not in _PLAIN_PARTS for part in parts)
        elif parts is not None and not isinstance(parts, str):
            return None
        kept = kept or kind == "item_reference"
        tools = tools or kind in _CALLS or kind in _RESULTS
        hosted = hosted or kind not in {"message", "item_reference", *_THOUGHTS, *_CALLS, *_RESULTS}
    return _Survey(kept, hosted, media, tools)


def _kind(item: Json) -> str | None:
    """The type of an item; None where it is no item. One with a role and no type is a message.

    One with neither names what the provider keeps by its id.
    """
    if not isinstance(item, dict):
        return None
    kind = item.get("type")
    if kind is None:
        kind = "message" if "role" in item else "item_reference"
    if not isinstance(kind, str) or (kind == "message" and not isinstance(item.get("role"), str)):
        return None
    return kind


def _is_part(part: Json) -> bool:
    if not isinstance(part, dict):
        return False
    kind = part.get("type")
    return isinstance(kind, str) and (kind != _TEXT or isinstance(part.get("text"), str))


def _never(body: JsonObject, survey: _Survey) -> NoCache | None:
    """Contract §6, "Never". An item of a type that we do not know may be the trace of a tool of the provider's."""
    if openai_ask.wants_several(body):
        return NoCache.CHOICES
    if survey.kept or openai_ask.leans_on_state(body):
        return NoCache.SERVER_STATE
    if survey.hosted or openai_ask.has_hosted_tools(body):
        return NoCache.HOSTED_TOOLS
    return NoCache.MEDIA if openai_ask.speaks(body) else None


def _not_near(body: JsonObject, survey: _Survey, text: str | None) -> NotNear | None:
    if survey.media:
        return NotNear.MEDIA
    if survey.tools or body.get("tools"):
        return NotNear.TOOLS
    return NotNear.TEXT if text is None else None


def _text(asked: Json) -> str | None:
    """The last user text; None where there is none, or a blank one."""
    if isinstance(asked, list):
        last = asked[-1]
        asked = last.get("content") if _kind(last) == "message" and last["role"] == "user" else None
    return turns.text(asked, _TEXT)


def _without_text(keyed: JsonObject) -> JsonObject:
    """`keyed` without its last user text."""
    asked = keyed["input"]
    if isinstance(asked, str):
        return {**keyed, "input": TEXT_TAKEN}
    *before, last = asked
    return {**keyed, "input": [*before, turns.without_text(last, _TEXT)]}
