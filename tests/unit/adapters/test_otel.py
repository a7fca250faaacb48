"""Spans nest, cross the wire, and hold no text."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from warmlane.adapters.otel import ALLOWED, OtelTracer
from warmlane.errors import Unreachable

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01".encode()


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Where finished spans end up."""
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter: InMemorySpanExporter) -> Iterator[OtelTracer]:
    """A tracer that exports at once."""
    tracer = OtelTracer(SimpleSpanProcessor(exporter))
    yield tracer
    tracer.close()


def named(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    """Finished spans by name."""
    return {span.name: span for span in exporter.get_finished_spans()}


def test_spans_nest_in_a_task(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """The span in force is the parent of the next; after it the outer one is again."""
    with tracer.span("gateway"):
        with tracer.span("lookup"), tracer.span("embed"):
            pass
        with tracer.span("forward"):
            pass

    spans = named(exporter)
    parents = {name: span.parent and span.parent.span_id for name, span in spans.items()}
    ids = {name: span.context.span_id for name, span in spans.items()}
    assert parents == {"gateway": None, "lookup": ids["gateway"], "embed": ids["lookup"], "forward": ids["gateway"]}
    assert {name: span.kind for name, span in spans.items()} == {
        "gateway": SpanKind.SERVER,
        "lookup": SpanKind.INTERNAL,
        "embed": SpanKind.INTERNAL,
        "forward": SpanKind.CLIENT,
    }


def test_what_is_injected_is_the_span_in_force(tracer: OtelTracer) -> None:
    """Whoever makes it; nothing where there is none."""
    assert tracer.inject() == {}
    with tracer.span("gateway"), tracer.span("lookup") as inner:
        assert tracer.inject() == inner.inject() != {}
    assert tracer.inject() == {}


async def test_a_task_started_under_a_span_goes_on_under_it(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """Storing happens after the answer has left, and belongs to the call."""

    async def store() -> None:
        with tracer.span("store"):
            pass

    with tracer.span("gateway"):
        storing = asyncio.gather(store())
    await storing

    spans = named(exporter)
    assert spans["store"].parent == spans["gateway"].context


async def test_calls_side_by_side_do_not_mix(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """Each task has its own span in force."""
    turn = asyncio.Barrier(2)

    async def call() -> None:
        with tracer.span("gateway"):
            await turn.wait()
            with tracer.span("lookup"):
                await turn.wait()

    await asyncio.gather(call(), call())

    spans = exporter.get_finished_spans()
    calls = {span.context.span_id for span in spans if span.name == "gateway"}
    assert {span.parent.span_id for span in spans if span.name == "lookup" and span.parent} == calls
    assert len(calls) == 2


def test_the_callers_trace_goes_on(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """W3C Trace Context: an incoming traceparent is the parent, and the provider gets one of the same trace."""
    with tracer.span("gateway", parent=PARENT), tracer.span("forward") as span:
        sent = span.inject()

    spans = named(exporter)
    assert spans["gateway"].parent is not None
    assert f"{spans['gateway'].parent.span_id:016x}" == SPAN
    assert sent == {b"traceparent": f"00-{TRACE}-{spans['forward'].context.span_id:016x}-01".encode()}


@pytest.mark.parametrize("parent", [b"", b"nonsense", b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01", b"\xff\xfe"])
def test_a_traceparent_that_cannot_be_read_is_ignored(
    tracer: OtelTracer, exporter: InMemorySpanExporter, parent: bytes
) -> None:
    """The call gets a trace of its own."""
    with tracer.span("gateway", parent=parent):
        pass

    assert named(exporter)["gateway"].parent is None


def test_who_is_not_sampled_is_not_exported_but_passed_on(exporter: InMemorySpanExporter) -> None:
    """The ratio decides, the caller's own decision outranks it, and the next hop learns it."""
    tracer = OtelTracer(SimpleSpanProcessor(exporter), ratio=0.0)
    with tracer.span("gateway") as unsampled:
        sent = unsampled.inject()
    with tracer.span("gateway", parent=PARENT):
        pass
    tracer.close()

    assert [span.context.trace_id for span in exporter.get_finished_spans()] == [int(TRACE, 16)]
    assert not int(sent[b"traceparent"][-2:], 16) & 1


def test_only_what_is_allowed_is_kept(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """An attribute that is not on the list, an empty one and a text that is no name leave no trace."""
    with tracer.span("gateway") as span:
        span.set({
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "the canary says hello",
            "gen_ai.operation.name": "",
            "http.response.status_code": 200,
            "warmlane.similarity": 0.9,
            "url.full": "https://x/?key=canary",
            "gen_ai.prompt": "canary",
        })  # fmt: skip

    assert dict(named(exporter)["gateway"].attributes or {}) == {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "other",
        "http.response.status_code": 200,
        "warmlane.similarity": 0.9,
    }
    assert not {name for name in ALLOWED if name.startswith(("gen_ai.prompt", "gen_ai.input", "gen_ai.output"))}


def test_an_exception_is_told_by_its_type(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """No message, no stack trace, no event: they hold what a caller sent."""
    error = Unreachable("canary")

    with pytest.raises(Unreachable), tracer.span("forward"):
        raise error

    span = named(exporter)["forward"]
    assert span.status.status_code is StatusCode.ERROR
    assert dict(span.attributes or {}) == {"error.type": "Unreachable"}
    assert "canary" not in span.to_json()
    assert not span.events


@pytest.mark.parametrize("leaving", [GeneratorExit, asyncio.CancelledError, KeyboardInterrupt])
def test_leaving_is_no_failure(
    tracer: OtelTracer, exporter: InMemorySpanExporter, leaving: type[BaseException]
) -> None:
    """A caller who hangs up has not met an error."""
    with pytest.raises(leaving), tracer.span("gateway"):
        raise leaving

    assert named(exporter)["gateway"].status.status_code is StatusCode.UNSET


async def test_a_generator_closed_elsewhere_ends_its_span(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """A web server may close an answer in another task than the one that began it."""

    async def answer() -> AsyncIterator[int]:
        with tracer.span("gateway"):
            yield 1
            yield 2

    async def begin(stream: AsyncIterator[int]) -> int:
        return await anext(stream)

    async with aclosing(answer()) as stream:  # type: ignore[type-var]
        assert await asyncio.gather(begin(stream)) == [1]

    with tracer.span("lookup"):
        pass
    assert named(exporter).keys() == {"gateway", "lookup"}
    assert named(exporter)["lookup"].parent is None


def test_a_span_that_is_not_recorded_takes_attributes_too(exporter: InMemorySpanExporter) -> None:
    """Who sets them need not know."""
    tracer = OtelTracer(SimpleSpanProcessor(exporter), ratio=0.0)
    with tracer.span("gateway") as span:
        span.set({"warmlane.outcome": "exact"})
    tracer.close()

    assert exporter.get_finished_spans() == ()


def test_a_span_may_work_for_several(tracer: OtelTracer, exporter: InMemorySpanExporter) -> None:
    """It is linked to all of them; a link that cannot be read is to nowhere."""
    with tracer.span("one") as one, tracer.span("other") as other:
        links = [span.inject()[b"traceparent"] for span in (one, other)]
    with tracer.span("for both", links=[*links, b"nonsense"]):
        pass

    spans = named(exporter)
    linked = [link.context.span_id for link in spans["for both"].links]
    assert linked == [spans[name].context.span_id for name in ("one", "other")]
