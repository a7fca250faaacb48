"""Reading a call: who sends it, what they want of the cache, what the cache may do."""

from collections.abc import Mapping

from msgspec.structs import replace

from warmlane.batch import Batch
from warmlane.canonical import Unreadable, read
from warmlane.clock import Clock
from warmlane.controls import NOTHING_SAID, STRIPPED, Controls, read_controls
from warmlane.dialects.base import Ask, Dialect
from warmlane.errors import BadRequest, WarmlaneError
from warmlane.events import NoCache
from warmlane.keys import Asked, frame
from warmlane.lanes import Lane
from warmlane.model import Call, Caller, JsonObject, Value
from warmlane.policy import Bypass, Look, plan
from warmlane.seal import Callers
from warmlane.strip import without
from warmlane.trip import Trip


class Sender(Value, frozen=True, kw_only=True, gc=True):
    """What the head of a request says, as every request with such a head does.

    Who calls, what they want of the cache, and what that puts into each key.
    """

    caller: Caller | None
    controls: Controls
    error: WarmlaneError | None
    frame: bytes

    def __repr__(self) -> str:
        """Never the wishes, which hold texts of the caller."""
        return f"Sender({self.caller})"


class Reader:
    """Turns a call into a trip with a plan. Pure but for the callers it remembers."""

    def __init__(self, *, lane: Lane, dialects: Mapping[str, Dialect], callers: Callers, clock: Clock) -> None:
        """Read in these dialects, under the rules of `lane`."""
        self._lane, self._dialects, self._callers, self._clock = lane, dialects, callers, clock

    def greet(self, call: Call) -> Sender:
        """What the head of `call` says. Never raises."""
        controls, error = _controls(call, None)
        return Sender(caller=self._caller(call), controls=controls, error=error, frame=self._frame(call, controls))

    def read(self, call: Call, sender: Sender | None = None) -> Trip:
        """What is to be done with `call`. Never raises: a request that must be refused carries the `error`.

        `sender` is what `greet` gave for a call with such a head, where there was one.
        """
        started, at = self._clock.monotonic(), self._clock.now()
        sender = sender or self.greet(call)
        caller, controls, error, framed = sender.caller, sender.controls, sender.error, sender.frame
        dialect = None if call.dialect is None else self._dialects[call.dialect]
        body = None if dialect is None else _object(call)
        if body is not None and not STRIPPED.isdisjoint(body):
            controls, error = _controls(call, body)
            framed = self._frame(call, controls)
        call, ask = _ask(call, dialect, body)
        verdict = Bypass(why=NoCache.ENDPOINT) if dialect is None else plan(ask, controls, self._lane, caller)
        trip = Trip(
            call=call,
            dialect=dialect,
            ask=ask,
            caller=caller,
            controls=controls,
            plan=verdict,
            error=error,
            started=started,
            at=at,
        )
        if isinstance(verdict, Look):
            assert ask is not None  # a plan to look is made of both
            assert caller is not None
            trip.asked = Asked(ask, caller, framed, controls.ignore)
            if ask.items is None:
                trip.key = trip.asked.exact()
            else:
                trip.batch = Batch(ask.items, trip.asked.each(ask.items.each))
        return trip

    def _frame(self, call: Call, controls: Controls) -> bytes:
        resource = call.path if call.dialect is None else self._dialects[call.dialect].resource(call.path)
        return frame(call, self._lane, controls, resource)

    def _caller(self, call: Call) -> Caller | None:
        if not call.secret and not call.keyless:
            return None
        return self._callers.derive(call.secret, call.provider, self._lane.name)


def _object(call: Call) -> JsonObject | None:
    """The body, where every reader would read it alike."""
    assert isinstance(call.body, bytes)
    try:
        return read(call.body)
    except Unreadable:
        return None


def _controls(call: Call, body: JsonObject | None) -> tuple[Controls, WarmlaneError | None]:
    try:
        return read_controls(call.headers, body), None
    except BadRequest as refusal:
        return NOTHING_SAID, refusal


def _ask(call: Call, dialect: Dialect | None, body: JsonObject | None) -> tuple[Call, Ask | None]:
    """What the provider is asked: without our own members, and otherwise byte for byte what came."""
    if dialect is None or body is None:
        return call, None
    if not STRIPPED.isdisjoint(body):
        assert isinstance(call.body, bytes)
        call = replace(call, body=without(call.body, STRIPPED))
        body = {name: value for name, value in body.items() if name not in STRIPPED}
    return call, dialect.read(body, call.path, call.query)
