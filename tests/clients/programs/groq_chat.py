"""Groq's own SDK: chat completions."""

# --- as docs/sdks.md shows it
from groq import Groq

client = Groq(base_url="http://127.0.0.1:8000/groq")

answer = client.chat.completions.create(
    model="llama-3.3-70b-versatile",
    temperature=0,
    messages=[{"role": "user", "content": "What is a warm lane?"}],
)
print(answer.choices[0].message.content)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from typing import Any

from answering import Heard, Way, serve
from groq import AsyncGroq

later = AsyncGroq(base_url=client.base_url)


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    return {"model": "llama-3.3-70b-versatile", "temperature": 0, "messages": [{"role": "user", "content": text}]}


def heard(said: Any) -> Heard:
    """What it gave."""
    usage = [said.usage.prompt_tokens, said.usage.completion_tokens]
    return {"text": said.choices[0].message.content, "usage": usage, "said": said.to_dict()}


def piece(chunk: Any) -> str:
    """The text in a chunk."""
    return chunk.choices[0].delta.content or "" if chunk.choices else ""


def whole(text: str) -> Heard:
    """Ask."""
    return heard(client.chat.completions.create(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream."""
    with client.chat.completions.create(**asked(text), stream=True) as chunks:
        for chunk in chunks:
            yield piece(chunk)


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await later.chat.completions.create(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async with await later.chat.completions.create(**asked(text), stream=True) as chunks:
        async for chunk in chunks:
            yield piece(chunk)


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
