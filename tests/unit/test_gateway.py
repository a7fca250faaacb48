"""The path of a request, from inside: what it tells a tracer, what it sends up. What comes back is in tests/flow."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from flow.house import Ear, House
from samples import NOW, SECRET, a_body, a_call, a_trip, an_answer, an_entry, dump
from warmlane.clock import ManualClock
from warmlane.errors import BadRequest, Unreachable
from warmlane.events import CallArrived, LookupDone, Outcome, ReplyFinished
from warmlane.model import Call, Head

PARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Remembered:
    """A span that remembers what it was told."""

    def __init__(self, name: str, parent: bytes | None) -> None:
        """Open."""
        self.name, self.parent, self.attributes = name, parent, dict[str, Any]()

    is_recording = True

    def set(self, attributes: Mapping[str, str | int | float | bool], /) -> None:
        """Remember."""
        self.attributes.update(attributes)

    def inject(self) -> Mapping[bytes, bytes]:
        """A next hop's parent."""
        return {b"traceparent": b"child-of-" + self.name.encode()}


class RememberingTracer:
    """A tracer that remembers its spans, and which of them are open."""

    def __init__(self) -> None:
        """None yet."""
        self.spans: list[Remembered] = []
        self.open: list[str] = []

    @contextmanager
    def span(self, name: str, /, *, parent: bytes | None = None) -> Iterator[Remembered]:
        """Remember one."""
        span = Remembered(name, parent)
        self.spans.append(span)
        self.open.append(name)
        try:
            yield span
        finally:
            self.open.remove(name)


@pytest.fixture
def tracer() -> RememberingTracer:
    """What was traced."""
    return RememberingTracer()


@pytest.fixture
async def house(clock: ManualClock, tracer: RememberingTracer) -> AsyncIterator[House]:
    """A gateway that is traced, with a provider that always answers."""
    async with House(clock, tracer=tracer) as house:
        house.provider.always(body=dump(an_answer()), headers={"content-length": str(len(dump(an_answer())))})
        yield house


async def answer(house: House, call: Call) -> tuple[Head, bytes]:
    """The whole of it."""
    ear = Ear()
    await house.gateway.handle(house.gateway.begin(call), ear)
    await house.settle()
    assert ear.head is not None
    return ear.head, ear.body


def traced(*headers: tuple[bytes, bytes]) -> Call:
    """A call that is part of a trace."""
    return a_call(headers=((b"traceparent", PARENT), *headers))


async def test_a_miss_is_a_tree_of_spans(house: House, tracer: RememberingTracer) -> None:
    """Under the caller's own, with the names that the docs give, all closed at the end."""
    await answer(house, traced())

    assert [span.name for span in tracer.spans] == ["gateway", "lookup", "embed", "near", "forward", "store"]
    assert [span.parent for span in tracer.spans] == [PARENT, None, None, None, None, None]
    assert tracer.open == []
    assert (
        tracer.spans[0].attributes.items()
        >= {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "http.response.status_code": 200,
            "warmlane.outcome": "miss",
        }.items()
    )
    assert tracer.spans[4].attributes["http.response.status_code"] == 200


async def test_a_hit_is_one_span(house: House, tracer: RememberingTracer) -> None:
    """In either way that it is given."""
    await answer(house, traced())
    tracer.spans.clear()
    trip = house.gateway.begin(traced())
    glanced = house.gateway.glance(trip, PARENT)
    assert glanced is not None
    assert house.gateway.again(glanced[1], call_id="wl_9", parent=PARENT) is not None
    await answer(house, traced())

    assert [(span.name, span.parent) for span in tracer.spans] == [("gateway", PARENT)] * 3
    assert {span.attributes["warmlane.outcome"] for span in tracer.spans} == {"exact"}


async def test_an_explanation_is_a_tree_without_a_forward(house: House, tracer: RememberingTracer) -> None:
    """Under the caller's own span, so that no stage stands alone."""
    await answer(house, traced((b"x-cache-debug", b"explain")))

    assert [(span.name, span.parent) for span in tracer.spans] == [
        ("gateway", PARENT), ("lookup", None), ("embed", None), ("near", None)
    ]  # fmt: skip
    assert tracer.open == []


async def test_a_span_tells_nothing_of_what_was_said(house: House, tracer: RememberingTracer) -> None:
    """No text, no key, no header."""
    await answer(house, a_call(a_body("my secret prompt"), query="key=" + SECRET.decode()))
    told = repr([span.attributes for span in tracer.spans])

    assert "secret prompt" not in told
    assert SECRET.decode() not in told


async def test_the_provider_is_the_forwards_child(house: House) -> None:
    """Its `traceparent` takes the place of the caller's."""
    await answer(house, traced((b"x-kept", b"1")))
    (seen,) = house.provider.requests

    assert [value for name, value in seen.headers if name == b"traceparent"] == [b"child-of-forward"]
    assert seen.header("x-kept") == "1"


async def test_a_failure_closes_its_spans(house: House, tracer: RememberingTracer) -> None:
    """With the status that the caller got."""
    house.provider.fail(Unreachable("no"))
    with pytest.raises(Unreachable):
        await answer(house, a_call())

    assert tracer.open == []
    assert tracer.spans[0].attributes["http.response.status_code"] == 502


def test_a_glance_finds_only_what_is_in_ram(house: House) -> None:
    """And nothing for a call that must be refused."""
    house.recent.put(a_trip().caller.tenant, a_trip().key, an_entry())  # type: ignore[union-attr] # it has one

    assert house.gateway.glance(house.gateway.begin(a_call()), None) is not None
    assert house.gateway.glance(house.gateway.begin(a_call(a_body("other"))), None) is None
    assert house.gateway.glance(house.gateway.begin(a_call(a_body(cache={"ttl": 0}))), None) is None


def test_a_repeat_that_has_died_is_none(house: House, clock: ManualClock) -> None:
    """Then the call is read like any other."""
    house.recent.put(a_trip().caller.tenant, a_trip().key, an_entry())  # type: ignore[union-attr] # it has one
    trip = house.gateway.begin(a_call())
    glanced = house.gateway.glance(trip, None)
    assert glanced is not None
    repeat = glanced[1]
    assert house.gateway.again(repeat, call_id="wl_9", parent=None) is not None
    clock.advance(60)

    assert house.gateway.again(repeat, call_id="wl_9", parent=None) is None


async def test_reading_never_raises(house: House) -> None:
    """A call that must be refused is refused when its answer is asked for."""
    trip = house.gateway.begin(a_call(a_body(cache={"ttl": 0})))
    with pytest.raises(BadRequest):
        await house.gateway.handle(trip, Ear())


async def test_times_are_seconds_since_arrival(house: House, clock: ManualClock) -> None:
    """First byte and end, also where the caller takes their time."""

    class SlowEar(Ear):
        async def send(self, item: Head | bytes, /) -> None:
            """Take a second for each item."""
            clock.advance(1)
            await super().send(item)

    trip = house.gateway.begin(a_call())
    clock.advance(1)
    await house.gateway.handle(trip, SlowEar())
    await house.settle()
    arrived, looked, finished = house.heard()[:3]

    assert isinstance(arrived, CallArrived)
    assert isinstance(looked, LookupDone)
    assert isinstance(finished, ReplyFinished)
    assert (arrived.at, looked.took, finished.first_byte, finished.took) == (NOW, 1, 1, 3)
    assert finished.outcome is Outcome.MISS
