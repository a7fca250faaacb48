"""Which provider a request is for, and which of its paths. Pure: nothing in a request can name a host to call.

Order: first label of Host, first part of the path, header, the model's prefix for paths of a router. Then, on a bare
host, what only one family of APIs has, and for paths of OpenAI's API openai. A name that is not in the table is a 404,
never a call to somebody else.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import unquote

from warmlane.canonical import Unreadable, read
from warmlane.errors import BadRequest, UnknownRoute, WarmlaneError
from warmlane.families import Family, canonical, for_openai, guess, of_headers, of_path
from warmlane.model import Headers, Value
from warmlane.providers import Provider
from warmlane.strip import beheaded

PROVIDER_HEADERS: Final = (b"x-warmlane-provider", b"x-portkey-provider")

_ROUTER = re.compile(r"/v[123]/router(?=/.)")
_FEEDBACK = re.compile(r"(?:/(?:v\d\w*|openai|router))*/cache/feedback/?")
"""Behind whatever a base URL may end in."""
_VERTEX = re.compile(r"/v\d\w*/publishers/")
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
    """Where a request goes: `path` and `query` as they go upstream; `dialect` None: streamed through, uncached.

    `provider` None: its name stands in the body, in front of the model's. `path` is then what `by_model` wants.
    """

    provider: Provider | None
    dialect: str | None
    path: str
    query: str


class Router:
    """Routes by one table. Remembers what it worked out for a host and a path, the latest thousand or so."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        """Route to `providers`, by name."""
        self._providers = providers
        # By host and path; where these name nobody, by who the header names, whose header it is, and path.
        self._found: dict[tuple[str | None, ...], Route] = {}

    def route(self, method: str, host: str, path: str, query: str, headers: Headers) -> Route:
        """The route of a request.

        `host` is the Host field's value, "" without one; `path` and `query` are the request target's, percent-escapes
        and all. Raises: UnknownRoute; BadRequest for a target that could mean something else further on.
        """
        found = self._found.get((host, path))
        if found is None:
            found = self._remember(self._work_out(host, path), host, path)
        if query and not _QUERY.fullmatch(query):
            raise _refused(param="query")
        if found.provider is None:
            found = self._by_head(found.path, headers)
        dialect = found.dialect if method == "POST" else None
        return Route(provider=found.provider, dialect=dialect, path=found.path, query=query)

    def by_model(self, method: str, path: str, body: bytes) -> tuple[Route, bytes]:
        """The route of a request whose model names its provider, like `openai/gpt-4o`, and the body without that name.

        `path` is a canonical one of OpenAI's API. Raises: BadRequest, UnknownRoute.
        """
        try:
            model = read(body).get("model")
        except Unreadable:
            model = None
        name, slash, rest = model.partition("/") if isinstance(model, str) else ("", "", "")
        if not (name and slash and rest):
            msg = "on this path the body must be JSON, and its model say who the provider is, like openai/gpt-4o"
            raise BadRequest(msg, param="model")
        provider = self._providers.get(name.lower()) if name.isascii() else None
        if provider is None:
            raise self._unknown(param="model")
        path, dialect = provider.locate(for_openai(provider.family, path))
        dialect = dialect if method == "POST" else None
        return Route(provider=provider, dialect=dialect, path=path, query=""), beheaded(body, "model", len(name) + 1)

    def feedback(self, host: str, path: str, headers: Headers) -> tuple[Provider, ...] | None:
        """Whose answers a request is about that gives feedback: the provider's that it names, else anybody's.

        None: it is another request. Arguments as for `route`. Raises: UnknownRoute, BadRequest.
        """
        if "/cache/feedback" not in path:
            return None
        found = self._work_out(host, path)
        if not _FEEDBACK.fullmatch(found.path):
            return None
        provider = found.provider or self._by_header(headers)
        return tuple(self._providers.values()) if provider is None else (provider,)

    def family(self, host: str, path: str, headers: Headers) -> Family:
        """Whose API a request means, as far as it can be told, whatever is wrong with it. Never raises."""
        provider: Provider | None = None
        with suppress(WarmlaneError):
            provider = self._by_host(host)
        first, slash, rest = path[1:].partition("/")
        if provider is None:
            provider = self._providers.get(first)
        if provider is None:
            with suppress(WarmlaneError):
                provider = self._by_header(headers)
        if provider is not None and provider.family is not Family.ANY:
            return provider.family
        if provider is not None and first == provider.name:
            path = slash + rest
        return of_path(path) or of_headers(headers) or Family.OPENAI

    @property
    def remembered(self) -> int:
        """How many routes are remembered."""
        return len(self._found)

    def _remember(self, route: Route, *by: str | None) -> Route:
        if sum(len(part) for part in by if part) <= _LONGEST:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[by] = route
        return route

    def _work_out(self, host: str, path: str) -> Route:
        """The route by host and path, or the path as it was, for nobody, where neither names anybody."""
        provider = self._by_host(host)
        path = _checked(path)
        first, slash, rest = path[1:].partition("/")
        if provider is None:
            provider = self._providers.get(first)
        if provider is not None and first == provider.name:
            path = slash + rest or "/"
        if "@" in path[1:].partition("/")[0]:
            raise _refused(param="path")
        return Route(provider=None, dialect=None, path=path, query="") if provider is None else _to(provider, path)

    def _by_head(self, path: str, headers: Headers) -> Route:
        """The route where neither host nor path names anybody."""
        provider = self._by_header(headers)
        by = (None if provider is None else provider.name, of_headers(headers), path)
        return self._found.get(by) or self._remember(self._signalled(provider, path, by[1]), *by)

    def _signalled(self, provider: Provider | None, path: str, told: Family | None) -> Route:
        if provider is not None:
            return _to(provider, path)
        router = _ROUTER.match(path)
        if router is not None:
            path = canonical(Family.OPENAI, path[router.end() :])
            return Route(provider=None, dialect=None, path=path, query="")
        family = guess(path, told)
        name = "vertex" if family is Family.GOOGLE and _VERTEX.match(path) else family
        provider = None if name is None else self._providers.get(name)
        if provider is None:
            raise self._unknown(param="path")
        return _to(provider, path)

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

    def _unknown(self, *, param: str) -> UnknownRoute:
        names = ", ".join(f"/{name}" for name in self._providers)
        return UnknownRoute(f"no such provider or path here; a base URL ends in one of {names}", param=param)


def _to(provider: Provider, path: str) -> Route:
    path, dialect = provider.locate(path)
    return Route(provider=provider, dialect=dialect, path=path, query="")


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
