"""One stage's side of the lane: HTTP on a Unix socket for callers on the same node, and on a TCP port for the others.

There is no router and no middleware: a path is looked up in a dict, which leaves a small call's time to aiohttp's
parser and writer.
"""

import asyncio
import logging
import shutil
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from hmac import compare_digest
from pathlib import Path
from typing import Any, Final, TypeAlias

from aiohttp import web

from warmlane.errors import StageError, WarmlaneError
from warmlane.ports import Tracer
from warmlane_serve.lane import wire
from warmlane_serve.lane.discovery import Member
from warmlane_serve.lane.load import Load

_log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Routes: TypeAlias = Mapping[str, Handler]
"""What answers a POST, by path."""

TROUBLE: Final = 503
"""The status of an answer that is an error of ours, in `wire.write_error`'s form."""

_KEEP_ALIVE: Final = 600.0
"""Seconds that a connection may be idle: callers close theirs long before."""

_LAST_MOMENT: Final = 0.1
"""Seconds between the end of a drain and the end of what is still going on."""


class StageServer:
    """Answers for one replica. Whoever calls must show the bearer; who does not is refused, and told of once."""

    def __init__(
        self,
        routes: Routes,
        *,
        bearer: str,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        name: str = "stage",
        replica: str = "",
        node: str = "",
        rank: int = 0,
        tracer: Tracer | None = None,
    ) -> None:
        """Answer `routes`, on a free TCP port of `host` once started.

        `tls` is for TCP alone: a Unix socket never leaves the machine. `name` is the stage's, and of its spans;
        `replica`, `node` and `rank` are told to callers and to traces. Without a `tracer` there are no spans.
        """
        self._routes, self._host, self._tls = dict(routes), host, tls
        self._expected = f"Bearer {bearer}".encode()
        self._name, self._replica, self._node, self._rank, self._tracer = name, replica, node, rank, tracer
        self._told_of_strangers = False
        self._draining, self._idle = False, asyncio.Event()
        self._where: Member | None = None
        self.load = Load()

    async def start(self) -> None:
        """Listen. The socket is in a folder of its own that nobody else may enter. Raises: OSError."""
        self._runner = web.ServerRunner(_Listener(self._handle, self), shutdown_timeout=_LAST_MOMENT)
        await self._runner.setup()
        self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="lane-"))
        uds = str(self._folder / "s")
        await web.UnixSite(self._runner, uds).start()
        plug = socket.create_server((self._host, 0), family=_family(self._host), backlog=1024)
        await web.SockSite(self._runner, plug, ssl_context=self._tls).start()
        self._where = Member(
            replica=self._replica,
            node=self._node,
            uds=uds,
            host=self._host,
            port=plug.getsockname()[1],
            rank=self._rank,
        )

    @property
    def where(self) -> Member:
        """Where callers find it; only once it is started."""
        assert self._where is not None
        return self._where

    @property
    def draining(self) -> bool:
        """Whether answers ask callers to use another connection next time."""
        return self._draining

    async def stop(self, drain_seconds: float = 10.0) -> None:
        """Accept no connection, finish what is under way for at most `drain_seconds`, end the rest.

        Serve has taken the replica off its callers' lists before it ends it. A caller that comes late all the same is
        refused a connection, and knows that nothing was sent. Calling it twice is fine.
        """
        if self._where is None or self._draining:
            return
        self._draining = True
        for site in self._runner.sites:
            await site.stop()
        if self.load.in_flight:
            try:
                async with asyncio.timeout(drain_seconds):
                    await self._idle.wait()
            except TimeoutError:
                _log.warning("%s: %d calls were cut after %.0f s", self._name, self.load.in_flight, drain_seconds)
        await self._runner.cleanup()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        waited = request.protocol.waited()  # type: ignore[attr-defined] # it is a _Connection
        self.load.in_flight += 1
        self.load.waited(waited)
        try:
            traceparent = None if self._tracer is None else request.headers.get("traceparent")
            if traceparent is None:
                return await self._answer(request)
            return await self._traced(request, traceparent, waited)
        except WarmlaneError as error:
            return _trouble(TROUBLE, error)
        except Exception as error:  # noqa: BLE001 - a handler may fail in any way
            return self._failed(request, error)
        finally:
            self.load.in_flight -= 1
            if self._draining and not self.load.in_flight:
                self._idle.set()

    async def _traced(self, request: web.BaseRequest, traceparent: str, waited: float) -> web.StreamResponse:
        assert self._tracer is not None
        with self._tracer.span(self._name, parent=traceparent.encode("latin-1", "replace")) as span:
            if span.is_recording:
                span.set(
                    {
                        "warmlane.stage": self._name,
                        "warmlane.replica": self._replica,
                        "warmlane.node": self._node,
                        "warmlane.queue_ms": round(waited * 1000, 3),
                    }
                )
            return await self._answer(request)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if not compare_digest(request.headers.get("Authorization", "").encode("utf-8", "replace"), self._expected):
            return self._refuse()
        handler = self._routes.get(request.rel_url.raw_path)
        if handler is None:
            return _trouble(404, StageError(f"{self._name} does not do that: is it of another version?"))
        return await handler(request)

    def _failed(self, request: web.BaseRequest, error: Exception) -> web.StreamResponse:
        """The answer to a call that was no success for a reason nobody foresaw; aiohttp would log the error's text."""
        gone = request.transport is None or request.transport.is_closing()
        if not gone:
            # The type alone: an exception's text may hold what a caller sent.
            _log.error("%s failed: %s", self._name, type(error).__name__)
        if gone or request.writer.output_size > 0:  # half an answer: only a cut says that it is not whole
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError
        return _trouble(500, StageError(f"{self._name} failed: {type(error).__name__}"))

    def _refuse(self) -> web.StreamResponse:
        if not self._told_of_strangers:
            self._told_of_strangers = True
            _log.warning(
                "%s refused a call that did not show this cluster's secret; more of them are not reported. "
                "Is WARMLANE_SECRET the same on every node?",
                self._name,
            )
        return _trouble(401, StageError(f"{self._name} has another WARMLANE_SECRET than its caller"))


def _trouble(status: int, error: WarmlaneError) -> web.Response:
    return web.Response(status=status, body=wire.write_error(error))


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class _Connection(web.RequestHandler):
    """aiohttp's, which also knows when something last came on it."""

    __slots__ = ("_arrived",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._arrived = self._loop.time()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._arrived = self._loop.time()
        super().data_received(data)

    def waited(self) -> float:
        """Seconds since then: what a call that begins now has waited for its turn in the loop."""
        return self._loop.time() - self._arrived


class _Request(web.BaseRequest):
    """aiohttp's, whose connection is not used again while the stage drains."""

    def __init__(self, *args: Any, stage: StageServer, **named: Any) -> None:
        super().__init__(*args, **named)
        self._stage = stage

    @property
    def keep_alive(self) -> bool:
        return super().keep_alive and not self._stage.draining


class _Listener(web.Server):
    """Makes those."""

    def __init__(self, handler: Handler, stage: StageServer) -> None:
        super().__init__(handler, request_factory=self._request, handler_cancellation=True)
        self._stage, self._running = stage, asyncio.get_running_loop()

    def __call__(self) -> web.RequestHandler:
        return _Connection(
            self,
            loop=self._running,
            access_log=None,  # type: ignore[arg-type] # how aiohttp's own runner switches it off
            auto_decompress=False,
            keepalive_timeout=_KEEP_ALIVE,
        )

    def _request(self, *args: Any) -> web.BaseRequest:
        return _Request(*args, self._running, stage=self._stage)
