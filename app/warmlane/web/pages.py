"""Our own pages: is it alive, is it ready, what has it counted, what is it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import msgspec

from warmlane.errors import StageError
from warmlane.model import Headers

Page: TypeAlias = tuple[int, Headers, bytes]
Readiness: TypeAlias = Callable[[], Awaitable[Mapping[str, str]]]
"""Each stage by name, and "ok", "loading", or what is wrong with it."""
Metrics: TypeAlias = Callable[[], Awaitable[tuple[str, bytes]]]
"""What has been counted: content type and body. Raises: StageError, where nobody can tell."""

_SERVING = frozenset({"ok", "loading"})  # exact hits and the provider serve while the embedder loads

_WELCOME = (
    b"Warmlane, a caching gateway for LLM APIs.\n"
    b"Point your SDK's base URL at /openai here, or try /demo, which needs no key.\n"
)


class Pages:
    """GET and HEAD under reserved paths."""

    def __init__(self, *, readiness: Readiness, metrics: Metrics | None) -> None:
        """Ask `readiness` for /readyz; `metrics` None: there is no /metrics."""
        self._readiness, self._metrics = readiness, metrics

    async def get(self, method: str, path: str) -> Page | None:
        """The page at `path`, or None where the path is not ours."""
        if method not in {"GET", "HEAD"}:
            return None
        if path in {"/healthz", "/-/healthz"}:
            return _page(200, "text/plain", b"ok\n")
        if path == "/readyz":
            stages = await self._readiness()
            ready = _SERVING.issuperset(stages.values())
            return _page(200 if ready else 503, "application/json", msgspec.json.encode(dict(stages)))
        if path == "/metrics" and self._metrics is not None:
            return await _counted(self._metrics)
        return _page(200, "text/plain", _WELCOME) if path == "/" else None


async def _counted(metrics: Metrics) -> Page:
    try:
        content_type, body = await metrics()
    except StageError as error:
        return _page(503, "text/plain", error.message.encode())
    return _page(200, content_type, body)


def _page(status: int, content_type: str, body: bytes) -> Page:
    headers = ((b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body)))
    return status, headers, body
