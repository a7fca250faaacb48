"""Mistral's own SDK: chat completions."""

# --- as docs/sdks.md shows it
from mistralai.client import Mistral

client = Mistral(server_url="http://127.0.0.1:8000/mistral")

answer = client.chat.complete(
    model="mistral-small-latest",
    temperature=0,
    messages=[{"role": "user", "content": "What is a warm lane?"}],
)
print(answer.choices[0].message.content)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from typing import Any

from answering import Heard, Way, serve
from mistralai.client.models import ChatCompletionResponse, CompletionEvent


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    return {"model": "mistral-small-latest", "temperature": 0, "messages": [{"role": "user", "content": text}]}


def heard(said: ChatCompletionResponse) -> Heard:
    """What it gave."""
    usage = [said.usage.prompt_tokens, said.usage.completion_tokens]
    return {"text": said.choices[0].message.content, "usage": usage, "said": said.model_dump(mode="json")}


def piece(event: CompletionEvent) -> str:
    """The text in an event."""
    return event.data.choices[0].delta.content or ""


def whole(text: str) -> Heard:
    """Ask."""
    return heard(client.chat.complete(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream."""
    with client.chat.stream(**asked(text)) as events:
        for event in events:
            yield piece(event)


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await client.chat.complete_async(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async with await client.chat.stream_async(**asked(text)) as events:
        async for event in events:
            yield piece(event)


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
