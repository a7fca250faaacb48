"""Whether a Google answer may be stored (contract §6, "Stored only if")."""

from collections.abc import Iterator

from warmlane.dialects import usage
from warmlane.dialects.base import Finish
from warmlane.dialects.values import model_name
from warmlane.events import NoCache
from warmlane.model import Json, JsonObject

GOOD = "STOP"
"""The one finish reason of an answer that is whole; there are two dozen others, and new ones come."""

_MEDIA = ("inlineData", "fileData")
_IN_PIECES = ("partialArgs", "willContinue")
"""A function's arguments that come in pieces: of a form that we do not put together."""


def judge(answer: JsonObject, *, ended: bool = True) -> Finish:
    """What came of `answer`; `ended` goes into the finish. Never raises."""
    refuse = _refuse(answer)
    return Finish(
        refuse=refuse,
        exact_only=refuse is None and any(part.get("functionCall") for part in _parts(answer["candidates"][0])),
        usage=usage.read(answer.get("usageMetadata"), usage.GENERATE),
        model=model_name(answer.get("modelVersion")),
        ended=ended,
    )


def _refuse(answer: JsonObject) -> NoCache | None:
    candidates, feedback = answer.get("candidates"), answer.get("promptFeedback")
    if (
        answer.get("error") is not None
        or not isinstance(candidates or [], list)
        or not isinstance(feedback or {}, dict)
        or not all(map(_is_candidate, candidates or ()))
    ):
        return NoCache.MALFORMED
    if feedback and feedback.get("blockReason") is not None:
        return NoCache.NOT_FINAL
    if not candidates:
        return NoCache.EMPTY
    return _refuse_candidate(candidates[0]) if len(candidates) == 1 else NoCache.CHOICES


def _refuse_candidate(candidate: JsonObject) -> NoCache | None:
    reason = candidate.get("finishReason")
    if reason is None:
        return NoCache.INCOMPLETE
    if reason != GOOD:
        return NoCache.NOT_FINAL
    if any(part.get(name) is not None for part in _parts(candidate) for name in _MEDIA):
        return NoCache.MEDIA
    return None if any(map(_says_something, _parts(candidate))) else NoCache.EMPTY


def _says_something(part: JsonObject) -> bool:
    """Whether a part is of the answer; thoughts are not."""
    text = part.get("text") or ""
    return bool(part.get("functionCall")) or (not part.get("thought") and text != "" and not text.isspace())


def _is_candidate(candidate: Json) -> bool:
    if not isinstance(candidate, dict) or not isinstance(candidate.get("finishReason") or "", str):
        return False
    content = candidate.get("content") or {}
    parts = content.get("parts") or [] if isinstance(content, dict) else None
    return isinstance(parts, list) and all(map(_is_part, parts))


def _is_part(part: Json) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("text") or "", str):
        return False
    call = part.get("functionCall") or {}
    return (
        isinstance(call, dict)
        and isinstance(call.get("args") or {}, dict)
        and not any(call.get(name) for name in _IN_PIECES)
    )


def _parts(candidate: JsonObject) -> Iterator[JsonObject]:
    yield from (candidate.get("content") or {}).get("parts") or ()
