"""How the texts of a call are told, in every dialect: exactly where OpenAI said how it counts, else roughly.

Embeddings have no row: their answers say what was read, and nothing is written.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from warmlane import canonical
from warmlane.dialects import (
    anthropic_messages_fold,
    google_generate_fold,
    google_generate_stream,
    openai_chat_spoken,
    openai_completions_spoken,
    openai_responses_fold,
)
from warmlane.dialects.google_generate_stream import Mode
from warmlane.dialects.spoken import Speak, roughly
from warmlane.model import JsonObject


def _message(body: bytes, *, streamed: bool) -> JsonObject:
    return anthropic_messages_fold.fold(body).message if streamed else canonical.read(body)


def _response(body: bytes, *, streamed: bool) -> JsonObject:
    return openai_responses_fold.fold(body).response if streamed else canonical.read(body)


def _generated(body: bytes, *, streamed: bool) -> JsonObject:  # noqa: ARG001 - the body shows it
    mode = google_generate_stream.mode_of(body)
    if mode is Mode.WHOLE:
        return canonical.read(body)
    return google_generate_fold.fold(google_generate_stream.chunks(body, mode))


SPOKEN: Final[Mapping[str, Speak]] = MappingProxyType({
    "anthropic_messages": roughly(_message),
    "google_generate": roughly(_generated),
    "openai_chat": openai_chat_spoken.speak,
    "openai_completions": openai_completions_spoken.speak,
    "openai_responses": roughly(_response),
})  # fmt: skip
"""By the dialect's name."""
