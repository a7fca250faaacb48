"""Instructor, with the models of OpenAI: an answer is a tool call."""

# --- as docs/sdks.md shows it
import instructor
from openai import OpenAI
from pydantic import BaseModel


class Explanation(BaseModel):
    """What something is."""

    text: str


client = instructor.from_openai(OpenAI(base_url="http://127.0.0.1:8000/openai"))

answer = client.chat.completions.create(
    model="gpt-4o-mini",
    temperature=0,
    response_model=Explanation,
    messages=[{"role": "user", "content": "What is a warm lane?"}],
)
print(answer.text)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from answering import Heard, Way, serve
from openai import AsyncOpenAI

later = instructor.from_openai(AsyncOpenAI(base_url="http://127.0.0.1:8000/openai"))


def asked(text: str) -> dict[str, Any]:
    """The same call for another question."""
    messages = [{"role": "user", "content": text}]
    return {"model": "gpt-4o-mini", "temperature": 0, "response_model": Explanation, "messages": messages}


def heard(explanation: Explanation, said: Any) -> Heard:
    """What it gave."""
    usage = [said.usage.prompt_tokens, said.usage.completion_tokens]
    return {"text": explanation.text, "usage": usage, "said": said.to_dict()}


def whole(text: str) -> Heard:
    """Ask."""
    return heard(*client.chat.completions.create_with_completion(**asked(text)))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream: each of its answers is longer than the last."""
    before = ""
    partials: Iterable[Explanation] = client.chat.completions.create_partial(**asked(text))
    for partial in partials:
        now = partial.text or ""
        yield now.removeprefix(before)
        before = now


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(*await later.chat.completions.create_with_completion(**asked(text)))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    before = ""
    async for partial in later.chat.completions.create_partial(**asked(text)):
        now = partial.text or ""
        yield now.removeprefix(before)
        before = now


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
