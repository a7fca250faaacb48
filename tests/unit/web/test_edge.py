"""From HTTP to a call: the request's identity, its route, its secret."""

import json

import pytest

from samples import CHAT, SECRET
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.errors import BadRequest, NotCached, Overloaded, UnknownRoute
from warmlane.families import SHAPES, Family
from warmlane.model import Headers
from warmlane.providers import table
from warmlane.web.edge import Edge, RequestIds
from warmlane.web.routing import Router

KEYED: Headers = ((b"host", b"localhost:8000"), (b"authorization", b"Bearer " + SECRET))


@pytest.fixture
def edge() -> Edge:
    """An edge over the built-in table."""
    return Edge(Router(table({})), errors=SHAPES)


def test_ids_are_unique() -> None:
    """In one process and among several."""
    one, two = RequestIds(), RequestIds()
    ids = {source.next() for source in (one, two) for _ in range(1000)}

    assert len(ids) == 2000
    assert all(name.startswith("wl_") and name[3:].isalnum() for name in ids)


def test_a_request_becomes_a_call(edge: Edge) -> None:
    """Routed, with the caller's own secret, and everything else as received."""
    route = edge.route("POST", "/openai" + CHAT, "a=1", KEYED)
    call = edge.call("POST", route, KEYED, b"{}")

    assert (call.provider, call.base_url, call.dialect) == ("openai", "https://api.openai.com", "openai_chat")
    assert (call.method, call.path, call.query, call.body) == ("POST", CHAT, "a=1", b"{}")
    assert (call.headers, call.secret, call.keyless) == (KEYED, SECRET, False)
    assert call.id != edge.call("POST", route, KEYED, b"{}").id


def test_a_call_without_a_key_has_no_secret(edge: Edge) -> None:
    """At the demo they share one tenant."""
    headers = KEYED[:1]
    route = edge.route("POST", "/demo" + CHAT, "", headers)
    call = edge.call("POST", route, headers, b"{}")

    assert (call.secret, call.keyless) == (b"", True)


def test_a_secret_that_goes_no_further_is_nobodys(edge: Edge) -> None:
    """RFC 9110 §7.6.1: a field that Connection names never reaches the provider, so it cannot say who calls."""
    headers: Headers = (*KEYED, (b"connection", b"close, Authorization"))
    route = edge.route("POST", "/openai" + CHAT, "", headers)

    assert edge.call("POST", route, headers, b"{}").secret == b""


@pytest.mark.parametrize(
    ("path", "headers", "error"),
    [
        ("/nobody" + CHAT, KEYED, UnknownRoute),
        ("/openai/../x", KEYED, BadRequest),
        ("/openai" + CHAT, (*KEYED, KEYED[0]), BadRequest),
        ("/openai" + CHAT, (*KEYED, KEYED[1]), BadRequest),
    ],
)
def test_what_cannot_be_routed_is_refused(edge: Edge, path: str, headers: Headers, error: type[Exception]) -> None:
    """An unknown provider, a path or a header that two parsers may read in two ways."""
    with pytest.raises(error):
        edge.route("POST", path, "", headers)


def test_an_error_is_said_in_the_dialects_shape(edge: Edge) -> None:
    """With the call's id, and no more than the error itself tells."""
    status, headers, body = edge.error(BadRequest("cache.ttl is wrong", param="cache.ttl"), "wl_1", OpenAIChat())

    assert status == 400
    assert dict(headers) == {
        b"content-type": b"application/problem+json",
        b"content-length": b"%d" % len(body),
        b"x-request-id": b"wl_1",
        b"request-id": b"wl_1",
        b"x-should-retry": b"false",
    }
    assert json.loads(body)["error"]["param"] == "cache.ttl"


def test_an_error_that_passes_says_when(edge: Edge) -> None:
    """SDKs repeat it by themselves."""
    _, headers, _ = edge.error(Overloaded("busy", retry_after=3), "wl_1", OpenAIChat())

    assert dict(headers)[b"retry-after"] == b"3"
    assert b"x-should-retry" not in dict(headers)


def test_an_error_that_does_not_pass_says_so(edge: Edge) -> None:
    """504 would be repeated by every SDK, and only-if-cached would fare no better."""
    _, headers, _ = edge.error(NotCached("no"), "wl_1", OpenAIChat())

    assert dict(headers)[b"x-should-retry"] == b"false"


def test_a_body_may_say_who_is_called(edge: Edge) -> None:
    """On a router's paths: the model names the provider, whose own name for it is what goes up."""
    address = edge.route("POST", "/v2/router/chat/completions", "", KEYED)
    call = edge.call("POST", address, KEYED, b'{"model": "groq/llama", "x": 1}')

    assert (call.provider, call.base_url, call.dialect) == ("groq", "https://api.groq.com/openai", "openai_chat")
    assert (call.path, call.body) == (CHAT, b'{"model": "llama", "x": 1}')
    assert edge.call("POST", address, KEYED, b'{"model": "demo/x"}').keyless is True
    assert address.reads_body is True
    assert "authorization" not in repr(address).lower()


def test_a_body_that_says_nobody_is_refused(edge: Edge) -> None:
    """Where nothing else says who is meant."""
    address = edge.route("POST", "/v2/router/chat/completions", "", KEYED)

    with pytest.raises(BadRequest):
        edge.call("POST", address, KEYED, b'{"model": "gpt-4o"}')
    with pytest.raises(UnknownRoute):
        edge.call("POST", address, KEYED, b'{"model": "nobody/gpt-4o"}')


def test_only_what_may_be_cached_is_read(edge: Edge) -> None:
    """The rest is streamed through."""
    assert edge.route("POST", "/openai" + CHAT, "", KEYED).reads_body is True
    assert edge.route("POST", "/openai/v1/files", "", KEYED).reads_body is False
    assert edge.route("GET", "/openai" + CHAT, "", KEYED).reads_body is False


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/openai/v1/files", Family.OPENAI),
        ("/anthropic/../x", Family.ANTHROPIC),
        ("/nobody/models/m:generateContent", Family.GOOGLE),
        ("", Family.OPENAI),
    ],
)
def test_an_error_has_the_shape_of_whom_was_meant(edge: Edge, path: str, family: Family) -> None:
    """Whatever else is wrong with the request."""
    assert edge.shape(path, KEYED) is SHAPES[family]


def test_feedback_comes_with_the_callers_key(edge: Edge) -> None:
    """The one that goes further than to us, as with calls; in a query too."""
    hidden: Headers = (*KEYED, (b"connection", b"Authorization"))
    desk = edge.desk("POST", "/openai/v1/cache/feedback", "", KEYED)
    keyless = edge.desk("POST", "/openai/v1/cache/feedback", "", hidden)
    queried = edge.desk("POST", "/google/cache/feedback", "key=AIza-1", KEYED[:1])

    assert desk is not None
    assert ([provider.name for provider in desk.providers], desk.secret) == (["openai"], SECRET)
    assert keyless is not None
    assert keyless.secret == b""
    assert queried is not None
    assert queried.secret == b"AIza-1"
    assert SECRET.decode() not in repr(desk)
    assert edge.desk("POST", "/openai" + CHAT, "", KEYED) is None


@pytest.mark.parametrize(
    ("method", "headers", "error"), [("GET", KEYED, UnknownRoute), ("POST", (*KEYED, KEYED[1]), BadRequest)]
)
def test_feedback_that_is_none_is_refused(edge: Edge, method: str, headers: Headers, error: type[Exception]) -> None:
    """It is posted, with one key."""
    with pytest.raises(error):
        edge.desk(method, "/openai/v1/cache/feedback", "", headers)
