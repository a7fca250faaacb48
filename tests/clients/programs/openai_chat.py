"""OpenAI's own SDK: chat completions."""

# --- as docs/sdks.md shows it
from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/openai")

answer = client.chat.completions.create(
    model="gpt-4o-mini",
    temperature=0,
    messages=[{"role": "user", "content": "What is a warm lane?"}],
)
print(answer.choices[0].message.content)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from typing import Any

from answering import Heard, Way, serve
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

later = AsyncOpenAI(base_url=client.base_url)
STREAM: Any = {"stream": True, "stream_options": {"include_usage": True}}


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    return {"model": "gpt-4o-mini", "temperature": 0, "messages": [{"role": "user", "content": text}]}


def heard(said: ChatCompletion) -> Heard:
    """What it gave."""
    usage = [said.usage.prompt_tokens, said.usage.completion_tokens]
    return {"text": said.choices[0].message.content, "usage": usage, "said": said.to_dict()}


def piece(chunk: ChatCompletionChunk) -> str:
    """The text in a chunk."""
    return chunk.choices[0].delta.content or "" if chunk.choices else ""


def whole(text: str) -> Heard:
    """Ask."""
    return heard(client.chat.completions.create(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream."""
    with client.chat.completions.create(**asked(text), **STREAM) as chunks:
        for chunk in chunks:
            yield piece(chunk)


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await later.chat.completions.create(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async with await later.chat.completions.create(**asked(text), **STREAM) as chunks:
        async for chunk in chunks:
            yield piece(chunk)


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
