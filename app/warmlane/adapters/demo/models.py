"""The lists of models: one, in each vendor's shape. Other names are answered too."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from warmlane.adapters.demo.answers import JSON, Told, whole
from warmlane.adapters.demo.google_names import JSON as GOOGLES_JSON
from warmlane.families import Family
from warmlane.model import JsonObject

_NAME: Final = "Warmlane's built-in demo"
_ABOUT: Final = "No model: answers repeat the question, and embeddings are hashes of words."

_OPENAI: Final[JsonObject] = {
    "object": "list",
    "data": [{"id": "demo", "object": "model", "created": 1_700_000_000, "owned_by": "warmlane"}],
}
_ANTHROPIC: Final[JsonObject] = {
    "data": [{"type": "model", "id": "demo", "display_name": _NAME, "created_at": "2023-11-14T22:13:20Z"}],
    "has_more": False,
    "first_id": "demo",
    "last_id": "demo",
}
_GOOGLE: Final[JsonObject] = {
    "models": [
        {
            "name": "models/demo",
            "version": "1",
            "displayName": _NAME,
            "description": _ABOUT,
            "supportedGenerationMethods": [
                "generateContent", "streamGenerateContent", "embedContent", "batchEmbedContents",
            ],
        }
    ]
}  # fmt: skip

LISTS: Final[Mapping[Family, Told]] = MappingProxyType(
    {
        Family.OPENAI: whole(_OPENAI, JSON),
        Family.ANTHROPIC: whole(_ANTHROPIC, JSON),
        Family.GOOGLE: whole(_GOOGLE, GOOGLES_JSON),
    }
)
"""By whose API asks."""
