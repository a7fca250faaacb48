"""OpenAI's own SDK: responses."""

# --- as docs/sdks.md shows it
from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/openai")

answer = client.responses.create(model="gpt-4o-mini", temperature=0, input="What is a warm lane?")
print(answer.output_text)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from typing import Any

from answering import Heard, Way, serve
from openai import AsyncOpenAI
from openai.types.responses import Response

later = AsyncOpenAI(base_url=client.base_url)


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    return {"model": "gpt-4o-mini", "temperature": 0, "input": text}


def heard(said: Response) -> Heard:
    """What it gave."""
    usage = [said.usage.input_tokens, said.usage.output_tokens]
    return {"text": said.output_text, "usage": usage, "said": said.to_dict()}


def whole(text: str) -> Heard:
    """Ask."""
    return heard(client.responses.create(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream, by the helper that checks each event."""
    with client.responses.stream(**asked(text)) as events:
        for event in events:
            yield event.delta if event.type == "response.output_text.delta" else ""


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await later.responses.create(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async with later.responses.stream(**asked(text)) as events:
        async for event in events:
            yield event.delta if event.type == "response.output_text.delta" else ""


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
