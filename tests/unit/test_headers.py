"""Which header fields cross the gateway."""

import pytest

from warmlane.errors import BadRequest
from warmlane.headers import (
    ALIASES,
    client_headers,
    credential,
    find,
    is_upgrade,
    refuse_ambiguous,
    upstream_headers,
)
from warmlane.model import Headers

HOPS = (
    (b"connection", b"keep-alive"),
    (b"keep-alive", b"timeout=5"),
    (b"proxy-connection", b"keep-alive"),
    (b"proxy-authenticate", b"Basic"),
    (b"proxy-authorization", b"Basic x"),
    (b"te", b"trailers"),
    (b"trailer", b"x-checksum"),
    (b"transfer-encoding", b"chunked"),
    (b"upgrade", b"h2c"),
    (b"http2-settings", b"AAMAAABk"),
)


def test_everything_else_goes_up_unchanged_and_in_order() -> None:
    """SDK headers, repeated ones and unknown ones arrive as they were sent."""
    sent: Headers = (
        (b"user-agent", b"OpenAI/Python 3.54.0"),
        (b"x-stainless-lang", b"python"),
        (b"authorization", b"Bearer sk-1"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"idempotency-key", b"k"),
        (b"accept-encoding", b"gzip, deflate"),
        (b"x-cachet", b"not ours"),
        (b"cf-aig-metadata", b"{}"),
        (b"helicone-auth", b"Bearer h"),
        (b"x-portkey-trace-id", b"t"),
        (b"x-bf-vk", b"v"),
        (b"cache-control", b"no-cache"),
        (b"traceparent", b"00-1-2-01"),
    )

    assert upstream_headers(sent, identity=False) == sent


@pytest.mark.parametrize(
    "field",
    [
        *HOPS,
        (b"host", b"localhost:8000"),
        (b"content-length", b"12"),
        (b"expect", b"100-continue"),
        (b"x-lane", b"a"),
        (b"x-cache-mode", b"off"),
        (b"x-cache-ttl", b"1"),
        (b"x-warmlane-provider", b"openai"),
        *((name, b"x") for name in sorted(ALIASES)),
    ],
)
def test_what_is_between_us_and_the_client_stays_here(field: tuple[bytes, bytes]) -> None:
    """Hop-by-hop fields, the address we were called by, and our own controls never go up."""
    assert upstream_headers((field, (b"accept", b"*/*")), identity=False) == ((b"accept", b"*/*"),)


def test_what_connection_names_stays_here() -> None:
    """RFC 9110 §7.6.1: every field that any Connection field names, in any case, is hop-by-hop."""
    sent: Headers = (
        (b"connection", b"close, X-Api-Key"),
        (b"x-api-key", b"k"),
        (b"connection", b" x-Second "),
        (b"x-second", b"2"),
        (b"x-third", b"3"),
    )

    assert upstream_headers(sent, identity=False) == ((b"x-third", b"3"),)
    assert client_headers(sent) == ((b"x-third", b"3"),)


def test_identity_is_asked_for_in_place_of_what_the_client_takes() -> None:
    """One accept-encoding goes up, and it allows no compression."""
    sent: Headers = ((b"accept-encoding", b"gzip"), (b"a", b"1"), (b"accept-encoding", b"br"))

    assert upstream_headers(sent, identity=True) == ((b"a", b"1"), (b"accept-encoding", b"identity"))
    assert upstream_headers((), identity=True) == ((b"accept-encoding", b"identity"),)


def test_the_length_of_a_streamed_body_goes_up() -> None:
    """Unless it came in chunks: then there is no length to pass on."""
    length = (b"content-length", b"12")

    assert upstream_headers((length,), identity=False, streamed=True) == (length,)
    assert upstream_headers((length, (b"transfer-encoding", b"chunked")), identity=False, streamed=True) == ()


def test_a_provider_s_own_headers_come_back() -> None:
    """Cookies, each by itself, limits, ids and the length reach the client on a miss."""
    answered: Headers = (
        (b"content-type", b"application/json"),
        (b"content-length", b"2"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"retry-after", b"7"),
        (b"retry-after-ms", b"7000"),
        (b"x-request-id", b"req_1"),
        (b"x-ratelimit-remaining-requests", b"1"),
        (b"content-encoding", b"gzip"),
        (b"cache-status", b"edge; hit"),
    )

    assert client_headers(answered) == answered


@pytest.mark.parametrize("field", [*HOPS, (b"x-cache", b"MISS from edge"), (b"x-cache-key", b"forged")])
def test_what_is_between_us_and_the_provider_stays_here(field: tuple[bytes, bytes]) -> None:
    """Hop-by-hop fields, and names under which a client expects to hear us, never come back."""
    assert client_headers((field, (b"server", b"x"))) == ((b"server", b"x"),)


def test_a_length_beside_chunks_is_not_believed() -> None:
    """RFC 9112 §6.3: with both, the chunks are what counts."""
    answered: Headers = ((b"content-length", b"5"), (b"transfer-encoding", b"chunked"), (b"a", b"1"))

    assert client_headers(answered) == ((b"a", b"1"),)


def test_find_gives_the_first_of_a_name() -> None:
    """And None for a name that is not there."""
    fields: Headers = ((b"a", b"1"), (b"b", b"2"), (b"a", b"3"))

    assert (find(fields, b"a"), find(fields, b"c")) == (b"1", None)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        (((b"authorization", b"Bearer sk-secret"),), ""),
        (((b"authorization", b"bearer  sk-secret "),), ""),
        (((b"authorization", b"sk-secret"),), ""),
        (((b"x-api-key", b"sk-secret"),), ""),
        (((b"x-goog-api-key", b"sk-secret"),), ""),
        (((b"api-key", b" sk-secret"),), ""),
        ((), "alt=sse&key=sk-secret"),
        ((), "key=sk%2Dsecret"),
        (((b"x-api-key", b"sk-secret"), (b"authorization", b"Bearer sk-secret")), "key=sk-secret"),
    ],
)
def test_the_secret_is_what_counts_wherever_it_is(headers: Headers, query: str) -> None:
    """The same secret is the same caller, whichever field carries it, once or more often."""
    assert credential(headers, query) == b"sk-secret"


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ((), ""),
        ((), "apikey=x&keys=y"),
        ((), "key="),
        (((b"authorization", b""),), ""),
        (((b"authorization", b"Bearer "),), ""),
        (((b"authorization", b"Bearer"),), ""),
        (((b"x-api-key", b"  "),), ""),
    ],
)
def test_no_secret_is_none(headers: Headers, query: str) -> None:
    """An empty credential is none: it must not make a tenant that all careless callers share."""
    assert credential(headers, query) is None


def test_callers_share_only_when_every_credential_is_equal() -> None:
    """A placeholder in one field and the real key in another: whichever the provider heeds, two callers stay two."""
    dummy = (b"authorization", b"Bearer dummy")
    first = credential((dummy, (b"x-api-key", b"key-1")), "")
    second = credential((dummy, (b"x-api-key", b"key-2")), "")
    turned = credential(((b"x-api-key", b"key-1"), dummy), "")

    assert first != second
    assert first == turned
    assert first not in {b"dummy", b"key-1"}


def test_a_key_in_the_query_may_hold_any_byte() -> None:
    """Odd escapes are bytes like others, not an error."""
    assert credential((), "key=%ff%00a") == b"\xff\x00a"


@pytest.mark.parametrize("value", [b"websocket", b"WebSocket", b"h2c, websocket"])
def test_a_websocket_is_seen(value: bytes) -> None:
    """Any case, and among others."""
    assert is_upgrade(((b"connection", b"Upgrade"), (b"upgrade", value)))


@pytest.mark.parametrize("headers", [(), ((b"upgrade", b"h2c"),), ((b"connection", b"upgrade"),)])
def test_another_upgrade_may_be_ignored(headers: Headers) -> None:
    """HTTP allows a server to answer h2c in HTTP/1.1."""
    assert not is_upgrade(headers)


@pytest.mark.parametrize("name", [b"host", b"content-length", b"authorization"])
def test_what_may_stand_once_is_refused_twice(name: bytes) -> None:
    """Equal values too: two parsers may take different ones. The error tells the field, not the value."""
    with pytest.raises(BadRequest) as refused:
        refuse_ambiguous(((name, b"secret"), (b"a", b"1"), (name, b"secret")))

    assert refused.value.param == name.decode().title()
    assert "secret" not in refused.value.message


def test_a_length_beside_chunks_is_refused() -> None:
    """That is how a request is smuggled (RFC 9112 §6.1)."""
    with pytest.raises(BadRequest):
        refuse_ambiguous(((b"content-length", b"1"), (b"transfer-encoding", b"chunked")))


def test_a_plain_request_is_not_refused() -> None:
    """One of each, other names repeated."""
    refuse_ambiguous(((b"host", b"h"), (b"content-length", b"1"), (b"authorization", b"x"), (b"a", b"1"), (b"a", b"2")))
