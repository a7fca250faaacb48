"""From HTTP to a call: the request's identity, its route, its secret."""

import itertools
import os
from collections.abc import AsyncIterable
from typing import Final

from warmlane.dialects.base import Dialect
from warmlane.errors import WarmlaneError
from warmlane.headers import credential, find, refuse_ambiguous
from warmlane.model import Call, Headers
from warmlane.web.routing import Route, Router

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


class Edge:
    """Routes requests and makes calls of them."""

    def __init__(self, router: Router, errors: Dialect) -> None:
        """Route by `router`; `errors` shapes the errors of requests that have no dialect."""
        self._router, self._errors = router, errors
        self.ids = RequestIds()

    def route(self, method: str, path: str, query: str, headers: Headers) -> Route:
        """Where the request goes. Raises: UnknownRoute, BadRequest."""
        refuse_ambiguous(headers)
        host = (find(headers, b"host") or b"").decode("latin-1")
        return self._router.route(method, host, path, query, headers)

    def call(self, method: str, route: Route, headers: Headers, body: bytes | AsyncIterable[bytes]) -> Call:
        """The call that goes to `route`, with the fields that go further than to us."""
        headers = _end_to_end(headers)
        return Call(
            id=self.ids.next(),
            method=method,
            provider=route.provider.name,
            base_url=route.provider.base_url,
            dialect=route.dialect,
            path=route.path,
            query=route.query,
            headers=headers,
            body=body,
            secret=credential(headers, route.query) or b"",
            keyless=route.provider.shared,
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


def _end_to_end(headers: Headers) -> Headers:
    """All but the fields that Connection names (RFC 9110 §7.6.1): the provider never sees them, so they say nothing."""
    said = b",".join(value for name, value in headers if name == b"connection")
    named = {token.strip().lower() for token in said.split(b",")} - _USUAL
    return tuple(field for field in headers if field[0] not in named) if named else headers
