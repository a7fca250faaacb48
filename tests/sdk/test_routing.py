"""Every way to name the provider leads to the same place, and the same entry."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import anthropic
import httpx
import openai as sdk
import pytest
import pytest_asyncio
from google import genai
from google.genai.errors import ClientError
from google.genai.types import HttpOptions
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from sdk.house import Listening
from sdk.said import speak
from sdk.ways import Async, asked
from warmlane.adapters.scripted import Answer, Seen

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


MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "stop_sequence": None,
    "content": [{"type": "text", "text": "Hi."}], "stop_reason": "end_turn",
    "usage": {"input_tokens": 9, "output_tokens": 2},
}  # fmt: skip
GENERATED = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hi."}]}, "finishReason": "STOP", "index": 0}],
    "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11},
}
VENDORS = ["anthropic", "google", "groq", "mistral", "together", "fireworks", "perplexity", "deepinfra", "openrouter"]


def in_its_words(seen: Seen) -> Answer:
    """What the vendor whose path was called says."""
    if seen.path.endswith("/messages"):
        return Answer.of(json=MESSAGE)
    return Answer.of(json=GENERATED) if ":" in seen.path else speak(seen, "Hi.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vendors(tmp_path_factory: pytest.TempPathFactory, house: Listening) -> AsyncIterator[Listening]:
    """A gateway whose every provider is the one scripted one, each at a path that its own base URL has."""
    providers = {"groq": "/openai/v1", "fireworks": "/inference", "deepinfra": "/v1/openai", "openrouter": "/api/v1"}
    urls = {name: {"base_url": house.up.base_url + providers.get(name, "")} for name in ["openai", *VENDORS]}
    folder = tmp_path_factory.mktemp("vendors")
    async with Listening(folder, house.clock, embedding={"enabled": False}, providers=urls) as listening:
        listening.up = house.up
        yield listening


@pytest.fixture
def everybody(vendors: Listening) -> Listening:
    """The gateway, and its provider speaks as whoever was called."""
    vendors.up.forget()
    vendors.up.respond(in_its_words)
    return vendors


async def test_a_router_s_client_shares_the_entry(gw: Listening, key: str) -> None:
    """As orq has them: its path, and the provider in front of the model. The provider sees its own path and model."""
    said = []
    for form, model in (
        ("/v2/router", "openai/gpt-4o"),
        ("/v3/router", "openai/gpt-4o"),
        ("/v1/router", "openai/gpt-4o"),
        ("/openai", "gpt-4o"),
        ("", "gpt-4o"),
    ):
        async with Async(f"{gw.base_url}{form}", key) as way:
            said.append((await way.ask(model=model)).x_cache)
        await gw.settled()

    assert said == ["MISS", "HIT", "HIT", "HIT", "HIT"]
    seen = await gw.up.seen()
    assert (seen.path, json.loads(seen.body)["model"]) == ("/v1/chat/completions", "gpt-4o")
    assert gw.calls == 1


async def test_a_router_s_client_hits_what_others_stored(gw: Listening, openai: Async, key: str) -> None:
    """And as a stream, though it was stored whole; what orq's clients add goes no further."""
    await openai.ask()
    await gw.settled()
    async with Async(f"{gw.base_url}/v2/router", key) as way:
        hit = await way.ask(model="openai/gpt-4o", stream=True, extra_body={"orq": {"name": "n"}})

    assert (hit.x_cache, hit.text) == ("HIT", "Answer 1.")
    assert gw.calls == 1


@pytest.mark.parametrize(
    ("model", "error"),
    [("gpt-4o", sdk.BadRequestError), ("/gpt-4o", sdk.BadRequestError), ("opanai/gpt-4o", sdk.NotFoundError)],
)
async def test_a_model_that_names_nobody_is_said(
    gw: Listening, key: str, model: str, error: type[sdk.APIStatusError]
) -> None:
    """With the field that is wrong, and nobody is called."""
    async with Async(f"{gw.base_url}/v2/router", key) as way:
        with pytest.raises(error) as caught:
            await way.ask(model=model)

    assert (caught.value.param, caught.value.response.headers["x-should-retry"]) == ("model", "false")
    assert gw.calls == 0


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("/groq/openai/v1", "/openai/v1/chat/completions"),
        ("/groq", "/openai/v1/chat/completions"),
        ("/mistral/v1", "/v1/chat/completions"),
        ("/together", "/v1/chat/completions"),
        ("/fireworks/inference/v1", "/inference/v1/chat/completions"),
        ("/perplexity", "/chat/completions"),
        ("/perplexity/v1", "/chat/completions"),
        ("/deepinfra/v1/openai", "/v1/openai/chat/completions"),
        ("/deepinfra", "/v1/openai/chat/completions"),
        ("/openrouter/api/v1", "/api/v1/chat/completions"),
    ],
)
async def test_each_vendor_is_called_where_it_has_its_api(everybody: Listening, key: str, base: str, path: str) -> None:
    """Whatever of the vendor's own base URL was pasted behind its name."""
    async with Async(f"{everybody.base_url}{base}", key) as way:
        first = await way.ask()
        await everybody.settled()
        async with Async(f"{everybody.base_url}/{base.split('/')[1]}", key) as other:
            again = await other.ask()

    assert (first.x_cache, again.x_cache) == ("MISS", "HIT")
    assert [seen.path for seen in everybody.up.requests] == [path]


@pytest.mark.parametrize("form", ["/anthropic", "/anthropic/v1", "", "/", "/v1"])
async def test_anthropic_s_sdk_finds_its_provider(everybody: Listening, key: str, form: str) -> None:
    """By the prefix, or as it is on a bare host; with `/v1` pasted too."""
    async with anthropic.AsyncAnthropic(
        base_url=f"{everybody.base_url}{form}",
        api_key=key,
        max_retries=0,
        http_client=anthropic.DefaultAsyncHttpxClient(verify=False),
    ) as client:
        message = await client.messages.create(
            model="claude-x", max_tokens=9, messages=[{"role": "user", "content": form or "bare"}]
        )

    assert message.content[0].type == "text"
    assert [seen.path for seen in everybody.up.requests] == ["/v1/messages"]


@pytest.mark.parametrize(
    ("form", "version", "path"),
    [
        ("/google", None, "/v1beta"),
        ("/google", "v1", "/v1"),
        ("/google/v1beta", "v1", "/v1"),
        ("/google/v1", "v1", "/v1"),
        ("", "v1", "/v1"),
        ("/v1beta", "v1", "/v1"),
        ("", "v1alpha", "/v1alpha"),
    ],
)
async def test_google_s_sdk_finds_its_provider(
    everybody: Listening, http: httpx.AsyncClient, key: str, form: str, version: str | None, path: str
) -> None:
    """The SDK's own version counts, also where another one was pasted; None: the SDK leaves it out, as others do."""
    options = HttpOptions(base_url=f"{everybody.base_url}{form}", api_version=version or "", httpx_async_client=http)
    client = genai.Client(api_key=key, http_options=options)
    answer = await client.aio.models.generate_content(model="gemini-x", contents=form or "bare")

    assert answer.text == "Hi."
    assert [seen.path for seen in everybody.up.requests] == [f"{path}/models/gemini-x:generateContent"]


async def test_nobody_s_key_goes_to_another_vendor(everybody: Listening, http: httpx.AsyncClient, key: str) -> None:
    """Google's header at OpenAI's path, and the like: header and path disagree, so nobody is called."""
    for path, name in (("/v1/chat/completions", "x-goog-api-key"), ("/v1/messages", "x-goog-api-key")):
        reply = await http.post(f"{everybody.base_url}{path}", json=asked(), headers={name: key})
        assert reply.status_code == 404

    assert everybody.calls == 0


@pytest.mark.parametrize("path", ["/openai/v1/realtime", "/anthropic/v1/messages", "/google/ws/x", "/v1/realtime"])
async def test_a_websocket_is_refused_at_once(everybody: Listening, http: httpx.AsyncClient, path: str) -> None:
    """In words that the SDK of that path can read; nothing hangs, and nobody is called."""
    wants = {
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "eA==",
    }
    reply = await http.get(f"{everybody.base_url}{path}", headers=wants)

    assert reply.status_code == 400
    assert "WebSocket" in reply.json()["error"]["message"]
    assert everybody.calls == 0


async def test_a_mistyped_name_is_said_in_the_words_of_each_sdk(
    everybody: Listening, http: httpx.AsyncClient, key: str
) -> None:
    """The exception is the SDK's own for a 404, with our words in it, and it is not tried again."""
    async with anthropic.AsyncAnthropic(
        base_url=f"{everybody.base_url}/antropic",
        api_key=key,
        http_client=anthropic.DefaultAsyncHttpxClient(verify=False),
    ) as client:
        with pytest.raises(anthropic.NotFoundError) as refused:
            await client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "?"}])
    options = HttpOptions(base_url=f"{everybody.base_url}/gogle", httpx_async_client=http)
    with pytest.raises(ClientError) as unknown:
        await genai.Client(api_key=key, http_options=options).aio.models.generate_content(model="m", contents="?")

    assert isinstance(refused.value.body, dict)
    assert refused.value.body["error"]["type"] == "not_found_error"
    assert (unknown.value.code, unknown.value.status) == (404, "NOT_FOUND")
    assert "no such provider" in f"{unknown.value.message}"
    assert everybody.calls == 0
