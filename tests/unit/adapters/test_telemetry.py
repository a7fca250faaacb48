"""Traces cost nothing where nobody collects them, and reach the collector where somebody does."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from warmlane.adapters.telemetry import NullTracer, make_tracer
from warmlane.errors import ConfigError


class Collector:
    """An OTLP/HTTP collector for one request."""

    def __init__(self) -> None:
        """Nothing received yet."""
        self.path, self.body = "", b""
        self.received = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a request and say that all is well."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        (length,) = [int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")]
        self.path, self.body = head.split()[1], await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        self.received.set()


@pytest.mark.parametrize("endpoint", [None, ""])
async def test_without_an_endpoint_nothing_is_traced(endpoint: str | None) -> None:
    """One span serves every call, and an incoming traceparent is left to itself."""
    tracer, shutdown = make_tracer(endpoint)

    with tracer.span("gateway", parent=b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") as outer:
        outer.set({"warmlane.outcome": "exact"})
        with tracer.span("lookup") as inner:
            pass
    await shutdown()

    assert isinstance(tracer, NullTracer)
    assert outer is inner
    assert outer.inject() == {}
    assert tracer.inject() == {}


def test_an_exception_passes_a_span_that_is_none() -> None:
    """Tracing swallows nothing."""
    with pytest.raises(KeyError), NullTracer().span("gateway"):
        raise KeyError


@pytest.mark.parametrize("suffix", ["", "/", "/v1/traces"])
async def test_spans_reach_the_collector(suffix: str) -> None:
    """At /v1/traces of the endpoint, as OTLP's protobuf, at the latest when it ends."""
    collector = Collector()
    server = await asyncio.start_server(collector.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    tracer, shutdown = make_tracer(f"http://127.0.0.1:{port}{suffix}", place={"service.instance.id": "r1"})
    with tracer.span("gateway") as span:
        span.set({"warmlane.outcome": "exact"})

    await shutdown()
    await asyncio.wait_for(collector.received.wait(), 10)
    server.close()
    await server.wait_closed()

    (resource,) = ExportTraceServiceRequest.FromString(collector.body).resource_spans
    assert collector.path == "/v1/traces"
    assert {"warmlane", "r1"} <= {attribute.value.string_value for attribute in resource.resource.attributes}
    assert [span.name for span in resource.scope_spans[0].spans] == ["gateway"]


@pytest.mark.slow
async def test_a_collector_that_hangs_does_not_hold_up_the_end() -> None:
    """The process ends without the last spans rather than not at all."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tracer, shutdown = make_tracer(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with tracer.span("gateway"):
            pass

        await asyncio.wait_for(shutdown(), 9)  # it gives up by itself after ten


def test_a_missing_exporter_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which setting, and what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    with pytest.raises(ConfigError, match=r"^WARMLANE_TELEMETRY__OTLP_ENDPOINT: .*warmlane\[otlp\]") as caught:
        make_tracer("http://127.0.0.1:4318")

    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_opentelemetry_is_not_imported_where_nothing_is_traced() -> None:
    """Start-up does not pay for what is not used."""
    app = Path(__file__).resolve().parents[3] / "app"
    probe = (
        f"import sys; sys.path.insert(0, {str(app)!r}); from warmlane.adapters.telemetry import make_tracer; "
        "make_tracer(None); sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
