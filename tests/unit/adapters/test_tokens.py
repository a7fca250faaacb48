"""Tokens counted offline, held against what OpenAI has published."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import psutil
import pytest

from warmlane.adapters.tokens import BpeTokens, WordTokens
from warmlane.dialects.openai_chat_spoken import speak
from warmlane.dialects.registry import DIALECTS
from warmlane.encodings import encoding_of
from warmlane.errors import StageError
from warmlane.model import JsonObject

COOKBOOK: JsonObject = {
    "model": "",
    "messages": [
        {
            "role": "system",
            "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain "
            "English.",
        },
        {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
        {
            "role": "system",
            "name": "example_assistant",
            "content": "Things working well together will increase revenue.",
        },
        {
            "role": "system",
            "name": "example_user",
            "content": "Let's circle back when we have more bandwidth to touch base on opportunities for increased "
            "leverage.",
        },
        {
            "role": "system",
            "name": "example_assistant",
            "content": "Let's talk later when we're less busy about how to do better.",
        },
        {
            "role": "user",
            "content": "This late pivot means we don't have time to boil the ocean for the client deliverable.",
        },
    ],
}


def children() -> set[psutil.Process]:
    """What runs because of this process."""
    return set(psutil.Process().children())


@pytest.fixture(scope="module")
def shared() -> Iterator[BpeTokens]:
    """What counts, with its encodings loaded once for all."""
    tokens = BpeTokens()
    yield tokens
    asyncio.run(tokens.aclose())


@pytest.fixture
async def tokens() -> AsyncIterator[BpeTokens]:
    """One of a test's own."""
    tokens = BpeTokens()
    yield tokens
    await tokens.aclose()


@pytest.mark.parametrize(("model", "expected"), [("gpt-4-0613", 129), ("gpt-3.5-turbo-0613", 129), ("gpt-4o", 124)])
async def test_a_chat_costs_what_openais_cookbook_says(shared: BpeTokens, model: str, expected: int) -> None:
    """The conversation for which it prints both its own count and the API's, which are equal."""
    ask = DIALECTS["openai_chat"].read({**COOKBOOK, "model": model})
    said = speak(ask, {"choices": [{"message": {"role": "assistant", "content": "x"}}]})
    assert said is not None

    assert said.plain
    assert said.framing + sum(await shared.count(said.asked, encoding_of(model).name)) == expected


@pytest.mark.parametrize(
    ("texts", "encoding", "expected"),
    [
        (["Hello! How can I assist you today?"], "o200k_base", [9]),
        (["hello world", "hello", " world"], "cl100k_base", [2, 1, 1]),
        ([], "o200k_base", []),
        ([""], "o200k_base", [0]),
        (["<|endoftext|>"], "o200k_base", [7]),
        (["word " * 1_000_000], "o200k_base", [1_000_001]),
    ],
)
async def test_texts_are_counted(shared: BpeTokens, texts: list[str], encoding: str, expected: list[int]) -> None:
    """A text that looks like a special token is text all the same: it was sent as one."""
    assert await shared.count(texts, encoding) == expected


async def test_many_may_count_at_once(shared: BpeTokens) -> None:
    """They wait for each other, and each hears its own."""
    found = await asyncio.gather(*(shared.count(["hello"] * n, "o200k_base") for n in range(20)))

    assert found == [[1] * n for n in range(20)]


@pytest.mark.parametrize(("text", "encoding"), [("secret\ud800", "o200k_base"), ("secret", "no_such_encoding")])
async def test_what_cannot_be_counted_is_a_failed_stage(shared: BpeTokens, text: str, encoding: str) -> None:
    """Whose message says nothing of the text; the next count is none the worse for it."""
    with pytest.raises(StageError) as raised:
        await shared.count([text], encoding)

    assert "secret" not in str(raised.value)
    assert await shared.count(["hello"], "o200k_base") == [1]


async def test_a_process_that_has_ended_is_started_again(tokens: BpeTokens) -> None:
    """It does so by itself where nobody needs it; it may also be killed."""
    before = children()
    assert await tokens.count(["a"], "cl100k_base") == [1]
    (child,) = children() - before
    child.kill()
    child.wait()

    assert await tokens.count(["a b"], "cl100k_base") == [2]


async def test_nothing_runs_before_and_after(tokens: BpeTokens) -> None:
    """Who counts nothing pays nothing, and a closed counter counts no more. Closing it twice is fine."""
    before = children()
    await tokens.ping()
    assert children() == before
    await tokens.count([], "cl100k_base")
    assert len(children() - before) == 1
    await tokens.aclose()
    await tokens.aclose()

    assert children() == before
    with pytest.raises(StageError):
        await tokens.count(["a"], "o200k_base")


async def test_the_process_knows_no_secret(tokens: BpeTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment is where to import from."""
    monkeypatch.setenv("WARMLANE_SECRET", "s3cret")
    before = children()
    await tokens.count([], "cl100k_base")
    (child,) = children() - before

    assert "WARMLANE_SECRET" not in child.environ()


async def test_a_count_that_nobody_waits_for_holds_up_nobody() -> None:
    """A process that hangs is done away with, once who asked it has no more patience."""
    tokens, before = BpeTokens("/bin/sleep", "60"), children()
    for _ in range(2):
        counting = asyncio.ensure_future(tokens.count(["a"], "o200k_base"))  # noqa: TID251 - to be cancelled
        while children() == before:
            await asyncio.to_thread(children)
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)
        while children() != before:
            await asyncio.to_thread(children)

    await tokens.aclose()


async def test_closing_waits_for_no_count() -> None:
    """Whoever waits for one is told."""
    tokens, before = BpeTokens("/bin/sleep", "60"), children()
    counting = asyncio.gather(*(tokens.count(["a"], "o200k_base") for _ in range(3)), return_exceptions=True)
    while children() == before:
        await asyncio.to_thread(children)
    await tokens.aclose()

    assert [type(error) for error in await counting] == [StageError] * 3


@pytest.mark.parametrize("command", [("/no/such/program",), ("/bin/true",), ("/bin/echo", "hello")])
async def test_a_process_that_does_not_work_is_a_failed_stage(command: tuple[str, ...]) -> None:
    """Not there, silent, or saying something else."""
    tokens = BpeTokens(*command)
    with pytest.raises(StageError):
        await tokens.count(["a"], "o200k_base")

    await tokens.aclose()


async def test_words_stand_in_for_tokens() -> None:
    """So that a test can say what was counted."""
    words = WordTokens()

    assert await words.count(["one two", "three"], "whatever") == [2, 1]
    await words.ping()
    await words.aclose()
