"""Calls to providers, made against a real server on a real socket."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

import pytest

from warmlane.adapters.scripted import ScriptedForwarder, ScriptedUpstream
from warmlane.adapters.upstream import ByProvider, HttpForwarder
from warmlane.errors import Overloaded, StageError, Unreachable, UpstreamError, UpstreamTimeout
from warmlane.model import Call, Head, Headers
from warmlane.ports import Forwarder

SECRET = "sk-canary-0123456789"
KEY: Headers = ((b"authorization", b"Bearer sk-canary-0123456789"),)


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A listening upstream."""
    async with ScriptedUpstream() as upstream:
        yield upstream


@pytest.fixture
async def forwarder() -> AsyncIterator[HttpForwarder]:
    """A forwarder with ordinary settings."""
    made = HttpForwarder()
    yield made
    await made.aclose()


def a_call(
    base_url: str,
    *,
    method: str = "POST",
    path: str = "/v1/chat/completions",
    query: str = "",
    headers: Headers = KEY,
    body: bytes | AsyncIterator[bytes] = b"{}",
    provider: str = "openai",
) -> Call:
    """A call to `base_url`."""
    return Call(
        id="1", method=method, provider=provider, base_url=base_url, dialect=None,
        path=path, query=query, headers=headers, body=body,
    )  # fmt: skip


async def take(forwarder: Forwarder, call: Call) -> tuple[Head, bytes]:
    """The whole answer."""
    head, *chunks = [item async for item in forwarder.forward(call)]
    assert isinstance(head, Head)
    return head, b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))


async def test_bytes_go_up_as_they_are(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Body, header values, repeated fields and their order; only Host and Content-Length are made here."""
    up.answer(json={})
    headers: Headers = (
        (b"user-agent", b"OpenAI/Python 3.54.0"),
        (b"authorization", b"Bearer sk-1"),
        (b"content-type", b"application/json"),
        (b"x-stainless-lang", b"python"),
        (b"cookie", b"a=1"),
        (b"x-name", "ü€".encode()),
        (b"cookie", b"b=2"),
    )
    body = b'{ "odd" : 1.0,\n"odd":2 }\xff'
    await take(forwarder, a_call(up.base_url, headers=headers, body=body))
    seen = await up.seen()

    assert (seen.method, seen.path, seen.query, seen.body) == ("POST", "/v1/chat/completions", "", body)
    assert [field for field in seen.headers if field[0] not in {b"host", b"content-length"}] == list(headers)
    assert seen.header("content-length") == str(len(body))
    assert "http://" + str(seen.header("host")) == up.base_url


async def test_nothing_is_added_for_a_client_that_said_nothing(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """No accept-encoding above all: the answer would come in one that the client never named."""
    up.answer(json={})
    await take(forwarder, a_call(up.base_url, headers=()))

    assert [name for name, _ in (await up.seen()).headers] == [b"host", b"content-length"]


async def test_nothing_is_added_to_the_little_that_a_client_said(
    up: ScriptedUpstream, forwarder: HttpForwarder
) -> None:
    """Whichever of the fields that are often sent it was."""
    up.always(json={})
    for number, name in enumerate((b"accept", b"accept-encoding", b"content-type", b"user-agent"), 1):
        await take(forwarder, a_call(up.base_url, headers=((name, b"x/y"),)))

        assert [field for field, _ in (await up.seen(number)).headers] == [b"host", name, b"content-length"]


async def test_a_header_in_another_encoding_still_goes(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """A value that is not UTF-8 is read as Latin-1 and written as UTF-8: changed, but sent."""
    up.answer(json={})
    await take(forwarder, a_call(up.base_url, headers=((b"x-name", b"caf\xe9"),)))

    assert (b"x-name", "café".encode()) in (await up.seen()).headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "POST"])
async def test_every_method_goes_up(up: ScriptedUpstream, forwarder: HttpForwarder, method: str) -> None:
    """Without a body, nothing announces one but the length of none."""
    up.answer(body=b"ok", headers={"x-a": "1"})
    head, body = await take(forwarder, a_call(up.base_url, method=method, body=b""))
    seen = await up.seen()

    assert (seen.method, seen.body, seen.header("transfer-encoding")) == (method, b"", None)
    assert seen.header("content-length") in {None, "0"}
    assert (head.status, body) == (200, b"" if method == "HEAD" else b"ok")


@pytest.mark.parametrize(
    ("base", "path", "query", "target"),
    [
        ("", "/v1/models", "", "/v1/models"),
        ("/base/path", "/v1/models", "", "/base/path/v1/models"),
        ("", "/v1/models/org%2Fname", "", "/v1/models/org%2Fname"),
        ("", "/v1/files/a:b@c", "a=%20b+c&d&e=%2F%2f%7E", "/v1/files/a:b@c?a=%20b+c&d&e=%2F%2f%7E"),
        ("", "/v1/files/%7Ea%20b", "x=100%&y=[]{}|^'", "/v1/files/%7Ea%20b?x=100%&y=[]{}|^'"),
        ("", "//evil.example/v1", "", "//evil.example/v1"),
        ("", "/@evil.example/", "", "/@evil.example/"),
    ],
)
async def test_path_and_query_go_up_and_never_name_a_host(
    up: ScriptedUpstream, forwarder: HttpForwarder, base: str, path: str, query: str, target: str
) -> None:
    """The host is the table's, whatever the path looks like, the first time and when it is remembered."""
    up.always(json={})
    for number in (1, 2):
        await take(forwarder, a_call(up.base_url + base, method="GET", path=path, query=query, body=b""))
        seen = await up.seen(number)

        assert seen.path + ("?" if query else "") + seen.query == target


async def test_many_paths_are_not_all_remembered(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Each still goes where it should."""
    up.always(body=b"")
    for number in range(300):
        await take(forwarder, a_call(up.base_url, method="GET", path=f"/v1/files/{number}", body=b""))

    assert [seen.path for seen in up.requests] == [f"/v1/files/{number}" for number in range(300)]


async def test_an_answer_comes_back_as_it_is(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Status, fields in order with lower-case names, repeated ones apart, and a body that stays encoded."""
    packed = gzip.compress(b"hello")
    up.answer(
        body=packed,
        status=429,
        headers=[("Set-Cookie", "a=1"), ("Content-Encoding", "gzip"), ("set-cookie", "b=2"), ("Retry-After", "7")],
    )
    head, body = await take(forwarder, a_call(up.base_url))

    assert head == Head(
        status=429,
        headers=(
            (b"set-cookie", b"a=1"),
            (b"content-encoding", b"gzip"),
            (b"set-cookie", b"b=2"),
            (b"retry-after", b"7"),
            (b"content-length", str(len(packed)).encode()),
        ),
    )
    assert body == packed


async def test_cookies_of_one_call_are_not_sent_with_the_next(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """They belong to the caller who got them."""
    named = up.base_url.replace("127.0.0.1", "localhost")  # a cookie jar may have no use for addresses
    up.always(json={}, headers={"set-cookie": "session=1"})
    await take(forwarder, a_call(named))
    await take(forwarder, a_call(named))

    assert (await up.seen(2)).header("cookie") is None


async def test_connections_are_used_again(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """One after the other they all fit on one."""
    up.always(json={})
    for _ in range(5):
        await take(forwarder, a_call(up.base_url))

    assert up.connections == 1


async def pieces(*chunks: bytes) -> AsyncGenerator[bytes, None]:
    """A body that comes in pieces."""
    for chunk in chunks:
        yield chunk


async def test_a_streamed_body_goes_up_in_chunks(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Where no length was promised."""
    up.answer(json={})
    await take(forwarder, a_call(up.base_url, body=pieces(b"ab", b"c" * 100_000)))
    seen = await up.seen()

    assert (seen.header("transfer-encoding"), seen.header("content-length")) == ("chunked", None)
    assert seen.body == b"ab" + b"c" * 100_000


async def test_a_streamed_body_keeps_its_length(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Not every provider takes chunks where a length was promised."""
    up.answer(json={})
    await take(forwarder, a_call(up.base_url, headers=((b"content-length", b"3"),), body=pieces(b"ab", b"c")))
    seen = await up.seen()

    assert (seen.header("transfer-encoding"), seen.header("content-length"), seen.body) == (None, "3", b"abc")


async def test_a_streamed_body_names_its_encoding_once(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Also where the client named it: it is made anew for this connection."""
    up.answer(json={})
    await take(forwarder, a_call(up.base_url, headers=((b"transfer-encoding", b"chunked"),), body=pieces(b"ab")))
    seen = await up.seen()

    assert [value for name, value in seen.headers if name == b"transfer-encoding"] == [b"chunked"]
    assert seen.body == b"ab"


async def test_a_streamed_body_that_is_empty_is_no_body(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """A GET that is passed through is not sent with an empty chunked body."""
    up.answer(json={})
    await take(forwarder, a_call(up.base_url, method="GET", body=pieces()))
    seen = await up.seen()

    assert (seen.header("transfer-encoding"), seen.header("content-length")) == (None, None)


async def test_a_streamed_body_goes_up_as_it_comes(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """The first piece is at the provider before the second exists."""
    up.answer(json={})
    there = asyncio.Event()

    async def slow() -> AsyncGenerator[bytes, None]:
        yield b"first"
        await there.wait()
        yield b"second"

    async with asyncio.TaskGroup() as group:
        group.create_task(take(forwarder, a_call(up.base_url, body=slow())))
        seen = await up.begun()
        await seen.some.wait()
        assert seen.body == b"first"
        there.set()

    assert (await up.seen()).body == b"firstsecond"


async def test_what_a_body_raises_comes_out(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """A client that leaves while it uploads is not a provider that fails; the provider sees the call cut."""

    class ClientLeftError(Exception):
        pass

    async def broken() -> AsyncGenerator[bytes, None]:
        yield b"x" * 1_000_000
        await up.begun()
        raise ClientLeftError

    with pytest.raises(ClientLeftError):
        await take(forwarder, a_call(up.base_url, body=broken()))
    seen = await up.begun()
    await seen.left.wait()

    assert not seen.whole.is_set()


async def test_an_answer_before_the_end_of_an_upload_ends_it(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """The end of the call is the end of the upload too, even of one that would go on for ever."""
    ended = asyncio.Event()
    server = await asyncio.start_server(refuse_early, "127.0.0.1", 0)

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            yield b"x"
            await asyncio.Event().wait()
        finally:
            ended.set()

    base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    head, body = await take(forwarder, a_call(base_url, body=endless()))
    assert ended.is_set()
    server.close()

    assert (head.status, body) == (413, b"no")


async def refuse_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that answers as soon as it has seen the head."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 413 No\r\ncontent-length: 2\r\n\r\nno")
    with suppress(ConnectionError):
        await reader.read()
    writer.close()


async def test_a_slow_provider_is_a_timeout(up: ScriptedUpstream) -> None:
    """Before the head, and between two pieces of the body."""
    forwarder = HttpForwarder(read_timeout=0.05)
    up.answer(hang=True)
    up.answer(sse=["a", "b"], drip=asyncio.Semaphore(1))

    with pytest.raises(UpstreamTimeout):
        await take(forwarder, a_call(up.base_url))
    answer = forwarder.forward(a_call(up.base_url))
    assert isinstance(await anext(answer), Head)
    assert await anext(answer) == b"data: a\n\n"
    with pytest.raises(UpstreamTimeout):
        await anext(answer)
    await forwarder.aclose()


async def test_too_many_calls_at_once_are_turned_away(up: ScriptedUpstream) -> None:
    """After their wait, with a hint when to come back; a call that ends makes room. Other providers have their own."""
    forwarder = HttpForwarder(max_calls=1, slot_timeout=0.05)
    up.answer(sse=["a"], hold=(hold := asyncio.Event()))
    up.always(json={})
    async with ScriptedUpstream() as other, asyncio.TaskGroup() as group:
        other.answer(json={})
        first = group.create_task(take(forwarder, a_call(up.base_url)))
        await up.seen()

        with pytest.raises(Overloaded) as turned_away:
            await take(forwarder, a_call(up.base_url))
        assert turned_away.value.retry_after == 1
        assert (await take(forwarder, a_call(other.base_url)))[0].status == 200
        second = group.create_task(take(forwarder, a_call(up.base_url)))
        hold.set()
    await forwarder.aclose()

    assert first.result()[1] == b"data: a\n\n"
    assert second.result()[0].status == 200


async def test_a_call_that_fails_or_is_given_up_makes_room(up: ScriptedUpstream) -> None:
    """Whatever becomes of a call, its place is free again."""
    forwarder = HttpForwarder(max_calls=1, slot_timeout=0.05)
    up.answer(reset_after=0)
    up.answer(sse=["a"], hang=True)
    up.answer(sse=["a", "b"])
    up.answer(json={})

    with pytest.raises(Unreachable):
        await take(forwarder, a_call(up.base_url))
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(take(forwarder, a_call(up.base_url)))
        await up.seen(2)
        waiting.cancel()
    answer = forwarder.forward(a_call(up.base_url))
    await anext(answer)
    await answer.aclose()

    assert (await take(forwarder, a_call(up.base_url)))[0].status == 200
    await forwarder.aclose()


async def test_a_broken_answer_breaks_here_too(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """What came before it is passed on; the end is an error, never an end."""
    up.answer(sse=["a", "b"], cut_after=1)
    answer = forwarder.forward(a_call(up.base_url))

    assert isinstance(await anext(answer), Head)
    assert await anext(answer) == b"data: a\n\n"
    with pytest.raises(Unreachable, match="broke off"):
        await anext(answer)


@pytest.mark.parametrize(
    "raw", [b"HTTP/1.1 nonsense\r\n\r\n", b"\x00\x01\x02", b"", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"]
)
async def test_an_answer_that_is_no_http_is_an_error(
    up: ScriptedUpstream, forwarder: HttpForwarder, raw: bytes
) -> None:
    """One of ours, and it says that the provider may have seen the call."""
    up.answer(raw=raw)

    with pytest.raises(Unreachable, match="may have seen"):
        await take(forwarder, a_call(up.base_url))


async def test_an_error_holds_nothing_of_the_call(up: ScriptedUpstream) -> None:
    """No URL, query or key: not in it, and not in the exceptions that led to it."""
    forwarder = HttpForwarder(read_timeout=0.05)
    up.answer(reset_after=0)
    up.answer(sse=["a"], cut_after=0)
    up.answer(hang=True)
    errors: list[UpstreamError] = []
    for base_url in (up.base_url, up.base_url, up.base_url, "http://127.0.0.1:1"):
        try:
            await take(forwarder, a_call(base_url, query=f"key={SECRET}"))
        except UpstreamError as error:
            errors.append(error)
    await forwarder.aclose()

    assert len(errors) == 4
    for raised in errors:
        assert "127.0.0.1" not in repr(raised)
        assert SECRET not in repr(raised)
        assert raised.__suppress_context__
        assert raised.__cause__ is None


async def test_a_proxy_is_taken_when_there_is_one(up: ScriptedUpstream) -> None:
    """Every call goes to it, with the whole address."""
    forwarder = HttpForwarder(proxy=up.base_url)
    up.answer(json={})
    await take(forwarder, a_call("http://provider.example"))
    await forwarder.aclose()

    assert (await up.seen()).path == "http://provider.example/v1/chat/completions"


async def test_no_proxy_comes_from_the_environment(
    up: ScriptedUpstream, forwarder: HttpForwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prompts and keys go where the settings say."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    up.answer(json={})

    assert (await take(forwarder, a_call(up.base_url)))[0].status == 200


async def test_a_closed_forwarder_is_not_there() -> None:
    """Also one that never called; closing it twice is fine."""
    forwarder = HttpForwarder()
    await forwarder.ping()
    await forwarder.aclose()
    await forwarder.aclose()

    with pytest.raises(StageError):
        await forwarder.ping()


async def test_a_provider_may_have_a_forwarder_of_its_own() -> None:
    """Others take the default; ping and aclose reach all of them."""
    default, demo, real = ScriptedForwarder(), ScriptedForwarder(), HttpForwarder()
    by_provider = ByProvider(default, {"demo": demo, "real": real})
    for name in ("demo", "openai", "other"):
        await take(by_provider, a_call("http://x", provider=name))

    assert [seen.provider for seen in demo.requests] == ["demo"]
    assert [seen.provider for seen in default.requests] == ["openai", "other"]
    await by_provider.ping()
    await by_provider.aclose()
    with pytest.raises(StageError):
        await by_provider.ping()
