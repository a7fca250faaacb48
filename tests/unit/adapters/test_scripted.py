"""The scripted providers, tried with bare sockets and with a bare forwarder: other tests lean on them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

import pytest
import uvloop

from warmlane.adapters.scripted import Answer, ScriptedForwarder, ScriptedUpstream, Seen
from warmlane.errors import Unreachable, UpstreamTimeout
from warmlane.model import Call, Head

GET = b"GET /v1/models?a=1 HTTP/1.1\r\nHost: x\r\nX-Two: 1\r\nx-two: 2\r\n\r\n"


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A listening upstream."""
    async with ScriptedUpstream() as upstream:
        yield upstream


async def connect(up: ScriptedUpstream) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A bare connection to it."""
    return await asyncio.open_connection("127.0.0.1", int(up.base_url.rpartition(":")[2]))


async def exchange(up: ScriptedUpstream, request: bytes = GET) -> bytes:
    """Everything that comes back until the connection ends, which the script has to bring about."""
    reader, writer = await connect(up)
    writer.write(request)
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_a_whole_answer_has_its_length(up: ScriptedUpstream) -> None:
    """Headers in order, repeated ones kept, and a length that is right."""
    up.answer(json={"a": "ü"}, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], close=True)

    assert await exchange(up) == (
        b"HTTP/1.1 200 Scripted\r\ncontent-type: application/json\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n"
        b'content-length: 10\r\nconnection: close\r\n\r\n{"a":"\xc3\xbc"}'
    )


async def test_a_stream_comes_in_chunks(up: ScriptedUpstream) -> None:
    """Objects and texts become data frames, bytes stay as they are."""
    up.answer(sse=[{"a": 1}, "[DONE]", b"odd"], status=201, close=True)

    head, _, body = (await exchange(up)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 201 ")
    assert b"content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked" in head
    assert body == b'f\r\ndata: {"a":1}\n\n\r\ne\r\ndata: [DONE]\n\n\r\n3\r\nodd\r\n0\r\n\r\n'


async def test_it_begins_anew(up: ScriptedUpstream) -> None:
    """For whoever shares one server among several cases: what was to be answered in turn is forgotten, too."""
    up.answer(json=1, close=True)
    up.answer(json=2, close=True)
    await exchange(up)
    up.forget()
    up.answer(json=3, close=True)

    assert (await exchange(up)).endswith(b"\r\n\r\n3")
    assert len(up.requests) == 1


async def test_a_body_of_several_pieces_is_framed_as_told(up: ScriptedUpstream) -> None:
    """With its length, or in chunks where the headers say so."""
    up.answer(body=[b"ab", b"c"], close=True)
    up.answer(body=[b"ab", b"c"], headers={"transfer-encoding": "chunked"}, close=True)

    assert (await exchange(up)).endswith(b"content-length: 3\r\nconnection: close\r\n\r\nabc")
    assert (await exchange(up)).endswith(b"\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")


@pytest.mark.parametrize(("method", "status"), [(b"HEAD", 200), (b"GET", 204), (b"GET", 304)])
async def test_some_answers_have_no_body(up: ScriptedUpstream, method: bytes, status: int) -> None:
    """Whatever was scripted (RFC 9110 §6.4.1)."""
    up.answer(body=b"abc", status=status, close=True)

    assert (await exchange(up, method + b" / HTTP/1.1\r\n\r\n")).endswith(b"\r\n\r\n")


async def test_a_request_is_recorded_as_it_came(up: ScriptedUpstream) -> None:
    """Method, path, query, headers in order, body, and that it was answered."""
    up.answer(close=True)
    await exchange(up, b"PUT /a%3Ab?c=d HTTP/1.1\r\nX-B: 1\r\nx-b: 2\r\nContent-Length: 2\r\n\r\n{}")
    seen = await up.seen()

    assert (seen.method, seen.path, seen.query, seen.body, seen.json()) == ("PUT", "/a%3Ab", "c=d", b"{}", {})
    assert seen.headers == ((b"x-b", b"1"), (b"x-b", b"2"), (b"content-length", b"2"))
    assert (seen.header("x-b"), seen.header("x-c")) == ("1", None)
    assert seen.done.is_set()
    assert not seen.left.is_set()


async def test_a_request_can_be_awaited_before_it_comes(up: ScriptedUpstream) -> None:
    """By its number; until its body is whole."""
    up.always(body=b"")
    reader, writer = await connect(up)
    writer.write(GET + b"POST /two HTTP/1.1\r\ncontent-length: 2\r\n\r\na")
    first = await up.seen(1)
    await reader.readuntil(b"\r\n\r\n")
    begun = await up.begun(2)
    await begun.some.wait()
    assert (begun.body, begun.whole.is_set()) == (b"a", False)
    second = asyncio.gather(up.seen(2))
    writer.write(b"b")

    assert first.path == "/v1/models"
    assert [seen.body for seen in await second] == [b"ab"]
    assert up.connections == 1
    writer.close()


async def test_answers_go_in_turn_then_always_the_same(up: ScriptedUpstream) -> None:
    """First the script, then the rule."""
    up.respond(lambda seen: Answer.of(body=seen.path.encode(), close=True))
    up.answer(body=b"scripted", close=True)

    assert [(await exchange(up)).partition(b"\r\n\r\n")[2] for _ in range(3)] == [
        b"scripted", b"/v1/models", b"/v1/models",
    ]  # fmt: skip


async def test_without_a_script_it_says_so(up: ScriptedUpstream) -> None:
    """A test that forgot to script fails for that reason."""
    reader, writer = await connect(up)
    writer.write(GET)

    assert (await reader.readline()).startswith(b"HTTP/1.1 500")
    writer.close()


async def test_an_answer_is_held_until_its_event(up: ScriptedUpstream) -> None:
    """And drips by permits."""
    hold, drip = asyncio.Event(), asyncio.Semaphore(0)
    up.answer(sse=["a", "b"], hold=hold, drip=drip)
    reader, writer = await connect(up)
    writer.write(GET)
    seen = await up.seen()
    head = asyncio.gather(reader.readuntil(b"\r\n\r\n"))
    assert not seen.done.is_set()
    hold.set()
    await head
    drip.release()
    assert await reader.readuntil(b"data: a\n\n\r\n") == b"9\r\ndata: a\n\n\r\n"
    assert not seen.done.is_set()
    drip.release()
    await reader.readuntil(b"0\r\n\r\n")
    await seen.done.wait()
    writer.close()


async def test_a_client_that_leaves_is_noticed(up: ScriptedUpstream) -> None:
    """While the answer hangs, and only if it was not out."""
    up.answer(hang=True)
    _, writer = await connect(up)
    writer.write(GET)
    seen = await up.seen()
    writer.close()
    await seen.left.wait()

    assert not seen.done.is_set()


async def test_a_cut_answer_lacks_its_end(up: ScriptedUpstream) -> None:
    """After so many chunks; also right after the head, and just before the end."""
    up.answer(sse=["a", "b"], cut_after=1)
    up.answer(body=b"abc", cut_after=0)
    up.answer(sse=["a"], cut_after=1)

    assert (await exchange(up)).endswith(b"data: a\n\n\r\n")
    assert (await exchange(up)).endswith(b"content-length: 3\r\n\r\n")
    assert (await exchange(up)).endswith(b"data: a\n\n\r\n")


@pytest.mark.parametrize("count", [0, 9, 60])
async def test_a_reset_comes_after_so_many_bytes(up: ScriptedUpstream, count: int) -> None:
    """Head included; the client gets a reset and not an end."""
    up.answer(body=b"x" * 100, reset_after=count)
    reader, writer = await connect(up)
    writer.write(GET)

    with pytest.raises(ConnectionResetError):
        await reader.readexactly(count + 1)
    writer.close()


async def test_a_raw_answer_is_no_http(up: ScriptedUpstream) -> None:
    """Whatever bytes a broken server might send, then the end."""
    up.answer(raw=b"HTTP/9 nonsense")

    assert await exchange(up) == b"HTTP/9 nonsense"


def test_it_serves_on_uvloop_too() -> None:
    """The loop that the product runs on: its transports are nobody's subclasses."""

    async def serve() -> bytes:
        async with ScriptedUpstream() as up:
            up.answer(body=b"abc", close=True)
            return await exchange(up)

    assert uvloop.run(serve()).endswith(b"abc")


async def test_a_request_that_is_no_http_is_hung_up_on(up: ScriptedUpstream) -> None:
    """It is not recorded."""
    reader, writer = await connect(up)
    writer.write(b"nonsense\r\n\r\n")

    assert await reader.read() == b""
    assert up.requests == []
    writer.close()


async def test_a_body_that_nobody_reads_waits(up: ScriptedUpstream) -> None:
    """The server does not pile up what the client does not take."""
    up.answer(body=[b"x" * 1_000_000] * 40, close=True)
    reader, writer = await connect(up)
    writer.write(GET)
    seen = await up.seen()
    await reader.readuntil(b"\r\n\r\n")

    assert not seen.done.is_set()
    assert len(await reader.read(-1)) == 40_000_000
    assert seen.done.is_set()
    writer.close()


async def test_a_server_that_dies_takes_its_port_along(up: ScriptedUpstream) -> None:
    """Open calls end, new ones are refused."""
    up.answer(hang=True)
    reader, writer = await connect(up)
    writer.write(GET)
    await up.seen()
    await up.die()

    with suppress(ConnectionError):
        assert await reader.read() == b""
    with pytest.raises(ConnectionRefusedError):
        await connect(up)
    writer.close()


def a_call(body: bytes | AsyncIterator[bytes] = b"{}") -> Call:
    """A call to nobody."""
    return Call(
        id="1", method="POST", provider="local", base_url="http://x", dialect=None,
        path="/p", query="q", headers=((b"a", b"1"),), body=body,
    )  # fmt: skip


async def take(forwarder: ScriptedForwarder, call: Call | None = None) -> list[Head | bytes]:
    """What it forwards."""
    return [item async for item in forwarder.forward(call or a_call())]


async def test_the_forwarder_answers_and_records() -> None:
    """As the server does, without a socket."""
    forwarder = ScriptedForwarder()
    forwarder.answer(json=[1], headers={"X-A": "1"})

    assert await take(forwarder) == [
        Head(status=200, headers=((b"content-type", b"application/json"), (b"x-a", b"1"))), b"[1]",
    ]  # fmt: skip
    seen = await forwarder.seen()
    assert (seen.provider, seen.path, seen.query, seen.body) == ("local", "/p", "q", b"{}")
    assert seen.done.is_set()
    await forwarder.ping()
    await forwarder.aclose()


async def test_the_forwarder_reads_a_body_that_comes_in_pieces() -> None:
    """Whole, before it answers."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    forwarder = ScriptedForwarder()
    await take(forwarder, a_call(pieces()))

    assert (await forwarder.seen()).body == b"ab"


@pytest.mark.parametrize(("cut", "chunks"), [(0, []), (1, [b"a"]), (2, [b"a", b"b"])])
async def test_the_forwarder_breaks_off(cut: int, chunks: list[bytes]) -> None:
    """After so many chunks, with what a real one raises."""
    forwarder = ScriptedForwarder()
    forwarder.answer(body=[b"a", b"b"], cut_after=cut)
    answer = forwarder.forward(a_call())
    await anext(answer)

    assert [await anext(answer) for _ in chunks] == chunks
    with pytest.raises(Unreachable):
        await anext(answer)


async def test_the_forwarder_fails_before_the_head() -> None:
    """As told, or as a reset connection does."""
    forwarder = ScriptedForwarder()
    forwarder.fail(UpstreamTimeout("late"))
    forwarder.answer(reset_after=0)

    with pytest.raises(UpstreamTimeout):
        await take(forwarder)
    with pytest.raises(Unreachable):
        await take(forwarder)


async def test_the_forwarder_notices_who_leaves() -> None:
    """A caller that closes the iterator, and one that is cancelled while it hangs."""
    forwarder = ScriptedForwarder()
    forwarder.answer(body=[b"a", b"b"])
    forwarder.answer(hang=True)

    async with aclosing(forwarder.forward(a_call())) as answer:
        await anext(answer)
    assert (await forwarder.seen(1)).left.is_set()

    async def hang() -> list[Head | bytes]:
        return await take(forwarder)

    async with asyncio.TaskGroup() as group:
        work = group.create_task(hang())
        second: Seen = await forwarder.seen(2)
        work.cancel()
    assert second.left.is_set()
