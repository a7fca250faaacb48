"""OpenAI's errors at each of its endpoints, as the exceptions of its SDK: the same ones as without a gateway."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import openai as sdk
import pytest
import pytest_asyncio

from sdk import said, said_responses
from sdk.house import Listening
from sdk.responding import respond
from sdk.ways import QUESTION, Async, Sync

CLASSES: dict[int, type[sdk.APIStatusError]] = {
    400: sdk.BadRequestError,
    401: sdk.AuthenticationError,
    403: sdk.PermissionDeniedError,
    404: sdk.NotFoundError,
    409: sdk.ConflictError,
    422: sdk.UnprocessableEntityError,
    429: sdk.RateLimitError,
    500: sdk.InternalServerError,
    503: sdk.InternalServerError,
    529: sdk.InternalServerError,
}
HINTS: dict[str, dict[str, str]] = {
    "none": {},
    "ms": {"retry-after-ms": "1500"},
    "seconds": {"retry-after": "17"},
    "fraction": {"retry-after": "0.25"},
    "date": {"retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"},
    "both": {"retry-after-ms": "3", "retry-after": "17"},
    "limits": {"x-ratelimit-reset-tokens": "6m0s", "x-should-retry": "false"},
}
RETRIED = {409, 429, 500, 503, 529}

Ask = Callable[..., Awaitable[Any]]


async def chat(way: Any, *, stream: bool) -> Any:
    """Ask `/v1/chat/completions`."""
    return await way.ask(stream=stream)


async def responses(way: Any, *, stream: bool) -> Any:
    """Ask `/v1/responses`."""
    return await respond(way, stream=stream)


async def completions(way: Any, *, stream: bool) -> Any:
    """Ask `/v1/completions`."""
    asked = {"model": "gpt-3.5-turbo-instruct", "prompt": QUESTION, "temperature": 0, "stream": stream}
    if isinstance(way, Sync):
        return await asyncio.to_thread(_complete, way, asked)
    told = await way.client.completions.create(**asked)
    return [piece async for piece in told] if stream else told


def _complete(way: Sync, asked: dict[str, Any]) -> Any:
    told = way.client.completions.create(**asked)
    return list(told) if asked["stream"] else told


EACH = pytest.mark.parametrize("ask", [chat, responses, completions])
MODES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest_asyncio.fixture(loop_scope="module", params=[Sync, Async], ids=["sync", "async"])
async def both(request: pytest.FixtureRequest, gw: Listening, key: str) -> AsyncIterator[tuple[Any, Any]]:
    """Both SDKs in turn: a client at the gateway, and one at the provider itself."""
    async with request.param(f"{gw.base_url}/openai", key) as through, request.param(f"{gw.up.base_url}/v1", key) as it:
        yield through, it


def facts(error: sdk.APIError) -> dict[str, Any]:
    """All that the SDK says of an error, and the headers that code looks at."""
    told = {name: value for name, value in vars(error).items() if name not in {"request", "response"}}
    headers = error.response.headers if isinstance(error, sdk.APIStatusError) else {}
    looked_at = re.compile("retry|ratelimit|x-request-id")
    return {
        **told,
        "class": type(error),
        "text": str(error),
        "headers": {name: value for name, value in headers.items() if looked_at.search(name)},
    }


async def raised(ask: Ask, way: Any, *, stream: bool) -> dict[str, Any]:
    """What a call raises."""
    with pytest.raises(sdk.APIError) as caught:
        await ask(way, stream=stream)
    return facts(caught.value)


def refusal(status: int) -> dict[str, Any]:
    """The body of an error as OpenAI sends it."""
    return {"error": {"message": f"No, {status}.", "type": "t", "param": "p", "code": "c", "more": [1]}}


@MODES
@pytest.mark.parametrize("status", CLASSES)
@EACH
async def test_a_providers_error_is_the_same_through_the_gateway(
    gw: Listening, both: tuple[Any, Any], ask: Ask, status: int, *, stream: bool
) -> None:
    """Class and every field; and it is not kept."""
    for _ in range(3):
        gw.up.answer(status=status, json=refusal(status), headers={"x-request-id": "req_9", "retry-after": "17"})
    through, itself = [await raised(ask, way, stream=stream) for way in both]
    await gw.settled()

    assert through == itself
    assert (through["class"], through["code"], through["request_id"]) == (CLASSES[status], "c", "req_9")
    assert await raised(ask, both[0], stream=stream) == itself
    assert gw.calls == 3


@pytest.mark.parametrize("hint", HINTS.values(), ids=HINTS)
@EACH
async def test_every_hint_for_a_retry_comes_through(
    gw: Listening, both: tuple[Any, Any], ask: Ask, hint: dict[str, str]
) -> None:
    """As it was written."""
    for _ in range(2):
        gw.up.answer(status=429, json=refusal(429), headers={"x-request-id": "req_9", **hint})
    through, itself = [await raised(ask, way, stream=False) for way in both]

    assert through == itself
    assert through["headers"] == {"x-request-id": "req_9", **hint}


@pytest.mark.parametrize("forced", [None, "true", "false"], ids=["by-status", "forced", "forbidden"])
@pytest.mark.parametrize("status", CLASSES)
@EACH
async def test_only_the_sdk_retries(gw: Listening, key: str, ask: Ask, status: int, forced: str | None) -> None:
    """By its own rules: as many calls come to the provider as without a gateway."""
    headers = {"retry-after-ms": "1"} | ({} if forced is None else {"x-should-retry": forced})
    calls = []
    for base_url in (f"{gw.base_url}/openai", f"{gw.up.base_url}/v1"):
        gw.up.forget()
        for _ in range(4):
            gw.up.answer(status=status, json=refusal(status), headers=headers)
        async with Async(base_url, key, max_retries=2) as client:
            with pytest.raises(CLASSES[status]):
                await ask(client, stream=False)
        calls.append(gw.calls)

    retried = status in RETRIED if forced is None else forced == "true"
    assert calls == [3, 3] if retried else calls == [1, 1]


IN_STREAM: dict[str, tuple[Ask, list[Any]]] = {
    "chat": (chat, [*said.chunks(said.completion())[:2], {"error": {"message": "Broke.", "type": "t"}}, said.DONE]),
    "responses": (
        responses,
        [
            *said_responses.frames(said_responses.events(said_responses.response())[:4]),
            b'event: error\ndata: {"error":{"message":"Broke.","type":"t","code":"c","param":null}}\n\n',
        ],
    ),
    "completions": (completions, [{"choices": []}, {"error": {"message": "Broke.", "type": "t"}}, said.DONE]),
}


@pytest.mark.parametrize(("ask", "frames"), IN_STREAM.values(), ids=IN_STREAM)
async def test_an_error_inside_a_stream_is_the_same_and_not_kept(
    gw: Listening, both: tuple[Any, Any], ask: Ask, frames: list[Any]
) -> None:
    """A 200 that turns out to be none."""
    for _ in range(3):
        gw.up.answer(sse=frames)
    through, itself = [await raised(ask, way, stream=True) for way in both]
    await gw.settled()

    assert through == itself
    assert "Broke." in through["text"]
    assert await raised(ask, both[0], stream=True) == itself
    assert gw.calls == 3


@pytest.mark.parametrize(("ask", "frames"), IN_STREAM.values(), ids=IN_STREAM)
async def test_a_cut_stream_is_an_error_for_the_client(
    gw: Listening, both: tuple[Any, Any], ask: Ask, frames: list[Any]
) -> None:
    """Never a clean end: the SDK would take half an answer for a whole one. Nothing is kept."""
    classes = []
    for way in (*both, both[0]):
        gw.up.answer(sse=frames[:1] * 2, cut_after=1)
        with pytest.raises((sdk.APIConnectionError, httpx2.TransportError)) as caught:
            await ask(way, stream=True)
        classes.append(type(caught.value))
        await gw.settled()

    assert len(set(classes)) == 1
    assert gw.calls == 3


@MODES
@EACH
async def test_ours_are_in_openais_shape(gw: Listening, key: str, ask: Ask, *, stream: bool) -> None:
    """A 504 that even a client with retries asks for once, with its id."""
    only = {"Cache-Control": "only-if-cached"}
    async with Async(f"{gw.base_url}/openai", key, max_retries=2, default_headers=only) as client:
        with pytest.raises(sdk.InternalServerError) as caught:
            await ask(client, stream=stream)

    told = caught.value
    assert (told.status_code, told.code, told.type, told.param) == (504, "not_cached", "api_error", None)
    assert told.response.headers["x-should-retry"] == "false"
    assert told.request_id
    assert gw.calls == 0
