"""Errors, Google's and ours, as the SDK's own exceptions: through the gateway as from Google itself."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from google.genai import errors as sdk
from google.genai.types import HttpRetryOptions

from sdk.house import Listening
from sdk.said_google import chunks, events, generated
from sdk.ways_google import Async, Reply, Sync, Way
from warmlane.adapters.scripted import Told
from warmlane.clock import ManualClock

STATUSES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED",
    422: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 529: "UNAVAILABLE",
}  # fmt: skip
STREAMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
WAYS = pytest.mark.parametrize("way", [Sync, Async])


def failure(status: int, message: str = "No.") -> dict[str, Any]:
    """What Google says."""
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}]
    return {"error": {"code": status, "message": message, "status": STATUSES[status], "details": details}}


async def caught(way: Way, *, stream: bool) -> Exception:
    """What the SDK raises."""
    try:
        await way.ask(stream=stream)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return error
    msg = "nothing was raised"
    raise AssertionError(msg)


def fields(error: Exception) -> dict[str, Any]:
    """All that the exception says, but for what belongs to the connection."""
    said = {name: value for name, value in vars(error).items() if name != "response"}
    return {"class": type(error), "text": str(error), **said}


async def compared(
    gw: Listening, key: str, way: type[Sync | Async], answer: Told, *, stream: bool
) -> tuple[Exception, Reply]:
    """What is raised through the gateway, which is what is raised without it; and what is said there the next time."""
    for _ in range(2):
        gw.up.answer(**answer)
    async with way(f"{gw.base_url}/google", key) as through, way(gw.up.base_url, key) as straight:
        ours, theirs = await caught(through, stream=stream), await caught(straight, stream=stream)
        await gw.settled()
        calls, after = gw.calls, await through.ask(stream=stream)

    assert fields(ours) == fields(theirs)
    assert calls == 2
    assert after.x_cache == "MISS"
    return ours, after


@STREAMS
@WAYS
@pytest.mark.parametrize("status", STATUSES)
async def test_googles_error_passes_through(
    gw: Listening, key: str, status: int, way: type[Sync | Async], *, stream: bool
) -> None:
    """Class, code, status, message and details, and the next call asks Google again."""
    answer: Told = {"status": status, "json": failure(status), "headers": {"retry-after": "17"}}
    error, after = await compared(gw, key, way, answer, stream=stream)

    assert type(error) is (sdk.ClientError if status < 500 else sdk.ServerError)
    assert isinstance(error, sdk.APIError)
    assert (error.code, error.status, error.message) == (status, STATUSES[status], "No.")
    assert error.details == failure(status)
    assert after.text == "Answer 3."


@pytest.mark.parametrize("value", ["17", "0", "Fri, 31 Dec 2027 23:59:59 GMT"], ids=["seconds", "now", "date"])
async def test_hints_for_the_retry_are_googles(gw: Listening, google: Async, value: str) -> None:
    """Each form of them."""
    gw.up.answer(status=429, json=failure(429), headers={"retry-after": value})
    error = await caught(google, stream=False)

    assert isinstance(error, sdk.ClientError)
    assert error.response.headers["retry-after"] == value


@STREAMS
@WAYS
@pytest.mark.parametrize(
    "body",
    [b"<html>bad gateway</html>", b"", json.dumps([failure(503)]).encode()],
    ids=["page", "nothing", "array"],
)
async def test_what_is_no_error_object_raises_alike(
    gw: Listening, key: str, body: bytes, way: type[Sync | Async], *, stream: bool
) -> None:
    """A page of a proxy, nothing at all, and the array in which a stream's error comes."""
    kind = b"text/html" if body.startswith(b"<") else b"application/json"
    # The SDK takes the status from the reason phrase, so it has to be the usual one.
    head = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (kind, len(body))

    await compared(gw, key, way, {"raw": head + body}, stream=stream)


SAID = events(chunks(generated("one two three")))
BROKEN: dict[str, Told] = {
    "in a frame": {"sse": [SAID[0], b"data: " + json.dumps(failure(503)).encode() + b"\r\n\r\n"]},
    "bare": {"sse": [SAID[0], json.dumps(failure(503), indent=2).encode()]},
    "at once": {"sse": [json.dumps(failure(503), indent=2).encode()]},
}


@WAYS
@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_an_error_inside_a_stream_is_raised_and_not_kept(
    gw: Listening, key: str, answer: Told, way: type[Sync | Async]
) -> None:
    """A 200 that turns out to be none."""
    error, _ = await compared(gw, key, way, answer, stream=True)

    assert type(error) is sdk.ServerError
    assert (error.code, error.status) == (503, "UNAVAILABLE")


@WAYS
@pytest.mark.parametrize("status", [400, 429, 503])
async def test_only_the_sdk_retries(gw: Listening, key: str, status: int, way: type[Sync | Async]) -> None:
    """Where it is told to; through the gateway Google sees as many calls as without it."""
    often = HttpRetryOptions(attempts=3, initial_delay=0, max_delay=0, jitter=0)
    calls = []
    for base_url in (f"{gw.base_url}/google", gw.up.base_url):
        gw.up.forget()
        for _ in range(3):
            gw.up.answer(status=status, json=failure(status))
        async with way(base_url, key, retry_options=often) as client:
            await caught(client, stream=False)
        calls.append(gw.calls)

    assert calls == ([1, 1] if status == 400 else [3, 3])


@pytest.mark.parametrize(
    ("cache", "field"), [("yes", "cache"), ({"ttl": 0}, "cache.ttl"), ({"type": "fuzzy"}, "cache.type")]
)
async def test_a_malformed_cache_is_an_invalid_argument(
    gw: Listening, either_google: Way, cache: Any, field: str
) -> None:
    """The field is named where Google names it, and Google is not called."""
    with pytest.raises(sdk.ClientError) as raised:
        await either_google.ask(extra_body={"cache": cache})

    assert (raised.value.code, raised.value.status) == (400, "INVALID_ARGUMENT")
    assert field in str(raised.value.message)
    assert raised.value.details["error"]["details"][1]["fieldViolations"][0]["field"] == field
    assert gw.calls == 0


@STREAMS
async def test_an_unreachable_google_is_unavailable(
    tmp_path: Path, clock: ManualClock, free_port: int, key: str, *, stream: bool
) -> None:
    """Within six seconds, in Google's shape, without the address."""
    closed = {"google": {"base_url": f"http://127.0.0.1:{free_port}"}}
    async with (
        Listening(tmp_path, clock, providers=closed, embedding={"enabled": False}) as gw,
        Async(f"{gw.base_url}/google", key) as client,
        asyncio.timeout(6),
    ):
        with pytest.raises(sdk.ServerError) as raised:
            await client.ask(stream=stream)

    assert (raised.value.code, raised.value.status) == (502, "UNAVAILABLE")
    assert str(free_port) not in str(raised.value)


async def test_only_from_cache_is_a_deadline(gw: Listening, google: Async) -> None:
    """504, as for every dialect, under the name that goes with it."""
    with pytest.raises(sdk.ServerError) as raised:
        await google.ask(headers={"Cache-Control": "only-if-cached"})

    assert (raised.value.code, raised.value.status) == (504, "DEADLINE_EXCEEDED")
    assert gw.calls == 0


@WAYS
@pytest.mark.parametrize("cut_after", [1, 3], ids=["early", "late"])
async def test_a_cut_stream_is_an_error_for_the_client(
    gw: Listening, key: str, cut_after: int, way: type[Sync | Async]
) -> None:
    """Never a clean end: the SDK would take half an answer for a whole one. Nothing is kept."""
    async with way(f"{gw.base_url}/google", key) as client:
        gw.up.answer(sse=events(chunks(generated("one", "two", "three"))), cut_after=cut_after)
        await caught(client, stream=True)
        await gw.settled()
        after = await client.ask(stream=True)

    assert after.x_cache == "MISS"
    assert after.text == "Answer 2."


async def test_a_rejected_key_gets_no_more_hits(gw: Listening, google: Async) -> None:
    """A 403 ends the reuse of what the key has stored, until a call succeeds again."""
    await google.ask()
    await gw.settled()
    hit = await google.ask()
    for _ in range(2):
        gw.up.answer(status=403, json=failure(403))
    with pytest.raises(sdk.ClientError):
        await google.ask("Something else?")
    with pytest.raises(sdk.ClientError):
        await google.ask()

    assert hit.x_cache == "HIT"
