"""The families of APIs: how their paths are written, and which of them are cached. Tables, and one pattern for Google.

A path is canonical when all spellings that the SDKs have for it are one: that one goes upstream and into the key.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from warmlane.dialects.base import Dialect
from warmlane.dialects.registry import DIALECTS
from warmlane.model import Headers


class Family(StrEnum):
    """Whose API somebody speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    ANY = "any"  # each path says whose it is


OPENAI_PATHS: Final = frozenset({
    "agents", "assistants", "audio", "batches", "chat", "chatkit", "completions", "containers",
    "content_provenance_checks", "conversations", "decisions", "embeddings", "evals", "files", "fine_tuning", "images",
    "live", "models", "moderations", "organization", "projects", "realtime", "responses", "safety", "skills", "threads",
    "uploads", "vaults", "vector_stores", "videos", "webhook_endpoints", "webhook_event_types",
})  # fmt: skip
"""First parts, behind the version, of the paths that OpenAI's SDK calls."""

ANTHROPIC_PATHS: Final = frozenset({
    "agents", "complete", "deployment_runs", "deployments", "dreams", "environments", "files", "memory_stores",
    "messages", "models", "organizations", "sessions", "skills", "tunnels", "user_profiles", "vaults",
})  # fmt: skip
"""The same of Anthropic's."""

GOOGLE_PATHS: Final = frozenset({
    "auth_tokens", "batches", "cachedContents", "corpora", "fileSearchStores", "files", "interactions", "models",
    "openai", "operations", "publishers", "tunedModels", "upload",
})  # fmt: skip
"""The same of Google's."""

_PATHS: Final = {Family.OPENAI: OPENAI_PATHS, Family.ANTHROPIC: ANTHROPIC_PATHS, Family.GOOGLE: GOOGLE_PATHS}
_ONLY_ANTHROPIC: Final = frozenset({"complete", "messages"})
_ONLY_GOOGLE: Final = GOOGLE_PATHS - OPENAI_PATHS - ANTHROPIC_PATHS - {"openai"}
_GIVEN_VERSION: Final = GOOGLE_PATHS - {"publishers", "upload"}
"""The others' clients never leave it out, or it stands further on."""

_CACHED: Final[Mapping[Family, Mapping[str, str]]] = {
    Family.OPENAI: {
        "/v1/chat/completions": "openai_chat",
        "/v1/responses": "openai_responses",
        "/v1/completions": "openai_completions",
        "/v1/embeddings": "openai_embeddings",
    },
    # Beside its own, each of the others has an API for OpenAI's SDK.
    Family.ANTHROPIC: {"/v1/messages": "anthropic_messages", "/v1/chat/completions": "openai_chat"},
    Family.GOOGLE: {"/v1beta/openai/chat/completions": "openai_chat", "/v1beta/openai/embeddings": "openai_embeddings"},
}
_VERBS: Final = {
    "generateContent": "google_generate",
    "streamGenerateContent": "google_generate",
    "embedContent": "google_embeddings",
    "batchEmbedContents": "google_embeddings",
}
_CALL: Final = re.compile(r"/v1(?:beta1?|alpha)?/(?:models|tunedModels)/[A-Za-z0-9._-]+:(?P<verb>[A-Za-z]+)")

SHAPES: Final[Mapping[Family, Dialect]] = MappingProxyType(
    {
        Family.OPENAI: DIALECTS["openai_chat"],
        Family.ANTHROPIC: DIALECTS["anthropic_messages"],
        Family.GOOGLE: DIALECTS["google_generate"],
    }
)
"""Who says an error of ours where the request has no dialect."""

_VERSION: Final = re.compile(r"v\d+(?:alpha|beta)?\d*")
_GOOGLE_VERSIONS: Final = frozenset({"v1", "v1alpha", "v1beta", "v1beta1"})
_OTHER_VERSIONS: Final = _GOOGLE_VERSIONS - {"v1"}
# OpenAI has models with a colon in their names, but more than one, and none of these words behind the last.
_SAYS_VERB: Final = re.compile(
    r"(?:/[^/:]+)+:(?:(?:batch|stream)?[gG]enerateContent|[a-zA-Z]*[eE]mbedContents?|countTokens|computeTokens"
    r"|generateAnswer|predict|predictLongRunning)"
)


def canonical(family: Family, path: str) -> str:
    """The one path for what clients of `family` write in several ways. It starts with a slash, as `path` does."""
    return _google(path) if _spoken(family, path) is Family.GOOGLE else _versioned(path)


def dialect_of(family: Family, path: str) -> str | None:
    """The dialect of a POST to a canonical path; None: it is streamed through, uncached."""
    family = _spoken(family, path)
    call = _CALL.fullmatch(path) if family is Family.GOOGLE else None
    return _CACHED[family].get(path) if call is None else _VERBS.get(call["verb"])


def for_openai(family: Family, path: str) -> str:
    """Where a provider of `family` has what is at `path`, a canonical one of OpenAI's API, for OpenAI's SDK."""
    return "/v1beta/openai" + path.removeprefix("/v1") if family is Family.GOOGLE else path


def of_path(path: str) -> Family | None:
    """The family that alone has such a path, in whatever spelling; None where more than one may have it."""
    version, first = _parts(path)
    if version in _OTHER_VERSIONS or first in _ONLY_GOOGLE or _SAYS_VERB.fullmatch(path):
        return Family.GOOGLE
    return Family.ANTHROPIC if first in _ONLY_ANTHROPIC else None


def of_headers(headers: Headers) -> Family | None:
    """The family whose own header a request has; Google's, which is a key, before Anthropic's."""
    names = {name for name, _ in headers}
    if b"x-goog-api-key" in names:
        return Family.GOOGLE
    return Family.ANTHROPIC if b"anthropic-version" in names else None


def guess(path: str, told: Family | None) -> Family | None:
    """The family of a request that names nobody; `told` is what `of_headers` says.

    None where header and path do not agree, or the family has no such path.
    """
    shown = of_path(path)
    if told is not None and shown is not None and told is not shown:
        return None
    family = told or shown or Family.OPENAI
    parts = canonical(family, path).split("/", 3)[1:]
    if family is Family.GOOGLE and parts[0] not in _GOOGLE_VERSIONS:
        return family if parts[0] == "upload" else None
    if family is not Family.GOOGLE and parts[0] != "v1":
        return None
    return family if len(parts) > 1 and parts[1] in _PATHS[family] else None


def _spoken(family: Family, path: str) -> Family:
    return family if family is not Family.ANY else of_path(path) or Family.OPENAI


def _versioned(path: str) -> str:
    """`/v1` in front once: repeats are collapsed, and a path without a version gets it.

    A base URL may end in `/v1`, in front of a path that has one, and some SDKs leave the version to it. A path with
    another version (`/v2/...`) and `/` stay as they are.
    """
    while path.startswith("/v1/v1/"):
        path = path[3:]
    first = path[1:].partition("/")[0]
    return path if not first or _VERSION.fullmatch(first) else "/v1" + path


def _google(path: str) -> str:
    """One version in front, the last of those that are there: the base URL's come first, then the SDK's own.

    None at all is `/v1beta`. The versions are not one API, and stay apart.
    """
    first, _, rest = path[1:].partition("/")
    while first in _GOOGLE_VERSIONS and rest.partition("/")[0] in _GOOGLE_VERSIONS:
        path = "/" + rest
        first, _, rest = rest.partition("/")
    return f"/v1beta{path}" if first in _GIVEN_VERSION else path


def _parts(path: str) -> tuple[str, str]:
    """The last version in front of a path, "" without one, and the first part behind it."""
    version, first, rest = "", *path[1:].partition("/")[::2]
    while _VERSION.fullmatch(first):
        version, (first, _, rest) = first, rest.partition("/")
    return version, first
