"""Every way to name the provider leads to the same place, and the same entry."""

from pathlib import Path

import httpx
import openai as sdk
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from sdk.house import Listening
from sdk.ways import Async, asked

FORMS = ["/openai", "/openai/", "/openai/v1", "/openai/v1/", "/openai/v1/v1", "", "/", "/v1", "/v1/"]


async def test_all_base_urls_share_one_entry(gw: Listening, key: str) -> None:
    """With and without the prefix, with and without `/v1`, pasted twice: the first call fills, all others hit."""
    said = []
    for form in FORMS:
        async with Async(f"{gw.base_url}{form}", key) as way:
            said.append((await way.ask()).x_cache)
        await gw.settled()

    assert said == ["MISS", *["HIT"] * (len(FORMS) - 1)]
    assert [seen.path for seen in gw.up.requests] == ["/v1/chat/completions"]


@pytest.mark.parametrize("path", ["", "/openai", "/v1"])
async def test_the_environment_is_enough(gw: Listening, key: str, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """`OPENAI_BASE_URL`, also as the bare host, and not a line of code changed."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"{gw.base_url}{path}")
    monkeypatch.setenv("OPENAI_API_KEY", key)
    async with AsyncOpenAI(http_client=DefaultAsyncHttpxClient(verify=False)) as client:
        await client.chat.completions.create(**asked())
        await gw.settled()
        hit = await client.chat.completions.with_raw_response.create(**asked())

    assert hit.headers["x-cache"] == "HIT"
    assert (await gw.up.seen()).header("authorization") == f"Bearer {key}"


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("openai.localhost", "/v1/chat/completions"),
        ("openai.localhost:8000", "/chat/completions"),
        ("OpenAI.cache.example.com", "/v1/chat/completions"),
        ("openai.localhost", "/openai/v1/chat/completions"),
        ("localhost", "/openai/v1/chat/completions"),
        ("127.0.0.1", "/v1/chat/completions"),
    ],
)
async def test_the_host_may_name_the_provider(
    gw: Listening, openai: Async, http: httpx.AsyncClient, key: str, host: str, path: str
) -> None:
    """As with real names in DNS; what the SDK stored by the path is hit by the host."""
    await openai.ask()
    await gw.settled()
    headers = {"host": host, "authorization": f"Bearer {key}"}
    reply = await http.post(f"{gw.base_url}{path}", json=asked(), headers=headers)

    assert reply.headers["x-cache"] == "HIT"


async def test_the_provider_gets_its_own_host(gw: Listening, http: httpx.AsyncClient, key: str) -> None:
    """Whatever name the gateway goes by."""
    headers = {"host": "openai.cache.example.com", "authorization": f"Bearer {key}"}
    await http.post(f"{gw.base_url}/v1/chat/completions", json=asked(), headers=headers)

    assert f"http://{(await gw.up.seen()).header('host')}" == gw.up.base_url


async def test_a_header_may_name_the_provider(gw: Listening, key: str) -> None:
    """For clients whose base URL cannot be given a path; the provider does not see it."""
    async with Async(gw.base_url, key, default_headers={"X-Warmlane-Provider": "openai"}) as way:
        await way.ask()

    assert (await gw.up.seen()).header("x-warmlane-provider") is None


async def test_a_header_cannot_name_a_provider_that_is_not_there(gw: Listening, key: str) -> None:
    """A 404, and nobody is called in its place."""
    async with Async(gw.base_url, key, default_headers={"X-Warmlane-Provider": "opanai"}) as way:
        with pytest.raises(sdk.NotFoundError) as caught:
            await way.ask()

    assert caught.value.param == "X-Warmlane-Provider"
    assert gw.calls == 0


async def test_an_added_provider_has_entries_of_its_own(gw: Listening, tmp_path: Path, key: str) -> None:
    """Any base URL that speaks OpenAI's API, at any path: same key, same words, another provider."""
    mine = {"mine": {"base_url": f"{gw.up.base_url}/some/path/v1"}}
    async with (
        Listening(tmp_path / "second", gw.clock, embedding={"enabled": False}, providers=mine) as second,
        Async(f"{second.base_url}/openai", key) as openai,
        Async(f"{second.base_url}/mine", key) as other,
    ):
        await openai.ask()
        await second.settled()
        miss = await other.ask()
        await second.settled()
        hit = await other.ask()

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert [seen.path for seen in gw.up.requests] == ["/some/path/v1/chat/completions"]
    assert second.calls == 1
