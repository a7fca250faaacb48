"""Anthropic's own SDK: messages."""

# --- as docs/sdks.md shows it
from anthropic import Anthropic

client = Anthropic(
    base_url="http://127.0.0.1:8000/anthropic",
    default_headers={"X-Cache-Mode": "auto"},  # it has no temperature to set to 0
)

answer = client.messages.create(
    model="claude-sonnet-4-5",
    max_tokens=1024,
    messages=[{"role": "user", "content": "What is a warm lane?"}],
)
print(answer.content[0].text)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from typing import Any

from answering import Heard, Way, serve
from anthropic import AsyncAnthropic
from anthropic.types import Message

later = AsyncAnthropic(base_url=client.base_url, default_headers={"X-Cache-Mode": "auto"})


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    return {"model": "claude-sonnet-4-5", "max_tokens": 1024, "messages": [{"role": "user", "content": text}]}


def heard(said: Message) -> Heard:
    """What it gave."""
    usage = [said.usage.input_tokens, said.usage.output_tokens]
    return {"text": said.content[0].text, "usage": usage, "said": said.to_dict()}


def whole(text: str) -> Heard:
    """Ask."""
    return heard(client.messages.create(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream."""
    with client.messages.stream(**asked(text)) as events:
        yield from events.text_stream


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await later.messages.create(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async with later.messages.stream(**asked(text)) as events:
        async for piece in events.text_stream:
            yield piece


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
