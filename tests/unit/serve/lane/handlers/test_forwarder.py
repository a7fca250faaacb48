"""A forwarder's door: what leaves in one go, and what as it comes. How calls fare is in `remote/test_forwarder.py`."""

import asyncio

import pytest

from lanes import calling, serving
from samples import a_call
from warmlane.adapters.otel import OtelTracer
from warmlane.adapters.scripted import ScriptedForwarder
from warmlane.errors import Unreachable
from warmlane.model import Call, Head
from warmlane_serve.lane import calls
from warmlane_serve.lane.frames import Unframer
from warmlane_serve.lane.handlers import forwarder_routes


@pytest.fixture
def scripted() -> ScriptedForwarder:
    """A provider in the process."""
    return ScriptedForwarder()


def sent(call: Call) -> bytes:
    """A whole call on its way."""
    assert isinstance(call.body, bytes)
    return calls.write_whole(call, call.body)


async def test_a_short_answer_leaves_in_one_go(scripted: ScriptedForwarder) -> None:
    """Its length is known, so nobody reads it piece by piece."""
    scripted.answer(body=[b"a", b"b"], headers={"content-length": "2"})
    async with serving(forwarder_routes(scripted)) as servers, calling(*servers) as lane:
        items = list(Unframer().feed(await lane.ask("/forward", sent(a_call()))))

    assert items == [Head(status=200, headers=((b"content-length", b"2"),)), b"ab"]


@pytest.mark.parametrize("length", ["1000000", "soon", ""])
async def test_any_other_leaves_as_it_comes(scripted: ScriptedForwarder, length: str) -> None:
    """The head before the body is there."""
    scripted.answer(body=[b"a"], headers={"content-length": length}, drip=(drip := asyncio.Semaphore(0)))
    unframer = Unframer()
    async with (
        serving(forwarder_routes(scripted)) as servers,
        calling(*servers) as lane,
        lane.stream("/forward", sent(a_call())) as exchange,
    ):
        (head,) = unframer.feed(await exchange.content.readany())
        assert isinstance(head, Head)
        drip.release()
        rest = list(unframer.feed(await exchange.content.read()))

    assert (rest, unframer.ended) == ([b"a"], True)


async def test_the_provider_is_told_whose_child_it_is(scripted: ScriptedForwarder) -> None:
    """The stage's own, in the trace that the caller is in; where that is in none, what the client said goes on."""
    scripted.always(json={})
    tracer = OtelTracer()
    call = a_call(headers=((b"traceparent", b"the client's"), (b"x-a", b"1")))
    async with (
        serving(forwarder_routes(scripted, tracer), tracer=tracer) as servers,
        calling(*servers, tracer=tracer) as lane,
    ):
        with tracer.span("forward") as span:
            await lane.ask("/forward", sent(call))
        await lane.ask("/forward", sent(call))
    tracer.close()
    told = scripted.requests[0].header("traceparent") or ""

    assert told.split("-")[1] == span.inject()[b"traceparent"].decode().split("-")[1]
    assert told.encode() != span.inject()[b"traceparent"]
    assert scripted.requests[0].header("x-a") == "1"
    assert scripted.requests[1].headers == call.headers


async def test_an_error_before_the_head_is_an_answer_of_its_own(scripted: ScriptedForwarder) -> None:
    """Not a frame."""
    scripted.fail(Unreachable("nothing was sent"))
    async with serving(forwarder_routes(scripted)) as servers, calling(*servers) as lane:
        with pytest.raises(Unreachable, match="nothing was sent"):
            await lane.ask("/forward", sent(a_call()))
        await lane.ask("/ping")
