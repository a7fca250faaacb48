"""What an OpenAI chat completion request asks for."""

from collections.abc import Mapping
from typing import NamedTuple

from warmlane.dialects.base import Ask
from warmlane.dialects.values import is_exactly, is_number, model_name
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject

UNKEYED = frozenset({
    "stream", "stream_options",  # how the answer comes, not what it is
    "cache", "orq",  # ours
    "user", "metadata", "safety_identifier",  # who asks, and the provider's bookkeeping
    "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options",  # where the provider keeps its own prefix
})  # fmt: skip
"""Members that do not change the answer. Whatever is not named here is in the key: a new parameter must miss."""

TEXT_TAKEN = True
"""Stands in `rest` where the text was. A readable body has a string, a list or null there: none can hold it itself."""

_STATE = ("previous_response_id", "conversation", "background", "prompt")
_SEARCH = ("web_search_options", "search_parameters", "plugins")  # OpenAI, xAI, OpenRouter
_ONLINE = ":online"  # OpenRouter's spelling of a web search
_OWN_TOOLS = ("function", "custom")  # what the client runs itself
_RARE = frozenset({"n", "best_of", "tools", "functions", "modalities", "audio", "store", *_STATE, *_SEARCH})
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
    keyed = body
    if not UNKEYED.isdisjoint(body):
        keyed = {name: value for name, value in body.items() if name not in UNKEYED}
    plain = _RARE.isdisjoint(body)
    streamed = body.get("stream") is True
    survey = _survey(body) if _is_readable(body, plain=plain) else None
    text = None if survey is None else _text(body)
    return Ask(
        model=model_name(body.get("model")),
        streamed=streamed,
        wants_usage=streamed and _wants_usage(body.get("stream_options")),
        deterministic=is_exactly(body.get("temperature"), 0),
        never=NoCache.UNREADABLE if survey is None else _never(body, survey, plain=plain),
        not_near=NotNear.TEXT if survey is None else _not_near(body, survey, text),
        text=text,
        keyed=keyed,
        cut=_whole if text is None else _without_text,
    )


def _wants_usage(options: Json) -> bool:
    return isinstance(options, dict) and options.get("include_usage") is True


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
    return all(body.get(name) is None or is_number(body[name]) for name in ("n", "best_of")) and all(
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
        return NoCache.HOSTED_TOOLS if body["model"].endswith(_ONLINE) else None
    return _never_with_rare_ones(body, survey)


def _never_with_rare_ones(body: JsonObject, survey: _Survey) -> NoCache | None:
    if any(body.get(name) is not None and not is_exactly(body[name], 1) for name in ("n", "best_of")):
        return NoCache.CHOICES
    if survey.files or body.get("store") not in (None, False) or any(body.get(name) for name in _STATE):
        return NoCache.SERVER_STATE
    tools = body.get("tools") or ()
    if (
        body["model"].endswith(_ONLINE)
        or any(body.get(name) is not None for name in _SEARCH)
        or not all(isinstance(tool, dict) and tool.get("type") in _OWN_TOOLS for tool in tools)
    ):
        return NoCache.HOSTED_TOOLS
    if body.get("audio") is not None or any(kind != "text" for kind in body.get("modalities") or ()):
        return NoCache.MEDIA
    return None


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
    content = last.get("content")
    if last["role"] != "user" or content is None:
        return None
    text = content
    if not isinstance(text, str):
        text = "\n".join(part["text"] for part in content if part["type"] == "text")
    return None if not text or text.isspace() else text


def _without_text(keyed: JsonObject) -> JsonObject:
    """`keyed` without its last user text: the same number of text parts, each with its other members.

    Two bodies of equal text and equal rest differ at most in where their text parts are cut at a line feed.
    """
    last = keyed["messages"][-1]
    left: Json = TEXT_TAKEN
    if not isinstance(last["content"], str):
        left = [{**part, "text": TEXT_TAKEN} if part["type"] == "text" else part for part in last["content"]]
    return {**keyed, "messages": [*keyed["messages"][:-1], {**last, "content": left}]}


def _whole(keyed: JsonObject) -> JsonObject:
    return keyed
