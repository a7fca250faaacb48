"""Providers that say what a test told them to: one in the process, one on a real socket.

    async with ScriptedUpstream() as up:
        up.answer(json={"choices": []})
        up.answer(sse=[{"choices": []}, "[DONE]"], cut_after=1)
        ...  # call up.base_url
        request = await up.seen()

Nothing here waits for time: what has to wait waits for an event of the test's.
"""

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Self, TypeAlias, TypedDict, Unpack, cast

import httptools

from warmlane.errors import Unreachable, UpstreamError
from warmlane.model import Call, Head, Headers, Json, Value
from warmlane.tasks import Tasks

Fields: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]

_BODILESS: Final = frozenset({204, 304})
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close with a reset


class Told(TypedDict, total=False):
    """How to answer, in keywords.

    Body: one of `json` (any JSON value), `sse` (frames: an object or a text becomes `data: ...`, bytes stay as they
    are), `body` (bytes, or several in turn). `status` 200 unless said; `headers` in order, repeated ones as pairs.
    `raw`: these bytes instead of an HTTP answer, then the connection is closed.

    Trouble: `hang` never answers; `hold` answers once the event is set; `drip` takes a permit before each chunk;
    `cut_after` ends the connection after so many chunks, without the end of the body; `reset_after` resets it after so
    many bytes, head included; `close` ends it after the answer, as announced.
    """

    json: Json
    sse: Sequence[Json | bytes]
    body: bytes | Sequence[bytes]
    status: int
    headers: Fields
    raw: bytes
    hang: bool
    hold: asyncio.Event
    drip: asyncio.Semaphore
    cut_after: int
    reset_after: int
    close: bool


class Answer(Value, frozen=True, kw_only=True, gc=True):
    """One answer, ready to be given."""

    head: Head
    chunks: tuple[bytes, ...]
    chunked: bool
    told: Any
    error: UpstreamError | None = None

    @classmethod
    def of(cls, **told: Unpack[Told]) -> Self:
        """The answer that the keywords describe."""
        kind, chunks = _body(told)
        given = told.get("headers", ())
        pairs = given.items() if isinstance(given, Mapping) else given
        headers = tuple((name.lower().encode(), value.encode()) for name, value in pairs)
        if kind and not any(name == b"content-type" for name, _ in headers):
            headers = ((b"content-type", kind), *headers)
        head = Head(status=told.get("status", 200), headers=headers)
        chunked = "sse" in told or (b"transfer-encoding", b"chunked") in headers
        return cls(head=head, chunks=chunks, chunked=chunked, told=told)

    def cut(self, number: int) -> bool:
        """Whether the answer breaks off before chunk `number`, counted from 0."""
        return bool(self.told.get("cut_after") == number)

    async def wait(self) -> None:
        """Wait as long as the answer is held back."""
        if self.told.get("hang"):
            await asyncio.Event().wait()
        if "hold" in self.told:
            await self.told["hold"].wait()

    async def permit(self) -> None:
        """Wait until the next chunk may go."""
        if "drip" in self.told:
            await self.told["drip"].acquire()


def _body(told: Told) -> tuple[bytes, tuple[bytes, ...]]:
    """Content type, or empty, and chunks."""
    if "json" in told:
        return b"application/json", (_compact(told["json"]),)
    if "sse" in told:
        return b"text/event-stream; charset=utf-8", tuple(_frame(item) for item in told["sse"])
    body = told.get("body", b"")
    return b"", (body,) if isinstance(body, bytes) else tuple(body)


def _frame(item: Json | bytes) -> bytes:
    if isinstance(item, bytes):
        return item
    return b"data: " + (item.encode() if isinstance(item, str) else _compact(item)) + b"\n\n"


def _compact(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Seen:
    """A request as it arrived. `some` is set when a part of the body is here, `whole` when all of it is.

    `done` is set when the answer is out, `left` when the client went away before that.
    """

    def __init__(self, *, method: str, path: str, query: str, headers: Headers, provider: str = "") -> None:
        """A request whose head is here; `headers` in the order received, names in lower case."""
        self.method, self.path, self.query, self.headers, self.provider = method, path, query, headers, provider
        self.body = b""
        self.some, self.whole, self.done, self.left = (asyncio.Event() for _ in range(4))

    def header(self, name: str) -> str | None:
        """The first value of a field, or None."""
        return next((value.decode("latin-1") for field, value in self.headers if field == name.encode()), None)

    def json(self) -> Json:
        """The body, read as JSON."""
        return json.loads(self.body)


class Script:
    """Answers to give in turn, and requests that came."""

    def __init__(self) -> None:
        """Nothing to say yet: whoever calls gets a 500 that says so."""
        self._answers: deque[Answer] = deque()
        self._arrivals: dict[int, asyncio.Event] = {}
        self.requests: list[Seen] = []
        self.always(status=500, json={"error": {"message": "no answer was scripted", "type": "server_error"}})

    def answer(self, **told: Unpack[Told]) -> None:
        """Answer so, once, after what was scripted before."""
        self._answers.append(Answer.of(**told))

    def always(self, **told: Unpack[Told]) -> None:
        """Answer so whenever nothing else is scripted."""
        answer = Answer.of(**told)
        self.respond(lambda _: answer)

    def respond(self, make: Callable[[Seen], Answer]) -> None:
        """Make an answer of each request when nothing else is scripted."""
        self._make = make

    async def begun(self, number: int = 1) -> Seen:
        """The request that came as `number`, counted from 1, once its head is here."""
        if len(self.requests) < number:
            await self._arrivals.setdefault(number, asyncio.Event()).wait()
        return self.requests[number - 1]

    async def seen(self, number: int = 1) -> Seen:
        """The same, once it is here whole."""
        request = await self.begun(number)
        await request.whole.wait()
        return request

    def forget(self) -> None:
        """Begin anew: nothing has come, and nothing is to be answered in turn. What is `always` said stays."""
        self._answers.clear()
        self.requests.clear()

    def arrive(self, request: Seen) -> None:
        """Note a request whose head is here."""
        self.requests.append(request)
        if (awaited := self._arrivals.pop(len(self.requests), None)) is not None:
            awaited.set()

    def next(self, request: Seen) -> Answer:
        """What to answer now."""
        return self._answers.popleft() if self._answers else self._make(request)


class ScriptedForwarder(Script):
    """A Forwarder without a network."""

    def fail(self, error: UpstreamError) -> None:
        """Raise `error` instead of the next answer."""
        self._answers.append(Answer(head=Head(status=0, headers=()), chunks=(), chunked=False, told={}, error=error))

    async def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Give the next answer. Raises: UpstreamError, where the script says so."""
        seen = Seen(
            method=call.method, path=call.path, query=call.query, headers=call.headers, provider=call.provider
        )  # fmt: skip
        self.arrive(seen)
        try:
            seen.body = call.body if isinstance(call.body, bytes) else b"".join([part async for part in call.body])
            seen.whole.set()
            answer = self.next(seen)
            await answer.wait()
            if answer.error is not None:
                raise answer.error
            if "reset_after" in answer.told:
                raise _broke_off()
            yield answer.head
            for number, chunk in enumerate(answer.chunks):
                if answer.cut(number):
                    raise _broke_off()
                await answer.permit()
                yield chunk
            if answer.cut(len(answer.chunks)):
                raise _broke_off()
            seen.done.set()
        except (GeneratorExit, asyncio.CancelledError):
            seen.left.set()
            raise

    async def ping(self) -> None:
        """Always there."""

    async def aclose(self) -> None:
        """Nothing to let go of."""


def _broke_off() -> Unreachable:
    return Unreachable("the provider's answer broke off")


class ScriptedUpstream(Script):
    """A real HTTP/1.1 server on 127.0.0.1, as an async context manager."""

    def __init__(self, port: int = 0) -> None:
        """Not listening yet; `port` 0 is a free one. `connections` counts those that were ever accepted."""
        super().__init__()
        self._port = port
        self.connections = 0
        self.base_url = ""
        self.open: set[asyncio.Transport] = set()
        self.tasks = Tasks()

    async def __aenter__(self) -> Self:
        """Listen; `base_url` is set."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop at once, in the middle of whatever is going on."""
        await self.die()

    async def die(self) -> None:
        """Close the port and every connection without a word: what calls see is a server that was killed."""
        self._server.close()
        for transport in list(self.open):
            transport.abort()
        await self.tasks.cancel()
        await self._server.wait_closed()


class _Stop(Exception):
    """Nothing more is to be said on this connection."""


class _Connection(asyncio.Protocol):
    """One client. Requests on it are answered one after the other."""

    def __init__(self, script: ScriptedUpstream) -> None:
        self._script = script
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._request: Seen | None = None
        self._answering: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._left_to_send: int | None = None

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self._script.connections += 1
        self._script.open.add(self._transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it was lost does not matter
        self._script.open.discard(self._transport)
        if self._request is not None and not self._request.done.is_set():
            self._request.left.set()
        if self._answering is not None:
            self._answering.cancel()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    # the parser's side

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        path, _, query = self._target.decode("latin-1").partition("?")
        method = self._parser.get_method().decode()
        self._request = Seen(method=method, path=path, query=query, headers=tuple(self._fields))
        self._target, self._fields = b"", []
        self._script.arrive(self._request)

    def on_body(self, part: bytes) -> None:
        assert self._request is not None
        self._request.body += part
        self._request.some.set()

    def on_message_complete(self) -> None:
        assert self._request is not None
        self._request.whole.set()
        self._answering = self._script.tasks.spawn(self._answer(self._request), name="scripted answer")

    # the script's side

    async def _answer(self, request: Seen) -> None:
        answer = self._script.next(request)
        self._left_to_send = answer.told.get("reset_after")
        try:
            await answer.wait()
            for part in self._parts(request, answer):
                if part is None:
                    await answer.permit()
                else:
                    await self._room.wait()
                    self._send(part)
        except _Stop:
            return
        request.done.set()
        if "raw" in answer.told or answer.told.get("close") or not self._parser.should_keep_alive():
            self._transport.close()

    def _parts(self, request: Seen, answer: Answer) -> Iterator[bytes | None]:
        """What to send in turn; None stands for a permit to wait for."""
        if "raw" in answer.told:
            yield answer.told["raw"]
            return
        bodiless = request.method == "HEAD" or answer.head.status in _BODILESS
        yield _head(answer, bodiless=bodiless)
        for number, chunk in enumerate(() if bodiless else answer.chunks):
            self._cut(answer, number)
            yield None
            yield b"%x\r\n%b\r\n" % (len(chunk), chunk) if answer.chunked else chunk
        self._cut(answer, len(answer.chunks))
        if answer.chunked and not bodiless:
            yield b"0\r\n\r\n"

    def _cut(self, answer: Answer, number: int) -> None:
        if answer.cut(number):
            self._transport.close()
            raise _Stop

    def _send(self, data: bytes) -> None:
        if self._left_to_send is None:
            self._transport.write(data)
            return
        self._transport.write(data[: self._left_to_send])
        self._left_to_send -= len(data)
        if self._left_to_send <= 0:
            plug = self._transport.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._transport.abort()
            raise _Stop


def _head(answer: Answer, *, bodiless: bool) -> bytes:
    fields = list(answer.head.headers)
    framed = any(name in {b"content-length", b"transfer-encoding"} for name, _ in fields)
    if not framed and answer.chunked:
        fields.append((b"transfer-encoding", b"chunked"))
    elif not framed and not bodiless:
        fields.append((b"content-length", b"%d" % sum(map(len, answer.chunks))))
    if answer.told.get("close"):
        fields.append((b"connection", b"close"))
    lines = [b"HTTP/1.1 %d Scripted" % answer.head.status, *(b"%b: %b" % field for field in fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n"
