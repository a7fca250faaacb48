"""The texts of a completion of the kind before chat: a prompt and its continuation, and nothing between them."""

from typing import Final

from warmlane.dialects import spoken
from warmlane.dialects.base import Ask
from warmlane.dialects.spoken import Spoken
from warmlane.model import JsonObject

_SAMPLING: Final = frozenset({
    "model", "prompt", "temperature", "top_p", "max_tokens", "stop", "seed", "n", "presence_penalty",
    "frequency_penalty", "logit_bias", "logprobs",
})  # fmt: skip
"""Members of a request that put nothing before the model but the prompt."""


def speak(ask: Ask, answer: JsonObject) -> Spoken:
    """What was said on both sides; a prompt of tokens costs as many. Never raises."""
    prompt = ask.keyed.get("prompt")
    prompts = prompt if isinstance(prompt, list) else [prompt]
    flat = [one for each in prompts for one in (each if isinstance(each, list) else [each])]
    return Spoken(
        asked=tuple(one for one in flat if isinstance(one, str)),
        answered=tuple(spoken.texts(answer.get("choices"))),
        framing=sum(isinstance(one, int) for one in flat),
        plain=ask.keyed.keys() <= _SAMPLING,
    )
