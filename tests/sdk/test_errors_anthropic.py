"""Anthropic's errors and ours, as the exceptions of its SDK: the same ones as without a gateway in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anthropic as sdk
import httpx2
import pytest
import pytest_asyncio

from sdk.house import Listening
from sdk.said_anthropic import OVERLOADED, frames, message, streamed
from sdk.ways_anthropic import Async, Sync, Way, asked
from warmlane.clock import ManualClock

CLASSES: dict[int, tuple[type[sdk.APIStatusError], str]] = {
    400: (sdk.BadRequestError, "invalid_request_error"),
    401: (sdk.AuthenticationError, "authentication_error"),
    403: (sdk.PermissionDeniedError, "permission_error"),
    404: (sdk.NotFoundError, "not_found_error"),
    409: (sdk.ConflictError, "conflict_error"),
    422: (sdk.UnprocessableEntityError, "invalid_request_error"),
    429: (sdk.RateLimitError, "rate_limit_error"),
    500: (sdk.InternalServerError, "api_error"),
    503: (sdk.InternalServerError, "api_error"),
    529: (sdk.InternalServerError, "overloaded_error"),
}
HINTS: dict[str, dict[str, str]] = {
    "none": {},
    "ms": {"retry-after-ms": "1500"},
    "seconds": {"retry-after": "17"},
    "fraction": {"retry-after": "0.25"},
    "date": {"retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"},
    "both": {"retry-after-ms": "3", "retry-after": "17"},
    "limits": {"anthropic-ratelimit-tokens-reset": "2026-11-24T20:00:00Z", "x-should-retry": "false"},
}


@pytest_asyncio.fixture(loop_scope="module", params=[Sync, Async], ids=["sync", "async"])
async def direct(request: pytest.FixtureRequest, gw: Listening, key: str) -> AsyncIterator[Way]:
    """Both SDKs in turn, at the provider itself."""
    async with request.param(gw.up.base_url, key) as way:
        yield way


def facts(error: sdk.APIStatusError) -> dict[str, Any]:
    """All that the SDK says of an error, and the headers that code looks at."""
    hints = {"request-id", "retry-after", "retry-after-ms", "x-should-retry", "anthropic-ratelimit-tokens-reset"}
    return {
        **{name: value for name, value in vars(error).items() if name not in {"request", "response"}},
        "class": type(error),
        "text": str(error),
        "headers": {name: value for name, value in error.response.headers.items() if name in hints},
    }


async def raised(way: Way, *, stream: bool) -> dict[str, Any]:
    """What a call raises."""
    with pytest.raises(sdk.APIStatusError) as caught:
        await way.ask(stream=stream)
    return facts(caught.value)


def refusal(status: int) -> dict[str, Any]:
    """The body of an error as Anthropic sends it."""
    details = {"error_code": "why", "error_visibility": "user_facing"}
    error = {"type": CLASSES[status][1], "message": f"No, {status}.", "details": details}
    return {"type": "error", "error": error, "request_id": "req_9"}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("status", CLASSES)
async def test_a_providers_error_is_the_same_through_the_gateway(
    gw: Listening, either_anthropic: Way, direct: Way, status: int, *, stream: bool
) -> None:
    """Class and every field; and it is not kept."""
    for _ in range(2):
        gw.up.answer(status=status, json=refusal(status), headers={"request-id": "req_9", "retry-after": "17"})
    through, itself = await raised(either_anthropic, stream=stream), await raised(direct, stream=stream)
    await gw.settled()
    after = await either_anthropic.ask(stream=stream)

    assert through == itself
    assert issubclass(through["class"], CLASSES[status][0])
    assert (through["type"], through["request_id"], through["error_code"]) == (CLASSES[status][1], "req_9", "why")
    assert after.text == "Answer 3."


@pytest.mark.parametrize("hint", HINTS.values(), ids=HINTS)
async def test_every_hint_for_a_retry_comes_through(
    gw: Listening, either_anthropic: Way, direct: Way, hint: dict[str, str]
) -> None:
    """As it was written."""
    for _ in range(2):
        gw.up.answer(status=429, json=refusal(429), headers={"request-id": "req_9", **hint})
    through, itself = await raised(either_anthropic, stream=False), await raised(direct, stream=False)

    assert through == itself
    assert through["headers"] == {"request-id": "req_9", **hint}


RETRIED = {409, 429, 500, 503, 529}


@pytest.mark.parametrize("forced", [None, "true", "false"], ids=["by-status", "forced", "forbidden"])
@pytest.mark.parametrize("status", CLASSES)
async def test_only_the_sdk_retries(gw: Listening, key: str, status: int, forced: str | None) -> None:
    """By its own rules: as many calls come to the provider as without a gateway."""
    headers = {"retry-after-ms": "1"} | ({} if forced is None else {"x-should-retry": forced})
    calls = []
    for base_url in (f"{gw.base_url}/anthropic", gw.up.base_url):
        gw.up.forget()
        for _ in range(4):
            gw.up.answer(status=status, json=refusal(status), headers=headers)
        async with Async(base_url, key, max_retries=2) as client:
            with pytest.raises(CLASSES[status][0]):
                await client.ask()
        calls.append(gw.calls)

    retried = status in RETRIED if forced is None else forced == "true"
    assert calls == [3, 3] if retried else calls == [1, 1]


async def test_what_a_retry_brings_is_kept(gw: Listening, key: str) -> None:
    """The SDK counts its retries in a header, which is no part of the question."""
    gw.up.answer(status=529, json=refusal(529), headers={"retry-after": "0.001"})
    async with Async(f"{gw.base_url}/anthropic", key, max_retries=1) as client:
        await client.ask()
        await gw.settled()
        hit = await client.ask()

    assert hit.x_cache == "HIT"
    assert [seen.header("x-stainless-retry-count") for seen in gw.up.requests] == ["0", "1"]


@pytest.mark.parametrize("at", [1, 4], ids=["early", "late"])
async def test_an_error_inside_a_stream_is_the_same_and_not_kept(
    gw: Listening, either_anthropic: Way, direct: Way, at: int
) -> None:
    """A 200 that turns out to be none."""
    for _ in range(2):
        gw.up.answer(sse=[*streamed(message())[:at], *frames([OVERLOADED])], headers={"request-id": "req_9"})
    through, itself = await raised(either_anthropic, stream=True), await raised(direct, stream=True)
    await gw.settled()
    after = await either_anthropic.ask(stream=True)

    assert through == itself
    assert through["type"] == "overloaded_error"
    assert after.x_cache == "MISS"


@pytest.mark.parametrize("cut_after", [1, 4], ids=["early", "late"])
async def test_a_cut_stream_is_an_error_for_the_client(
    gw: Listening, either_anthropic: Way, direct: Way, cut_after: int
) -> None:
    """Never a clean end: the SDK would take half an answer for a whole one. Nothing is kept."""
    classes = []
    for way in (either_anthropic, direct):
        gw.up.answer(sse=streamed(message()), cut_after=cut_after)
        with pytest.raises((sdk.APIConnectionError, httpx2.TransportError)) as caught:
            await way.ask(stream=True)
        classes.append(type(caught.value))
    await gw.settled()
    after = await either_anthropic.ask(stream=True)

    assert classes[0] is classes[1]
    assert (after.x_cache, after.text) == ("MISS", "Answer 3.")


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_what_is_no_error_of_anthropics_is_passed_on_as_it_is(
    gw: Listening, either_anthropic: Way, direct: Way, kind: str
) -> None:
    """A page of a proxy in between: the right class, and the text."""
    for _ in range(2):
        gw.up.answer(status=502, body=b"<html>bad gateway</html>", headers={"content-type": kind})
    through, itself = await raised(either_anthropic, stream=False), await raised(direct, stream=False)

    assert through == itself
    assert issubclass(through["class"], sdk.InternalServerError)


@pytest.mark.parametrize(
    ("cache", "param"),
    [("yes", "cache"), ({"type": "fuzzy"}, "cache.type"), ({"ttl": 0}, "cache.ttl"), ({"tags": "a"}, "cache.tags")],
)
async def test_a_malformed_cache_is_a_bad_request(gw: Listening, either_anthropic: Way, cache: Any, param: str) -> None:
    """In Anthropic's shape, the field is named, and the provider is not called."""
    with pytest.raises(sdk.BadRequestError) as caught:
        await either_anthropic.ask(extra_body={"cache": cache})

    error = caught.value
    said = {"type": "invalid_request_error", "message": error.api_message}
    assert error.body == {"type": "error", "error": said, "request_id": None}
    assert error.type == said["type"]
    assert param in (error.api_message or "")
    assert error.request_id
    assert gw.calls == 0


async def test_only_if_cached_never_calls_the_provider(gw: Listening, key: str) -> None:
    """A 504 that even a client with retries asks for once."""
    async with Async(f"{gw.base_url}/anthropic", key, max_retries=2) as client:
        with pytest.raises(sdk.InternalServerError) as caught:
            await client.ask(extra_headers={"Cache-Control": "only-if-cached"})

    assert (caught.value.status_code, caught.value.type) == (504, "timeout_error")
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert gw.calls == 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_an_unreachable_provider_is_a_bad_gateway(
    tmp_path: Path, clock: ManualClock, free_port: int, key: str, *, stream: bool
) -> None:
    """Within six seconds, in Anthropic's shape, and an SDK with retries may try again."""
    closed = {"anthropic": {"base_url": f"http://127.0.0.1:{free_port}"}}
    async with (
        Listening(tmp_path, clock, providers=closed, embedding={"enabled": False}) as gw,
        Async(f"{gw.base_url}/anthropic", key) as client,
        asyncio.timeout(6),
    ):
        with pytest.raises(sdk.InternalServerError) as caught:
            await client.ask(stream=stream)

    assert (caught.value.status_code, caught.value.type) == (502, "api_error")
    assert str(free_port) not in caught.value.message


async def test_a_silent_provider_is_a_gateway_timeout(tmp_path: Path, clock: ManualClock, key: str) -> None:
    """`upstream.read_timeout` bounds the wait, and the provider's connection is let go."""
    async with (
        Listening(tmp_path, clock, embedding={"enabled": False}, upstream={"read_timeout": 0.05}) as gw,
        Async(f"{gw.base_url}/anthropic", key) as client,
    ):
        gw.up.answer(hang=True)
        with pytest.raises(sdk.InternalServerError) as caught:
            await client.ask()
        await (await gw.up.seen()).left.wait()

    assert (caught.value.status_code, caught.value.type) == (504, "timeout_error")


async def test_a_client_that_hangs_up_is_noticed_by_the_provider(gw: Listening, anthropic: Async) -> None:
    """Nobody pays for tokens that nobody reads, and half an answer is not kept."""
    gw.up.answer(sse=streamed(message()), drip=asyncio.Semaphore(3))
    async with anthropic.client.messages.stream(**asked()) as spoken:
        async for _ in spoken:
            break
    await (await gw.up.seen()).left.wait()
    await gw.settled()

    assert (await anthropic.ask()).x_cache == "MISS"


async def test_a_rejected_key_gets_no_more_hits(gw: Listening, anthropic: Async) -> None:
    """A 401 ends the reuse of what the key has stored, until a call succeeds again."""
    await anthropic.ask()
    await gw.settled()
    hit = await anthropic.ask()
    for words in ("Something else?", "What is the capital of France?"):
        gw.up.answer(status=401, json=refusal(401))
        with pytest.raises(sdk.AuthenticationError):
            await anthropic.ask(words)
    back = await anthropic.ask("Something else?")
    await gw.settled()
    again = await anthropic.ask("Something else?")

    assert (hit.x_cache, back.x_cache, again.x_cache) == ("HIT", "MISS", "HIT")
