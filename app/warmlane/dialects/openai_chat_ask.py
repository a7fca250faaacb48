"""What an OpenAI chat completion request asks for."""

from collections.abc import Mapping
from typing import NamedTuple

from warmlane.dialects.base import Ask
from warmlane.dialects.openai_ask import (
    COUNTS,
    SEARCH,
    STATE,
    are_counts,
    has_hosted_tools,
    is_online,
    keyed,
    leans_on_state,
    speaks,
    wants_several,
    wants_usage,
)  # fmt: skip
from warmlane.dialects.turns import text, whole, without_text
from warmlane.dialects.values import is_exactly, model_name
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject

_RARE = frozenset({*COUNTS, "tools", "functions", "modalities", "audio", "store", *STATE, *SEARCH})
"""Members that most bodies lack: whoever has none of them is spared the looks at each."""

_TOOL_ROLES = frozenset({"tool", "function"})
_USUAL = 2
"""Members of a message that has a role and a content."""

_PLAIN_PARTS = frozenset({"text", "refusal"})


class _Survey(NamedTuple):
    """What is in the messages: files the provider keeps, parts that are no text, tools in play."""

    files: bool
    media: bool
    tools: bool


_TEXT_ONLY = _Survey(files=False, media=False, tools=False)


def read(body: JsonObject) -> Ask:
    """What `body` asks. Never raises, changes nothing in `body`, and shares what it does not change."""
    plain = _RARE.isdisjoint(body)
    streamed = body.get("stream") is True
    survey = _survey(body) if _is_readable(body, plain=plain) else None
    said = None if survey is None else _text(body)
    return Ask(
        model=model_name(body.get("model")),
        streamed=streamed,
        wants_usage=streamed and wants_usage(body),
        deterministic=is_exactly(body.get("temperature"), 0),
        never=NoCache.UNREADABLE if survey is None else _never(body, survey, plain=plain),
        not_near=NotNear.TEXT if survey is None else _not_near(body, survey, said),
        text=said,
        keyed=keyed(body),
        cut=whole if said is None else _without_text,
    )


def _is_readable(body: JsonObject, *, plain: bool) -> bool:
    """Whether the members have the types that we go by; the messages are for `_survey` to read."""
    model, messages = body.get("model"), body.get("messages")
    return (
        isinstance(model, str)
        and model != ""
        and isinstance(body.get("stream") or False, bool)
        and (plain or _are_rare_ones_readable(body))
        and isinstance(messages, list)
        and messages != []
    )


def _are_rare_ones_readable(body: JsonObject) -> bool:
    return are_counts(body) and all(
        isinstance(body.get(name) or [], list) for name in ("tools", "functions", "modalities")
    )


def _survey(body: JsonObject) -> _Survey | None:
    """What is in the messages, in one pass; None where one of them has no shape that we know."""
    files = media = tools = False
    for message in body["messages"]:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            return None
        content = message.get("content")
        if len(message) == _USUAL and isinstance(content, str) and message["role"] not in _TOOL_ROLES:
            continue  # a role and a text: nothing else can be in it
        if isinstance(content, list):
            if not all(map(_is_part, content)):
                return None
            media = media or any(part["type"] not in _PLAIN_PARTS for part in content)
            files = files or any(map(_is_file, content))
        elif content is not None and not isinstance(content, str):
            return None
        tools = tools or _uses_tools(message)
        files = files or bool(message.get("audio"))  # an earlier spoken answer, named by an id
    return _Survey(files, media, tools) if files or media or tools else _TEXT_ONLY


def _is_part(part: Json) -> bool:
    if not isinstance(part, dict):
        return False
    kind = part.get("type")
    return isinstance(kind, str) and (kind != "text" or isinstance(part.get("text"), str))


def _is_file(part: JsonObject) -> bool:
    """Whether a part is named by an id, behind which the provider keeps what is meant."""
    file = part.get("file")
    return isinstance(file, dict) and file.get("file_id") is not None


def _never(body: JsonObject, survey: _Survey, *, plain: bool) -> NoCache | None:
    """Contract §6, "Never". `plain`: none of the rare members is there."""
    if plain:
        if survey.files:
            return NoCache.SERVER_STATE
        return NoCache.HOSTED_TOOLS if is_online(body["model"]) else None
    if wants_several(body):
        return NoCache.CHOICES
    if survey.files or leans_on_state(body):
        return NoCache.SERVER_STATE
    if has_hosted_tools(body):
        return NoCache.HOSTED_TOOLS
    return NoCache.MEDIA if speaks(body) else None


def _not_near(body: JsonObject, survey: _Survey, text: str | None) -> NotNear | None:
    if survey.media:
        return NotNear.MEDIA
    if survey.tools or body.get("tools") or body.get("functions"):
        return NotNear.TOOLS
    return NotNear.TEXT if text is None else None


def _uses_tools(message: Mapping[str, Json]) -> bool:
    return message["role"] in _TOOL_ROLES or bool(message.get("tool_calls") or message.get("function_call"))


def _text(body: JsonObject) -> str | None:
    """The last user text; None where there is none, or a blank one."""
    last = body["messages"][-1]
    return text(last.get("content"), "text") if last["role"] == "user" else None


def _without_text(keyed: JsonObject) -> JsonObject:
    """`keyed` without its last user text."""
    *before, last = keyed["messages"]
    return {**keyed, "messages": [*before, without_text(last, "text")]}
