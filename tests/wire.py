"""Two ways into one gateway: the ASGI application called as it is, and a server on a real socket with the fast way."""

import asyncio
import socket
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import uvicorn

from flow.house import House
from warmlane.tasks import Tasks
from warmlane.web.asgi import Application
from warmlane.web.fast import FastProtocol, serve_with
from warmlane.web.limits import Limits
from warmlane.web.pages import Pages
from warmlane.web.repeats import Repeats


@dataclass
class Request:
    """A request as it goes over the wire; with a body, Content-Length is added."""

    method: str = "POST"
    target: str = "/openai/v1/chat/completions"
    headers: Sequence[tuple[str, str]] = ()
    body: bytes | None = None
    version: str = "1.1"

    def fields(self) -> list[tuple[str, str]]:
        """All header fields."""
        given = {name.lower() for name, _ in self.headers}
        fields = [] if "host" in given else [("host", "localhost")]
        fields += self.headers
        if self.body is not None and not given & {"content-length", "transfer-encoding"}:
            fields.append(("content-length", str(len(self.body))))
        return fields

    def head(self) -> bytes:
        """The header, with the blank line."""
        lines = [f"{self.method} {self.target} HTTP/{self.version}", *(f"{n}: {v}" for n, v in self.fields())]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"

    def bytes(self) -> bytes:
        """The whole of it."""
        return self.head() + (self.body or b"")


@dataclass
class Answer:
    """A response; `whole`: it came to its end."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a field."""
        self.headers[name.decode().lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Note a piece of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """Note the end."""
        self.whole = True


async def run_asgi(application: Application, request: Request, *, pieces: Sequence[bytes] | None = None) -> Answer:
    """Call the application for one request, whose body comes in these pieces."""
    path, _, query = request.target.partition("?")
    scope: dict[str, Any] = {
        "type": "http", "method": request.method, "path": path, "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in request.fields()],
    }  # fmt: skip
    waiting = [*(pieces if pieces is not None else [request.body or b""])]
    answer = Answer()

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            for name, value in message["headers"]:
                answer.on_header(name, value)
        else:
            answer.on_body(message["body"])
            answer.whole = not message["more_body"]

    await application(scope, receive, send)
    return answer


class Client:
    """One connection, and the bytes that go over it."""

    def __init__(self, port: int) -> None:
        """Not connected yet."""
        self._port = port

    async def __aenter__(self) -> Self:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Leave."""
        await self.leave()

    async def leave(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def send(self, data: bytes) -> None:
        """Send, in one piece."""
        self._writer.write(data)
        await self._writer.drain()

    async def ask(self, request: Request) -> Answer:
        """Send a request and have its answer."""
        await self.send(request.bytes())
        return await self.answer(request.method)

    async def answer(self, method: str = "POST") -> Answer:
        """The next response; one to a HEAD has no body. What is not whole broke off."""
        answer = Answer()
        lines = (await self._until(b"\r\n\r\n")).split(b"\r\n")
        if not lines[0]:
            return answer
        answer.status = int(lines[0].split(b" ")[1])
        for line in lines[1:-2]:
            name, _, value = line.partition(b":")
            answer.on_header(name, value.strip())
        if answer.status == 100 or method == "HEAD":
            answer.whole = True
        elif answer.headers.get("transfer-encoding") == "chunked":
            await self._chunks(answer)
        else:
            length = int(answer.headers.get("content-length", "0"))
            with suppress(asyncio.IncompleteReadError):
                answer.body = await self._reader.readexactly(length)
                answer.whole = True
        return answer

    async def is_closed(self) -> bool:
        """Whether the server closes the connection without another byte. Waits for one or the other."""
        try:
            return await self._reader.read(1) == b""
        except ConnectionResetError:
            return True

    async def piece(self) -> bytes:
        """Whatever comes next."""
        return await self._reader.read(65_536)

    async def _chunks(self, answer: Answer) -> None:
        while (size := int((await self._until(b"\r\n")) or b"0", 16)) > 0:
            answer.body += (await self._until(b"", size + 2))[:-2]
        answer.whole = await self._until(b"\r\n") == b"\r\n"

    async def _until(self, end: bytes, size: int = 0) -> bytes:
        try:
            return await (self._reader.readexactly(size) if size else self._reader.readuntil(end))
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return b""


class Doors:
    """Both ways into a house, as an async context manager: `application` to be called, `port` to be connected to."""

    def __init__(self, house: House, limits: Limits | None = None, **config: Any) -> None:
        """Not listening yet; `config` is uvicorn's."""
        self.house, limits = house, limits or Limits()
        self.application = Application(
            gateway=house.gateway, feedback=house.feedback, edge=house.edge,
            pages=Pages(readiness=_ready, metrics=None), reporter=house.reporter, limits=limits, tasks=house.tasks,
        )  # fmt: skip
        self.repeats = Repeats(bytes(32), max_bytes=1_000_000)
        protocol = serve_with(house.gateway, house.edge, house.reporter, limits, self.repeats)
        self.server = _Server(
            uvicorn.Config(
                self.application, http=protocol, ws="none", lifespan="off", interface="asgi3", access_log=False,
                log_config=None, server_header=False, timeout_graceful_shutdown=5, **config,
            )
        )  # fmt: skip
        self._tasks = Tasks()

    async def __aenter__(self) -> Self:
        """Listen."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self._serving = self._tasks.spawn(self.server.serve(sockets=[listener]), name="server")
        await self.server.is_up.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Stop listening, and wait for what goes on."""
        self.stop()
        await self.stopped()

    def client(self) -> Client:
        """A connection, to be entered."""
        return Client(self.port)

    def stop(self) -> None:
        """Begin to drain."""
        self.server.told_to_end.set()

    async def stopped(self) -> None:
        """Return when the server has ended."""
        await self._serving

    def connections(self) -> set[FastProtocol]:
        """The open ones, as the server sees them."""
        return self.server.server_state.connections  # type: ignore[return-value] # serve_with made them


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is up, ends when told, and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Not up yet."""
        super().__init__(config)
        self.is_up, self.told_to_end = asyncio.Event(), asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the word, instead of looking for it ten times a second."""
        await self.on_tick(0)
        await self.told_to_end.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say it."""
        await super().startup(sockets)
        self.is_up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield


async def _ready() -> dict[str, str]:
    return {"store": "ok"}
