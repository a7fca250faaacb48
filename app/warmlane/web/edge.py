"""From HTTP to a call: the request's identity, its route, its secret."""

import itertools
import os
from collections.abc import AsyncIterable
from typing import Final

from warmlane.dialects.base import Dialect
from warmlane.errors import WarmlaneError
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
    """What the head of a request says: where it goes, and with whose key. `unheard` are fields that go no further."""

    provider: Provider
    dialect: str | None
    path: str
    query: str
    secret: bytes
    unheard: frozenset[bytes]

    def __repr__(self) -> str:
        """Never the key, which the query may hold too."""
        return f"Address({self.provider.name})"


class Edge:
    """Routes requests and makes calls of them."""

    def __init__(self, router: Router, errors: Dialect) -> None:
        """Route by `router`; `errors` shapes the errors of requests that have no dialect."""
        self._router, self._errors = router, errors
        self.ids = RequestIds()

    def route(self, method: str, path: str, query: str, headers: Headers) -> Address:
        """Where the request goes, and with whose key. Raises: UnknownRoute, BadRequest."""
        refuse_ambiguous(headers)
        host = (find(headers, b"host") or b"").decode("latin-1")
        route = self._router.route(method, host, path, query, headers)
        unheard = _named_by_connection(headers)
        heard = tuple(field for field in headers if field[0] not in unheard) if unheard else headers
        return Address(
            provider=route.provider,
            dialect=route.dialect,
            path=route.path,
            query=route.query,
            secret=credential(heard, route.query) or b"",
            unheard=unheard,
        )

    def call(self, method: str, to: Address, headers: Headers, body: bytes | AsyncIterable[bytes]) -> Call:
        """The call that goes to an address, with the fields that go further than to us."""
        if to.unheard:
            headers = tuple(field for field in headers if field[0] not in to.unheard)
        return Call(
            id=self.ids.next(),
            method=method,
            provider=to.provider.name,
            base_url=to.provider.base_url,
            dialect=to.dialect,
            path=to.path,
            query=to.query,
            headers=headers,
            body=body,
            secret=to.secret,
            keyless=to.provider.shared,
        )

    def error(self, error: WarmlaneError, call_id: str, dialect: Dialect | None = None) -> tuple[int, Headers, bytes]:
        """Status, headers and body of an error of ours, in the shape of `dialect`."""
        content_type, body = (dialect or self._errors).error(error)
        headers = [
            (b"content-type", content_type),
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", call_id.encode()),
        ]
        if error.retry_after is not None:
            headers.append((b"retry-after", b"%d" % error.retry_after))
        if not error.worth_retrying:
            headers.append((b"x-should-retry", b"false"))
        return error.status, tuple(headers), body


def _named_by_connection(headers: Headers) -> frozenset[bytes]:
    """Fields that go no further than to us (RFC 9110 §7.6.1): the provider never sees them, so they say nothing."""
    said = b",".join([value for name, value in headers if name == b"connection"])
    return frozenset(token.strip().lower() for token in said.split(b",")) - _USUAL if said else frozenset()
