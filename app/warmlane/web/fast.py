"""The fast way in: an exact hit is answered by the HTTP protocol object, before an ASGI cycle exists.

A POST is held back until its body is whole. If the very same bytes were answered lately, the answer leaves without any
JSON being read; else the request is read and planned here, and recent memory is asked. Whatever that cannot answer goes
the ordinary way, with the trip that was begun. Leans on uvicorn's HttpToolsProtocol: uvicorn is pinned, and a test
drives both ways with the same requests.
"""

from asyncio import TimerHandle
from collections.abc import Sequence
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from warmlane.errors import BadRequest, HeadersTooLarge, TimedOut, WarmlaneError
from warmlane.gateway import Gateway
from warmlane.headers import find, is_upgrade
from warmlane.model import Head
from warmlane.reading import Sender
from warmlane.report import Reporter
from warmlane.status import lines as header_lines
from warmlane.trip import Repeat, Trip
from warmlane.web.asgi import AT_ONCE, PRESENCE, TRIP
from warmlane.web.edge import Address, Edge
from warmlane.web.inlet import Presence
from warmlane.web.limits import Limits
from warmlane.web.repeats import Repeats, told

_OK = 200
_BODILESS = frozenset({204, 304})
_SHALLOW = 8  # requests that may wait behind one before reading pauses


class FastProtocol(HttpToolsProtocol):
    """One connection. `serve_with` makes the class that knows its gateway."""

    gateway: Gateway
    edge: Edge
    repeats: Repeats
    reporter: Reporter
    limits: Limits
    farewell = 0.2
    """Seconds that a drain leaves to what is still on its way to an idle connection."""

    _held: list[bytes] | None = None
    _fed = 0  # bytes that came last
    _bodiless = 0  # bytes of this message since there was a piece of a body: of its header, or of its trailers
    _draining = False
    _deaf = False
    _in_message = False
    _answered = False  # at once, since data came last
    _idle_since = 0.0  # when that was, by the loop's clock
    _header_done = False
    _length: bytes | None = None
    _parent: bytes | None = None
    _timer: TimerHandle | None = None
    _trip: Trip | None = None
    _head: list[bytes] | None = None  # of the last request that was looked at here
    _address: Address | None = None  # what it said
    _sender: Sender | None = None
    _presences: Sequence[Presence] = ()  # of the requests that went the ordinary way

    def connection_made(self, transport: Any) -> None:
        """A client came: it has until the deadline to send a whole header."""
        super().connection_made(transport)
        self.url, self.headers = b"", []
        if len(self.connections) > self.limits.max_connections:
            transport.close()
            return
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """It left."""
        self._disarm()
        for presence in self._presences:
            presence.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a message that is not whole now must go on within the deadline."""
        if self._deaf:
            return
        self._fed = len(data)
        self._bodiless += self._fed
        timer, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None
        super().data_received(data)
        self._keep_alive(timer)
        if self._is_over():
            return
        if not self._in_message:
            self._disarm()
        elif self._bodiless > self.limits.max_header_bytes:
            self._reject(HeadersTooLarge("the header is over the limit"))
        elif self._header_done or self._timer is None:  # a header has one deadline, however it drips
            self._disarm()
            self._arm()

    def _keep_alive(self, timer: TimerHandle | None) -> None:
        """After an answer at once, leave `timer` as it is, to look again when it rings.

        A timer made and another cancelled for each request would cost as much as the look at its head.
        """
        if self.timeout_keep_alive_task is None and self._answered:
            self.timeout_keep_alive_task = timer or self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        elif timer is not None:
            timer.cancel()
        self._answered = False

    def timeout_keep_alive_handler(self) -> None:
        """The timer rang: close what has been idle since it was set, or for as long."""
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        """A request begins. uvicorn's part of it waits until the ordinary way is taken."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._held, self._in_message, self._header_done = None, True, False
        self._length = self._parent = None
        self._disarm()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field; what will be asked of it is noted in passing."""
        name = name.lower()
        if name == b"content-length":
            self._length = value
        elif name == b"traceparent":
            self._parent = value
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Hold the request if it may be answered here; else let the ordinary way begin."""
        if self._is_over():
            return
        if self._too_heavy():
            self._reject(HeadersTooLarge("too many header fields, or too long ones"))
            return
        idle = self.cycle is None or self.cycle.response_complete
        if self.parser.get_method() == b"POST" and idle and not self.pipeline and not self.expect_100_continue:
            length, most = self._length, min(self.limits.max_held_bytes, self.limits.max_body_bytes)
            if length is not None and length.isdigit() and int(length) <= most:
                self._held, self._header_done = [], True
                return
        self._ordinary()
        self._header_done = True  # not before: of a target that uvicorn cannot read it makes no cycle

    def on_body(self, body: bytes) -> None:
        """Keep a piece of a held body, or pass it on."""
        self._bodiless = 0
        if self._held is not None:
            self._held.append(body)
        elif not self._is_over():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Answer a held request, or let the ordinary way have it whole."""
        self._in_message, self._header_done, self._bodiless = False, False, 0
        if self._is_over():
            return
        if self._held is None:
            super().on_message_complete()
            return
        body = self._held[0] if len(self._held) == 1 else b"".join(self._held)
        self._held = None
        if self._answer_at_once(body):
            return
        self._ordinary()
        super().on_body(body)
        super().on_message_complete()

    def shutdown(self) -> None:
        """Drain: what has arrived is answered, and what is still on its way gets a moment."""
        self._draining = True
        if self._deaf:
            self.transport.close()
        elif self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(self.farewell, self._close_if_idle)
        else:
            super().shutdown()

    def _ordinary(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        if self._trip is not None:
            self.scope[TRIP] = self._trip  # type: ignore[literal-required] # ours, beside ASGI's
            self._trip = None
        presence, idle = Presence(), self.cycle is None or self.cycle.response_complete
        self._presences = [presence] if idle else [*self._presences, presence]
        self.scope[PRESENCE] = presence  # type: ignore[literal-required] # the same
        super().on_headers_complete()
        self.scope[AT_ONCE] = partial(self._write_cycle, self.cycle)  # type: ignore[literal-required] # the same
        self.headers = []  # trailers come into it, and are no header fields
        if 0 < len(self.pipeline) < _SHALLOW:
            self.flow.resume_reading()  # uvicorn pauses, and whoever does not read never sees the client leave
        if not self._stays_open():
            self.cycle.keep_alive = False

    def _stays_open(self) -> bool:
        """Whether another request can be read: the parser reads no more after one that wants another protocol."""
        return not self._draining and not self.parser.should_upgrade()

    def _is_over(self) -> bool:
        return self._deaf or self.transport.is_closing()

    def _close_if_idle(self) -> None:
        if self._in_message or self._is_over():
            return
        super().shutdown()

    def _answer_at_once(self, body: bytes) -> bool:
        head = told(self.url, self.headers)
        # A digest only of what can be known by it: new bytes are spared it.
        digest = self.repeats.digest(head, body) if self.repeats.came_before(body) else None
        repeat = None if digest is None else self.repeats.get(digest)
        if repeat is not None:
            again = self.gateway.again(repeat, call_id=self.edge.ids.next(), parent=self._parent)
            if again is not None:
                self._write(_OK, again, repeat.found.body)
                return True
        glanced = self._glance(head, body)
        if glanced is None:
            return False
        lines, repeat = glanced
        self._write(_OK, lines, repeat.found.body)
        if digest is not None:
            self.repeats.put(digest, repeat)
        return True

    def _glance(self, head: list[bytes], body: bytes) -> tuple[bytes, Repeat] | None:
        """The answer that recent memory has; else the trip that was begun is kept for the ordinary way."""
        try:
            if head != self._head:  # a connection mostly repeats itself
                self._head, self._address, self._sender = head, self._read_address(), None
            if self._address is None:
                return None
            call = self.edge.call("POST", self._address, tuple(self.headers), body)
            if self._address.provider is not None:  # else each body says where it goes, and so who is known there
                self._sender = self._sender or self.gateway.greet(call)
            trip = self.gateway.begin(call, self._sender)
            glanced = self.gateway.glance(trip, self._parent)
        except Exception:  # noqa: BLE001 - the ordinary way meets it too, and says it
            return None
        if glanced is None:
            self._trip = trip
        return glanced

    def _read_address(self) -> Address | None:
        """Where requests with this head go, None where it is not for us to glance at them."""
        headers = tuple(self.headers)
        path, _, query = self.url.decode("latin-1").partition("?")
        if is_upgrade(headers) or find(headers, b"host") is None:
            return None  # the ordinary way says what is wrong
        address = self.edge.route("POST", path, query, headers)
        return address if address.reads_body else None

    def _write(self, status: int, lines: bytes, body: bytes) -> None:
        keep_alive = self._stays_open() and self.parser.should_keep_alive()
        end = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
        parts = [STATUS_LINE[status]]
        for name, value in self.server_state.default_headers:
            parts += (name, b": ", value, b"\r\n")
        parts += (lines, end, body)
        self.transport.write(b"".join(parts))
        self.server_state.total_requests += 1
        if not keep_alive:
            self.transport.close()
            return
        self._answered, self._idle_since = True, self.loop.time()

    def _write_cycle(self, cycle: RequestResponseCycle, head: Head, body: bytes) -> bool:
        """Write the whole answer of a request that went the ordinary way: as uvicorn would, which looks at each field.

        Ours are clean, and so are a provider's: its parser took them.
        """
        ordinary = cycle.scope["method"] == "HEAD" or head.status in _BODILESS or head.status not in STATUS_LINE
        if ordinary or self.flow.write_paused or cycle.disconnected or cycle.response_started:
            return False
        parts = [STATUS_LINE[head.status]]
        for name, value in (*self.server_state.default_headers, *head.headers):
            parts += (name, b": ", value, b"\r\n")
        parts += (b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n", body)
        cycle.response_started = cycle.response_complete = True
        self.transport.write(b"".join(parts))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def _too_heavy(self) -> bool:
        if len(self.headers) > self.limits.max_headers:
            return True
        # Only a long message can have a long header: most requests are spared the sum. Of one that came behind another
        # in one piece, that piece is all there is.
        if max(self._bodiless, self._fed) <= self.limits.max_header_bytes:
            return False
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return size > self.limits.max_header_bytes

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """What came is no HTTP: said in our shape."""
        self._reject(BadRequest("this is no HTTP/1.1 request"))

    def _reject(self, error: WarmlaneError) -> None:
        """Say `error`, if it is its turn, and hear no more.

        The connection is closed by the client, or at the deadline: closed at once, with something unread, it would be
        reset, and the client would never see what was said.
        """
        if self._is_over():
            return
        call_id = self.edge.ids.next()
        self.reporter.unrouted(call_id, error)
        if not self._is_next():
            self.transport.close()
            return
        shape = self.edge.shape(self.url.decode("latin-1").partition("?")[0], tuple(self.headers))
        status, headers, body = self.edge.error(error, call_id, shape)
        lines = header_lines((*self.server_state.default_headers, *headers, (b"connection", b"close")))
        self.transport.write(b"".join((STATUS_LINE[status], lines, b"\r\n", body)))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._deaf, self._draining = True, True
        self._unset_keepalive_if_required()
        self._disarm()
        self._arm()

    def _is_next(self) -> bool:
        """Whether what is written now would be taken for the answer to the message that is arriving."""
        if self._header_done and self._held is None:  # it went the ordinary way: the cycle is its own
            return not self.pipeline and not self.cycle.response_started
        return self.cycle is None or self.cycle.response_complete

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.limits.arrival_timeout, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused and not self._deaf:  # it is we who do not read
            self._arm()
        elif self._in_message and not self._deaf:
            self._reject(TimedOut("the request did not arrive in time"))
        else:
            self.transport.close()


def serve_with(
    gateway: Gateway, edge: Edge, reporter: Reporter, limits: Limits, repeats: Repeats
) -> type[FastProtocol]:
    """The protocol class for uvicorn's `http`, bound to one gateway."""
    parts = {"gateway": gateway, "edge": edge, "reporter": reporter, "limits": limits, "repeats": repeats}
    return type("BoundFastProtocol", (FastProtocol,), parts)
