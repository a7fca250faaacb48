"""What the gateway says is what the vendors' own descriptions of their APIs allow: hits in every mode, and our errors.

What cannot be checked by them: Anthropic's has no ping and no `request_too_large`; Google's has no envelope around
errors, and its `Status` no `status`; OpenAI's has no vectors in base64. See `specs.py` too.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sdk import said, said_anthropic, said_google, said_responses
from sdk.house import Listening
from sdk.specs import faults
from warmlane.adapters.scripted import Told
from warmlane.clock import ManualClock

pytestmark = pytest.mark.slow  # the descriptions are megabytes of YAML

Whole = dict[str, Any]


@dataclass(frozen=True)
class Dialect:
    """How one is asked, how a provider is told to answer, and what its vendor calls the answers."""

    vendor: str
    path: str
    asked: Mapping[str, Any]
    whole: str
    piece: str
    stream: Callable[[Whole], Told]
    streamed_path: str = ""


def _chunks(whole: Whole) -> Told:
    return {"sse": said.chunks(whole, usage=True)}


def _text_chunks(whole: Whole) -> Told:
    """A legacy completion in two."""
    (choice,) = whole["choices"]
    shared = {name: value for name, value in whole.items() if name not in {"choices", "usage"}}
    half = len(choice["text"]) // 2
    pieces = [
        {**choice, "text": choice["text"][:half], "finish_reason": None},
        {**choice, "text": choice["text"][half:]},
    ]
    counted = {**shared, "choices": [], "usage": whole["usage"]}
    return {"sse": [*({**shared, "choices": [piece]} for piece in pieces), counted, said.DONE]}


def _events(whole: Whole) -> Told:
    return {"sse": said_responses.frames(said_responses.events(whole))}


def _named_events(whole: Whole) -> Told:
    *before, last, stopped = said_anthropic.events(whole)
    late = {name: whole["usage"][name] for name in ("output_tokens_details", "server_tool_use")}
    delta = {**last["delta"], "container": None, "stop_details": None}
    return {"sse": said_anthropic.frames([*before, {**last, "delta": delta, "usage": last["usage"] | late}, stopped])}


def _answers(whole: Whole) -> Told:
    return said_google.told(said_google.chunks(whole))


_HELLO = [{"role": "user", "content": "Hi!"}]
_STREAM = {"include_usage": True}
_COUNTED: Mapping[str, Any] = {"temperature": 0, "stream_options": _STREAM}
_MODEL = "/google/v1beta/models/gemini-2.5-flash"

CHAT = Dialect(
    "openai", "/openai/v1/chat/completions", {"model": "gpt-4o", "messages": _HELLO, **_COUNTED},
    "CreateChatCompletionResponse", "CreateChatCompletionStreamResponse", _chunks,
)  # fmt: skip
COMPLETIONS = Dialect(
    "openai", "/openai/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "Hi!", **_COUNTED},
    "CreateCompletionResponse", "CreateCompletionResponse", _text_chunks,
)  # fmt: skip
RESPONSES = Dialect(
    "openai", "/openai/v1/responses", {"model": "gpt-4.1", "input": "Hi!", "temperature": 0},
    "Response", "ResponseStreamEvent", _events,
)  # fmt: skip
MESSAGES = Dialect(
    "anthropic", "/anthropic/v1/messages",
    {"model": "claude-sonnet-5", "max_tokens": 99, "messages": _HELLO, "temperature": 0},
    "Message", "MessageStreamEvent", _named_events,
)  # fmt: skip
GENERATE = Dialect(
    "gemini", f"{_MODEL}:generateContent",
    {"contents": [{"role": "user", "parts": [{"text": "Hi!"}]}], "generationConfig": {"temperature": 0}},
    "GenerateContentResponse", "GenerateContentResponse", _answers, f"{_MODEL}:streamGenerateContent?alt=sse",
)  # fmt: skip

TEXT = "Grüße aus 東京 🗼\n\n- one\n- two\t"
PLACE = '{"city": "Bogotá"}'


def _message(*blocks: Any, **members: Any) -> Whole:
    """What Anthropic says, with all that it must have."""
    whole = said_anthropic.message(*blocks, **members)
    usage = {
        **said_anthropic.USAGE, "inference_geo": None, "server_tool_use": None,
        "output_tokens_details": {"thinking_tokens": 4},
    }  # fmt: skip
    return {**whole, "usage": usage, "container": None, "stop_details": None}


def _response(part: Whole) -> Whole:
    """One of a message of one part."""
    return said_responses.response(said_responses.message(part))


def _completion(text: str = TEXT) -> Whole:
    """What OpenAI's older completions say."""
    only = {"text": text, "index": 0, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    return {
        "id": "cmpl-uqkvlQyYK7bGYrRHQ0eXlWi7", "object": "text_completion", "created": 1_589_478_378,
        "model": "gpt-3.5-turbo-instruct", "choices": [only], "usage": usage,
    }  # fmt: skip


_CALLS = [
    {"id": f"call_{number}", "type": "function", "function": {"name": "weather", "arguments": PLACE}}
    for number in (1, 2)
]
_LOGS: list[Any] = [
    {"token": "Hi", "bytes": [72, 105], "logprob": -1.5e-05, "top_logprobs": []},
    {"token": " there.", "bytes": None, "logprob": -0.25, "top_logprobs": []},
]
_BYTES = [{**log, "bytes": list(log["token"].encode())} for log in _LOGS]
_THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "They greet."}]}
_CALLED = {
    "id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": "weather",
    "arguments": PLACE,
}  # fmt: skip
_SOURCE = {"type": "url_citation", "url": "https://example.com", "title": "T", "start_index": 4, "end_index": 7}
_PLAIN = said_anthropic.text(TEXT, citations=None)
_THINKING = {"type": "thinking", "thinking": "They greet.", "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgx="}
_USE = {
    "type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Bogotá"}, "caller": {"type": "direct"},
}  # fmt: skip
_CITED = {
    "type": "char_location", "cited_text": "東京", "document_index": 0, "document_title": "T", "start_char_index": 0,
    "end_char_index": 2, "file_id": None,
}  # fmt: skip
_GOOGLE_LOGS = {
    "topCandidates": [{"candidates": [{"token": "Hi", "tokenId": 7, "logProbability": -1.5e-05}]}],
    "chosenCandidates": [{"token": "Hi", "tokenId": 7, "logProbability": -1.5e-05}],
}

ANSWERS: dict[str, tuple[Dialect, Whole]] = {
    "chat-text": (CHAT, said.completion(said.message(TEXT))),
    "chat-calls": (CHAT, said.completion(said.message(None, tool_calls=_CALLS), "tool_calls")),
    "chat-logprobs": (CHAT, said.completion(logprobs={"content": _LOGS, "refusal": None})),
    "completions-text": (COMPLETIONS, _completion()),
    "responses-text": (RESPONSES, _response(said_responses.text(TEXT))),
    "responses-calls": (RESPONSES, said_responses.response(_THOUGHT, _CALLED)),
    "responses-logprobs": (RESPONSES, _response(said_responses.text(logprobs=_BYTES))),
    "responses-sources": (RESPONSES, _response(said_responses.text("See [1].", annotations=[_SOURCE]))),
    "messages-text": (MESSAGES, _message(_PLAIN)),
    "messages-calls": (MESSAGES, _message(_PLAIN, _USE, reason="tool_use")),
    "messages-thoughts": (MESSAGES, _message(_THINKING, {"type": "redacted_thinking", "data": "EmwKAhg"}, _PLAIN)),
    "messages-citations": (MESSAGES, _message(said_anthropic.text("See.", citations=[_CITED]))),
    "generate-text": (GENERATE, said_google.generated(TEXT)),
    "generate-calls": (
        GENERATE,
        said_google.generated(
            {"functionCall": {"name": "weather", "args": {"city": "Bogotá"}, "id": "c1"}, "thoughtSignature": "EpwC"}
        ),
    ),
    "generate-thoughts": (GENERATE, said_google.generated({"text": "They greet.", "thought": True}, TEXT)),
    "generate-logprobs": (GENERATE, said_google.generated(logprobsResult=_GOOGLE_LOGS, avgLogprobs=-0.25)),
}  # fmt: skip


def data_of(body: bytes) -> list[Any]:
    """What the events of a stream carry, but for pings, which are in nobody's description."""
    lines = [line.removeprefix(b"data:").strip() for line in body.split(b"\n") if line.startswith(b"data:")]
    told = [json.loads(line) for line in lines if line != said.DONE.encode()]
    return [each for each in told if each.get("type") != "ping"]


def wrong_with(dialect: Dialect, body: bytes, *, stream: bool) -> list[str]:
    """All of it, piece by piece."""
    if not stream:
        return faults(dialect.vendor, dialect.whole, json.loads(body))
    pieces = data_of(body)
    assert pieces
    return [fault for piece in pieces for fault in faults(dialect.vendor, dialect.piece, piece)]


async def ask(http: httpx.AsyncClient, base_url: str, dialect: Dialect, key: str, *, stream: bool) -> httpx.Response:
    """Ask the gateway in that mode."""
    secret = f"Bearer {key}" if dialect.vendor == "openai" else key
    name = {"openai": "authorization", "anthropic": "x-api-key", "gemini": "x-goog-api-key"}[dialect.vendor]
    path = (dialect.streamed_path or dialect.path) if stream else dialect.path
    in_body = {"stream": True} if stream and not dialect.streamed_path else {}
    return await http.post(base_url + path, json={**dialect.asked, **in_body}, headers={name: secret})


@pytest.mark.parametrize("asked", [False, True], ids=["asked-whole", "asked-stream"])
@pytest.mark.parametrize("stored", [False, True], ids=["stored-whole", "stored-stream"])
@pytest.mark.parametrize(("dialect", "whole"), ANSWERS.values(), ids=ANSWERS)
async def test_a_hit_is_as_the_vendor_describes_it(
    gw: Listening, http: httpx.AsyncClient, key: str, dialect: Dialect, whole: Whole, *, stored: bool, asked: bool
) -> None:
    """In either mode, whichever was stored: as the provider's own is, of which nothing is wrong either."""
    gw.up.answer(**(dialect.stream(whole) if stored else {"json": whole}))
    miss = await ask(http, gw.base_url, dialect, key, stream=stored)
    await gw.settled()
    hit = await ask(http, gw.base_url, dialect, key, stream=asked)

    assert (miss.headers["x-cache"], hit.headers["x-cache"]) == ("MISS", "HIT")
    assert wrong_with(dialect, miss.content, stream=stored) == []
    assert wrong_with(dialect, hit.content, stream=asked) == []


async def test_a_stream_as_one_array_is_as_google_describes_it(
    gw: Listening, http: httpx.AsyncClient, key: str
) -> None:
    """Each item of it."""
    gw.up.answer(json=said_google.generated({"text": "They greet.", "thought": True}, TEXT))
    await ask(http, gw.base_url, GENERATE, key, stream=False)
    await gw.settled()
    path, headers = f"{_MODEL}:streamGenerateContent", {"x-goog-api-key": key}
    hit = await http.post(gw.base_url + path, json=GENERATE.asked, headers=headers)

    assert hit.headers["x-cache"] == "HIT"
    assert len(hit.json()) > 1
    assert [fault for each in hit.json() for fault in faults("gemini", GENERATE.piece, each)] == []


async def test_vectors_put_together_are_as_the_vendors_describe_them(
    gw: Listening, http: httpx.AsyncClient, key: str
) -> None:
    """Some known, some not."""
    model, auth = "text-embedding-3-small", {"authorization": f"Bearer {key}"}
    data = [{"object": "embedding", "index": 0, "embedding": [0.5, -0.25]}]
    openai = []
    for given in ("a", ["b", "a"]):
        gw.up.answer(
            json={"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        )
        asked = {"model": model, "input": given, "encoding_format": "float"}
        openai.append(await http.post(f"{gw.base_url}/openai/v1/embeddings", json=asked, headers=auth))
        await gw.settled()
    google = []
    for texts in (["a"], ["b", "a"]):
        gw.up.answer(json={"embeddings": [{"values": [0.5, -0.25]}], "usageMetadata": {"promptTokenCount": 1}})
        requests = [{"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}} for text in texts]
        url = f"{gw.base_url}/google/v1beta/models/gemini-embedding-001:batchEmbedContents"
        google.append(await http.post(url, json={"requests": requests}, headers={"x-goog-api-key": key}))
        await gw.settled()

    assert [seen.json()["input"] for seen in gw.up.requests[:2]] == ["a", ["b"]]
    assert [len(each.json()["data"]) for each in openai] == [1, 2]
    assert [len(each.json()["embeddings"]) for each in google] == [1, 2]
    assert gw.calls == 4
    for each in openai:
        assert faults("openai", "CreateEmbeddingResponse", each.json()) == []
    for each in google:
        assert faults("gemini", "BatchEmbedContentsResponse", each.json()) == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway that reaches nobody, and takes little."""
    nobody = {vendor: {"base_url": "http://127.0.0.1:1"} for vendor in ("openai", "anthropic", "google")}
    async with Listening(
        tmp_path_factory.mktemp("alone"), ManualClock(), embedding={"enabled": False}, providers=nobody,
        limits={"max_body_bytes": 20_000},
    ) as listening:  # fmt: skip
        yield listening


ASKED = {"chat": CHAT, "responses": RESPONSES, "messages": MESSAGES, "generate": GENERATE}
WRONG: dict[str, tuple[int, dict[str, Any], dict[str, str]]] = {
    "malformed": (400, {"cache": {"ttl": 0}}, {}),
    "too-large": (413, {"more": "x" * 30_000}, {}),
    "unreachable": (502, {}, {}),
    "not-cached": (504, {}, {"cache-control": "only-if-cached"}),
}


OURS = [
    pytest.param(ASKED[name], *WRONG[wrong], id=f"{name}-{wrong}")
    for name in ASKED
    for wrong in WRONG
    if (name, wrong) != ("messages", "too-large")  # its type is only in Anthropic's text about errors
]


@pytest.mark.parametrize(("dialect", "status", "more", "headers"), OURS)
async def test_our_errors_are_as_the_vendors_describe_theirs(
    alone: Listening, http: httpx.AsyncClient, dialect: Dialect, status: int, more: Whole, headers: dict[str, str]
) -> None:
    """With every member that a client may look for."""
    reply = await http.post(alone.base_url + dialect.path, json={**dialect.asked, **more}, headers=headers)

    assert reply.status_code == status
    assert wrong_with_error(dialect, reply) == []


@pytest.mark.parametrize("dialect", ASKED.values(), ids=ASKED)
async def test_an_unknown_provider_is_told_in_the_same_shape(
    alone: Listening, http: httpx.AsyncClient, dialect: Dialect
) -> None:
    """That of whoever has such a path, or such a header."""
    url = f"{alone.base_url}/nobody/{dialect.path.split('/', 2)[2]}"
    told = {"anthropic-version": "2023-06-01"} if dialect.vendor == "anthropic" else {}
    reply = await http.post(url, json=dialect.asked, headers=told)

    assert reply.status_code == 404
    assert wrong_with_error(dialect, reply) == []


def wrong_with_error(dialect: Dialect, reply: httpx.Response) -> list[str]:
    """Of Google's only the members that its description has are looked at."""
    told = reply.json()
    if dialect.vendor != "gemini":
        return faults(dialect.vendor, "ErrorResponse", told)
    assert told["error"].pop("status")
    return faults("gemini", "Status", told["error"])


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    """One that is content with everything would say nothing about us."""
    whole = said.completion()
    assert faults("openai", CHAT.whole, {**whole, "choices": None})
    assert faults("openai", RESPONSES.piece, {"type": "response.output_text.delta", "delta": 1})
    assert faults("anthropic", "ErrorResponse", {"type": "error", "error": {"type": "api_error"}})
    assert faults("gemini", GENERATE.whole, {**said_google.generated(), "candidats": []})
