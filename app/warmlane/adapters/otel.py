"""Spans by OpenTelemetry. They hold ids, names and numbers: what is not on the list below is dropped when it is set."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from types import TracebackType
from typing import Final, Self

from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    SpanKind,
    StatusCode,
    format_span_id,
    format_trace_id,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace import Span as Traced
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from warmlane.adapters.names import told

ALLOWED: Final = frozenset({
    "error.type",
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "http.response.status_code",
    "warmlane.complete",
    "warmlane.estimated",
    "warmlane.lane",
    "warmlane.node",
    "warmlane.outcome",
    "warmlane.queue_ms",
    "warmlane.replica",
    "warmlane.similarity",
    "warmlane.stage",
    "warmlane.texts",
    "warmlane.tokens",
    "warmlane.why",
})  # fmt: skip
"""Attributes that a span may have. Texts among them must look like names, too."""

_KINDS: Final = {"gateway": SpanKind.SERVER, "forward": SpanKind.CLIENT}


class OtelSpan:
    """One span. Ends with its `with` block; an exception is told by its type alone."""

    __slots__ = ("_current", "_outer", "_traced")

    def __init__(self, traced: Traced, current: "ContextVar[OtelSpan | None]") -> None:
        """Become the span in force in `current` when entered."""
        self._traced, self._current = traced, current
        self._outer: OtelSpan | None = None

    @property
    def traced(self) -> Traced:
        """OpenTelemetry's own."""
        return self._traced

    @property
    def is_recording(self) -> bool:
        """Whether it was sampled."""
        return self._traced.is_recording()

    def set(self, attributes: Mapping[str, str | int | float | bool], /) -> None:
        """Add attributes; those not on the list, and empty ones, are dropped."""
        if not self._traced.is_recording():
            return
        for name, value in attributes.items():
            if name in ALLOWED and value != "":
                self._traced.set_attribute(name, told(str(value)) if isinstance(value, str) else value)

    def inject(self) -> Mapping[bytes, bytes]:
        """The `traceparent` that makes the next hop this span's child, also where the call is not sampled."""
        context = self._traced.get_span_context()
        ids = f"{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}"
        return {b"traceparent": f"00-{ids}-{context.trace_flags:02x}".encode()}

    def __enter__(self) -> Self:
        """Be the parent of the next span in this task."""
        self._outer = self._current.get()
        self._current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End. Leaving, as a caller does who hangs up (GeneratorExit, CancelledError), is no failure."""
        # A generator may be closed in another context than it began in: then there is nothing to restore.
        if self._current.get() is self:
            self._current.set(self._outer)
        if kind is not None and issubclass(kind, Exception):
            self.set({"error.type": kind.__name__})
            self._traced.set_status(StatusCode.ERROR)
        self._traced.end()


class OtelTracer:
    """Makes spans and hands them to processors."""

    def __init__(self, *processors: SpanProcessor, ratio: float = 1.0, place: Mapping[str, str] | None = None) -> None:
        """Sample `ratio` of the calls whose caller did not decide it (W3C `traceparent`); the resource says `place`."""
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)),
            resource=Resource.create({SERVICE_NAME: "warmlane", **(place or {})}),
            shutdown_on_exit=False,  # whoever made this ends it
        )
        for processor in processors:
            self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("warmlane")
        self._propagator = TraceContextTextMapPropagator()
        # Its own, not OpenTelemetry's context, which complains when a generator is closed elsewhere than it began.
        self._current: ContextVar[OtelSpan | None] = ContextVar("warmlane_span", default=None)

    def span(self, name: str, /, *, parent: bytes | None = None, links: Sequence[bytes] = ()) -> OtelSpan:
        """A span under `parent`, or under the one in force here. A `parent` or link that cannot be read is ignored."""
        current = self._current.get()
        if parent is not None:
            context = self._read(parent)
        else:
            context = Context() if current is None else set_span_in_context(current.traced)
        kind = _KINDS.get(name, SpanKind.INTERNAL)
        linked = [Link(get_current_span(self._read(link)).get_span_context()) for link in links]
        return OtelSpan(self._tracer.start_span(name, context=context, kind=kind, links=linked), self._current)

    def inject(self) -> Mapping[bytes, bytes]:
        """The `traceparent` of the span in force here, if there is one."""
        current = self._current.get()
        return {} if current is None else current.inject()

    def _read(self, traceparent: bytes) -> Context:
        return self._propagator.extract({"traceparent": traceparent.decode("latin-1")})

    def close(self) -> None:
        """Export what waits and stop. Blocks: not for the event loop."""
        self._provider.shutdown()
