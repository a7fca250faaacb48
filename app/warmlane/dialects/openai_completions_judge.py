"""Whether an OpenAI completion of the kind before chat may be stored (contract §6, "Stored only if")."""

from warmlane.dialects import usage
from warmlane.dialects.base import Finish
from warmlane.dialects.values import model_name
from warmlane.events import NoCache
from warmlane.model import Json, JsonObject

GOOD = frozenset({"stop", "eos"})
"""The finish reasons of an answer that is whole: Together has two of them."""


def judge(completion: JsonObject, *, done: bool = True) -> Finish:
    """What came of `completion`; `done`: its stream said that it was over. Never raises."""
    return Finish(
        refuse=_refuse(completion, done=done),
        exact_only=False,
        usage=usage.read(completion.get("usage"), usage.CHAT),
        model=model_name(completion.get("model")),
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


def _refuse_choice(choice: JsonObject) -> NoCache | None:
    reason = choice.get("finish_reason")
    if reason is None:  # `[DONE]` alone proves nothing
        return NoCache.INCOMPLETE
    if reason not in GOOD:
        return NoCache.NOT_FINAL
    return None if choice["text"].strip() else NoCache.EMPTY


def _is_choice(choice: Json) -> bool:
    if not isinstance(choice, dict) or not isinstance(choice.get("text"), str):
        return False
    reason = choice.get("finish_reason")
    return reason is None or isinstance(reason, str)
