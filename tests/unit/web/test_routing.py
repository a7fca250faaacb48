"""Which provider and which path a request is for."""

from contextlib import suppress

import pytest

from warmlane.errors import BadRequest, UnknownRoute
from warmlane.model import Headers
from warmlane.providers import table
from warmlane.web.routing import Router

PROVIDERS = table({"openai": "https://one.example/base", "local": "http://two.example"})
CHAT = "/v1/chat/completions"


@pytest.fixture
def router() -> Router:
    """A router over openai, demo and local."""
    return Router(PROVIDERS)


@pytest.mark.parametrize(
    ("host", "path", "name", "canonical"),
    [
        # a prefix
        ("localhost:8000", "/openai/v1/chat/completions", "openai", CHAT),
        ("localhost:8000", "/openai/chat/completions", "openai", CHAT),
        ("localhost:8000", "/openai/v1/v1/chat/completions", "openai", CHAT),
        ("127.0.0.1", "/demo/v1/chat/completions", "demo", CHAT),
        ("[::1]:8000", "/local/v1/models", "local", "/v1/models"),
        ("cache.example.com", "/demo/files/f/content", "demo", "/v1/files/f/content"),
        ("openai.com.example", "/local/v1/responses", "openai", "/v1/local/v1/responses"),
        ("", "/demo/v1/models", "demo", "/v1/models"),
        ("localhost", "/demo", "demo", "/"),
        ("localhost", "/demo/", "demo", "/"),
        ("localhost", "/openai/openai/v1/models", "openai", "/v1/openai/v1/models"),
        ("localhost", "/local/v2/chat", "local", "/v2/chat"),
        ("localhost", "/local/v1beta/models", "local", "/v1beta/models"),
        # a subdomain
        ("openai.localhost:8000", "/v1/chat/completions", "openai", CHAT),
        ("demo.cache.example.com", "/chat/completions", "demo", CHAT),
        ("Local.Example.COM.", "/v1/models", "local", "/v1/models"),
        ("local.example.com", "/local/v1/models", "local", "/v1/models"),
        # a bare host
        ("localhost:8000", "/v1/chat/completions", "openai", CHAT),
        ("cache.example.com", "/chat/completions", "openai", CHAT),
        ("openai", "/v1/embeddings", "openai", "/v1/embeddings"),
        ("openai:8000", "/models", "openai", "/v1/models"),
        ("10.0.0.7", "/v1/files", "openai", "/v1/files"),
    ],
)
def test_a_request_finds_its_provider_and_path(router: Router, host: str, path: str, name: str, canonical: str) -> None:
    """Host, then prefix, then a path of OpenAI's API; one provider name is stripped, once."""
    for _ in range(2):  # the second time it is remembered
        route = router.route("POST", host, path, "", ())

        assert route.provider is PROVIDERS[name]
        assert route.path == canonical


@pytest.mark.parametrize("field", [b"x-warmlane-provider", b"x-portkey-provider"])
def test_a_header_names_the_provider(router: Router, field: bytes) -> None:
    """In any case, and for any path."""
    route = router.route("GET", "localhost", "/anything", "", ((b"a", b"1"), (field, b" Local ")))

    assert route.provider is PROVIDERS["local"]
    assert route.path == "/v1/anything"


def test_a_prefix_goes_before_the_header(router: Router) -> None:
    """The order is fixed: host, prefix, header."""
    demo: Headers = ((b"x-warmlane-provider", b"demo"),)

    assert router.route("POST", "localhost", "/local/v1/models", "", demo).provider is PROVIDERS["local"]
    assert router.route("POST", "openai.localhost", "/v1/models", "", demo).provider is PROVIDERS["openai"]


def test_what_one_request_s_header_said_is_not_remembered_for_the_next(router: Router) -> None:
    """The memory is by host and path alone, so it may only hold what these say."""
    assert (
        router.route("POST", "localhost", CHAT, "", ((b"x-warmlane-provider", b"demo"),)).provider is PROVIDERS["demo"]
    )
    assert router.route("POST", "localhost", CHAT, "", ()).provider is PROVIDERS["openai"]
    assert (
        router.route("POST", "localhost", CHAT, "", ((b"x-warmlane-provider", b"local"),)).provider
        is PROVIDERS["local"]
    )


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/opnai/v1/chat/completions", ()),
        ("/OpenAI/v1/chat/completions", ()),
        ("/v1/chat/completions", ((b"x-warmlane-provider", b"opnai"),)),
        ("/v1/chat/completions", ((b"x-portkey-provider", b"@openai-prod"),)),
        ("/v1/chat/completions", ((b"x-warmlane-provider", b""),)),
        ("/", ()),
        ("/favicon.ico", ()),
        ("/v1", ()),
        ("/v1/unheard-of", ()),
        ("/v2/chat", ()),
    ],
)
def test_a_mistyped_provider_is_nobody(router: Router, path: str, headers: Headers) -> None:
    """404, never a call to somebody else; the message says who there is and repeats nothing of the request."""
    with pytest.raises(UnknownRoute) as unknown:
        router.route("POST", "localhost", path, "", headers)

    assert "/openai, /anthropic" in unknown.value.message
    assert "opnai" not in unknown.value.message


def test_without_openai_a_bare_host_serves_nobody() -> None:
    """The bare host is a habit of OpenAI's SDK; a table without openai has no such habit."""
    router = Router({"demo": PROVIDERS["demo"]})

    with pytest.raises(UnknownRoute):
        router.route("POST", "localhost", CHAT, "", ())


@pytest.mark.parametrize(
    ("method", "path", "dialect"),
    [
        ("POST", "/openai/v1/chat/completions", "openai_chat"),
        ("POST", "/openai/chat/completions", "openai_chat"),
        ("POST", "/openai/chat%2Fcompletions", None),
        ("GET", "/openai/v1/chat/completions", None),
        ("DELETE", "/openai/v1/chat/completions/chatcmpl-1", None),
        ("POST", "/openai/v1/chat/completions/", None),
        ("POST", "/openai/v1/moderations", None),
        ("POST", "/openai/v2/chat/completions", None),
    ],
)
def test_only_listed_endpoints_are_cached(router: Router, method: str, path: str, dialect: str | None) -> None:
    """Caching is an allow-list of POST paths; everything else is streamed through."""
    assert router.route(method, "localhost", path, "", ()).dialect == dialect


def test_the_query_goes_along_untouched(router: Router) -> None:
    """Order, escapes and empty values are the provider's to read."""
    query = "beta=true&key=a%20b+c&empty&x=%2F..%2f&y=[1]{2}|~'"

    assert router.route("GET", "localhost", "/openai/responses", query, ()).query == query


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/openai/v1/files/a%3Ab", "/v1/files/a:b"),
        ("/openai/models/org%2Fname", "/v1/models/org%2Fname"),
        ("/openai/v1/models/@cf/meta/llama", "/v1/models/@cf/meta/llama"),
        ("/openai/v1/files/%E2%82%AC", "/v1/files/%E2%82%AC"),
        ("/openai/v1/files/a.b..c", "/v1/files/a.b..c"),
        ("/openai/v1/files/.hidden", "/v1/files/.hidden"),
        ("/openai/v1/files/...", "/v1/files/..."),
        ("/openai/v1/models/ft:gpt-4o:org::id", "/v1/models/ft:gpt-4o:org::id"),
        ("/openai/v1/files/100%25", "/v1/files/100%25"),
    ],
)
def test_names_that_sdks_put_into_paths_pass(router: Router, path: str, canonical: str) -> None:
    """OpenAI's SDK writes `org/name` as `org%2Fname` and leaves `@` and `:` alone."""
    assert router.route("GET", "localhost", path, "", ()).path == canonical


TRICKS = [
    ("localhost", ""),
    ("localhost", "*"),
    ("localhost", "evil.example:443"),
    ("localhost", "@evil.example/"),
    ("localhost", ".evil.example/"),
    ("localhost", "http://evil.example/v1/models"),
    ("localhost", "//evil.example/v1/models"),
    ("localhost", "///evil.example"),
    ("localhost", "/openai//evil.example/v1/models"),
    ("localhost", "/openai/@evil.example/"),
    ("localhost", "/openai/user:pw@evil.example/"),
    ("localhost", "/openai/../demo/v1/models"),
    ("localhost", "/openai/v1/../../admin"),
    ("localhost", "/openai/v1/.."),
    ("localhost", "/openai/./v1/models"),
    ("localhost", "/openai/v1/..;/models"),
    ("localhost", "/openai/v1/.;x/models"),
    ("localhost", "/openai/%2e%2e/admin"),
    ("localhost", "/openai/%2E./admin"),
    ("localhost", "/openai/v1/..%2f..%2fadmin"),
    ("localhost", "/openai/v1/x%2f..%2f..%2fadmin"),
    ("localhost", "/openai/%252e%252e/admin"),
    ("localhost", "/openai/%25252e%25252e/admin"),
    ("localhost", "/openai/%2f%2fevil.example/"),
    ("localhost", "/openai/%2Fevil.example/"),
    ("localhost", "/openai/v1%2f%2fmodels"),
    ("localhost", "/openai/v1/\\evil.example"),
    ("localhost", "/openai/v1/%5cevil.example"),
    ("localhost", "/openai/v1/%5C%5Cevil.example"),
    ("localhost", "/openai/v1/models\r\nx-injected: 1"),
    ("localhost", "/openai/v1/models%0d%0ax-injected: 1"),
    ("localhost", "/openai/v1/models%250d%250a"),
    ("localhost", "/openai/v1/\x00"),
    ("localhost", "/openai/v1/%00"),
    ("localhost", "/openai/v1/\x7f"),
    ("localhost", "/openai/v1/a b"),
    ("localhost", "/openai/v1/models#evil"),
    ("localhost", "/openai/v1/models?x=1"),
    ("localhost", "/openai/v1/m\u00f6dels"),
    ("localhost", "/openai/v1/%zz"),
    ("localhost", "/openai/v1/%"),
    ("localhost", "/openai/v1/%e"),
    ("localhost", "/openai/v1/<script>"),
    ("localhost", '/openai/v1/"x"'),
    ("openai.localhost@evil.example", CHAT),
    ("openai.localhost/evil", CHAT),
    ("openai .localhost", CHAT),
    ("openai.localhost\r\nx: 1", CHAT),
    ("openai.localhost\x00", CHAT),
    ("[evil]", CHAT),
    ("\u00f6penai.localhost", CHAT),
]


@pytest.mark.parametrize(("host", "path"), TRICKS)
def test_what_could_be_read_in_two_ways_goes_nowhere(router: Router, host: str, path: str) -> None:
    """Traversal, a second host, odd bytes: refused, and nothing of it is in the message."""
    with pytest.raises(BadRequest) as refused:
        router.route("POST", host, path, "", ())

    assert "evil" not in refused.value.message


@pytest.mark.parametrize("query", ["a=\r\nb", "a=\x00", "a b", "a#b", "a=\u00f6", 'a="', "a=<b>", "\x7f"])
def test_a_query_that_no_url_may_hold_goes_nowhere(router: Router, query: str) -> None:
    """A query is passed on as it is, so it has to be one."""
    with pytest.raises(BadRequest):
        router.route("GET", "localhost", "/openai/v1/models", query, ())


@pytest.mark.parametrize("host", ["evil.example", "openai.evil.example", "demo", "demo@x", "", "api.openai.com:443"])
@pytest.mark.parametrize(
    "path", ["/openai/v1/models", "/v1/models", "/openai/https://evil.example/v1", "//x", "/local/@x"]
)
@pytest.mark.parametrize("headers", [(), ((b"x-warmlane-provider", b"http://evil.example"),), ((b"host", b"evil"),)])
def test_no_request_names_its_upstream(router: Router, host: str, path: str, headers: Headers) -> None:
    """Whatever a request says, it is refused or the address is a row of the table."""
    with suppress(UnknownRoute, BadRequest):
        assert router.route("POST", host, path, "", headers).provider in PROVIDERS.values()


def test_what_is_remembered_stays_bounded(router: Router) -> None:
    """A flood of paths, long ones too, costs no more memory than a page, and routes as ever."""
    for number in range(3000):
        router.route("GET", "localhost", f"/openai/v1/files/{number}", "", ())
        router.route("GET", "localhost", f"/openai/v1/files/{'x' * 300}{number}", "", ())

    assert router.remembered <= 1024
    assert router.route("POST", "localhost", CHAT, "", ()).provider is PROVIDERS["openai"]
