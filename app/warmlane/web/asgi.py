"""The ordinary way in: an ASGI application over a gateway."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from warmlane.dialects.base import Dialect
from warmlane.errors import BadRequest, WarmlaneError
from warmlane.feedback import MOST, Feedback
from warmlane.gateway import Gateway
from warmlane.headers import find, is_upgrade
from warmlane.model import Head, Headers
from warmlane.report import Reporter
from warmlane.tasks import Tasks
from warmlane.trip import Trip
from warmlane.web.edge import Desk, Edge
from warmlane.web.inlet import ClientGone, Inlet, Presence, Receive
from warmlane.web.limits import Limits
from warmlane.web.pages import Pages

_log = logging.getLogger(__name__)

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

TRIP = "warmlane.trip"
"""Where the fast way leaves a trip that it began and could not answer."""

PRESENCE = "warmlane.presence"
"""Where a server that knows when its client leaves says so; for others a task waits for the news."""

AT_ONCE = "warmlane.at_once"
"""Where a server that can write a whole answer in one go says how."""

AtOnce: TypeAlias = Callable[[Head, bytes], bool]
"""Writes a whole answer; False: it cannot just now."""


class Application:
    """ASGI 3: answers HTTP, refuses WebSockets, has no use for lifespan."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        feedback: Feedback,
        edge: Edge,
        pages: Pages,
        reporter: Reporter,
        limits: Limits,
        tasks: Tasks,
    ) -> None:
        """Serve `gateway`, and what is our own: `feedback`, `pages`. `tasks` holds the watchers of clients."""
        self._gateway, self._feedback, self._edge, self._pages = gateway, feedback, edge, pages
        self._reporter, self._limits, self._tasks = reporter, limits, tasks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        if scope["type"] == "http":
            # Taken out: it knows the server's request, which knows this scope, and only the collector would end that.
            out = HttpOutlet(send, scope.pop(AT_ONCE, None))
            try:
                await self._http(scope, receive, out)
            except Exception as error:  # noqa: BLE001 - the server would log its text, which may be a caller's
                _log.error("a request failed: %s", type(error).__name__)
                if not out.started:
                    await self._refuse(WarmlaneError("something went wrong in this gateway"), scope, out)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, out: "HttpOutlet") -> None:
        trip: Trip | None = scope.get(TRIP)
        inlet = None
        try:
            if trip is None:
                page = await self._pages.get(scope["method"], scope["path"])
                if page is not None:
                    await out.whole(Head(status=page[0], headers=page[1]), page[2])
                    return
                headers = tuple(scope["headers"])
                desk = self._edge.desk(scope["method"], *_target(scope), headers)
                if desk is not None:
                    await self._hear(desk, scope, headers, receive, out)
                    return
                inlet = Inlet(receive, length=find(headers, b"content-length"), limit=self._limits.max_body_bytes)
                trip = await self._begin(scope, headers, inlet)
        except ClientGone:
            return
        except WarmlaneError as error:
            await self._refuse(error, scope, out)
            return
        await self._answer(trip, scope, inlet or Inlet.drained(receive), out)

    async def _hear(self, desk: Desk, scope: Scope, headers: Headers, receive: Receive, out: "HttpOutlet") -> None:
        """Feedback goes to nobody else."""
        _refuse_odd(scope, headers)
        length, most = find(headers, b"content-length"), min(MOST, self._limits.max_body_bytes)
        body = await Inlet(receive, length=length, limit=most).whole()
        call_id = self._edge.ids.next()
        done = await self._feedback.give(desk.providers, desk.secret, body, call_id)
        said = (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(done)),
            (b"x-request-id", call_id.encode()),
            (b"request-id", call_id.encode()),
        )
        await out.whole(Head(status=200, headers=said), done)

    async def _refuse(self, error: WarmlaneError, scope: Scope, out: "HttpOutlet") -> None:
        call_id = self._edge.ids.next()
        self._reporter.unrouted(call_id, error)
        await out.whole(*_answer_of(self._edge.error(error, call_id, self._shape(scope))))

    def _shape(self, scope: Scope) -> Dialect:
        return self._edge.shape(scope["raw_path"].decode("latin-1"), tuple(scope["headers"]))

    async def _begin(self, scope: Scope, headers: Headers, inlet: Inlet) -> Trip:
        _refuse_odd(scope, headers)
        route = self._edge.route(scope["method"], *_target(scope), headers)
        body = await inlet.whole() if route.reads_body else inlet.chunks()
        return self._gateway.begin(self._edge.call(scope["method"], route, headers, body))

    async def _answer(self, trip: Trip, scope: Scope, inlet: Inlet, out: "HttpOutlet") -> None:
        """Send what the gateway says; a client that leaves ends the work upstream."""
        work = asyncio.current_task()
        assert work is not None
        presence: Presence | None = scope.get(PRESENCE)
        watcher = None
        if presence is None:
            presence = Presence()
            watcher = self._tasks.spawn(_watch(inlet, presence), name="watch")
        presence.hold(work)
        try:
            await self._gateway.handle(trip, out)
            await out.end()
        except WarmlaneError as error:
            # Once the head has left, ending without an end is all that is left: the client must see the cut.
            if not out.started:
                shape = trip.dialect or self._shape(scope)
                await out.whole(*_answer_of(self._edge.error(error, trip.call.id, shape)))
        except ClientGone:
            pass
        except asyncio.CancelledError:
            if not presence.gone:
                raise  # the server itself is stopping
        finally:
            presence.release()
            if watcher is not None:
                watcher.cancel()


def _target(scope: Scope) -> tuple[str, str]:
    """Path and query as they came."""
    return scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")


def _refuse_odd(scope: Scope, headers: Headers) -> None:
    """Raises: BadRequest, for what is no request of HTTP that is served here."""
    if is_upgrade(headers):
        msg = "WebSocket is not supported here: use HTTP"
        raise BadRequest(msg)
    if scope.get("http_version") == "1.1" and find(headers, b"host") is None:  # RFC 9112 §3.2
        msg = "Host is missing"
        raise BadRequest(msg, param="Host")


async def _watch(inlet: Inlet, presence: Presence) -> None:
    await inlet.gone()
    presence.leave()


def _answer_of(error: tuple[int, Headers, bytes]) -> tuple[Head, bytes]:
    status, headers, body = error
    return Head(status=status, headers=headers), body


class HttpOutlet:
    """Sends one answer over ASGI, or past it where the server has a shorter way for a whole one."""

    __slots__ = ("_at_once", "_ended", "_send", "started")

    def __init__(self, send: Send, at_once: AtOnce | None = None) -> None:
        """Send by `send`, a whole answer by `at_once`."""
        self._send, self._at_once = send, at_once
        self.started = self._ended = False

    async def send(self, item: Head | bytes, /) -> None:
        """The head, or a piece of the body."""
        if isinstance(item, Head):
            self.started = True
            await self._send({"type": "http.response.start", "status": item.status, "headers": item.headers})
        else:
            await self._send({"type": "http.response.body", "body": item, "more_body": True})

    async def whole(self, head: Head, body: bytes, /) -> None:
        """All of the answer."""
        self.started = self._ended = True
        if self._at_once is not None and self._at_once(head, body):
            return
        await self._send({"type": "http.response.start", "status": head.status, "headers": head.headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def end(self) -> None:
        """The body is whole."""
        if not self._ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
