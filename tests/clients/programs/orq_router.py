"""orq.ai's SDK: the router, where the model names its provider."""

# --- as docs/sdks.md shows it
from orq_ai_sdk import Orq

client = Orq(api_key="the key of your provider", server_url="http://127.0.0.1:8000")

answer = client.router.chat.completions.create(
    model="openai/gpt-4o-mini",
    temperature=0,
    messages=[{"role": "user", "content": "What is a warm lane?"}],
)
print(answer.choices[0].message.content)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from typing import Any

from answering import Heard, Way, serve


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    return {"model": "openai/gpt-4o-mini", "temperature": 0, "messages": [{"role": "user", "content": text}]}


def heard(said: Any) -> Heard:
    """What it gave."""
    usage = [said.usage.prompt_tokens, said.usage.completion_tokens]
    return {"text": said.choices[0].message.content, "usage": usage, "said": said.model_dump(mode="json")}


def piece(event: Any) -> str:
    """The text in an event."""
    return event.data.choices[0].delta.content or ""


def whole(text: str) -> Heard:
    """Ask."""
    return heard(client.router.chat.completions.create(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream."""
    with client.router.chat.completions.create(**asked(text), stream=True) as events:
        for event in events:
            yield piece(event)


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await client.router.chat.completions.create_async(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async with await client.router.chat.completions.create_async(**asked(text), stream=True) as events:
        async for event in events:
            yield piece(event)


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
