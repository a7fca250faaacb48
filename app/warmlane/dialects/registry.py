"""Every dialect by name. A new one is a row here, and a path in its provider family's table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from warmlane.dialects.anthropic_messages import AnthropicMessages
from warmlane.dialects.base import Dialect
from warmlane.dialects.google_embeddings import GoogleEmbeddings
from warmlane.dialects.google_generate import GoogleGenerate
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.dialects.openai_completions import OpenAICompletions
from warmlane.dialects.openai_embeddings import OpenAIEmbeddings
from warmlane.dialects.openai_responses import OpenAIResponses

_ALL: Final[tuple[Dialect, ...]] = (
    AnthropicMessages(),
    GoogleEmbeddings(),
    GoogleGenerate(),
    OpenAIChat(),
    OpenAICompletions(),
    OpenAIEmbeddings(),
    OpenAIResponses(),
)

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({dialect.name: dialect for dialect in _ALL})
