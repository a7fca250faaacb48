"""Our own pages."""

import json
from collections.abc import Mapping

import pytest

from warmlane.errors import StageError
from warmlane.web.pages import Page, Pages


def pages(stages: Mapping[str, str] | None = None, *, metrics: bool = True) -> Pages:
    """Pages of a gateway whose stages say so."""

    async def readiness() -> Mapping[str, str]:
        return stages or {"store": "ok"}

    async def counted() -> tuple[str, bytes]:
        return "text/plain; version=1", b"calls 1\n"

    return Pages(readiness=readiness, metrics=counted if metrics else None)


def content_type(page: Page | None) -> bytes:
    """What a page says it is; its length is right."""
    assert page is not None
    _, headers, body = page
    fields = dict(headers)
    assert fields[b"content-length"] == b"%d" % len(body)
    return fields[b"content-type"]


@pytest.mark.parametrize("path", ["/healthz", "/-/healthz"])
async def test_it_is_alive(path: str) -> None:
    """Whatever its stages say: it could answer."""
    page = await pages({"store": "broken"}).get("GET", path)

    assert page is not None
    assert page[0] == 200


@pytest.mark.parametrize(
    ("stages", "status"),
    [
        ({"store": "ok", "embedder": "ok"}, 200),
        ({"store": "ok", "embedder": "loading"}, 200),
        ({"store": "the disk is gone", "embedder": "ok"}, 503),
        ({}, 200),
    ],
)
async def test_it_is_ready_when_every_stage_serves(stages: dict[str, str], status: int) -> None:
    """An embedder that is loading holds nobody up; what does not serve is named."""
    page = await pages(stages or {"store": "ok"}).get("GET", "/readyz")

    assert page is not None
    assert page[0] == status
    assert json.loads(page[2]) == (stages or {"store": "ok"})
    assert content_type(page) == b"application/json"


async def test_it_tells_what_it_has_counted() -> None:
    """Where metrics are on; else the path is nobody's."""
    page = await pages().get("GET", "/metrics")

    assert page is not None
    assert page[2] == b"calls 1\n"
    assert content_type(page) == b"text/plain; version=1"
    assert await pages(metrics=False).get("GET", "/metrics") is None


async def test_what_nobody_can_tell_is_not_told() -> None:
    """A scrape fails as a scrape, and says why."""

    async def readiness() -> Mapping[str, str]:
        return {}

    async def counted() -> tuple[str, bytes]:
        msg = "nobody counts"
        raise StageError(msg)

    page = await Pages(readiness=readiness, metrics=counted).get("GET", "/metrics")

    assert page is not None
    assert (page[0], page[2]) == (503, b"nobody counts")


async def test_it_says_what_it_is() -> None:
    """To whoever opens the address in a browser, and in plain text."""
    page = await pages().get("HEAD", "/")

    assert page is not None
    assert page[0] == 200
    assert content_type(page) == b"text/plain"


@pytest.mark.parametrize(("method", "path"), [("POST", "/healthz"), ("DELETE", "/"), ("GET", "/openai/v1/models")])
async def test_everything_else_is_not_ours(method: str, path: str) -> None:
    """It goes to a provider, or nowhere."""
    assert await pages().get(method, path) is None
