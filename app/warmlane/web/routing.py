"""Which provider a request is for, and which of its paths. Pure: nothing in a request can name a host to call.

Order: first label of Host, first part of the path, header, and on a bare host, for paths of OpenAI's API only, openai.
A name that is not in the table is a 404, never a call to somebody else.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from warmlane.errors import BadRequest, UnknownRoute
from warmlane.model import Headers, Value
from warmlane.providers import Provider

PROVIDER_HEADERS: Final = (b"x-warmlane-provider", b"x-portkey-provider")

OPENAI_PATHS: Final = frozenset({
    "agents", "assistants", "audio", "batches", "chat", "chatkit", "completions", "containers",
    "content_provenance_checks", "conversations", "decisions", "embeddings", "evals", "files", "fine_tuning", "images",
    "live", "models", "moderations", "organization", "projects", "realtime", "responses", "safety", "skills", "threads",
    "uploads", "vaults", "vector_stores", "videos", "webhook_endpoints", "webhook_event_types",
})  # fmt: skip
"""First parts of the paths that OpenAI's SDK calls: what a bare host takes for OpenAI's API."""

_BARE: Final = "openai"
_VERSION = re.compile(r"v\d+(?:alpha|beta)?\d*")
_IP = re.compile(r"[0-9.]+|\[.*")
_HOST = re.compile(r"[a-z0-9_.-]*|\[[0-9a-f:.]+\]")
# RFC 3986 §3.3: slashes, unreserved, sub-delims, ":", "@" and whole percent-escapes.
_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_QUERY = re.compile(r"[!$-;=?-~]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_DOTS: Final = frozenset({".", ".."})
_REMEMBERED: Final = 1024
_LONGEST: Final = 256


class Route(Value, frozen=True, kw_only=True):
    """Where a request goes: `path` and `query` as they go upstream; `dialect` None: streamed through, uncached."""

    provider: Provider
    dialect: str | None
    path: str
    query: str


class Router:
    """Routes by one table. Remembers what it worked out for a host and a path, the latest thousand or so."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        """Route to `providers`, by name."""
        self._providers = providers
        self._found: dict[tuple[str, str], tuple[Provider | None, str]] = {}

    def route(self, method: str, host: str, path: str, query: str, headers: Headers) -> Route:
        """The route of a request.

        `host` is the Host field's value, "" without one; `path` and `query` are the request target's, percent-escapes
        and all. Raises: UnknownRoute; BadRequest for a target that could mean something else further on.
        """
        found = self._found.get((host, path))
        if found is None:
            found = self._work_out(host, path)
            if len(path) + len(host) <= _LONGEST:
                if len(self._found) >= _REMEMBERED:
                    self._found.clear()
                self._found[host, path] = found
        if query and not _QUERY.fullmatch(query):
            raise _refused(param="query")
        provider, canonical = found
        if provider is None:
            provider = self._by_header(headers) or self._by_path(canonical)
        dialect = provider.cacheable.get(canonical) if method == "POST" else None
        return Route(provider=provider, dialect=dialect, path=canonical, query=query)

    @property
    def remembered(self) -> int:
        """How many hosts and paths are remembered."""
        return len(self._found)

    def _work_out(self, host: str, path: str) -> tuple[Provider | None, str]:
        """The provider that host or path name, None where neither does, and the canonical path."""
        provider = self._by_host(host)
        path = _checked(path)
        first, slash, rest = path[1:].partition("/")
        if provider is None:
            provider = self._providers.get(first)
        if provider is not None and first == provider.name:
            path = slash + rest or "/"
        if "@" in path[1:].partition("/")[0]:
            raise _refused(param="path")
        return provider, canonical_path(path)

    def _by_host(self, host: str) -> Provider | None:
        name = host.lower()
        name = name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]
        if not _HOST.fullmatch(name):
            raise _refused(param="host")
        first, _, rest = name.rstrip(".").partition(".")
        if not rest or _IP.fullmatch(name):
            return None
        if rest == "localhost" and first not in self._providers:  # nobody names a machine so: it is a slip
            raise self._unknown(param="host")
        return self._providers.get(first)

    def _by_header(self, headers: Headers) -> Provider | None:
        for name, value in headers:
            if name in PROVIDER_HEADERS:
                provider = self._providers.get(value.decode("latin-1").strip().lower())
                if provider is None:
                    raise self._unknown(param=name.decode().title())
                return provider
        return None

    def _by_path(self, path: str) -> Provider:
        parts = path.split("/", 3)
        provider = self._providers.get(_BARE)
        if provider is None or parts[1] != "v1" or len(parts) < 3 or parts[2] not in OPENAI_PATHS:  # noqa: PLR2004 - /v1/x
            raise self._unknown(param="path")
        return provider

    def _unknown(self, *, param: str) -> UnknownRoute:
        names = ", ".join(f"/{name}" for name in self._providers)
        return UnknownRoute(f"no such provider or path here; a base URL ends in one of {names}", param=param)


def canonical_path(path: str) -> str:
    """One path for what clients write in several ways, for a provider of OpenAI's family.

    `/v1` in front once: repeats are collapsed (a base URL that ends in `/v1`, in front of a path that has one), and a
    path without a version gets it, since OpenAI's SDKs leave it to the base URL: `/models` goes to `/v1/models`. A path
    with another version (`/v2/...`) and `/` stay as they are.
    """
    while path.startswith("/v1/v1/"):
        path = path[3:]
    first = path[1:].partition("/")[0]
    return path if not first or _VERSION.fullmatch(first) else "/v1" + path


def _checked(path: str) -> str:
    """`path`, with `%3A` decoded, when every reader takes it for the same one. Raises: BadRequest.

    An escaped slash may stand inside (SDKs write model names so), but not where it makes an empty part or a dot one.
    """
    plain = path
    for _ in range(3):  # an escape of an escape of an escape
        if "%" not in plain:
            break
        plain = unquote(plain, "latin-1")
    parts = plain.split("/")[1:]
    if (
        not _PATH.fullmatch(path)
        or _CONTROL.search(plain)
        or "" in parts[:-1]
        or any(part.partition(";")[0] in _DOTS for part in parts)
    ):
        raise _refused(param="path")
    return path.replace("%3A", ":").replace("%3a", ":") if "%3" in path else path


def _refused(*, param: str) -> BadRequest:
    return BadRequest(f"the request's {param} holds what a URL may not, or could be read in two ways", param=param)
