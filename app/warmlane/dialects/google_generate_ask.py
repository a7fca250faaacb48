"""What a Google request asks for.

Google reads each name in two spellings, `systemInstruction` and `system_instruction`, and one thing where a list is
meant; so does this. They stay apart in the key.
"""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl

from warmlane.dialects.base import Ask
from warmlane.dialects.values import is_exactly, model_name
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject

UNKEYED = frozenset({"labels", "cache", "orq"})
"""Members that do not change the answer: for the bill, and ours. A new parameter is in the key, and must miss."""

TEXT_TAKEN = True
"""Stands in `rest` where the text was. A readable body has a string there: none can hold it itself."""

_CALL = re.compile(r"/[^/]+/(?:models/)?(?P<model>.+):(?P<verb>generateContent|streamGenerateContent)")
_ALT = ("alt", "$alt")
_CONTENTS, _CONFIG, _SYSTEM = "contents", "generationConfig", "systemInstruction"
_STATE = ("cachedContent", "continuationToken", "store")
_SNAKE = {
    "cachedContent": "cached_content",
    "candidateCount": "candidate_count",
    "continuationToken": "continuation_token",
    "fileData": "file_data",
    "functionResponse": "function_response",
    "generationConfig": "generation_config",
    "responseModalities": "response_modalities",
    "speechConfig": "speech_config",
    "store": "store",
    "systemInstruction": "system_instruction",
}
_OWN_TOOLS = frozenset({"functionDeclarations", "function_declarations"})
"""What the client runs itself. All else looks at the world, runs at Google's, or is not known yet."""

_BESIDE = frozenset({"thought", "thoughtSignature", "thought_signature", "partMetadata", "part_metadata"})
_CALLS = frozenset({
    "functionCall", "functionResponse", "function_call", "function_response", "executableCode", "codeExecutionResult",
    "executable_code", "code_execution_result", "toolCall", "toolResponse", "tool_call", "tool_response",
})  # fmt: skip


class _Survey(NamedTuple):
    """What is in the contents: files behind a URI, parts that are no text, tools in play."""

    files: bool
    media: bool
    tools: bool


def read(body: JsonObject, path: str, query: str) -> Ask:
    """What `body` asks. Never raises, changes nothing in `body`, and shares what it does not change."""
    call, alt = _CALL.fullmatch(path), _alt(query)
    streamed = call is not None and call["verb"] == "streamGenerateContent"
    survey = None if call is None or not _is_readable(body) else _survey(body)
    text = None if survey is None else _text(body)
    config = _get(body, _CONFIG)
    return Ask(
        model="" if call is None else model_name(call["model"]),
        streamed=streamed,
        wants_usage=False,
        deterministic=isinstance(config, dict) and is_exactly(config.get("temperature"), 0),
        never=NoCache.UNREADABLE if survey is None else _never(body, survey, streamed=streamed, alt=alt),
        not_near=NotNear.TEXT if survey is None else _not_near(body, survey, text),
        text=text,
        keyed={name: value for name, value in body.items() if name not in UNKEYED},
        cut=_whole if text is None else _without_text,
        as_array=streamed and alt != "sse",
    )


def _alt(query: str) -> str:
    """What the answer is wanted as: "json", "sse", or what is neither and not read here."""
    said = {value for name, value in parse_qsl(query) if name in _ALT} if "alt" in query else set()
    return "json" if not said else said.pop() if len(said) == 1 else "several"


def _get(of: JsonObject, name: str) -> Json:
    """The member of that name, in either spelling."""
    value = of.get(name)
    return of.get(_SNAKE[name]) if value is None else value


def _listed(value: Json) -> list[Json] | None:
    """A list, or one thing in place of it; None where it is neither."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else None


def _is_readable(body: JsonObject) -> bool:
    """Whether the members have the types that we go by; the parts are for `_survey` to read.

    A member in both spellings could be read in two ways.
    """
    config = _get(body, _CONFIG)
    if _is_said_twice(body) or not isinstance(config or {}, dict) or not _listed(body.get(_CONTENTS)):
        return False
    modalities = _get(config or {}, "responseModalities")
    return (
        _listed(body.get("tools")) is not None
        and not _is_said_twice(config or {})
        and isinstance(modalities or [], list | str)
    )


def _is_said_twice(of: JsonObject) -> bool:
    return any(name in of and snake in of for name, snake in _SNAKE.items() if name != snake)


def _survey(body: JsonObject) -> _Survey | None:
    """What is in contents and system instruction, in one pass; None where one of them has no shape that we know."""
    contents, system = _listed(body.get(_CONTENTS)), _listed(_get(body, _SYSTEM))
    if contents is None or system is None:
        return None
    files = media = tools = False
    for content in (*contents, *system):
        parts = _parts(content)
        if parts is None:
            return None
        for part in parts:
            kinds = part.keys() - _BESIDE
            if "text" in kinds and not isinstance(part["text"], str):
                return None
            tools = tools or not kinds.isdisjoint(_CALLS)
            media = media or not kinds <= _CALLS | {"text"}
            files = files or _has_file(part)
    return _Survey(files, media, tools)


def _parts(content: Json) -> list[JsonObject] | None:
    if not isinstance(content, dict) or not isinstance(content.get("role") or "", str):
        return None
    parts = _listed(content.get("parts"))
    return parts if parts is not None and all(isinstance(part, dict) for part in parts) else None


def _has_file(part: JsonObject) -> bool:
    """Whether a part names a file by its URI, itself or in the answer of a function; what is behind it may change."""
    if _get(part, "fileData") is not None:
        return True
    answer = _get(part, "functionResponse")
    inner = _listed(answer.get("parts")) if isinstance(answer, dict) else []
    return any(isinstance(each, dict) and _get(each, "fileData") is not None for each in inner or ())


def _never(body: JsonObject, survey: _Survey, *, streamed: bool, alt: str) -> NoCache | None:
    """Contract §6, "Never"."""
    config = _get(body, _CONFIG) or {}
    if alt != "json" and not (streamed and alt == "sse"):
        return NoCache.ENDPOINT
    candidates = _get(config, "candidateCount")
    if candidates is not None and not is_exactly(candidates, 1):
        return NoCache.CHOICES
    if survey.files or any(_get(of, name) not in (None, False, "") for of in (body, config) for name in _STATE):
        return NoCache.SERVER_STATE
    if not all(isinstance(tool, dict) and _is_own(tool) for tool in _listed(body.get("tools")) or ()):
        return NoCache.HOSTED_TOOLS
    modalities = _get(config, "responseModalities") or []
    wanted = [modalities] if isinstance(modalities, str) else modalities
    if _get(config, "speechConfig") is not None or any(_is_media(each) for each in wanted):
        return NoCache.MEDIA
    return None


def _is_own(tool: JsonObject) -> bool:
    return all(value is None or name in _OWN_TOOLS for name, value in tool.items())


def _is_media(modality: Json) -> bool:
    return not isinstance(modality, str) or modality.upper() != "TEXT"


def _not_near(body: JsonObject, survey: _Survey, text: str | None) -> NotNear | None:
    if survey.media:
        return NotNear.MEDIA
    if survey.tools or body.get("tools"):
        return NotNear.TOOLS
    return NotNear.TEXT if text is None else None


def _text(body: JsonObject) -> str | None:
    """The last user text; None where there is none, or a blank one. Who says nothing of a role is the user."""
    last = _last(body)
    if (last.get("role") or "user") != "user":
        return None
    text = "\n".join(part["text"] for part in _parts(last) or () if "text" in part)
    return None if not text or text.isspace() else text


def _without_text(keyed: JsonObject) -> JsonObject:
    """`keyed` without its last user text: the same number of text parts, each with its other members.

    Two bodies of equal text and equal rest differ at most in where their text parts are cut at a line feed.
    """
    contents, last = keyed[_CONTENTS], _last(keyed)
    parts = last["parts"]
    left = [_taken(part) for part in parts] if isinstance(parts, list) else _taken(parts)
    stripped = {**last, "parts": left}
    return {**keyed, _CONTENTS: [*contents[:-1], stripped] if isinstance(contents, list) else stripped}


def _last(body: JsonObject) -> JsonObject:
    """The last content of a body that is readable."""
    contents = body[_CONTENTS]
    last: JsonObject = contents[-1] if isinstance(contents, list) else contents
    return last


def _taken(part: JsonObject) -> JsonObject:
    return {**part, "text": TEXT_TAKEN} if "text" in part else part


def _whole(keyed: JsonObject) -> JsonObject:
    return keyed
