"""Which provider and which path a request is for."""

from contextlib import suppress

import pytest

from warmlane.errors import BadRequest, UnknownRoute
from warmlane.families import Family
from warmlane.model import Headers
from warmlane.providers import table
from warmlane.web.routing import Router

PROVIDERS = table({"openai": "https://one.example/base", "local": "http://two.example"})
CHAT = "/v1/chat/completions"
GOOGLES: Headers = ((b"x-goog-api-key", b"k"),)
ANTHROPICS: Headers = ((b"anthropic-version", b"2023-06-01"),)


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


def test_what_one_request_s_signals_said_is_not_remembered_for_the_next(router: Router) -> None:
    """The same host and path with other headers is another's."""
    for _ in range(2):
        for name, headers in (
            ("openai", ()),
            ("google", GOOGLES),
            ("anthropic", ANTHROPICS),
            ("demo", (*GOOGLES, (b"x-warmlane-provider", b"demo"))),
        ):
            assert router.route("GET", "localhost", "/v1/models", "", headers).provider is PROVIDERS[name]


def test_what_is_remembered_stays_bounded(router: Router) -> None:
    """A flood of paths, long ones too, costs no more memory than a page, and routes as ever."""
    for number in range(3000):
        router.route("GET", "localhost", f"/v1/files/{number}", "", ())
        router.route("GET", "localhost", f"/openai/v1/files/{number}", "", ())
        router.route("GET", "localhost", f"/openai/v1/files/{'x' * 300}{number}", "", ())

    assert router.remembered <= 1024
    assert router.route("POST", "localhost", CHAT, "", ()).provider is PROVIDERS["openai"]


@pytest.mark.parametrize(
    ("host", "path", "headers", "name", "canonical"),
    [
        # what each SDK writes where only the host was changed
        ("localhost:8000", "/responses", (), "openai", "/v1/responses"),
        ("localhost:8000", "/v1/messages", ANTHROPICS, "anthropic", "/v1/messages"),
        ("localhost:8000", "/messages", (), "anthropic", "/v1/messages"),
        ("localhost:8000", "/v1/v1/messages", ANTHROPICS, "anthropic", "/v1/messages"),
        ("localhost:8000", "/v1/models/m:generateContent", GOOGLES, "google", "/v1/models/m:generateContent"),
        ("localhost:8000", "/v1beta/v1/models/m:countTokens", GOOGLES, "google", "/v1/models/m:countTokens"),
        ("localhost:8000", "/v1/v1/models/m:generateContent", (), "google", "/v1/models/m:generateContent"),
        ("localhost:8000", "/models/m:streamGenerateContent", (), "google", "/v1beta/models/m:streamGenerateContent"),
        ("localhost:8000", "/v1/models/m%3AgenerateContent", (), "google", "/v1/models/m:generateContent"),
        ("localhost:8000", "/v1/interactions", GOOGLES, "google", "/v1/interactions"),
        ("localhost:8000", "/v1beta1/publishers/google/models/m:generateContent", GOOGLES, "vertex", None),
        ("localhost:8000", "/v1/models", GOOGLES, "google", "/v1/models"),
        ("localhost:8000", "/v1/models", ANTHROPICS, "anthropic", "/v1/models"),
        ("localhost:8000", "/v1/models", (), "openai", "/v1/models"),
        # with the provider in front
        ("localhost:8000", "/anthropic/v1/messages", (), "anthropic", "/v1/messages"),
        ("localhost:8000", "/anthropic/messages", (), "anthropic", "/v1/messages"),
        ("localhost:8000", "/google/v1/models/m:generateContent", (), "google", "/v1/models/m:generateContent"),
        ("localhost:8000", "/google/models/m:generateContent", (), "google", "/v1beta/models/m:generateContent"),
        ("localhost:8000", "/google/v1beta1/publishers/google/models/m:x", (), "google", None),
        ("localhost:8000", "/groq/openai/v1/chat/completions", (), "groq", CHAT),
        ("localhost:8000", "/groq/chat/completions", (), "groq", CHAT),
        ("localhost:8000", "/perplexity/v1/chat/completions", (), "perplexity", "/chat/completions"),
        ("localhost:8000", "/deepinfra/v1/openai/embeddings", (), "deepinfra", "/embeddings"),
        ("localhost:8000", "/demo/messages", (), "demo", "/v1/messages"),
        ("localhost:8000", "/demo/models/m:generateContent", (), "demo", "/v1beta/models/m:generateContent"),
        # by the host
        ("anthropic.localhost:8000", "/messages", (), "anthropic", "/v1/messages"),
        ("google.cache.example.com", "/v1/models/m:embedContent", (), "google", "/v1/models/m:embedContent"),
        ("groq.cache.example.com", "/openai/v1/chat/completions", (), "groq", CHAT),
        # whoever is named gets the path, whatever the signals say
        ("localhost:8000", "/local/v1/messages", ANTHROPICS, "local", "/v1/messages"),
        ("localhost:8000", "/local/v2/router/chat/completions", (), "local", "/v2/router/chat/completions"),
        ("local.localhost", "/v2/router/chat/completions", (), "local", "/v2/router/chat/completions"),
        ("localhost:8000", "/v2/router/chat/completions", ((b"x-warmlane-provider", b"local"),), "local", None),
        ("localhost:8000", "/messages", ((b"x-portkey-provider", b"anthropic"),), "anthropic", "/v1/messages"),
        ("localhost:8000", "/models/m:x", ((b"x-warmlane-provider", b"google"),), "google", "/v1beta/models/m:x"),
    ],
)  # fmt: skip
def test_every_sdk_finds_its_provider(
    router: Router, host: str, path: str, headers: Headers, name: str, canonical: str | None
) -> None:
    """Host, prefix, header, and then what only one vendor has; None: the path as it came, less the prefix."""
    for _ in range(2):
        route = router.route("POST", host, path, "", headers)

        assert route.provider is PROVIDERS[name]
        assert route.path == (canonical or path.removeprefix(f"/{name}"))


def test_a_key_of_google_never_goes_to_openai(router: Router) -> None:
    """Header and path disagree: nobody is called."""
    for headers in (GOOGLES, ANTHROPICS):
        with pytest.raises(UnknownRoute):
            router.route("POST", "localhost", CHAT, "", headers)


@pytest.mark.parametrize(
    ("path", "model", "name", "canonical", "dialect", "left"),
    [
        ("/v2/router/chat/completions", "openai/gpt-4o", "openai", CHAT, "openai_chat", "gpt-4o"),
        ("/v1/router/chat/completions", "openai/gpt-4o", "openai", CHAT, "openai_chat", "gpt-4o"),
        ("/v3/router/chat/completions", "openai/gpt-4o", "openai", CHAT, "openai_chat", "gpt-4o"),
        ("/v2/router/v1/chat/completions", "OpenAI/gpt-4o", "openai", CHAT, "openai_chat", "gpt-4o"),
        ("/v2/router/images/generations", "openai/image-1", "openai", "/v1/images/generations", None, "image-1"),
        ("/v2/router/chat/completions", "local/org/model", "local", CHAT, "openai_chat", "org/model"),
        ("/v2/router/chat/completions", "openrouter/openai/gpt-4o", "openrouter", CHAT, "openai_chat", "openai/gpt-4o"),
        ("/v2/router/chat/completions", "perplexity/sonar", "perplexity", "/chat/completions", "openai_chat", "sonar"),
        ("/v2/router/chat/completions", "anthropic/claude-x", "anthropic", CHAT, "openai_chat", "claude-x"),
        ("/v2/router/chat/completions", "google/g", "google", "/v1beta/openai/chat/completions", "openai_chat", "g"),
    ],
)  # fmt: skip
def test_a_model_names_its_provider_on_the_paths_of_a_router(
    router: Router, path: str, model: str, name: str, canonical: str, dialect: str | None, left: str
) -> None:
    """Only the first part is the provider; the provider's own address for OpenAI's SDK is what is called."""
    route = router.route("POST", "localhost", path, "beta=true", ())
    assert (route.provider, route.dialect, route.query) == (None, None, "beta=true")

    found, body = router.by_model("POST", route.path, b'{"model":"%b", "stream":  true}' % model.encode())
    assert found.provider is PROVIDERS[name]
    assert (found.path, found.dialect) == (canonical, dialect)
    assert body == b'{"model":"%b", "stream":  true}' % left.encode()


def test_only_a_post_is_cached_by_its_model_too(router: Router) -> None:
    """Whatever a PUT would mean there."""
    assert router.by_model("PUT", CHAT, b'{"model": "openai/m"}')[0].dialect is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", BadRequest),
        (b"{", BadRequest),
        (b"[]", BadRequest),
        (b'{"model": 1}', BadRequest),
        (b'{"model": ["openai/gpt-4o"]}', BadRequest),
        (b'{"model": "gpt-4o"}', BadRequest),
        (b'{"model": "/gpt-4o"}', BadRequest),
        (b'{"model": "openai/"}', BadRequest),
        (b'{"model": "openai/a", "model": "local/b"}', BadRequest),
        (b'{"a": {"model": "openai/gpt-4o"}}', BadRequest),
        (b'{"a":' * 300 + b"1" + b"}" * 300, BadRequest),
        (b'{"model": "opnai/gpt-4o"}', UnknownRoute),
        (b'{"model": " openai/gpt-4o"}', UnknownRoute),
        (b'{"model": "https://evil.example/v1"}', UnknownRoute),
        ('{"model": "l\u00f6cal/m"}'.encode(), UnknownRoute),
        ('{"model": "open\u0101i/m"}'.encode(), UnknownRoute),
    ],
)
def test_a_model_that_names_nobody_is_refused(router: Router, body: bytes, error: type[Exception]) -> None:
    """`model` is named, and nothing that was sent is repeated."""
    with pytest.raises(error) as refused:
        router.by_model("POST", CHAT, body)

    assert getattr(refused.value, "param", None) == "model"
    assert "evil" not in str(refused.value)
    assert "opnai" not in str(refused.value)


@pytest.mark.parametrize(
    "path", ["/v4/router/chat/completions", "/v2/router", "/v2/router/", "/v2/routers/x", "/router/x"]
)
def test_not_every_path_is_a_routers(router: Router, path: str) -> None:
    """What only looks like it is nobody's."""
    with pytest.raises(UnknownRoute):
        router.route("POST", "localhost", path, "", ())


@pytest.mark.parametrize(
    ("host", "path", "headers", "family"),
    [
        ("localhost", "/openai/../x", (), Family.OPENAI),
        ("localhost", "/anthropic/../x", (), Family.ANTHROPIC),
        ("localhost", "/google//x", (), Family.GOOGLE),
        ("anthropic.localhost", "/\x00", (), Family.ANTHROPIC),
        ("evil host", "/anthropic/v1/messages", (), Family.ANTHROPIC),
        ("nobody.localhost", "/google/x", (), Family.GOOGLE),
        ("localhost", "/groq/x", ANTHROPICS, Family.OPENAI),
        ("localhost", "/x", ((b"x-warmlane-provider", b"google"),), Family.GOOGLE),
        ("localhost", "/v1/messages", ((b"x-warmlane-provider", b"nobody"),), Family.ANTHROPIC),
        ("localhost", "/demo/v1/messages/x", (), Family.ANTHROPIC),
        ("localhost", "/demo/v1/models", GOOGLES, Family.GOOGLE),
        ("localhost", "/demo", (), Family.OPENAI),
        ("localhost", "/antropic/v1/messages", ANTHROPICS, Family.ANTHROPIC),
        ("localhost", "/gogle/v1/models/m:generateContent", (), Family.GOOGLE),
        ("localhost", "/nobody", GOOGLES, Family.GOOGLE),
        ("localhost", "/nobody", (), Family.OPENAI),
        ("localhost", "/v2/router/chat/completions", (), Family.OPENAI),
        ("", "", (), Family.OPENAI),
        ("", "*", (), Family.OPENAI),
        ("", "//", (), Family.OPENAI),
    ],
)
def test_an_error_of_ours_takes_the_shape_that_the_sdk_reads(
    router: Router, host: str, path: str, headers: Headers, family: Family
) -> None:
    """Whoever was meant, as far as it can be told; OpenAI's where it cannot."""
    assert router.family(host, path, headers) is family


@pytest.mark.parametrize(("host", "path"), TRICKS)
def test_an_error_about_a_trick_has_a_shape_too(router: Router, host: str, path: str) -> None:
    """Nothing in a request keeps us from saying what is wrong with it."""
    assert router.family(host, path, ((b"x-warmlane-provider", b"\xff"),)) is not Family.ANY


ROUTER = Router(PROVIDERS)
FEEDBACK = "/v1/cache/feedback"


@pytest.mark.parametrize(
    ("host", "path", "headers", "names"),
    [
        ("localhost", "/openai" + FEEDBACK, (), ("openai",)),
        ("localhost", "/local/cache/feedback", (), ("local",)),
        ("anthropic.localhost:8000", FEEDBACK, (), ("anthropic",)),
        ("localhost", "/google/v1beta/openai/cache/feedback", (), ("google",)),
        ("localhost", "/groq/openai" + FEEDBACK, (), ("groq",)),
        ("localhost", FEEDBACK, ((b"x-warmlane-provider", b"mistral"),), ("mistral",)),
        ("localhost", FEEDBACK, (), tuple(PROVIDERS)),
        ("localhost", "/v3/router/cache/feedback", (), tuple(PROVIDERS)),
    ],
)
def test_feedback_is_about_whom_the_request_names(
    host: str, path: str, headers: Headers, names: tuple[str, ...]
) -> None:
    """Or about anybody, where it names nobody."""
    found = ROUTER.feedback(host, path, headers)

    assert found is not None
    assert tuple(provider.name for provider in found) == names


@pytest.mark.parametrize("path", [CHAT, "/openai/v1/files/cache/feedback", "/nobody/v1/cache/feedback", FEEDBACK + "s"])
def test_what_only_looks_like_feedback_is_another_request(path: str) -> None:
    """It goes its way."""
    assert ROUTER.feedback("localhost", path, ()) is None


@pytest.mark.parametrize(
    ("path", "headers", "error"),
    [("/openai/../cache/feedback", (), BadRequest), (FEEDBACK, ((b"x-warmlane-provider", b"nobody"),), UnknownRoute)],
)
def test_feedback_is_refused_as_a_call_is(path: str, headers: Headers, error: type[Exception]) -> None:
    """For a path that could be read in two ways, and for a provider that nobody knows."""
    with pytest.raises(error):
        ROUTER.feedback("localhost", path, headers)
