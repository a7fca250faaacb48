"""How the texts of a call are told, in every dialect: exactly where OpenAI said how it counts, else roughly.

Embeddings have no row: their answers say what was read, and nothing is written.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from warmlane.dialects import openai_chat_spoken, openai_completions_spoken
from warmlane.dialects.spoken import Speak, roughly

SPOKEN: Final[Mapping[str, Speak]] = MappingProxyType({
    "anthropic_messages": roughly,
    "google_generate": roughly,
    "openai_chat": openai_chat_spoken.speak,
    "openai_completions": openai_completions_spoken.speak,
    "openai_responses": roughly,
})  # fmt: skip
"""By the dialect's name."""
