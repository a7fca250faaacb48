"""Other words for the same question, through OpenAI's own SDK and the model that ships."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sdk.house import Listening
from sdk.ways import Async, Sync
from warmlane.clock import ManualClock

QUESTION = "How do I reset my password?"
PARAPHRASE = "How can I reset my password?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway whose embedder is loaded."""
    async with Listening(tmp_path_factory.mktemp("meaning"), ManualClock()) as listening:
        yield listening

        assert await listening.failures() == {}


@pytest.mark.parametrize("way", [Sync, Async])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_miss_then_hit_then_hit_by_meaning(
    gw: Listening, key: str, way: type[Sync | Async], *, stream: bool
) -> None:
    """The provider is asked once; a rephrased question gets the same text, and says how alike it was."""
    async with way(f"{gw.base_url}/openai", key) as sdk:
        miss = await sdk.ask(QUESTION, stream=stream)
        await gw.settled()
        hit = await sdk.ask(QUESTION, stream=stream)
        gw.clock.advance(5)
        near = await sdk.ask(PARAPHRASE, stream=stream)

    assert [reply.x_cache for reply in (miss, hit, near)] == ["MISS", "HIT", "SEMANTIC_HIT"]
    assert miss.text == hit.text == near.text == "Answer 1."
    assert near.headers["cache-status"] == f"warmlane; hit; ttl={86_400 - 5}; detail=semantic"
    assert near.headers["age"] == "5"
    assert near.headers["x-cache-key"].split(".")[0] == miss.headers["x-cache-key"]
    assert re.fullmatch(r"0\.\d{4}", near.headers["x-cache-similarity"])
    assert float(near.headers["x-cache-similarity"]) >= 0.85
    assert "x-cache-similarity" not in hit.headers
    assert gw.calls == 1


async def test_the_same_words_in_another_dress_are_the_same_question(gw: Listening, openai: Async) -> None:
    """Case, spacing, a please and the end mark: found without looking at meaning."""
    await openai.ask(QUESTION)
    await gw.settled()
    dressed = await openai.ask("please  how do I reset my password")

    assert dressed.x_cache == "SEMANTIC_HIT"
    assert dressed.headers["cache-status"].endswith("; detail=normalised")
    assert dressed.text == "Answer 1."


async def test_another_question_is_no_hit(gw: Listening, openai: Async) -> None:
    """Near in subject is not near in meaning; asked for it, the gateway tells how near, and what refused it."""
    await openai.ask(QUESTION)
    await gw.settled()
    other = await openai.ask("How do I delete my account?", extra_headers={"X-Cache-Debug": "1"})

    assert other.x_cache == "MISS"
    assert other.text == "Answer 2."
    assert other.headers["x-cache-debug"].startswith("gate=")


async def test_a_caller_may_ask_for_exact_matches_only(gw: Listening, openai: Async) -> None:
    """`exact_match` in the body, and `X-Cache-Mode` in a header."""
    exact = {"cache": {"type": "exact_match"}}
    await openai.ask(QUESTION)
    await gw.settled()
    by_body = await openai.ask(PARAPHRASE, extra_body=exact, extra_headers={"Cache-Control": "no-store"})
    by_header = await openai.ask(PARAPHRASE, extra_headers={"X-Cache-Mode": "exact_match", "Cache-Control": "no-store"})
    by_meaning = await openai.ask(PARAPHRASE)

    assert [reply.x_cache for reply in (by_body, by_header, by_meaning)] == ["MISS", "MISS", "SEMANTIC_HIT"]


async def test_a_caller_may_ask_for_more_likeness(gw: Listening, openai: Async) -> None:
    """A threshold of 1 is met by nothing that was said otherwise."""
    await openai.ask(QUESTION)
    await gw.settled()
    strict = await openai.ask(PARAPHRASE, extra_headers={"X-Cache-Threshold": "1"})

    assert strict.x_cache == "MISS"


async def test_a_streamed_answer_is_found_by_meaning_for_a_whole_one(gw: Listening, openai: Async) -> None:
    """The mode is no part of the question."""
    await openai.ask(QUESTION, stream=True, stream_options={"include_usage": True})
    await gw.settled()
    near = await openai.ask(PARAPHRASE)

    assert near.x_cache == "SEMANTIC_HIT"
    assert near.text == "Answer 1."


async def test_a_tool_call_is_never_answered_by_meaning(gw: Listening, openai: Async) -> None:
    """With tools in play other words are another question: an agent acts on the answer."""
    tools = [{"type": "function", "function": {"name": "reset", "parameters": {"type": "object", "properties": {}}}}]
    await openai.ask(QUESTION, tools=tools)
    await gw.settled()
    same, other = await openai.ask(QUESTION, tools=tools), await openai.ask(PARAPHRASE, tools=tools)

    assert (same.x_cache, other.x_cache) == ("HIT", "MISS")
