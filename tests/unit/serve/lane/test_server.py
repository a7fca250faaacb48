"""A stage's door, over real sockets."""

import asyncio
import logging
import stat
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lanes import BEARER, a_lane, a_server, calling, serving
from warmlane.adapters.otel import OtelTracer
from warmlane.errors import Loading, StageError
from warmlane.tasks import Tasks
from warmlane_serve.lane.client import Lane, Lost, Unsent
from warmlane_serve.lane.handlers.base import answering
from warmlane_serve.lane.server import Routes, StageServer


async def echo(body: bytes) -> bytes:
    """What came."""
    return body


class Gate:
    """A handler that is held up, and knows what becomes of it."""

    def __init__(self) -> None:
        """Shut."""
        self.begun, self.open, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, body: bytes) -> bytes:
        """Wait until it is opened."""
        self.begun.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        return body

    @property
    def routes(self) -> Routes:
        """It, and one that is not held up."""
        return {"/gate": answering(self), "/echo": answering(echo)}


async def post(
    server: StageServer, path: str, *, bearer: str | None = BEARER, body: bytes = b"x"
) -> tuple[int, bytes, str]:
    """Status, body, and what is said of the connection, over TCP and by hand."""
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    url = f"http://{server.where.host}:{server.where.port}{path}"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        return response.status, await response.read(), response.headers.get("Connection", "")


async def test_it_answers_on_both_sockets() -> None:
    """A Unix socket in a folder that nobody else may enter, and a TCP port of the host it was given."""
    async with serving({"/echo": answering(echo)}) as (server,):
        async with calling(server) as here, calling(server, over="tcp") as elsewhere:
            assert await here.ask("/echo", b"1") == b"1"
            assert await elsewhere.ask("/echo", b"2") == b"2"
        folder = Path(server.where.uds).parent

        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (server.where.host, server.where.replica, server.where.node) == ("127.0.0.1", "r0", "node-1")
    assert not folder.exists()


@pytest.mark.parametrize("bearer", [None, "", "x" * 64, BEARER[:-1], BEARER + "b", "ü"])
async def test_a_stranger_is_refused_and_told_of_once(bearer: str | None, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is done, and what the stranger showed is in no log."""
    done: list[bytes] = []

    async def work(body: bytes) -> bytes:
        done.append(body)
        return b""

    with caplog.at_level(logging.WARNING):
        async with serving({"/work": answering(work)}) as (server,):
            for _ in range(3):
                assert (await post(server, "/work", bearer=bearer))[0] == 401

    assert done == []
    (said,) = [record.getMessage() for record in caplog.records]
    assert "WARMLANE_SECRET" in said
    assert "x" * 64 not in said


async def test_what_it_does_not_do_is_said() -> None:
    """By another version, perhaps."""
    async with serving({}) as (server,), calling(server) as lane:
        with pytest.raises(StageError, match="version"):
            await lane.ask("/never")


async def test_errors_of_ours_come_over_and_others_by_their_type(caplog: pytest.LogCaptureFixture) -> None:
    """An exception's text may hold what a caller sent: it is neither told nor logged."""

    async def loading(_: bytes) -> bytes:
        msg = "not yet"
        raise Loading(msg)

    async def breaking(_: bytes) -> bytes:
        msg = "canary"
        raise ValueError(msg)

    routes = {"/loading": answering(loading), "/breaking": answering(breaking)}
    async with serving(routes) as (server,), calling(server) as lane:
        with pytest.raises(Loading, match="not yet"):
            await lane.ask("/loading")
        with pytest.raises(StageError, match="ValueError") as raised:
            await lane.ask("/breaking")
        load = server.load.in_flight

    assert "canary" not in str(raised.value) + caplog.text
    assert load == 0


async def test_half_an_answer_is_cut() -> None:
    """Where it breaks after its head, only the connection can tell."""

    async def half(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        raise ValueError

    async with serving({"/half": half}) as (server,), calling(server) as lane:
        with pytest.raises(Lost):
            await lane.ask("/half")


async def test_who_hangs_up_cancels_the_work() -> None:
    """A caller's deadline reaches the other side, and nothing is counted any more."""
    gate, tasks = Gate(), Tasks()
    async with serving(gate.routes) as (server,), calling(server) as lane:
        work = tasks.spawn(lane.ask("/gate"), name="call")
        await gate.begun.wait()
        assert (server.load.in_flight, lane.in_flight) == (1, 1)
        work.cancel()
        await gate.left.wait()
        await lane.ask("/echo")

        assert (server.load.in_flight, lane.in_flight) == (0, 0)


async def test_a_drain_finishes_what_is_under_way_and_takes_nothing_new() -> None:
    """The last answers say that the connection ends with them; who comes late is refused a connection."""
    gate, tasks = Gate(), Tasks()
    async with serving(gate.routes) as (server,), calling(server) as lane:
        work = tasks.spawn(post(server, "/gate", body=b"kept"), name="call")
        await gate.begun.wait()
        stopping = tasks.spawn(server.stop(60), name="stop")
        await refused(lane)
        gate.open.set()
        await stopping

    assert work.result() == (200, b"kept", "close")


async def refused(lane: Lane) -> None:
    """Call until no connection is taken any more."""
    async with asyncio.timeout(10):
        while True:
            try:
                await lane.ask("/echo")
            except Unsent:
                return
            except Lost:  # it was in the queue of the port when that was closed
                pass


async def test_a_drain_ends(caplog: pytest.LogCaptureFixture) -> None:
    """What would go on for ever is cut, and said so; a second stop has nothing to do."""
    gate, tasks = Gate(), Tasks()
    async with serving(gate.routes) as (server,), calling(server) as lane:
        work = tasks.spawn(lost(lane.ask("/gate")), name="call")
        await gate.begun.wait()
        await server.stop(0.01)
        await server.stop(60)
        assert await work

    assert "1 calls were cut" in caplog.text


async def lost(work: object) -> bool:
    """Whether it broke."""
    try:
        await work  # type: ignore[misc] # a coroutine
    except Lost:
        return True
    return False


async def test_a_traced_call_is_a_child_of_its_caller() -> None:
    """With who did it, and how long it waited for its turn."""
    exporter = InMemorySpanExporter()
    tracer = OtelTracer(SimpleSpanProcessor(exporter))
    async with (
        serving({"/echo": answering(echo)}, tracer=tracer) as (server,),
        calling(server, tracer=tracer) as lane,
    ):
        with tracer.span("lookup"):
            await lane.ask("/echo")
        await lane.ask("/echo")  # under no span
    tracer.close()
    child, parent = exporter.get_finished_spans()

    assert (child.name, parent.name) == ("stage", "lookup")
    assert child.parent is not None
    assert parent.context is not None
    assert child.parent.span_id == parent.context.span_id
    told = dict(child.attributes or {})
    queue = told.pop("warmlane.queue_ms")
    assert isinstance(queue, float)
    assert queue >= 0
    assert told == {"warmlane.stage": "stage", "warmlane.replica": "r0", "warmlane.node": "node-1"}


async def test_without_a_tracer_an_incoming_trace_is_nothing() -> None:
    """No span, no error."""
    exporter = InMemorySpanExporter()
    tracer = OtelTracer(SimpleSpanProcessor(exporter))
    async with serving({"/echo": answering(echo)}) as (server,), calling(server, tracer=tracer) as lane:
        with tracer.span("lookup"):
            assert await lane.ask("/echo", b"1") == b"1"
    tracer.close()

    assert [span.name for span in exporter.get_finished_spans()] == ["lookup"]


async def test_a_failed_call_is_a_failed_span() -> None:
    """By its type."""

    async def breaking(_: bytes) -> bytes:
        msg = "canary"
        raise StageError(msg)

    exporter = InMemorySpanExporter()
    tracer = OtelTracer(SimpleSpanProcessor(exporter))
    async with serving({"/b": answering(breaking)}, tracer=tracer) as (server,), calling(server, tracer=tracer) as lane:
        with tracer.span("lookup"), pytest.raises(StageError):
            await lane.ask("/b")
    tracer.close()
    child, _ = exporter.get_finished_spans()

    assert dict(child.attributes or {})["error.type"] == "StageError"


async def test_it_is_not_there_before_it_starts() -> None:
    """Stopping it then is fine."""
    server = a_server({})
    await server.stop()

    await server.start()
    lane = a_lane(server.where)
    with pytest.raises(StageError):
        await lane.ask("/")
    await lane.aclose()
    await server.stop(0)
