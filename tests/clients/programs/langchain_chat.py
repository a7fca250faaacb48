"""LangChain, with the models of OpenAI."""

# --- as docs/sdks.md shows it
from langchain_openai import ChatOpenAI

model = ChatOpenAI(base_url="http://127.0.0.1:8000/openai", model="gpt-4o-mini", temperature=0)

answer = model.invoke("What is a warm lane?")
print(answer.content)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator

from answering import Heard, Way, serve
from langchain_core.messages import AIMessage


def heard(said: AIMessage) -> Heard:
    """What it gave, but for the number that it gives each message itself."""
    usage = [said.usage_metadata["input_tokens"], said.usage_metadata["output_tokens"]]
    return {"text": said.content, "usage": usage, "said": said.model_dump(mode="json", exclude={"id"})}


def whole(text: str) -> Heard:
    """Ask."""
    return heard(model.invoke(text))


def stream(text: str) -> Iterator[str]:
    """Ask for a stream."""
    for chunk in model.stream(text):
        yield chunk.content


async def whole_later(text: str) -> Heard:
    """Ask."""
    return heard(await model.ainvoke(text))


async def stream_later(text: str) -> AsyncIterator[str]:
    """Ask for a stream."""
    async for chunk in model.astream(text):
        yield chunk.content


serve({"sync": Way(whole, stream), "async": Way(whole_later, stream_later)})
