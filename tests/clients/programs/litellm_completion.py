"""LiteLLM as a client, with the models of three vendors, each by its own API."""

# --- as docs/sdks.md shows it
from litellm import completion

MODELS = {
    "openai/gpt-4o-mini": "http://127.0.0.1:8000/openai",
    "anthropic/claude-sonnet-4-5": "http://127.0.0.1:8000/anthropic",
    "gemini/gemini-2.5-flash": "http://127.0.0.1:8000/google",
}

for model, api_base in MODELS.items():
    answer = completion(
        model=model,
        api_base=api_base,
        temperature=0,
        messages=[{"role": "user", "content": "What is a warm lane?"}],
    )
    print(answer.choices[0].message.content)
# --- as the tests call it

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from typing import Any

import litellm
from answering import Heard, Way, serve

litellm.suppress_debug_info = True


def way(model: str, *, later: bool) -> Way:
    """How a model is called."""

    def asked(text: str) -> dict[str, Any]:
        messages = [{"role": "user", "content": text}]
        return {"model": model, "api_base": MODELS[model], "temperature": 0, "messages": messages}

    def heard(said: Any) -> Heard:
        """What it gave. Where the vendor has no id or no date, it makes them up."""
        text, usage = said.choices[0].message.content, [said.usage.prompt_tokens, said.usage.completion_tokens]
        return {"text": text, "usage": usage, "said": said.model_dump(mode="json", exclude={"id", "created"})}

    def piece(chunk: Any) -> str:
        return chunk.choices[0].delta.content or ""

    def whole(text: str) -> Heard:
        return heard(completion(**asked(text)))

    def stream(text: str) -> Iterator[str]:
        with closing(completion(**asked(text), stream=True)) as chunks:
            for chunk in chunks:
                yield piece(chunk)

    async def whole_later(text: str) -> Heard:
        return heard(await litellm.acompletion(**asked(text)))

    async def stream_later(text: str) -> AsyncIterator[str]:
        async with aclosing(await litellm.acompletion(**asked(text), stream=True)) as chunks:
            async for chunk in chunks:
                yield piece(chunk)

    return Way(whole_later, stream_later) if later else Way(whole, stream)


serve(
    {
        **{model.partition("/")[0]: way(model, later=False) for model in MODELS},
        **{model.partition("/")[0] + "-async": way(model, later=True) for model in MODELS},
    }
)
