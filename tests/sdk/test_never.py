"""What never hits: another caller's answer, and the answer to another question, even where the last words are equal."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sdk.house import Listening
from sdk.ways import QUESTION, Async
from warmlane.clock import ManualClock

PARAPHRASE = "Which city is the capital of France?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway whose embedder is loaded."""
    async with Listening(tmp_path_factory.mktemp("never"), ManualClock()) as listening:
        yield listening

        assert await listening.failures() == {}


def user(text: Any) -> dict[str, Any]:
    """A user's message."""
    return {"role": "user", "content": text}


def tool(name: str) -> dict[str, Any]:
    """A function that the model may call."""
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}


SYSTEM = {"role": "system", "content": "Answer in French."}
HISTORY = [user("Hi"), {"role": "assistant", "content": "Hello."}]
SCHEMA = {"type": "json_schema", "json_schema": {"name": "city", "schema": {"type": "object"}}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

OTHERWISE: dict[str, dict[str, Any]] = {
    "model": {"model": "gpt-4o-mini"},
    "system": {"messages": [SYSTEM, user(QUESTION)]},
    "developer": {"messages": [{**SYSTEM, "role": "developer"}, user(QUESTION)]},
    "history": {"messages": [*HISTORY, user(QUESTION)]},
    "name": {"messages": [{**user(QUESTION), "name": "ada"}]},
    "parts": {"messages": [user([{"type": "text", "text": QUESTION}])]},
    "image": {"messages": [user([{"type": "text", "text": QUESTION}, IMAGE])]},
    "max_tokens": {"max_tokens": 5},
    "max_completion_tokens": {"max_completion_tokens": 5},
    "seed": {"seed": 7},
    "stop": {"stop": ["."]},
    "top_p": {"top_p": 0.5},
    "logit_bias": {"logit_bias": {"50256": -100}},
    "logprobs": {"logprobs": True, "top_logprobs": 2},
    "presence_penalty": {"presence_penalty": 0.5},
    "frequency_penalty": {"frequency_penalty": 0.5},
    "reasoning_effort": {"reasoning_effort": "low"},
    "verbosity": {"verbosity": "low"},
    "service_tier": {"service_tier": "flex"},
    "tools": {"tools": [tool("look")]},
    "tool_choice": {"tools": [tool("look")], "tool_choice": "none"},
    "parallel_tool_calls": {"tools": [tool("look")], "parallel_tool_calls": False},
    "response_format": {"response_format": {"type": "json_object"}},
    "json_schema": {"response_format": SCHEMA},
    "unknown": {"extra_body": {"a_parameter_of_next_year": 1}},
    "query": {"extra_query": {"beta": "true"}},
    "beta": {"extra_headers": {"openai-beta": "something=v2"}},
    "organization": {"extra_headers": {"openai-organization": "org-2"}},
    "project": {"extra_headers": {"openai-project": "proj-2"}},
    "namespace": {"extra_headers": {"X-Cache-Namespace": "blue"}},
    "namespace-body": {"extra_body": {"cache": {"namespace": "green"}}},
}


@pytest.mark.parametrize("members", OTHERWISE.values(), ids=OTHERWISE)
async def test_the_same_words_in_another_request_are_another_question(
    gw: Listening, openai: Async, members: dict[str, Any]
) -> None:
    """Neither is answered by the other's answer, exactly or by meaning; each is answered by its own."""
    plain, changed = await openai.ask(), await openai.ask(**members)
    await gw.settled()
    again, changed_again = await openai.ask(), await openai.ask(**members)

    assert (plain.x_cache, changed.x_cache) == ("MISS", "MISS")
    assert (again.x_cache, changed_again.x_cache) == ("HIT", "HIT")
    assert (again.text, changed_again.text) == (plain.text, changed.text)
    assert plain.text != changed.text
    assert gw.calls == 2


@pytest.mark.parametrize("members", OTHERWISE.values(), ids=OTHERWISE)
async def test_nor_are_other_words_in_another_request(gw: Listening, openai: Async, members: dict[str, Any]) -> None:
    """A paraphrase that would hit in the same request does not in the other one."""
    await openai.ask()
    await gw.settled()
    elsewhere = reworded(members)
    other, same = await openai.ask(PARAPHRASE, **elsewhere), await openai.ask(PARAPHRASE)

    assert (other.x_cache, same.x_cache) == ("MISS", "SEMANTIC_HIT")


def reworded(members: dict[str, Any]) -> dict[str, Any]:
    """The same members with the question in other words."""
    if "messages" not in members:
        return members
    *before, last = members["messages"]
    content = last["content"]
    said = PARAPHRASE if isinstance(content, str) else [{"type": "text", "text": PARAPHRASE}, *content[1:]]
    return {"messages": [*before, {**last, "content": said}]}


@pytest.mark.parametrize("text", [QUESTION, PARAPHRASE], ids=["exact", "paraphrase"])
async def test_another_key_never_hits(gw: Listening, openai: Async, key: str, text: str) -> None:
    """A key that differs in its last character is somebody else."""
    await openai.ask()
    await gw.settled()
    async with Async(f"{gw.base_url}/openai", key[:-1] + ("A" if key[-1] != "A" else "B")) as stranger:
        theirs = await stranger.ask(text)
    mine = await openai.ask()

    assert (theirs.x_cache, mine.x_cache) == ("MISS", "HIT")
    assert theirs.text != mine.text


async def test_another_provider_never_hits(gw: Listening, openai: Async, key: str) -> None:
    """The same key and the same words at the demo."""
    await openai.ask()
    await gw.settled()
    async with Async(f"{gw.base_url}/demo", key) as demo:
        there = await demo.ask()

    assert there.x_cache == "MISS"
