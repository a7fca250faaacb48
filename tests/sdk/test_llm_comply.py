"""`llm-comply`, a checker of whoever claims to have a vendor's API, finds nothing more through the gateway."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import llm_comply
import pytest
import pytest_asyncio
from llm_comply.http import close_client
from llm_comply.test_case import TestCase as Check
from llm_comply.tests import get_tests as checks_of

from sdk import complying
from sdk.house import Listening
from sdk.strangers import Control, Journal, aimock, aimock_program, llmock
from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.clock import ManualClock

pytestmark = [
    pytest.mark.slow,  # the checker reads long schemas, and two of the providers are processes of their own
    pytest.mark.filterwarnings("ignore:jsonschema.RefResolver is deprecated:DeprecationWarning"),
]

HEADERS = {"anthropic-version": "2023-06-01", "x-cache-mode": "auto"}


@dataclass(frozen=True)
class Format:
    """What it checks. `vendor` is where the gateway has it, `version` what its base URL ends with."""

    name: str
    vendor: str
    version: str
    model: str
    auth: str
    schemas: str | None

    def checker(self, base_url: str, key: str) -> llm_comply.TestRunner:
        """One that calls `base_url`."""
        config = llm_comply.ComplianceConfig(
            base_url=base_url + self.version,
            api_key=key,
            model=self.model,
            auth_header=self.auth,
            use_bearer_prefix=self.auth == "Authorization",
            extra_headers=HEADERS,
        )
        schemas = Path(llm_comply.__file__).with_name("specs") / self.schemas if self.schemas else None
        loader = llm_comply.SpecLoader(None if schemas is None else str(schemas))
        return llm_comply.TestRunner(config, checks_of(self.name), loader)


FORMATS = (
    Format("openai-chat", "openai", "/v1", "gpt-5", "Authorization", "openai_chat.json"),
    Format("open-responses", "openai", "/v1", "gpt-5", "Authorization", "openresponses.json"),
    Format("anthropic", "anthropic", "/v1", "claude-sonnet-4-5", "x-api-key", "anthropic.json"),
    Format("google-genai", "google", "", "gemini-2.5-flash", "x-goog-api-key", None),
)
EACH = pytest.mark.parametrize("form", FORMATS, ids=[form.name for form in FORMATS])

NEVER_KEPT = {
    "chat-error-handling", "error-handling", "anth-error-handling", "google-error-handling",  # what is refused
    "compact-response", "compact-missing-model",  # a path that is none of a dialect's
}  # fmt: skip


ASKED_BEFORE = {"response-output-phase-schema"}
"""It asks what another check has asked."""


@dataclass(frozen=True)
class Provider:
    """Who is behind the gateway. `calls` counts what has come; `at` is where it has whose API."""

    base_url: str
    calls: Callable[[], Awaitable[int]]
    at: dict[str, str]


@contextlib.asynccontextmanager
async def a_complying(folder: Path, cache: Path, http: httpx.AsyncClient) -> AsyncIterator[Provider]:
    """One that says all that it should."""
    async with ScriptedUpstream() as up:
        up.respond(complying.speak)

        async def calls() -> int:
            return len(up.requests)

        yield Provider(up.base_url, calls, {})


@contextlib.asynccontextmanager
async def an_aimock(folder: Path, cache: Path, http: httpx.AsyncClient) -> AsyncIterator[Provider]:
    """aimock, which leaves some of it out."""
    weather = [{"name": complying.TOOL, "arguments": '{"location":"San Francisco"}'}]
    stopped = {"toolCalls": weather, "finishReason": "stop"}  # as it ends with Google, and not with FUNCTION_CALL
    fixtures = [
        {"match": {"userMessage": "weather", "model": "gemini"}, "response": stopped},
        {"match": {"userMessage": "weather"}, "response": {"toolCalls": weather}},
        {"match": {"userMessage": "reasoning"}, "response": {"content": "555", "reasoning": complying.THOUGHT}},
        {"match": {"userMessage": ""}, "response": {"content": complying.TEXT}},
    ]
    async with aimock(await aimock_program(cache), folder, fixtures) as child:
        yield Provider(child.base_url, Journal(http, child.base_url).calls, {})


@contextlib.asynccontextmanager
async def an_llmock(folder: Path, cache: Path, http: httpx.AsyncClient) -> AsyncIterator[Provider]:
    """llmock, which leaves out more."""
    async with llmock() as child:
        at = {"anthropic": "/anthropic", "google": "/gemini"}
        yield Provider(child.base_url, Control(http, child.base_url).calls, at)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[a_complying, an_aimock, an_llmock])
async def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Provider]:
    """Each of them in turn."""
    assert request.config.cache is not None
    folder, cache = tmp_path_factory.mktemp("provider"), request.config.cache.mkdir("aimock")
    async with httpx.AsyncClient(verify=False) as http, request.param(folder, cache, http) as provider:
        yield provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> AsyncIterator[Listening]:
    """A gateway in front of it."""
    vendors = ("openai", "anthropic", "google")
    async with Listening(
        tmp_path_factory.mktemp("house"),
        ManualClock(),
        embedding={"enabled": False},
        providers={vendor: {"base_url": provider.base_url + provider.at.get(vendor, "")} for vendor in vendors},
    ) as listening:
        yield listening

        assert await listening.failures() == {}
    close_client()  # the checker has one for the process


@dataclass(frozen=True)
class Found:
    """What it found, check by check: errors, warnings, and by how many calls."""

    results: dict[str, llm_comply.TestResult]
    calls: dict[str, int]

    @property
    def told(self) -> dict[str, tuple[Any, ...]]:
        """All of it, word for word."""
        return {name: (result.status, result.errors, result.warnings) for name, result in self.results.items()}

    @property
    def counted(self) -> dict[str, tuple[Any, ...]]:
        """The same for answers that are worded in another way each time."""
        return {name: (status, len(errors), len(warnings)) for name, (status, errors, warnings) in self.told.items()}

    @property
    def asked(self) -> set[str]:
        """Checks for which the provider was called."""
        return {name for name, calls in self.calls.items() if calls}


async def check(checker: llm_comply.TestRunner, checks: list[Check], gw: Listening, provider: Provider) -> Found:
    """Run them, one after another."""
    results, calls = {}, {}
    for each in checks:
        before = await provider.calls()
        results[each.id] = await asyncio.to_thread(checker.run_one, each)
        await gw.settled()
        calls[each.id] = await provider.calls() - before
    return Found(results, calls)


@EACH
async def test_it_finds_the_same_on_misses_and_on_hits(
    house: Listening, provider: Provider, form: Format, key: str
) -> None:
    """As without a gateway; and a hit calls nobody."""
    checks = checks_of(form.name)
    through = form.checker(f"{house.base_url}/{form.vendor}", key)
    itself = form.checker(provider.base_url + provider.at.get(form.vendor, ""), key)
    direct = await check(itself, checks, house, provider)
    missed, hit = [await check(through, checks, house, provider) for _ in range(2)]

    assert missed.counted == direct.counted
    assert missed.asked >= {each.id for each in checks} - NEVER_KEPT - ASKED_BEFORE
    assert hit.told == missed.told
    assert hit.asked <= NEVER_KEPT


@EACH
@pytest.mark.parametrize("provider", [a_complying], indirect=True)
async def test_it_finds_nothing_at_all(house: Listening, provider: Provider, form: Format, key: str) -> None:
    """Where the provider leaves nothing out, the gateway does not either."""
    checks = checks_of(form.name)
    through = form.checker(f"{house.base_url}/{form.vendor}", key)
    for _ in range(2):
        found = await check(through, checks, house, provider)

        assert [error for result in found.results.values() for error in result.errors] == []
    assert found.asked == {each.id for each in checks} & NEVER_KEPT


@EACH
@pytest.mark.parametrize("provider", [a_complying], indirect=True)
async def test_it_finds_nothing_in_what_was_kept_in_the_other_mode(
    house: Listening, provider: Provider, http: httpx.AsyncClient, form: Format, key: str
) -> None:
    """Neither in streams that are made of whole answers, nor in whole answers that are made of streams."""
    checks = [each for each in checks_of(form.name) if each.id not in NEVER_KEPT]
    base_url = f"{house.base_url}/{form.vendor}"
    for each in checks:
        (await ask_in_the_other_mode(http, form, each, base_url, key)).raise_for_status()
        await house.settled()
    found = await check(form.checker(base_url, key), checks, house, provider)

    assert [told for result in found.results.values() for told in (*result.errors, *result.warnings)] == []
    assert found.asked == set()


async def ask_in_the_other_mode(
    http: httpx.AsyncClient, form: Format, check: Check, base_url: str, key: str
) -> httpx.Response:
    """What a check will ask for, as a stream if it will not, and the other way round."""
    config = llm_comply.ComplianceConfig(base_url=base_url, api_key=key, model=form.model)
    body = check.build_request(config)
    path = form.version + check.endpoint
    if form.vendor == "google":
        body.pop("_google_endpoint")
        verb = "generateContent" if check.streaming else "streamGenerateContent?alt=sse"
        path = f"/v1beta/models/{form.model}:{verb}"
    elif check.streaming:
        body.pop("stream_options", None)
    else:
        body["stream"] = True
        if form.name == "openai-chat":
            body["stream_options"] = {"include_usage": True}
    secret = f"Bearer {key}" if form.auth == "Authorization" else key
    return await http.post(base_url + path, json=body, headers={form.auth: secret, **HEADERS})
