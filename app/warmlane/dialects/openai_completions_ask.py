"""What an OpenAI completion request, of the kind before chat, asks for."""

from warmlane.dialects import openai_ask, turns
from warmlane.dialects.base import Ask
from warmlane.dialects.turns import TEXT_TAKEN
from warmlane.dialects.values import is_exactly, model_name
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject


def read(body: JsonObject) -> Ask:
    """What `body` asks. Never raises, changes nothing in `body`, and shares what it does not change."""
    streamed, readable = body.get("stream") is True, _is_readable(body)
    text = turns.text(body["prompt"], "") if readable and isinstance(body["prompt"], str) else None
    return Ask(
        model=model_name(body.get("model")),
        streamed=streamed,
        wants_usage=streamed and openai_ask.wants_usage(body),
        deterministic=is_exactly(body.get("temperature"), 0),
        never=_never(body) if readable else NoCache.UNREADABLE,
        # An answer that repeats its prompt fits no other prompt.
        not_near=NotNear.TEXT if text is None or body.get("echo") else None,
        text=text,
        keyed=openai_ask.keyed(body),
        cut=turns.whole if text is None else _without_text,
    )


def _is_readable(body: JsonObject) -> bool:
    model, prompt = body.get("model"), body.get("prompt")
    return (
        isinstance(model, str)
        and model != ""
        and isinstance(body.get("stream") or False, bool)
        and openai_ask.are_counts(body)
        and isinstance(body.get("tools") or [], list)
        and isinstance(body.get("modalities") or [], list)
        and (isinstance(prompt, str) or _is_list_of_prompts(prompt))
    )


def _is_list_of_prompts(prompt: Json) -> bool:
    """Strings, tokens, or lists of tokens: all of one kind."""
    if not isinstance(prompt, list) or not prompt:
        return False
    return any(all(type(one) is kind for one in prompt) for kind in (str, int, list))


def _never(body: JsonObject) -> NoCache | None:
    """Contract §6, "Never". A list of texts is as many requests, each with an answer of its own."""
    prompt = body["prompt"]
    is_batch = isinstance(prompt, list) and not isinstance(prompt[0], int) and len(prompt) > 1
    if is_batch or openai_ask.wants_several(body):
        return NoCache.CHOICES
    if body.get("store") not in (None, False):
        return NoCache.SERVER_STATE
    if openai_ask.has_hosted_tools(body):
        return NoCache.HOSTED_TOOLS
    return NoCache.MEDIA if openai_ask.speaks(body) else None


def _without_text(keyed: JsonObject) -> JsonObject:
    return {**keyed, "prompt": TEXT_TAKEN}
