"""What a provider says and does comes through the hop: against a real provider's socket, over real stages."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing

import pytest

from lanes import a_lane, a_server, calling, serving
from warmlane.adapters.scripted import Answer, ScriptedForwarder, ScriptedUpstream
from warmlane.adapters.upstream import HttpForwarder
from warmlane.errors import Overloaded, StageError, Unreachable, UpstreamError, UpstreamTimeout
from warmlane.model import Call, Head, Headers
from warmlane_serve.lane.handlers import forwarder_routes
from warmlane_serve.remote import RemoteForwarder

SECRET = "sk-canary-0123456789"


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A listening provider."""
    async with ScriptedUpstream() as upstream:
        yield upstream


@pytest.fixture(params=["unix", "tcp"])
async def forwarder(request: pytest.FixtureRequest) -> AsyncIterator[RemoteForwarder]:
    """A forwarder in another stage."""
    http = HttpForwarder()
    async with serving(forwarder_routes(http)) as servers, calling(*servers, over=request.param) as lane:
        yield RemoteForwarder(lane)
    await http.aclose()


def a_call(base_url: str = "http://x", *, body: bytes | AsyncIterator[bytes] = b"{}", headers: Headers = ()) -> Call:
    """A call to it."""
    return Call(
        id="1", method="POST", provider="openai", base_url=base_url, dialect="openai_chat",
        path="/v1/chat/completions", query=f"key={SECRET}", headers=headers, body=body, secret=SECRET.encode(),
    )  # fmt: skip


async def take(forwarder: RemoteForwarder, call: Call) -> tuple[Head, bytes]:
    """The whole answer."""
    head, *chunks = [item async for item in forwarder.forward(call)]
    assert isinstance(head, Head)
    return head, b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))


async def test_a_call_goes_up_and_its_answer_comes_back_as_they_are(
    up: ScriptedUpstream, forwarder: RemoteForwarder
) -> None:
    """Path, query, fields with bytes of any kind, repeated ones; status and fields of the answer."""
    headers: Headers = ((b"cookie", b"a=1"), (b"x-name", "ü".encode()), (b"cookie", b"b=2"))
    up.answer(body=b"\x1f\x8b\xff", status=429, headers=[("Set-Cookie", "a=1"), ("set-cookie", "b=2")])
    head, body = await take(forwarder, a_call(up.base_url, body=b'{"odd":1.0}\xff', headers=headers))
    seen = await up.seen()

    assert (seen.method, seen.path, seen.query) == ("POST", "/v1/chat/completions", f"key={SECRET}")
    assert (seen.body, [field for field in seen.headers if field in headers]) == (b'{"odd":1.0}\xff', list(headers))
    assert (head.status, body) == (429, b"\x1f\x8b\xff")
    assert head.headers[:2] == ((b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"))


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_000, 5_000_000])
async def test_bodies_of_every_size_pass_both_ways(up: ScriptedUpstream, forwarder: RemoteForwarder, size: int) -> None:
    """Whole as they went in."""
    sent, said = b"s" * min(size, 1_000_000), bytes(range(256)) * (size // 256) + b"e" * (size % 256)
    up.answer(body=said)
    _, body = await take(forwarder, a_call(up.base_url, body=sent))

    assert (await up.seen()).body == sent
    assert body == said


async def test_a_frame_is_passed_on_before_the_next_exists(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """Nothing waits for a buffer to fill, and the end is the end."""
    drip = asyncio.Semaphore(0)
    up.answer(sse=["a", "b", "c"], drip=drip)
    answer = forwarder.forward(a_call(up.base_url))
    assert isinstance(await anext(answer), Head)
    for frame in (b"a", b"b", b"c"):
        drip.release()
        assert await anext(answer) == b"data: %b\n\n" % frame

    with pytest.raises(StopAsyncIteration):
        await anext(answer)


async def test_many_streams_at_once_are_not_mixed_up(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """Each caller gets its own."""
    everybody = asyncio.Event()
    up.respond(lambda seen: Answer.of(sse=[f"{seen.body.decode()}-{n}" for n in range(52)], hold=everybody))
    async with asyncio.TaskGroup() as group:
        work = [group.create_task(take(forwarder, a_call(up.base_url, body=b"%d" % caller))) for caller in range(32)]
        await up.seen(32)
        everybody.set()

    for caller, task in enumerate(work):
        assert task.result()[1] == b"".join(b"data: %d-%d\n\n" % (caller, number) for number in range(52))


async def pieces(*chunks: bytes) -> AsyncGenerator[bytes, None]:
    """A body that comes in pieces."""
    for chunk in chunks:
        yield chunk


async def test_a_streamed_body_goes_up_as_it_comes(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
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

    assert ((await up.seen()).body, seen.header("transfer-encoding")) == (b"firstsecond", "chunked")


async def test_a_streamed_body_that_is_empty_is_no_body(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """As without the hop."""
    up.answer(json={})
    await take(forwarder, a_call(up.base_url, body=pieces()))

    assert (await up.seen()).header("transfer-encoding") is None


async def test_what_a_body_raises_comes_out(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """A client that leaves while it uploads is no stage that fails; the provider sees the call cut."""

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


async def test_an_answer_before_the_end_of_an_upload_ends_it(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """Even of one that would go on for ever."""
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
    server.close()

    assert (head.status, body, ended.is_set()) == (413, b"no", True)


async def refuse_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that answers as soon as it has seen the head."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 413 No\r\ncontent-length: 2\r\n\r\nno")
    await reader.read()
    writer.close()


async def test_closing_a_stream_closes_it_at_the_provider(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """In the middle, and right after the head."""
    up.always(sse=["a", "b"], drip=asyncio.Semaphore(1))
    for number, items in ((1, 2), (2, 1)):
        answer = forwarder.forward(a_call(up.base_url))
        for _ in range(items):
            await anext(answer)
        await answer.aclose()
        seen = await up.seen(number)
        await seen.left.wait()

        assert not seen.done.is_set()


async def test_cancelling_a_call_before_its_head_cancels_it_at_the_provider(
    up: ScriptedUpstream, forwarder: RemoteForwarder
) -> None:
    """While the provider still thinks; and nothing of it stays."""
    before = len(asyncio.all_tasks())
    up.answer(hang=True)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(take(forwarder, a_call(up.base_url)))
        seen = await up.seen()
        work.cancel()
    await seen.left.wait()
    await up.tasks.join()

    assert not seen.done.is_set()
    assert len(asyncio.all_tasks()) <= before + 1  # the stage's connection may still be closing


async def test_an_answer_that_nobody_reads_does_not_pile_up(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """The provider is held back through both hops until the caller goes on; then everything arrives."""
    size, count = 1_000_000, 60
    up.answer(body=[b"x" * size] * count)
    answer = forwarder.forward(a_call(up.base_url))
    await anext(answer)
    seen = await up.seen()
    assert not seen.done.is_set()

    assert sum([len(item) async for item in answer if isinstance(item, bytes)]) == size * count
    await seen.done.wait()


@pytest.mark.parametrize("cut", range(4))
async def test_a_stream_that_is_cut_is_never_taken_for_whole(
    up: ScriptedUpstream, forwarder: RemoteForwarder, cut: int
) -> None:
    """At every chunk: what came before it is passed on, the end is an error."""
    frames = ["a", "b", "[DONE]"]
    up.answer(sse=frames, cut_after=cut)
    taken: list[Head | bytes] = []

    async def collect() -> None:
        async for item in forwarder.forward(a_call(up.base_url)):
            taken.append(item)  # noqa: PERF401 - what came before the cut counts

    with pytest.raises(Unreachable, match="broke off"):
        await collect()
    assert b"".join(taken[1:]) == b"".join(f"data: {frame}\n\n".encode() for frame in frames[:cut])  # type: ignore[arg-type]


async def test_a_short_answer_that_is_cut_is_never_taken_for_whole(
    up: ScriptedUpstream, forwarder: RemoteForwarder
) -> None:
    """It comes in one go, and the error with it."""
    up.answer(body=b"abc", headers={"content-length": "10"}, close=True)
    answer = forwarder.forward(a_call(up.base_url))

    assert isinstance(await anext(answer), Head)
    assert await anext(answer) == b"abc"
    with pytest.raises(Unreachable, match="broke off"):
        await anext(answer)


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("the provider could not be reached: nothing was sent"),
        Overloaded("too many calls to this provider are going on", retry_after=1),
        UpstreamTimeout("the provider did not answer in time"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_an_error_before_the_head_is_the_same_error_here(error: UpstreamError) -> None:
    """Its class, its words, and when to come back."""
    scripted = ScriptedForwarder()
    scripted.fail(error)
    async with serving(forwarder_routes(scripted)) as servers, calling(*servers) as lane:
        with pytest.raises(type(error)) as raised:
            await take(RemoteForwarder(lane), a_call())

    assert (raised.value.message, raised.value.retry_after) == (error.message, error.retry_after)


async def test_a_timeout_in_the_middle_is_a_timeout_here(up: ScriptedUpstream) -> None:
    """Errors after the head keep their class too."""
    http = HttpForwarder(read_timeout=0.05)
    up.answer(sse=["a", "b"], drip=asyncio.Semaphore(1))
    async with serving(forwarder_routes(http)) as servers, calling(*servers) as lane:
        answer = RemoteForwarder(lane).forward(a_call(up.base_url))
        assert isinstance(await anext(answer), Head)
        assert await anext(answer) == b"data: a\n\n"
        with pytest.raises(UpstreamTimeout):
            await anext(answer)
    await http.aclose()


async def test_a_forwarder_that_dies_may_have_sent_the_call_and_it_is_not_sent_again(up: ScriptedUpstream) -> None:
    """Completions cost money. In the middle of an answer it is a cut."""
    http = HttpForwarder()
    up.answer(sse=["a", "b"], drip=asyncio.Semaphore(1))
    up.always(hang=True)
    async with serving(forwarder_routes(http), forwarder_routes(http)) as servers, calling(*servers) as lane:
        forwarder = RemoteForwarder(lane)
        answer = forwarder.forward(a_call(up.base_url))
        await anext(answer)
        await anext(answer)
        async with asyncio.TaskGroup() as group:
            work = group.create_task(outcome(forwarder, a_call(up.base_url)))
            await up.seen(2)
            for server in servers:
                await server.stop(0)
        with pytest.raises(Unreachable, match="broke off"):
            await anext(answer)
    await http.aclose()

    assert isinstance(work.result(), Unreachable)
    assert "may have seen" in str(work.result())
    assert len(up.requests) == 2


async def outcome(forwarder: RemoteForwarder, call: Call) -> tuple[Head, bytes] | UpstreamError:
    """The whole answer, or the error there was instead."""
    try:
        return await take(forwarder, call)
    except UpstreamError as error:
        return error


@pytest.mark.parametrize("streamed", [False, True])
async def test_where_nothing_was_sent_another_forwarder_is_called(*, streamed: bool) -> None:
    """One that takes no connection costs nothing, and a body that streams has not begun."""
    scripted = ScriptedForwarder()
    scripted.always(json={})
    async with AsyncExitStack() as stack:
        gone, there = [await stack.enter_async_context(serving(forwarder_routes(scripted))) for _ in range(2)]
        await gone[0].stop(0)
        lane = await stack.enter_async_context(calling(gone[0], *there))
        for number in range(4):
            body = pieces(b"a", b"b") if streamed else b"ab"
            assert (await take(RemoteForwarder(lane), a_call(body=body)))[0].status == 200
            assert (await scripted.seen(number + 1)).body == b"ab"


async def test_where_nobody_takes_a_connection_nothing_was_sent() -> None:
    """And it is said so."""
    server = a_server(forwarder_routes(ScriptedForwarder()))
    await server.start()
    await server.stop(0)
    for members in ([server.where], []):
        lane = a_lane(*members)
        with pytest.raises(Unreachable, match="nothing was sent"):
            await take(RemoteForwarder(lane), a_call())
        await lane.aclose()


async def test_a_stage_that_refuses_us_is_no_provider() -> None:
    """To the caller it is unreachable; the message names what to mend, and no secret."""
    async with (
        serving(forwarder_routes(ScriptedForwarder())) as servers,
        calling(*servers, bearer="w" * 64) as lane,
        aclosing(RemoteForwarder(lane).forward(a_call())) as said,
    ):
        with pytest.raises(Unreachable, match="WARMLANE_SECRET") as raised:
            await anext(said)

    assert SECRET not in repr(raised.value)


async def test_calls_are_counted_while_they_go_on(up: ScriptedUpstream, forwarder: RemoteForwarder) -> None:
    """And not a moment longer, however they end."""
    lane = forwarder._lane
    up.answer(sse=["a", "b"], drip=asyncio.Semaphore(1))
    up.answer(sse=["a"], cut_after=0)
    up.answer(json={})
    answer = forwarder.forward(a_call(up.base_url))
    await anext(answer)
    assert lane.in_flight == 1
    await answer.aclose()
    with pytest.raises(Unreachable):
        await take(forwarder, a_call(up.base_url))
    await take(forwarder, a_call(up.base_url))

    assert lane.in_flight == 0


async def test_ping_and_close(forwarder: RemoteForwarder) -> None:
    """As every port."""
    await forwarder.ping()
    await forwarder.aclose()
    await forwarder.aclose()

    with pytest.raises(StageError):
        await forwarder.ping()
