"""Whether an OpenAI chat completion may be stored (contract §6, "Stored only if")."""

from warmlane.dialects import usage
from warmlane.dialects.base import Finish
from warmlane.dialects.values import is_arguments
from warmlane.events import NoCache
from warmlane.model import Json, JsonObject

_SAID = frozenset({"stop", "eos"})
"""The finish reasons of a text that is whole: Together has two of them."""

GOOD = _SAID | {"tool_calls", "function_call"}
"""The finish reasons of an answer that is whole."""


def judge(completion: JsonObject, *, done: bool = True) -> Finish:
    """What came of `completion`; `done`: its stream said that it was over. Never raises."""
    model, choices = completion.get("model"), completion.get("choices") or []
    refuse = _refuse(completion, done=done)
    return Finish(
        refuse=refuse,
        exact_only=refuse is None and _calls_tools(choices[0]),
        usage=usage.read(completion.get("usage"), usage.CHAT),
        model=model if isinstance(model, str) else "",
    )


def _refuse(completion: JsonObject, *, done: bool) -> NoCache | None:
    choices = completion.get("choices")
    if completion.get("error") is not None or not isinstance(choices, list) or not all(map(_is_choice, choices)):
        return NoCache.MALFORMED
    if len(choices) > 1:
        return NoCache.CHOICES
    if not done:
        return NoCache.INCOMPLETE
    return _refuse_choice(choices[0]) if choices else NoCache.EMPTY


def _calls_tools(choice: JsonObject) -> bool:
    message = choice["message"]
    return choice["finish_reason"] not in _SAID or bool(message.get("tool_calls") or message.get("function_call"))


def _refuse_choice(choice: JsonObject) -> NoCache | None:
    message, reason = choice["message"], choice.get("finish_reason")
    if reason is None:  # `[DONE]` alone proves nothing
        return NoCache.INCOMPLETE
    if reason not in GOOD or message.get("refusal"):
        return NoCache.NOT_FINAL
    content = message.get("content")
    has_text = bool(content.strip() if isinstance(content, str) else content)
    if not has_text and not message.get("tool_calls") and not message.get("function_call"):
        return NoCache.EMPTY
    return None


def _is_choice(choice: Json) -> bool:
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        return False
    message, reason = choice["message"], choice.get("finish_reason")
    calls = message.get("tool_calls")
    return (
        (reason is None or isinstance(reason, str))
        and isinstance(message.get("content") or "", str | list)
        and (calls is None or (isinstance(calls, list) and all(map(_is_call, calls))))
        and (message.get("function_call") is None or _has_arguments(message["function_call"]))
    )


def _is_call(call: Json) -> bool:
    """A function is called with JSON, another tool with whatever it takes."""
    return isinstance(call, dict) and ("function" not in call or _has_arguments(call["function"]))


def _has_arguments(function: Json) -> bool:
    return isinstance(function, dict) and is_arguments(function.get("arguments"))
