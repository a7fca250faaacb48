"""How an agent of Pydantic AI is called, whichever its model. Its sync calls run the same code."""

from collections.abc import AsyncIterator, Awaitable, Callable

from answering import Heard
from pydantic_ai import Agent


def ways(agent: Agent) -> tuple[Callable[[str], Awaitable[Heard]], Callable[[str], AsyncIterator[str]]]:
    """To ask, and to ask for a stream."""

    async def whole(text: str) -> Heard:
        said = await agent.run(text)
        usage = said.usage() if callable(said.usage) else said.usage
        return {"text": said.output, "usage": [usage.input_tokens, usage.output_tokens]}

    async def stream(text: str) -> AsyncIterator[str]:
        async with agent.run_stream(text) as said:
            async for piece in said.stream_text(delta=True, debounce_by=None):
                yield piece

    return whole, stream
