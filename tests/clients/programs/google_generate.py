"""Google's own SDK: generate content."""

# --- as docs/sdks.md shows it
from google import genai

client = genai.Client(http_options={"base_url": "http://127.0.0.1:8000/google"})

answer = client.models.generate_content(
    model="gemini-2.5-flash",
    contents="What is a warm lane?",
    config={"temperature": 0},
)
print(answer.text)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from typing import Any

from answering import Heard, Way, serve
from google.genai.types import GenerateContentResponse


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    return {"model": "gemini-2.5-flash", "contents": text, "config": {"temperature": 0}}


def heard(said: GenerateContentResponse) -> Heard:
    """What it gave; the heads of the HTTP answer, which it shows too, are another each time."""
    usage = [said.usage_metadata.prompt_token_count, said.usage_metadata.candidates_token_count]
    return {"text": said.text, "usage": usage, "said": said.model_dump(mode="json", exclude={"sdk_http_response"})}


def whole(text: str) -> Heard:
    """Ask."""
    return heard(client.models.generate_content(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream."""
    for chunk in client.models.generate_content_stream(**asked(text)):
        yield chunk.text or ""


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await client.aio.models.generate_content(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async for chunk in await client.aio.models.generate_content_stream(**asked(text)):
        yield chunk.text or ""


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
