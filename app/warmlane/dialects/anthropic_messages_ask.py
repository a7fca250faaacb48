"""What an Anthropic messages request asks for."""

from collections.abc import Iterator
from typing import NamedTuple

from warmlane.dialects import turns
from warmlane.dialects.base import Ask
from warmlane.dialects.values import is_exactly, is_number, model_name
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject

UNKEYED = frozenset({
    "stream",  # how the answer comes, not what it is
    "cache", "orq",  # ours
    "metadata",  # who asks
})  # fmt: skip
"""Members that do not change the answer. Whatever is not named here is in the key: a new parameter must miss."""

_STATE = ("container", "thread", "diagnostics", "fallback_credit_token")
"""Members that lean on what Anthropic keeps of earlier calls, or say something of it in the answer."""

_CUSTOM = (None, "custom")
_RUN_BY_CLIENT = ("bash_", "text_editor_", "memory_")
"""Tools of Anthropic's design that the client runs. Whatever is not known to be run there looks at the world."""

_PLAIN = frozenset({"text", "thinking", "redacted_thinking"})
_OF_TOOLS = ("tool_use", "tool_result", "tool_reference", "tool_removal")
"""What the names of tools' blocks end in."""

_ADDITION = "tool_addition"  # which may bring an MCP server into play, in the middle of the messages


class _Survey(NamedTuple):
    """What is in the messages: files that Anthropic keeps, blocks that are no text, tools in play."""

    files: bool = False
    media: bool = False
    tools: bool = False
    hosted: bool = False


def read(body: JsonObject) -> Ask:
    """What `body` asks. Never raises, changes nothing in `body`, and shares what it does not change."""
    keyed = body
    if not UNKEYED.isdisjoint(body):
        keyed = {name: value for name, value in body.items() if name not in UNKEYED}
    survey = _survey(body) if _is_readable(body) else None
    text = None if survey is None else _text(body)
    return Ask(
        model=model_name(body.get("model")),
        streamed=body.get("stream") is True,
        wants_usage=False,  # every stream says it
        deterministic=is_exactly(body.get("temperature"), 0),
        never=NoCache.UNREADABLE if survey is None else _never(body, survey),
        not_near=NotNear.TEXT if survey is None else _not_near(body, survey, text),
        text=text,
        keyed=keyed,
        cut=turns.whole if text is None else _without_text,
    )


def _is_readable(body: JsonObject) -> bool:
    """Whether the members have the types that we go by; the messages are for `_survey` to read."""
    model, messages, limit = body.get("model"), body.get("messages"), body.get("max_tokens")
    return (
        isinstance(model, str)
        and model != ""
        and isinstance(body.get("stream") or False, bool)
        and (limit is None or is_number(limit))
        and all(isinstance(body.get(name) or [], list) for name in ("tools", "mcp_servers"))
        and isinstance(messages, list)
        and messages != []
    )


def _survey(body: JsonObject) -> _Survey | None:
    """What is in the system prompt and the messages; None where one of them has no shape that we know."""
    blocks: list[JsonObject] = []
    contents = [body.get("system") or ""]
    for message in body["messages"]:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            return None
        contents.append(message.get("content"))
    for content in contents:
        if isinstance(content, str):
            continue
        if not isinstance(content, list) or not all(map(_is_block, content)):
            return None
        blocks += content
    return _survey_blocks(blocks) if blocks else _Survey()


def _is_block(block: Json) -> bool:
    if not isinstance(block, dict):
        return False
    kind = block.get("type")
    return isinstance(kind, str) and (kind != "text" or isinstance(block.get("text"), str))


def _survey_blocks(blocks: list[JsonObject]) -> _Survey:
    files = media = tools = hosted = False
    for block in _nested(blocks):
        kind = block.get("type")
        if kind == "file" or block.get("file_id") is not None:
            files = True
        if kind == _ADDITION:
            hosted = True
        elif isinstance(kind, str) and kind.endswith(_OF_TOOLS):
            tools = True
        elif not isinstance(kind, str) or kind not in _PLAIN:
            media = True
    return _Survey(files, media, tools, hosted)


def _nested(blocks: list[JsonObject]) -> Iterator[JsonObject]:
    """Every block, and whatever is in one: the blocks of a tool's result, the source of a document."""
    waiting: list[Json] = list(blocks)
    while waiting:
        block = waiting.pop()
        if isinstance(block, dict):
            yield block
            inner = block.get("content")
            waiting += inner if isinstance(inner, list) else [inner]
            waiting.append(block.get("source"))


def _never(body: JsonObject, survey: _Survey) -> NoCache | None:
    """Contract §6, "Never". `max_tokens: 0` only warms the prompt cache that Anthropic keeps."""
    if survey.files or any(body.get(name) is not None for name in _STATE) or is_exactly(body.get("max_tokens"), 0):
        return NoCache.SERVER_STATE
    if survey.hosted or body.get("mcp_servers") or not all(map(_is_run_by_client, body.get("tools") or ())):
        return NoCache.HOSTED_TOOLS
    return None


def _is_run_by_client(tool: Json) -> bool:
    if not isinstance(tool, dict):
        return False
    kind = tool.get("type")
    return kind in _CUSTOM or (isinstance(kind, str) and kind.startswith(_RUN_BY_CLIENT))


def _not_near(body: JsonObject, survey: _Survey, text: str | None) -> NotNear | None:
    if survey.media:
        return NotNear.MEDIA
    if survey.tools or body.get("tools"):
        return NotNear.TOOLS
    return NotNear.TEXT if text is None else None


def _text(body: JsonObject) -> str | None:
    """The last user text; None where there is none, or a blank one."""
    last = body["messages"][-1]
    return turns.text(last["content"], "text") if last["role"] == "user" else None


def _without_text(keyed: JsonObject) -> JsonObject:
    """`keyed` without its last user text."""
    *before, last = keyed["messages"]
    return {**keyed, "messages": [*before, turns.without_text(last, "text")]}
