"""The built-in demo, asked by each vendor's own SDK: a miss, and hits in both modes, with a key that nobody knows."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx
import llm_comply
import openai
import pytest
import pytest_asyncio
from google.genai import errors
from llm_comply.http import close_client
from llm_comply.tests import get_tests as checks_of

from sdk import responding, ways, ways_anthropic, ways_google
from sdk.house import Listening
from warmlane.clock import ManualClock

ANY_KEY = "demo"
"""SDKs insist on a key; whatever it is, it goes nowhere."""


@dataclass(frozen=True)
class Demo:
    """Where it is, and a way to wait until what is to be kept is kept."""

    base_url: str
    settled: Callable[[], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """One that does not dawdle. What is kept for so short a key is kept in memory."""
    quick = {"first_byte_ms": 0, "chunk_ms": 0}
    folder = tmp_path_factory.mktemp("demo")
    async with Listening(folder, ManualClock(), embedding={"enabled": False}, demo=quick) as listening:
        yield Demo(f"{listening.base_url}/demo", listening.settled)

        assert await listening.failures() == {}
        assert listening.calls == 0


@dataclass(frozen=True)
class Heard:
    """What an SDK gave: what the gateway did, and the answer as plain data, in whichever mode it came."""

    x_cache: str
    answer: dict[str, Any]


Ask = Callable[..., Awaitable[Heard]]


async def chat(way: ways.Async | ways.Sync, text: str, *, stream: bool, **members: Any) -> Heard:
    """Chat completions."""
    usage = {"stream_options": {"include_usage": True}} if stream else {}
    reply = await way.ask(text, stream=stream, **usage, **members)
    try:
        answer = reply.completion
    except openai.LengthFinishReasonError as cut:  # its accumulator has no words for less than all
        answer = cut.completion.to_dict()
    for choice in answer["choices"]:  # the SDK's accumulator names what is not there
        choice["message"] = {name: value for name, value in choice["message"].items() if value is not None}
    return Heard(reply.x_cache, answer)


async def completion(way: ways.Async | ways.Sync, text: str, *, stream: bool, **members: Any) -> Heard:
    """Completions: what the SDK gives, put together by hand, as it does not."""
    asked = {"model": "gpt-3.5-turbo-instruct", "prompt": text, "temperature": 0, **members}
    if stream:
        asked |= {"stream": True, "stream_options": {"include_usage": True}}
    if isinstance(way, ways.Async):
        raw = await way.client.completions.with_raw_response.create(**asked)
        said: Any = raw.parse()
        chunks = [each async for each in said] if stream else [said]
    else:
        raw = await asyncio.to_thread(way.client.completions.with_raw_response.create, **asked)
        said = raw.parse()
        chunks = await asyncio.to_thread(list, said) if stream else [said]
    answer = chunks[0].to_dict()
    for chunk in chunks[1:]:
        for choice in chunk.choices:
            answer["choices"][0]["text"] += choice.text
            answer["choices"][0]["finish_reason"] = choice.finish_reason
        answer["usage"] = None if chunk.usage is None else chunk.usage.to_dict()
    return Heard(raw.headers["x-cache"], answer)


async def response(way: ways.Async | ways.Sync, text: str, *, stream: bool, **members: Any) -> Heard:
    """Responses."""
    reply = await responding.respond(way, text, stream=stream, **members)
    return Heard(reply.x_cache, reply.response)


async def message(way: ways_anthropic.Async | ways_anthropic.Sync, text: str, *, stream: bool, **members: Any) -> Heard:
    """Anthropic's messages; a stream as its own accumulator has it."""
    reply = await (way.hear if stream else way.ask)(text, **members)
    answer = reply.message
    for block in answer["content"]:
        block.pop("parsed_output", None)  # the accumulator's own
    return Heard(reply.x_cache, answer)


async def generated(way: ways_google.Async | ways_google.Sync, text: str, *, stream: bool, **members: Any) -> Heard:
    """Google's generateContent."""
    reply = await way.ask(text, stream=stream, **members)
    own = {"automatic_function_calling_history"}  # the SDK's
    return Heard(reply.x_cache, {name: value for name, value in reply.answer.items() if name not in own})


@dataclass(frozen=True)
class Api:
    """One API: how it is asked, by which SDK, and what a limit is called there."""

    ask: Ask
    ways: tuple[type[Any], type[Any]]
    limit: str
    cut: str


APIS = {
    "chat": Api(chat, (ways.Sync, ways.Async), "max_tokens", "length"),
    "completions": Api(completion, (ways.Sync, ways.Async), "max_tokens", "length"),
    "responses": Api(response, (ways.Sync, ways.Async), "max_output_tokens", "incomplete"),
    "messages": Api(message, (ways_anthropic.Sync, ways_anthropic.Async), "max_tokens", "max_tokens"),
    "generate": Api(generated, (ways_google.Sync, ways_google.Async), "max_output_tokens", "MAX_TOKENS"),
}
EACH = pytest.mark.parametrize("name", APIS)
BOTH = pytest.mark.parametrize("either", [0, 1], ids=["sync", "async"])


def question() -> str:
    """One that nobody has asked yet."""
    return f"What is lane {secrets.token_hex(4)}?"


def spoken(value: Any) -> str:
    """All that is said in an answer."""
    if isinstance(value, dict):
        return "".join(
            each if name in {"text", "content"} and isinstance(each, str) else spoken(each)
            for name, each in value.items()
        )
    return "".join(map(spoken, value)) if isinstance(value, list | tuple) else ""


@EACH
@BOTH
@pytest.mark.parametrize("first", [False, True], ids=["whole-first", "stream-first"])
async def test_a_miss_and_hits_in_both_modes_are_one_answer(demo: Demo, name: str, either: int, *, first: bool) -> None:
    """The SDK takes each of them, ids and usage and all."""
    api, text = APIS[name], question()
    async with api.ways[either](demo.base_url, ANY_KEY) as way:
        miss = await api.ask(way, text, stream=first)
        await demo.settled()
        hits = [await api.ask(way, text, stream=mode) for mode in (first, not first)]

    assert [each.x_cache for each in (miss, *hits)] == ["MISS", "HIT", "HIT"]
    assert text in spoken(miss.answer)
    assert [hit.answer for hit in hits] == [miss.answer, miss.answer]


@EACH
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_limit_cuts_the_answer_and_it_is_not_kept(demo: Demo, name: str, *, stream: bool) -> None:
    """Both times it is said to be cut, in the vendor's word."""
    api, text = APIS[name], question()
    async with api.ways[1](demo.base_url, ANY_KEY) as way:
        heard = [await api.ask(way, text, stream=stream, **{api.limit: 5}) for _ in range(2)]

    assert [each.x_cache for each in heard] == ["MISS", "MISS"]
    assert [spoken(each.answer) for each in heard] == ["This is Warmlane's"] * 2
    assert all(api.cut in repr(each.answer) for each in heard)


async def test_all_sdks_hear_the_same_words(demo: Demo) -> None:
    """So that answers of different vendors can be held against each other."""
    text, words = question(), set()
    for api in APIS.values():
        async with api.ways[1](demo.base_url, ANY_KEY) as way:
            words.add(spoken((await api.ask(way, text, stream=False)).answer))

    assert len(words) == 1


async def test_responses_stream_by_the_sdks_strict_accumulator(demo: Demo) -> None:
    """Which raises when an event is out of place."""
    async with ways.Async(demo.base_url, ANY_KEY) as way:
        said = await responding.accumulate(way, asked=None, input=question())

    assert "built-in demo" in said["output"][0]["content"][0]["text"]


@BOTH
async def test_openai_embeds(demo: Demo, either: int) -> None:
    """Each text has a vector of its own, of the size that was asked for; what is known comes from the cache."""
    texts = [question(), question()]
    async with APIS["chat"].ways[either](demo.base_url, ANY_KEY) as way:

        async def embed(**members: Any) -> Any:
            asked = {"model": "text-embedding-3-small", "input": texts, **members}
            if isinstance(way, ways.Async):
                return await way.client.embeddings.with_raw_response.create(**asked)
            return await asyncio.to_thread(way.client.embeddings.with_raw_response.create, **asked)

        first = await embed()
        await demo.settled()
        again = await embed()
        floats, small = await embed(encoding_format="float"), await embed(dimensions=8)

    vectors = [each.embedding for each in first.parse().data]
    assert (first.headers["x-cache"], again.headers["x-cache"]) == ("MISS", "HIT")
    assert vectors[0] != vectors[1]
    assert again.parse() == first.parse()
    assert [each.embedding for each in floats.parse().data] == vectors
    assert [len(each.embedding) for each in small.parse().data] == [8, 8]


async def test_google_embeds(demo: Demo) -> None:
    """One content or several."""
    async with ways_google.Async(demo.base_url, ANY_KEY) as way:
        models = way.client.aio.models
        several = await models.embed_content(model="gemini-embedding-001", contents=["One", "two"])
        small = await models.embed_content(
            model="gemini-embedding-001", contents="One", config={"output_dimensionality": 8}
        )

    assert [len(each.values or ()) for each in several.embeddings or ()] == [64, 64]
    assert [len(each.values or ()) for each in small.embeddings or ()] == [8]


async def test_every_sdk_finds_the_model(demo: Demo) -> None:
    """Each lists it in its own way."""
    async with (
        ways.Async(demo.base_url, ANY_KEY) as one,
        ways_anthropic.Async(demo.base_url, ANY_KEY) as two,
        ways_google.Async(demo.base_url, ANY_KEY) as three,
    ):
        names = [model.id async for model in one.client.models.list()]
        names += [model.id async for model in two.client.models.list()]
        names += [str(model.name) async for model in await three.client.aio.models.list()]

    assert names == ["demo", "demo", "models/demo"]


async def test_what_it_cannot_do_is_an_error_of_the_sdks_own(demo: Demo) -> None:
    """With the vendor's fields: a client that waits for JSON does not get prose."""
    async with ways.Async(demo.base_url, ANY_KEY) as way:
        with pytest.raises(openai.BadRequestError) as wrong:
            await way.ask(question(), n=2)
        with pytest.raises(openai.NotFoundError):
            await way.client.files.list()
    assert (wrong.value.param, wrong.value.type) == ("n", "invalid_request_error")

    async with ways_anthropic.Async(demo.base_url, ANY_KEY) as way_of_anthropic:
        with pytest.raises(anthropic.BadRequestError) as refused:
            await way_of_anthropic.ask(question(), tool_choice={"type": "any"})
        with pytest.raises(anthropic.NotFoundError):
            await way_of_anthropic.client.messages.count_tokens(model="demo", messages=[])
    assert refused.value.type == "invalid_request_error"
    assert refused.value.request_id

    async with ways_google.Async(demo.base_url, ANY_KEY) as way_of_google:
        with pytest.raises(errors.ClientError) as bad:
            await way_of_google.ask(question(), candidate_count=2)
    assert (bad.value.code, bad.value.status) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("query", ["", "?alt=sse"], ids=["array", "events"])
async def test_without_any_key_everybody_shares(demo: Demo, http: httpx.AsyncClient, query: str) -> None:
    """A shell has no key to send; one entry answers whole, as events and as an array."""
    body = {"contents": [{"parts": [{"text": question()}]}], "generationConfig": {"temperature": 0}}
    whole = await http.post(f"{demo.base_url}/v1beta/models/demo:generateContent", json=body)
    await demo.settled()
    streamed = await http.post(f"{demo.base_url}/v1beta/models/demo:streamGenerateContent{query}", json=body)

    assert (whole.headers["x-cache"], streamed.headers["x-cache"]) == ("MISS", "HIT")
    assert f'"responseId":"{whole.json()["responseId"]}"' in streamed.text
    assert streamed.text.startswith("data: " if query else "[")


@pytest.mark.slow  # the checker reads long schemas
@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("form", "model", "version", "header", "schemas"),
    [
        ("openai-chat", "gpt-5", "/v1", "Authorization", "openai_chat.json"),
        ("open-responses", "gpt-5", "/v1", "Authorization", "openresponses.json"),
        ("anthropic", "claude-sonnet-4-5", "/v1", "x-api-key", "anthropic.json"),
        ("google-genai", "gemini-2.5-flash", "", "x-goog-api-key", None),
    ],
)
async def test_a_checker_of_apis_misses_nothing_but_calls_of_tools(
    demo: Demo, form: str, model: str, version: str, header: str, schemas: str | None
) -> None:
    """`llm-comply` holds answers against the vendors' own schemas; it forces a call, which the demo refuses."""
    config = llm_comply.ComplianceConfig(
        base_url=demo.base_url + version,
        api_key=ANY_KEY,
        model=model,
        auth_header=header,
        use_bearer_prefix=header == "Authorization",
        extra_headers={"anthropic-version": "2023-06-01"},
    )
    folder = Path(llm_comply.__file__).with_name("specs")
    loader = llm_comply.SpecLoader(None if schemas is None else str(folder / schemas))
    runner, checks = llm_comply.TestRunner(config, checks_of(form), loader), checks_of(form)
    results = {check.id: await asyncio.to_thread(runner.run_one, check) for check in checks}
    close_client()  # the checker has one for the process

    failed = {name: result.errors for name, result in results.items() if result.status.name != "PASSED"}
    assert [name for name in failed if not name.endswith("tool-calling")] == [], failed
    assert len(failed) == 1
