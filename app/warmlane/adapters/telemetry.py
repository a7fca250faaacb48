"""Traces: where an OTLP endpoint is configured spans are made and exported, else nothing is done, at no cost.

OpenTelemetry is imported only where it is used: it would be a tenth of the start-up time.
"""

import asyncio
import importlib
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Final, Self

from warmlane.errors import ConfigError
from warmlane.ports import Tracer

Shutdown = Callable[[], Awaitable[None]]

_PATIENCE: Final = 3.0
"""Seconds that the last spans have to reach the collector."""

_EXPORTER: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


class NullSpan:
    """A span that is none. One serves all."""

    __slots__ = ()
    _nothing: Final[Mapping[bytes, bytes]] = {}

    is_recording: Final = False

    def set(self, attributes: Mapping[str, str | int | float | bool], /) -> None:
        """Nothing is kept."""

    def inject(self) -> Mapping[bytes, bytes]:
        """Nothing: an incoming `traceparent` goes on to the provider like any header."""
        return self._nothing

    def __enter__(self) -> Self:
        """The span itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is over."""


class NullTracer:
    """Traces nothing."""

    def __init__(self) -> None:
        """Hold the one span there is."""
        self._span = NullSpan()

    def span(
        self,
        name: str,  # noqa: ARG002 - the port's signature
        /,
        *,
        parent: bytes | None = None,  # noqa: ARG002 - the same
        links: Sequence[bytes] = (),  # noqa: ARG002 - the same
    ) -> NullSpan:
        """The span that is none."""
        return self._span

    def inject(self) -> Mapping[bytes, bytes]:
        """Nothing."""
        return self._span.inject()


def make_tracer(
    endpoint: str | None, *, ratio: float = 1.0, place: Mapping[str, str] | None = None
) -> tuple[Tracer, Shutdown]:
    """A tracer, and what ends it: exports what waits, for 3 seconds at most.

    `endpoint` is the collector's OTLP/HTTP address, with or without `/v1/traces`; None or empty: no traces. `ratio` is
    the share of calls to trace where the caller's own `traceparent` does not say. `place` says where in a cluster this
    process is: attributes of all its spans' resource. Raises: ConfigError, where the exporter is not installed.
    """
    if not endpoint:
        return NullTracer(), _nothing
    try:
        exporter = importlib.import_module(_EXPORTER).OTLPSpanExporter
    except ImportError:
        msg = (
            "WARMLANE_TELEMETRY__OTLP_ENDPOINT: traces need the otlp extra: pip install 'warmlane[otlp]', "
            "or remove the setting"
        )
        raise ConfigError(msg) from None
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from warmlane.adapters.otel import OtelTracer

    tracer = OtelTracer(BatchSpanProcessor(exporter(endpoint=_traces(endpoint))), ratio=ratio, place=place)

    async def shutdown() -> None:
        # A collector that is away holds this up for ten seconds: a daemon need not be waited for at exit either.
        ending = threading.Thread(target=tracer.close, name="traces", daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, _PATIENCE)

    return tracer, shutdown


def _traces(endpoint: str) -> str:
    """Where the signal goes: the OTLP specification appends a path to the common endpoint."""
    base = endpoint.rstrip("/")
    return base if base.endswith("/v1/traces") else f"{base}/v1/traces"


async def _nothing() -> None:
    """Nothing to end."""
