"""What never hits at `/v1/responses`, and what is never kept: each row of the contract's lists with the real SDK."""

from collections.abc import AsyncIterator
from typing import Any

import openai as sdk
import pytest
import pytest_asyncio

from sdk.house import Listening
from sdk.responding import respond
from sdk.said_responses import events, frames, message, response, speak, text
from sdk.ways import QUESTION, Async, Sync
from warmlane.clock import ManualClock

PARAPHRASE = "Which city is the capital of France?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway whose embedder is loaded, and whose provider speaks as `/v1/responses` does."""
    async with Listening(tmp_path_factory.mktemp("never"), ManualClock()) as listening:
        listening.up.respond(lambda seen: speak(seen, f"Answer {listening.up.requests.index(seen) + 1}."))
        yield listening

        assert await listening.failures() == {}


def user(content: Any) -> dict[str, Any]:
    """A user's message."""
    return {"role": "user", "content": content}


def part(said: str) -> dict[str, Any]:
    """A part of a text."""
    return {"type": "input_text", "text": said}


def tool(name: str) -> dict[str, Any]:
    """A function that the model may call."""
    return {"type": "function", "name": name, "parameters": {"type": "object", "properties": {}}, "strict": False}


IMAGE = {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
SCHEMA = {"type": "json_schema", "name": "city", "schema": {"type": "object"}}
HISTORY = [user("Hi"), {"role": "assistant", "content": "Hello."}]

SERVER_STATE: list[dict[str, Any]] = [
    {"store": True},
    {"previous_response_id": "resp_1"},
    {"conversation": "conv_1"},
    {"conversation": {"id": "conv_1"}},
    {"background": True},
    {"prompt": {"id": "pmpt_1"}},
    {"asked": [{"type": "item_reference", "id": "msg_1"}, user(QUESTION)]},
    {"asked": [user([{"type": "input_file", "file_id": "file-1"}, part(QUESTION)])]},
    {"asked": [user([{"type": "input_image", "detail": "auto", "file_id": "file-1"}, part(QUESTION)])]},
]
HOSTED: list[dict[str, Any]] = [
    {"type": "web_search"},
    {"type": "web_search_preview"},
    {"type": "file_search", "vector_store_ids": ["vs_1"]},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "mcp", "server_label": "s", "server_url": "https://mcp.example.com"},
    {"type": "computer"},
    {"type": "image_generation"},
    {"type": "shell"},
    {"type": "local_shell"},
]
NEVER = [
    *((members, "server_state") for members in SERVER_STATE),
    *(({"tools": [tool("look"), hosted]}, "hosted_tools") for hosted in HOSTED),
    ({"asked": [{"type": "web_search_call", "id": "ws_1", "status": "completed"}, user(QUESTION)]}, "hosted_tools"),
    ({"extra_body": {"n": 2}}, "choices"),
    ({"temperature": None}, "temperature"),
    ({"temperature": 0.7}, "temperature"),
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("members", "why"), NEVER, ids=str)
async def test_some_requests_are_never_cached(
    gw: Listening, openai: Async, members: dict[str, Any], why: str, *, stream: bool
) -> None:
    """And say why; the provider gets each of them."""
    replies = [await respond(openai, **members, stream=stream) for _ in range(2)]
    await gw.settled()

    assert [reply.headers["cache-status"] for reply in replies] == [f"warmlane; fwd=bypass; detail={why}"] * 2
    assert [reply.text for reply in replies] == ["Answer 1.", "Answer 2."]


OTHERWISE: dict[str, dict[str, Any]] = {
    "model": {"model": "gpt-4.1-mini"},
    "instructions": {"instructions": "Answer in French."},
    "history": {"asked": [*HISTORY, user(QUESTION)]},
    "developer": {"asked": [{"role": "developer", "content": "Answer in French."}, user(QUESTION)]},
    "list": {"asked": [user(QUESTION)]},
    "parts": {"asked": [user([part(QUESTION)])]},
    "image": {"asked": [user([part(QUESTION), IMAGE])]},
    "reasoning-item": {"asked": [THOUGHT, user(QUESTION)]},
    "max_output_tokens": {"max_output_tokens": 50},
    "top_p": {"top_p": 0.5},
    "top_logprobs": {"top_logprobs": 2, "include": ["message.output_text.logprobs"]},
    "reasoning": {"reasoning": {"effort": "low"}},
    "verbosity": {"text": {"verbosity": "low"}},
    "json_schema": {"text": {"format": SCHEMA}},
    "include": {"include": ["reasoning.encrypted_content"]},
    "truncation": {"truncation": "auto"},
    "service_tier": {"service_tier": "flex"},
    "store": {"store": False},
    "tools": {"tools": [tool("look")]},
    "tool_choice": {"tools": [tool("look")], "tool_choice": "none"},
    "parallel_tool_calls": {"tools": [tool("look")], "parallel_tool_calls": False},
    "custom-tool": {"tools": [{"type": "custom", "name": "code"}]},
    "unknown": {"extra_body": {"a_parameter_of_next_year": 1}},
    "query": {"extra_query": {"beta": "true"}},
    "organization": {"extra_headers": {"openai-organization": "org-2"}},
    "namespace": {"extra_headers": {"X-Cache-Namespace": "blue"}},
}


@pytest.mark.parametrize("members", OTHERWISE.values(), ids=OTHERWISE)
async def test_the_same_words_in_another_request_are_another_question(
    gw: Listening, openai: Async, members: dict[str, Any]
) -> None:
    """Neither is answered by the other's answer, exactly or by meaning; each is answered by its own."""
    plain, changed = await respond(openai), await respond(openai, **members)
    await gw.settled()
    again, changed_again = await respond(openai), await respond(openai, **members)

    assert (plain.x_cache, changed.x_cache) == ("MISS", "MISS")
    assert (again.x_cache, changed_again.x_cache) == ("HIT", "HIT")
    assert (again.text, changed_again.text) == (plain.text, changed.text)
    assert plain.text != changed.text
    assert gw.calls == 2


@pytest.mark.parametrize("members", OTHERWISE.values(), ids=OTHERWISE)
async def test_nor_are_other_words_in_another_request(gw: Listening, openai: Async, members: dict[str, Any]) -> None:
    """A paraphrase that hits in the same request does not in the other one."""
    await respond(openai)
    await gw.settled()
    other = await respond(openai, **{"asked": PARAPHRASE, **reworded(members)})
    same = await respond(openai, PARAPHRASE)

    assert (other.x_cache, same.x_cache) == ("MISS", "SEMANTIC_HIT")


def reworded(members: dict[str, Any]) -> dict[str, Any]:
    """The same members with the question in other words."""
    if "asked" not in members:
        return members
    *before, last = members["asked"]
    content = last["content"]
    said = PARAPHRASE if isinstance(content, str) else [part(PARAPHRASE), *content[1:]]
    return {"asked": [*before, {**last, "content": said}]}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_question_in_other_words_is_answered_in_the_mode_it_asks_for(
    gw: Listening, openai: Async, *, stream: bool
) -> None:
    """Whatever the first one asked for."""
    first = await respond(openai, stream=not stream)
    await gw.settled()
    second = await respond(openai, PARAPHRASE, stream=stream)

    assert second.x_cache == "SEMANTIC_HIT"
    assert second.response == first.response


async def test_a_call_of_a_function_answers_nothing_but_the_very_same(gw: Listening, openai: Async) -> None:
    """A model that calls unasked took the arguments from the words."""
    called = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    gw.up.answer(json=response(called))
    await respond(openai)
    await gw.settled()
    same, other = await respond(openai), await respond(openai, PARAPHRASE)

    assert (same.x_cache, other.x_cache) == ("HIT", "MISS")


CUT = message(text("I was just ab"), status="incomplete")
LONG = {"incomplete_details": {"reason": "max_output_tokens"}, "status": "incomplete"}
UNFIT: dict[str, dict[str, Any]] = {
    "length": response(CUT, **LONG),
    "content-filter": response(CUT, status="incomplete", incomplete_details={"reason": "content_filter"}),
    "failed": response(message(), status="failed", error={"code": "server_error", "message": "Oh."}),
    "refusal": response(message({"type": "refusal", "refusal": "I cannot."})),
    "empty": response(message(text(""))),
    "blank": response(message(text(" \n"))),
    "nothing": response(output=[]),
    "cut-call": response(
        {
            "id": "fc_1",
            "type": "function_call",
            "call_id": "call_1",
            "name": "f",
            "arguments": '{"a":',
            "status": "completed",
        }
    ),
    "hosted": response({"id": "ws_1", "type": "web_search_call", "status": "completed"}, message()),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("said", UNFIT.values(), ids=UNFIT)
async def test_an_answer_that_is_not_whole_is_not_kept(
    gw: Listening, either: Async | Sync, said: dict[str, Any], *, stream: bool
) -> None:
    """The client gets it as it is; the next call asks the provider again."""
    gw.up.answer(**({"sse": frames(events(said))} if stream else {"json": said}))
    first = await respond(either, stream=stream)
    await gw.settled()
    second = await respond(either, stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "MISS")
    assert first.response == said
    assert second.text == "Answer 2."


@pytest.mark.parametrize("kept", [slice(-1), slice(-2), slice(3)], ids=["no-end", "no-done", "begun"])
async def test_a_stream_without_its_end_is_not_kept(gw: Listening, openai: Async, kept: slice) -> None:
    """Also where the connection ends in good order: the SDK takes it for an answer, the cache does not."""
    sent = events(response())[kept]
    gw.up.answer(sse=[*frames(sent), "[DONE]"])
    first = await respond(openai, stream=True)
    await gw.settled()
    second = await respond(openai, stream=True)

    assert [event.to_dict() for event in first.events] == sent
    assert (second.x_cache, second.text) == ("MISS", "Answer 2.")


async def test_an_error_inside_a_stream_is_the_sdks_and_not_kept(gw: Listening, openai: Async) -> None:
    """It came with a 200, behind a good beginning."""
    error = {"error": {"type": "server_error", "code": "x", "message": "Oh."}}
    broken = [*frames(events(response())[:3]), error]
    gw.up.answer(sse=broken)
    with pytest.raises(sdk.APIError, match=r"Oh\."):
        await respond(openai, stream=True)
    await gw.settled()
    second = await respond(openai, stream=True)

    assert (second.x_cache, second.text) == ("MISS", "Answer 2.")


async def test_an_error_event_is_passed_on_and_not_kept(gw: Listening, openai: Async) -> None:
    """OpenAI's own form has no `error` member: the SDK gives it as an event."""
    sent = [
        *events(response())[:3],
        {"type": "error", "code": "x", "message": "Oh.", "param": None, "sequence_number": 3},
    ]
    gw.up.answer(sse=frames(sent))
    first = await respond(openai, stream=True)
    await gw.settled()
    second = await respond(openai, stream=True)

    assert [event.to_dict() for event in first.events] == sent
    assert (second.x_cache, second.text) == ("MISS", "Answer 2.")


async def test_another_key_never_hits(gw: Listening, openai: Async, key: str) -> None:
    """A key that differs in its last character is somebody else."""
    await respond(openai)
    await gw.settled()
    theirs = []
    for other, said in zip(sorted({*"ABC"} - {key[-1]}), (None, PARAPHRASE), strict=False):
        async with Async(f"{gw.base_url}/openai", key[:-1] + other) as stranger:
            theirs.append(await respond(stranger, *filter(None, [said])))
    mine = await respond(openai)

    assert ([reply.x_cache for reply in theirs], mine.x_cache) == (["MISS", "MISS"], "HIT")


async def test_other_endpoints_of_responses_are_passed_through(gw: Listening, openai: Async) -> None:
    """A response by its id, its deletion, the count of tokens: the provider's."""
    gw.up.always(json=response())
    client = openai.client.responses.with_raw_response
    seen = [
        await client.retrieve("resp_1"), await client.retrieve("resp_1"), await client.cancel("resp_1"),
    ]  # fmt: skip
    gw.up.respond(lambda request: speak(request, f"Answer {gw.up.requests.index(request) + 1}."))

    assert [raw.headers["x-cache"] for raw in seen] == ["BYPASS"] * 3
    assert [(request.method, request.path) for request in gw.up.requests] == [
        ("GET", "/v1/responses/resp_1"), ("GET", "/v1/responses/resp_1"), ("POST", "/v1/responses/resp_1/cancel"),
    ]  # fmt: skip
