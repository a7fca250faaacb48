"""Tokens counted offline, held against what OpenAI has published."""

import asyncio

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


@pytest.fixture
def tokens() -> BpeTokens:
    """What counts."""
    return BpeTokens()


@pytest.mark.parametrize(("model", "expected"), [("gpt-4-0613", 129), ("gpt-3.5-turbo-0613", 129), ("gpt-4o", 124)])
async def test_a_chat_costs_what_openais_cookbook_says(tokens: BpeTokens, model: str, expected: int) -> None:
    """The conversation for which it prints both its own count and the API's, which are equal."""
    ask = DIALECTS["openai_chat"].read({**COOKBOOK, "model": model})
    said = speak(ask, b'{"choices":[{"message":{"role":"assistant","content":"x"}}]}', streamed=False)
    assert said is not None

    assert said.plain
    assert said.framing + await tokens.count(said.asked, encoding_of(model).name) == expected


@pytest.mark.parametrize(
    ("texts", "encoding", "expected"),
    [
        (["Hello! How can I assist you today?"], "o200k_base", 9),
        (["hello world"], "cl100k_base", 2),
        (["hello", " world"], "cl100k_base", 2),
        ([], "o200k_base", 0),
        ([""], "o200k_base", 0),
        (["<|endoftext|>"], "o200k_base", 7),
    ],
)
async def test_texts_are_counted(tokens: BpeTokens, texts: list[str], encoding: str, expected: int) -> None:
    """A text that looks like a special token is text all the same: it was sent as one."""
    assert await tokens.count(texts, encoding) == expected


async def test_many_may_count_at_once(tokens: BpeTokens) -> None:
    """They wait for each other."""
    assert await asyncio.gather(*(tokens.count(["hello"] * n, "o200k_base") for n in range(20))) == list(range(20))


@pytest.mark.parametrize(("text", "encoding"), [("secret\ud800", "o200k_base"), ("secret", "no_such_encoding")])
async def test_what_cannot_be_counted_is_a_failed_stage(tokens: BpeTokens, text: str, encoding: str) -> None:
    """Whose message says nothing of the text."""
    with pytest.raises(StageError) as raised:
        await tokens.count([text], encoding)

    assert "secret" not in str(raised.value)


async def test_a_closed_counter_counts_no_more(tokens: BpeTokens) -> None:
    """Closing it twice is fine."""
    await tokens.ping()
    await tokens.aclose()
    await tokens.aclose()

    with pytest.raises(StageError):
        await tokens.count(["a"], "o200k_base")


async def test_words_stand_in_for_tokens() -> None:
    """So that a test can say what was counted."""
    words = WordTokens()

    assert await words.count(["one two", "three"], "whatever") == 3
    await words.ping()
    await words.aclose()
