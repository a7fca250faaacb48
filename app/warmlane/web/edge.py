"""From HTTP to a call: the request's identity, its route, its secret."""

import itertools
import os
from collections.abc import AsyncIterable, Mapping
from typing import Final

from warmlane.dialects.base import Dialect
from warmlane.errors import UnknownRoute, WarmlaneError
from warmlane.families import Family
from warmlane.headers import credential, find, refuse_ambiguous
from warmlane.model import Call, Headers, Value
from warmlane.providers import Provider
from warmlane.web.routing import Router

_USUAL: Final = frozenset({b"", b"close", b"keep-alive"})


class RequestIds:
    """Names for calls: unique in this process and, by chance, everywhere."""

    def __init__(self) -> None:
        """Draw this process's part."""
        self._process = os.urandom(6).hex()
        self._count = itertools.count()

    def next(self) -> str:
        """A new one."""
        return f"wl_{self._process}{next(self._count):08x}"


class Address(Value, frozen=True, kw_only=True):
    """What the head of a request says: where it goes, and with whose key. `unheard` are fields that go no further.

    `provider` None: only the body says, and `call` has to be given all of it.
    """

    provider: Provider | None
    dialect: str | None
    path: str
    query: str
    secret: bytes
    unheard: frozenset[bytes]

    def __repr__(self) -> str:
        """Never the key, which the query may hold too."""
        return f"Address({'?' if self.provider is None else self.provider.name})"

    @property
    def reads_body(self) -> bool:
        """Whether the body is read here, and not streamed through."""
        return self.provider is None or self.dialect is not None


class Desk(Value, frozen=True, kw_only=True):
    """What the head of a request says that gives feedback: about answers of which providers, had with whose key."""

    providers: tuple[Provider, ...]
    secret: bytes

    def __repr__(self) -> str:
        """Never the key."""
        return f"Desk({len(self.providers)} providers)"


class Edge:
    """Routes requests and makes calls of them."""

    def __init__(self, router: Router, errors: Mapping[Family, Dialect]) -> None:
        """Route by `router`; `errors` shapes the errors of requests that have no dialect, by whose API was meant."""
        self._router, self._errors = router, errors
        self.ids = RequestIds()

    def desk(self, method: str, path: str, query: str, headers: Headers) -> Desk | None:
        """What the request gives feedback about; None: it is another one. Raises: UnknownRoute, BadRequest."""
        host = (find(headers, b"host") or b"").decode("latin-1")
        providers = self._router.feedback(host, path, headers)
        if providers is None:
            return None
        refuse_ambiguous(headers)
        if method != "POST":
            msg = "feedback is given with POST"
            raise UnknownRoute(msg, param="method")
        heard = _heard(headers, _named_by_connection(headers))
        return Desk(providers=providers, secret=credential(heard, query) or b"")

    def route(self, method: str, path: str, query: str, headers: Headers) -> Address:
        """Where the request goes, and with whose key. Raises: UnknownRoute, BadRequest."""
        refuse_ambiguous(headers)
        host = (find(headers, b"host") or b"").decode("latin-1")
        route = self._router.route(method, host, path, query, headers)
        unheard = _named_by_connection(headers)
        return Address(
            provider=route.provider,
            dialect=route.dialect,
            path=route.path,
            query=route.query,
            secret=credential(_heard(headers, unheard), route.query) or b"",
            unheard=unheard,
        )

    def call(self, method: str, to: Address, headers: Headers, body: bytes | AsyncIterable[bytes]) -> Call:
        """The call that goes to an address, with the fields that go further than to us.

        Raises: UnknownRoute, BadRequest, where the body should say who the provider is, and does not.
        """
        if to.unheard:
            headers = tuple(field for field in headers if field[0] not in to.unheard)
        provider, dialect, path = to.provider, to.dialect, to.path
        if provider is None:
            assert isinstance(body, bytes)
            route, body = self._router.by_model(method, path, body)
            provider, dialect, path = route.provider, route.dialect, route.path
            assert provider is not None
        return Call(
            id=self.ids.next(),
            method=method,
            provider=provider.name,
            base_url=provider.base_url,
            dialect=dialect,
            path=path,
            query=to.query,
            headers=headers,
            body=body,
            secret=to.secret,
            keyless=provider.shared,
        )

    def shape(self, path: str, headers: Headers) -> Dialect:
        """Who says an error of a request that has no dialect, whatever may be wrong with it. Never raises."""
        host = (find(headers, b"host") or b"").decode("latin-1")
        return self._errors[self._router.family(host, path, headers)]

    def error(self, error: WarmlaneError, call_id: str, dialect: Dialect) -> tuple[int, Headers, bytes]:
        """Status, headers and body of an error of ours, in the shape of `dialect`."""
        content_type, body = dialect.error(error)
        headers = [
            (b"content-type", content_type),
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", call_id.encode()),
            (b"request-id", call_id.encode()),  # where Anthropic's SDKs look for it
        ]
        if error.retry_after is not None:
            headers.append((b"retry-after", b"%d" % error.retry_after))
        if not error.worth_retrying:
            headers.append((b"x-should-retry", b"false"))
        return error.status, tuple(headers), body


def _heard(headers: Headers, unheard: frozenset[bytes]) -> Headers:
    """The fields that go further than to us."""
    return tuple(field for field in headers if field[0] not in unheard) if unheard else headers


def _named_by_connection(headers: Headers) -> frozenset[bytes]:
    """Fields that go no further than to us (RFC 9110 §7.6.1): the provider never sees them, so they say nothing."""
    said = b",".join([value for name, value in headers if name == b"connection"])
    return frozenset(token.strip().lower() for token in said.split(b",")) - _USUAL if said else frozenset()
