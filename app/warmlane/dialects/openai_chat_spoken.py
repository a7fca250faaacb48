"""The texts of a chat completion, and the tokens between them.

OpenAI's own rule, for its models since gpt-3.5-turbo-0613: a message costs 3 tokens, a name 1, and the answer begins
with 3 (OpenAI Cookbook, "How to count tokens with tiktoken", section 6). What tools, images and JSON schemas cost is
nowhere said: with them a count is an estimate.
"""

from typing import Final, TypeGuard

from warmlane.dialects import spoken
from warmlane.dialects.base import Ask
from warmlane.dialects.spoken import Spoken
from warmlane.model import Json, JsonObject

_MESSAGE: Final = 3
_NAME: Final = 1
_ANSWER: Final = 3

_SAID: Final = frozenset({"role", "content", "name"})
_SAMPLING: Final = frozenset({
    "model", "messages", "temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "n",
    "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "service_tier",
})  # fmt: skip
"""Members of a request that put nothing before the model but the messages."""


def speak(ask: Ask, answer: JsonObject) -> Spoken | None:
    """What was said on both sides. None: it is no chat. Never raises."""
    messages, choices = ask.keyed.get("messages"), answer.get("choices")
    if not _are_objects(messages) or not _are_objects(choices):
        return None
    beside = {name: value for name, value in ask.keyed.items() if name not in _SAMPLING}
    asked = [text for message in messages for text in _texts(message)]
    answers = [choice["message"] for choice in choices if isinstance(choice.get("message"), dict)]
    return Spoken(
        asked=(*asked, *spoken.texts(beside)),
        answered=tuple(text for each in answers for text in spoken.texts(each)),
        framing=_ANSWER + sum(_MESSAGE + (_NAME if "name" in message else 0) for message in messages),
        plain=not beside and all(map(_is_plain, messages)) and all(map(_is_plain_answer, answers)),
    )


def _are_objects(value: Json) -> TypeGuard[list[JsonObject]]:
    return isinstance(value, list) and value != [] and all(isinstance(each, dict) for each in value)


def _texts(message: JsonObject) -> list[str]:
    role = message.get("role")
    return [*([role] if isinstance(role, str) else []), *spoken.texts(message)]


def _is_plain(message: JsonObject) -> bool:
    return message.keys() <= _SAID and all(isinstance(value, str) for value in message.values())


def _is_plain_answer(message: JsonObject) -> bool:
    return all(not value or name in {"role", "content"} for name, value in message.items())
