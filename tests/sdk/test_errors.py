"""Errors, the provider's and ours, as the SDK's own exceptions."""

import asyncio
from pathlib import Path
from typing import Any

import openai as sdk
import pytest

from sdk.house import Listening
from sdk.said import DONE, chunks, completion
from sdk.ways import Async, Sync, Way
from warmlane.clock import ManualClock

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
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("status", CLASSES)
async def test_a_providers_error_passes_through(gw: Listening, either: Way, status: int, *, stream: bool) -> None:
    """Class, message, code, request id and hints for the retry are the provider's, and the next call asks it again."""
    error = {"message": f"No, {status}.", "type": "t", "param": "p", "code": "c"}
    headers = {"x-request-id": "req_9", "retry-after": "17", "x-ratelimit-reset-tokens": "6m0s"}
    gw.up.answer(status=status, json={"error": error}, headers=headers)
    with pytest.raises(sdk.APIStatusError) as caught:
        await either.ask(stream=stream)
    await gw.settled()
    after = await either.ask(stream=stream)

    said = caught.value
    assert type(said) is CLASSES[status]
    assert said.body == error
    assert (said.code, said.param, said.type) == ("c", "p", "t")
    assert said.request_id == "req_9"
    assert {name: said.response.headers[name] for name in headers} == headers
    assert after.text == "Answer 2."


@pytest.mark.parametrize("way", [Sync, Async])
async def test_only_the_sdk_retries(gw: Listening, key: str, way: type[Sync | Async]) -> None:
    """Two retries of the SDK are three calls at the provider; a gateway that retried too would multiply them."""
    for _ in range(3):
        gw.up.answer(status=503, json={"error": {"message": "busy"}}, headers={"retry-after-ms": "1"})
    async with way(f"{gw.base_url}/openai", key, max_retries=2) as client:
        with pytest.raises(sdk.InternalServerError):
            await client.ask()

    assert gw.calls == 3


async def test_what_a_retry_brings_is_kept(gw: Listening, key: str) -> None:
    """The SDK counts its retries in a header, which is no part of the question."""
    gw.up.answer(status=429, json={"error": {"message": "slow down"}}, headers={"retry-after-ms": "1"})
    async with Async(f"{gw.base_url}/openai", key, max_retries=1) as client:
        await client.ask()
        await gw.settled()
        hit = await client.ask()

    assert hit.x_cache == "HIT"
    assert [seen.header("x-stainless-retry-count") for seen in gw.up.requests] == ["0", "1"]


@pytest.mark.parametrize(
    ("cache", "param"),
    [
        ("yes", "cache"),
        ({"type": "fuzzy"}, "cache.type"),
        ({"ttl": 0}, "cache.ttl"),
        ({"ttl": 259_201}, "cache.ttl"),
        ({"ttl": "60"}, "cache.ttl"),
        ({"threshold": 1.5}, "cache.threshold"),
        ({"namespace": 7}, "cache.namespace"),
        ({"tags": "a"}, "cache.tags"),
    ],
)
async def test_a_malformed_cache_is_a_bad_request(gw: Listening, either: Way, cache: Any, param: str) -> None:
    """The field is named, and the provider is not called."""
    with pytest.raises(sdk.BadRequestError) as caught:
        await either.ask(extra_body={"cache": cache})

    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"
    assert param in caught.value.message
    assert caught.value.request_id
    assert gw.calls == 0


async def test_an_unknown_provider_is_not_found(gw: Listening, key: str) -> None:
    """A slip in the name is a 404 that lists the names there are, and never a call to somebody else."""
    async with Async(f"{gw.base_url}/opanai/v1", key) as client:
        with pytest.raises(sdk.NotFoundError) as caught:
            await client.ask()

    assert "/openai" in caught.value.message
    assert "opanai" not in caught.value.message
    assert gw.calls == 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_an_unreachable_provider_is_a_bad_gateway(
    tmp_path: Path, clock: ManualClock, free_port: int, key: str, *, stream: bool
) -> None:
    """Within six seconds, in OpenAI's shape, and an SDK with retries may try again."""
    closed = {"openai": {"base_url": f"http://127.0.0.1:{free_port}"}}
    async with (
        Listening(tmp_path, clock, providers=closed, embedding={"enabled": False}) as gw,
        Async(f"{gw.base_url}/openai", key) as client,
        asyncio.timeout(6),
    ):
        with pytest.raises(sdk.APIStatusError) as caught:
            await client.ask(stream=stream)

    assert caught.value.status_code == 502
    assert caught.value.code == "upstream_unreachable"
    assert str(free_port) not in caught.value.message


async def test_a_silent_provider_is_a_gateway_timeout(tmp_path: Path, clock: ManualClock, key: str) -> None:
    """`upstream.read_timeout` bounds the wait, and the provider's connection is let go."""
    async with (
        Listening(tmp_path, clock, embedding={"enabled": False}, upstream={"read_timeout": 0.05}) as gw,
        Async(f"{gw.base_url}/openai", key) as client,
    ):
        gw.up.answer(hang=True)
        with pytest.raises(sdk.APIStatusError) as caught:
            await client.ask()
        await (await gw.up.seen()).left.wait()

    assert caught.value.status_code == 504


@pytest.mark.parametrize("cut_after", [1, 3], ids=["early", "late"])
async def test_a_cut_stream_is_an_error_for_the_client(gw: Listening, either: Way, cut_after: int) -> None:
    """Never a clean end: the SDK would take half an answer for a whole one. Nothing is kept."""
    gw.up.answer(sse=chunks(completion()), cut_after=cut_after)
    with pytest.raises(sdk.APIConnectionError):
        await either.ask(stream=True)
    await gw.settled()
    after = await either.ask(stream=True)

    assert after.x_cache == "MISS"
    assert after.text == "Answer 2."


async def test_a_reset_whole_answer_is_a_bad_gateway(gw: Listening, either: Way) -> None:
    """It is read before its head is passed on, so that there is still a status to say it with."""
    gw.up.answer(json=completion(), reset_after=200)
    with pytest.raises(sdk.APIStatusError) as caught:
        await either.ask()
    await gw.settled()
    after = await either.ask()

    assert caught.value.status_code == 502
    assert after.text == "Answer 2."


async def test_an_error_inside_a_stream_is_raised_and_not_kept(gw: Listening, either: Way) -> None:
    """A 200 that turns out to be none."""
    said = chunks(completion())
    gw.up.answer(sse=[*said[:2], {"error": {"message": "The server had an error", "type": "server_error"}}, DONE])
    with pytest.raises(sdk.APIError, match="The server had an error"):
        await either.ask(stream=True)
    await gw.settled()

    assert (await either.ask(stream=True)).x_cache == "MISS"


async def test_what_the_provider_cannot_read_is_its_own_to_refuse(gw: Listening, openai: Async) -> None:
    """A page of HTML with a 502 is passed on as it is: the right class, and the text."""
    gw.up.answer(status=502, body=b"<html>bad gateway</html>", headers={"content-type": "text/html"})
    with pytest.raises(sdk.InternalServerError) as caught:
        await openai.ask()

    assert caught.value.response.text == "<html>bad gateway</html>"


async def test_a_rejected_key_gets_no_more_hits(gw: Listening, openai: Async) -> None:
    """A 401 ends the reuse of what the key has stored, until a call succeeds again."""
    await openai.ask()
    await gw.settled()
    hit = await openai.ask()
    gw.up.answer(status=401, json={"error": {"message": "Incorrect API key", "code": "invalid_api_key"}})
    with pytest.raises(sdk.AuthenticationError):
        await openai.ask("Something else?")
    gw.up.answer(status=401, json={"error": {"message": "Incorrect API key", "code": "invalid_api_key"}})
    with pytest.raises(sdk.AuthenticationError):
        await openai.ask()
    back = await openai.ask("Something else?")
    await gw.settled()
    again = await openai.ask("Something else?")

    assert (hit.x_cache, back.x_cache, again.x_cache) == ("HIT", "MISS", "HIT")
