"""Which header fields cross the gateway, and what they say. Pure; names are lower-case bytes, order is kept."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from warmlane.errors import BadRequest
from warmlane.model import Headers

# RFC 9110 §7.6.1, and the older ones that implementations still send.
HOP_BY_HOP: Final = frozenset({
    b"connection", b"http2-settings", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection",
    b"te", b"trailer", b"transfer-encoding", b"upgrade",
})  # fmt: skip

CLOUDFLARE: Final = frozenset({b"cf-aig-cache-key", b"cf-aig-cache-ttl", b"cf-aig-skip-cache"})
HELICONE: Final = frozenset({b"helicone-cache-enabled", b"helicone-cache-ignore-keys", b"helicone-cache-seed"})
PORTKEY: Final = frozenset({
    b"x-portkey-cache-force-refresh", b"x-portkey-cache-namespace", b"x-portkey-config", b"x-portkey-provider",
})  # fmt: skip
BIFROST: Final = frozenset({
    b"x-bf-cache-key", b"x-bf-cache-no-store", b"x-bf-cache-threshold", b"x-bf-cache-ttl", b"x-bf-cache-type",
})  # fmt: skip
ALIASES: Final = CLOUDFLARE | HELICONE | PORTKEY | BIFROST
"""Headers of other gateways that are understood here, so that no provider is to see them."""

# `expect` is done with: the body that it announces has been asked for by our own server.
_NOT_UP: Final = HOP_BY_HOP | ALIASES | {b"host", b"content-length", b"expect", b"x-lane"}
_OURS: Final = (b"x-cache-", b"x-warmlane-")
_NOT_DOWN: Final = HOP_BY_HOP | {b"x-cache"}
_CREDENTIALS: Final = (b"x-api-key", b"x-goog-api-key", b"api-key")
_ONCE: Final = frozenset({b"authorization", b"content-length", b"host"})


def find(headers: Headers, name: bytes) -> bytes | None:
    """The value of the first field called `name`, or None."""
    for field, value in headers:
        if field == name:
            return value
    return None


def upstream_headers(headers: Headers, *, identity: bool, streamed: bool = False) -> Headers:
    """What goes to the provider: all but hop-by-hop fields, those that Connection names, Host, and controls.

    `identity` True asks for an answer without compression, for an answer that we have to read. `streamed` True keeps
    Content-Length, for a body that is passed on as it comes: not every provider takes one of unknown length.
    """
    dropped = _dropped(headers, _NOT_UP)
    if streamed and find(headers, b"transfer-encoding") is None:
        dropped -= {b"content-length"}
    kept = [field for field in headers if field[0] not in dropped and not field[0].startswith(_OURS)]
    if identity:
        kept = [field for field in kept if field[0] != b"accept-encoding"]
        kept.append((b"accept-encoding", b"identity"))
    return tuple(kept)


def client_headers(headers: Headers) -> Headers:
    """What comes back from the provider: all but hop-by-hop fields, those that Connection names, and names that we set.

    Content-Length stays, unless the body came in chunks: then it is not to be believed (RFC 9112 §6.3).
    """
    dropped = _dropped(headers, _NOT_DOWN)
    if find(headers, b"transfer-encoding") is not None:
        dropped |= {b"content-length"}
    return tuple(field for field in headers if field[0] not in dropped and not field[0].startswith(_OURS))


def _dropped(headers: Headers, always: frozenset[bytes]) -> frozenset[bytes]:
    named = frozenset(_tokens(headers, b"connection"))
    return always | named if named else always


def _tokens(headers: Headers, name: bytes) -> Iterator[bytes]:
    for field, value in headers:
        if field == name:
            yield from (token.strip().lower() for token in value.split(b","))


def credential(headers: Headers, query: str) -> bytes | None:
    """The secret that the caller brings, without its scheme, whichever field or `?key=` carries it; None without one.

    Several that differ count together as one: the provider heeds one of them, and we do not know which, so two callers
    share only when all are equal. Give it the headers that go upstream: a field that Connection names never gets there.
    """
    found: list[bytes] = []
    for name, value in headers:
        if name == b"authorization":
            scheme, _, secret = value.strip().partition(b" ")
            found.append(secret.strip() or (b"" if scheme.lower() == b"bearer" else scheme))
        elif name in _CREDENTIALS:
            found.append(value.strip())
    if "key=" in query:
        pairs = parse_qsl(query, errors="surrogateescape")
        found.extend(value.encode(errors="surrogateescape") for name, value in pairs if name == "key")
    return b"\0".join(sorted({secret for secret in found if secret})) or None


def is_upgrade(headers: Headers) -> bool:
    """Whether the client wants to leave HTTP for a WebSocket, which is not served here."""
    return b"websocket" in _tokens(headers, b"upgrade")


def refuse_ambiguous(headers: Headers) -> None:
    """Refuse what two parsers may read in two ways (RFC 9112 §3.2, §6.3). Raises: BadRequest.

    That is a second Host, Content-Length or Authorization, and a length beside chunks.
    """
    seen: set[bytes] = set()
    for name, _ in headers:
        if name in _ONCE:
            if name in seen:
                title = name.decode().title()
                msg = f"{title} was sent twice"
                raise BadRequest(msg, param=title)
            seen.add(name)
    if b"content-length" in seen and find(headers, b"transfer-encoding") is not None:
        msg = "Content-Length and Transfer-Encoding exclude each other"
        raise BadRequest(msg, param="Content-Length")
