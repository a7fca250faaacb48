"""An OpenTelemetry collector that keeps what it is told."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """Spans by trace id, as processes export them (OTLP over HTTP)."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        """Nothing was told yet."""
        self.endpoint = f"http://127.0.0.1:{server.server_port}"
        self._spans: defaultdict[bytes, list[Told]] = defaultdict(list)
        self._lock = threading.Lock()

    def take(self, body: bytes) -> None:
        """Keep an export."""
        told = ExportTraceServiceRequest.FromString(body)
        with self._lock:
            for resource in told.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        self._spans[span.trace_id].append(Told(span, resource.resource))

    def trace(self, trace_id: str) -> list["Told"]:
        """What is known of one trace so far."""
        with self._lock:
            return list(self._spans[bytes.fromhex(trace_id)])


class Told:
    """A span, and the process that it was in."""

    def __init__(self, span: Span, resource: Resource) -> None:
        """Take what was exported."""
        self.name, self.id, self.parent = span.name, span.span_id, span.parent_span_id
        self.links = len(span.links)
        self.place = _texts(resource.attributes)
        self.attributes = _texts(span.attributes)


def _texts(attributes: Iterable[KeyValue]) -> Mapping[str, str]:
    """Name to value, of texts."""
    return {each.key: each.value.string_value for each in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen on a port of 127.0.0.1."""
    kept: list[Collector] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept[0].take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.append(Collector(server))
        thread = threading.Thread(target=server.serve_forever, name="collector", daemon=True)
        thread.start()
        yield kept[0]
        server.shutdown()
        thread.join()
