"""What of Anthropic's is never hit, and never kept: other questions, calls that lean on the world, unfit answers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sdk.house import Listening
from sdk.said_anthropic import OVERLOADED, PING, USAGE, events, frames, message, streamed, text
from sdk.ways_anthropic import QUESTION, Async, Way
from warmlane.clock import ManualClock

PARAPHRASE = "Which city is the capital of France?"
PNG = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
TOOL = {"name": "look", "input_schema": {"type": "object"}}
MARK = {"cache_control": {"type": "ephemeral"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway whose embedder is loaded."""
    async with Listening(tmp_path_factory.mktemp("never"), ManualClock()) as listening:
        yield listening

        assert await listening.failures() == {}


def user(*blocks: Any) -> dict[str, Any]:
    """A user's message: a text, or blocks."""
    return {"role": "user", "content": blocks[0] if isinstance(blocks[0], str) else list(blocks)}


HISTORY = [user("Hi"), {"role": "assistant", "content": [text("Hello.")]}]

OTHERWISE: dict[str, dict[str, Any]] = {
    "model": {"model": "claude-opus-5"},
    "system": {"system": "Answer in French."},
    "system-blocks": {"system": [text("Answer in French.")]},
    "history": {"messages": [*HISTORY, user(QUESTION)]},
    "blocks": {"messages": [user(text(QUESTION))]},
    "mark": {"messages": [user(text(QUESTION, **MARK))]},
    "image": {"messages": [user(text(QUESTION), {"type": "image", "source": PNG})]},
    "max_tokens": {"max_tokens": 5},
    "stop_sequences": {"stop_sequences": ["."]},
    "thinking": {"thinking": {"type": "adaptive"}},
    "effort": {"output_config": {"effort": "low"}},
    "service_tier": {"service_tier": "standard_only"},
    "inference_geo": {"inference_geo": "eu"},
    "tools": {"tools": [TOOL]},
    "tool_choice": {"tools": [TOOL], "tool_choice": {"type": "none"}},
    "cache_control": MARK,
    "temperature": {"extra_body": {"temperature": 0}},
    "top_k": {"extra_body": {"top_k": 5}},
    "unknown": {"extra_body": {"a_parameter_of_next_year": 1}},
    "query": {"extra_query": {"beta": "true"}},
    "beta": {"extra_headers": {"anthropic-beta": "something-2026-01-01"}},
    "version": {"extra_headers": {"anthropic-version": "2023-06-01"}},
    "workspace": {"workspace_id": "wrkspc_1"},
    "user-profile": {"user_profile_id": "uprof_1"},
    "namespace": {"extra_headers": {"X-Cache-Namespace": "blue"}},
    "namespace-body": {"extra_body": {"cache": {"namespace": "green"}}},
}


@pytest.mark.parametrize("members", OTHERWISE.values(), ids=OTHERWISE)
async def test_the_same_words_in_another_request_are_another_question(
    gw: Listening, anthropic: Async, members: dict[str, Any]
) -> None:
    """Neither is answered by the other's answer, exactly or by meaning; each is answered by its own."""
    plain, changed = await anthropic.ask(), await anthropic.ask(**members)
    await gw.settled()
    again, changed_again = await anthropic.ask(), await anthropic.ask(**members)

    assert (plain.x_cache, changed.x_cache) == ("MISS", "MISS")
    assert (again.x_cache, changed_again.x_cache) == ("HIT", "HIT")
    assert (again.text, changed_again.text) == (plain.text, changed.text)
    assert plain.text != changed.text
    assert gw.calls == 2


@pytest.mark.parametrize("members", OTHERWISE.values(), ids=OTHERWISE)
async def test_nor_are_other_words_in_another_request(gw: Listening, anthropic: Async, members: dict[str, Any]) -> None:
    """A paraphrase that would hit in the same request does not in the other one."""
    await anthropic.ask()
    await gw.settled()
    elsewhere = reworded(members)
    other, same = await anthropic.ask(PARAPHRASE, **elsewhere), await anthropic.ask(PARAPHRASE)

    assert (other.x_cache, same.x_cache) == ("MISS", "SEMANTIC_HIT")


def reworded(members: dict[str, Any]) -> dict[str, Any]:
    """The same members with the question in other words."""
    if "messages" not in members:
        return members
    *before, last = members["messages"]
    content = last["content"]
    said = PARAPHRASE if isinstance(content, str) else [{**content[0], "text": PARAPHRASE}, *content[1:]]
    return {"messages": [*before, {**last, "content": said}]}


async def test_a_streamed_answer_serves_a_whole_question_that_means_the_same(gw: Listening, anthropic: Async) -> None:
    """By meaning as by the letter."""
    await anthropic.hear()
    await gw.settled()
    near = await anthropic.ask(PARAPHRASE)

    assert (near.x_cache, near.text) == ("SEMANTIC_HIT", "Answer 1.")


async def test_who_asks_is_no_part_of_the_question(gw: Listening, anthropic: Async) -> None:
    """Nor is how the answer is to come."""
    await anthropic.ask(metadata={"user_id": "ada"})
    await gw.settled()
    replies = [await anthropic.ask(metadata={"user_id": "bob"}), await anthropic.ask(stream=True)]

    assert [reply.x_cache for reply in replies] == ["HIT", "HIT"]


@pytest.mark.parametrize("words", [QUESTION, PARAPHRASE], ids=["exact", "paraphrase"])
async def test_another_key_never_hits(gw: Listening, anthropic: Async, key: str, words: str) -> None:
    """A key that differs in its last character is somebody else."""
    await anthropic.ask()
    await gw.settled()
    async with Async(f"{gw.base_url}/anthropic", key[:-1] + ("A" if key[-1] != "A" else "B")) as stranger:
        theirs = await stranger.ask(words)
    mine = await anthropic.ask()

    assert (theirs.x_cache, mine.x_cache) == ("MISS", "HIT")


async def test_without_a_temperature_nothing_is_cached_unasked(gw: Listening, either_anthropic: Way) -> None:
    """The SDK cannot set one: absent means the provider's default, and a new answer each time."""
    unasked = {"x-cache-mode": None}
    replies = [await either_anthropic.ask(extra_headers=unasked) for _ in range(2)]
    fixed = await either_anthropic.ask(extra_headers=unasked, extra_body={"temperature": 0.0})

    assert [reply.headers["cache-status"] for reply in replies] == ["warmlane; fwd=bypass; detail=temperature"] * 2
    assert fixed.x_cache == "MISS"


FILE = {"type": "file", "file_id": "file_1"}
NEVER: dict[str, tuple[dict[str, Any], str]] = {
    "container": ({"container": "container_1"}, "server_state"),
    "thread": ({"extra_body": {"thread": {"type": "create"}}}, "server_state"),
    "diagnostics": ({"diagnostics": {"previous_message_id": "msg_1"}}, "server_state"),
    "warming": ({"max_tokens": 0}, "server_state"),
    "image-file": ({"messages": [user({"type": "image", "source": FILE})]}, "server_state"),
    "document-file": ({"messages": [user({"type": "document", "source": FILE})]}, "server_state"),
    "upload": ({"messages": [user({"type": "container_upload", "file_id": "file_1"})]}, "server_state"),
    "mcp": ({"extra_body": {"mcp_servers": [{"type": "url", "name": "x", "url": "https://x"}]}}, "hosted_tools"),
    "web-search": ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "hosted_tools"),
    "web-fetch": ({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]}, "hosted_tools"),
    "code": ({"tools": [TOOL, {"type": "code_execution_20250825", "name": "code_execution"}]}, "hosted_tools"),
    "computer": ({"tools": [{"type": "computer_20250124", "name": "computer"}]}, "hosted_tools"),
    "unreadable": ({"extra_body": {"system": 7}}, "unreadable"),
    "off": ({"extra_headers": {"X-Cache-Mode": "off"}}, "off"),
}


@pytest.mark.parametrize(("members", "why"), NEVER.values(), ids=NEVER)
async def test_some_calls_are_never_cached(gw: Listening, anthropic: Async, members: dict[str, Any], why: str) -> None:
    """Whatever the caller wants; and they are told why."""
    replies = [await anthropic.ask(**members) for _ in range(2)]

    assert [reply.headers["cache-status"] for reply in replies] == [f"warmlane; fwd=bypass; detail={why}"] * 2
    assert gw.calls == 2


CUT = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}

UNFIT: dict[str, dict[str, Any]] = {
    "max_tokens": message(reason="max_tokens"),
    "pause_turn": message(reason="pause_turn"),
    "refusal": message(text("I cannot."), reason="refusal"),
    "window": message(reason="model_context_window_exceeded"),
    "unknown-reason": message(reason="a_reason_of_next_year"),
    "no-reason": message(reason=None),
    "empty": message(text("")),
    "blank": message(text(" \n")),
    "nothing": message(content=[]),
    "thoughts-only": message({"type": "thinking", "thinking": "Hm.", "signature": "s"}),
    "another-model": message(usage={**USAGE, "iterations": [{"type": "fallback_message"}]}),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("said", UNFIT.values(), ids=UNFIT)
async def test_an_answer_that_is_not_whole_is_not_kept(
    gw: Listening, anthropic: Async, said: dict[str, Any], *, stream: bool
) -> None:
    """The client gets it as it is; the next call asks the provider again."""
    gw.up.answer(**({"sse": streamed(said)} if stream else {"json": said}))
    first = await anthropic.ask(stream=stream)
    await gw.settled()
    second = await anthropic.ask(stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "MISS")
    if stream:
        assert [event.to_dict() for event in first.events] == [event for event in events(said) if event != PING]
    else:
        assert first.message == said
        assert "stored" not in first.headers["cache-status"]
    assert second.text == "Answer 2."


async def test_a_call_with_half_an_input_is_not_kept(gw: Listening, anthropic: Async) -> None:
    """It would fail again on every hit."""
    said = streamed(message(CUT, reason="tool_use"))
    half = {"type": "input_json_delta", "partial_json": '{"a":'}
    piece = frames([{"type": "content_block_delta", "index": 0, "delta": half}])
    gw.up.answer(sse=[*said[:3], *piece, *said[4:]])
    await anthropic.ask(stream=True)
    await gw.settled()

    assert (await anthropic.ask(stream=True)).x_cache == "MISS"


@pytest.mark.parametrize("kept", [slice(-1), slice(-2), slice(4)], ids=["no-stop", "no-delta", "half"])
async def test_a_stream_without_its_end_is_not_kept(gw: Listening, anthropic: Async, kept: slice) -> None:
    """Also where the connection ends in good order: SDKs take it for an answer, the cache does not."""
    gw.up.answer(sse=streamed(message())[kept])
    await anthropic.ask(stream=True)
    await gw.settled()
    second = await anthropic.ask(stream=True)

    assert (second.x_cache, second.text) == ("MISS", "Answer 2.")


async def test_an_error_inside_a_whole_200_is_not_kept(gw: Listening, anthropic: Async) -> None:
    """It is passed on, and asked again."""
    gw.up.answer(json=OVERLOADED)
    first = await anthropic.ask()
    await gw.settled()
    second = await anthropic.ask()

    assert (first.x_cache, second.x_cache) == ("MISS", "MISS")


@pytest.mark.parametrize("path", ["count_tokens", "batches"])
async def test_the_paths_below_are_passed_through(gw: Listening, anthropic: Async, path: str) -> None:
    """They look like it, and are something else."""
    for _ in range(2):
        gw.up.answer(json={"input_tokens": 7, "id": "msgbatch_1", "type": "message_batch"})
        body = {"model": "claude-sonnet-5", "messages": [user(QUESTION)], "requests": []}
        await anthropic.client.post(f"/v1/messages/{path}", body=body, cast_to=object)

    assert [seen.path for seen in gw.up.requests] == [f"/v1/messages/{path}"] * 2
