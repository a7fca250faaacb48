"""Two ways to call with OpenAI's own SDK, sync and async, that tests use alike. The sync one is called in a thread."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

Members: TypeAlias = Any

QUESTION = "What is the capital of France?"


@dataclass(frozen=True)
class Reply:
    """What the SDK gave: the headers, and the completion or its chunks."""

    headers: Mapping[str, str]
    whole: ChatCompletion | None = None
    chunks: tuple[ChatCompletionChunk, ...] = ()

    @property
    def x_cache(self) -> str:
        """What the gateway says it did."""
        return self.headers["x-cache"]

    @property
    def text(self) -> str | None:
        """What the assistant said."""
        text: str | None = self.completion["choices"][0]["message"]["content"]
        return text

    @property
    def completion(self) -> dict[str, Any]:
        """The completion as plain data; of a stream, as the SDK's own accumulator has it."""
        if self.whole is not None:
            return self.whole.to_dict()
        return assembled(self.chunks)


def assembled(chunks: Iterable[ChatCompletionChunk]) -> dict[str, Any]:
    """The completion that chunks add up to, by the SDK."""
    state = ChatCompletionStreamState()
    for chunk in chunks:
        state.handle_chunk(chunk)
    return state.get_final_completion().to_dict()


def asked(text: str = QUESTION, **members: Members) -> dict[str, Any]:
    """A call that is cached without asking: its temperature is 0. None takes a member away."""
    given = {"model": "gpt-4o", "temperature": 0, "messages": [{"role": "user", "content": text}], **members}
    return {name: value for name, value in given.items() if value is not None}


class Way(Protocol):
    """A client of the SDK, as an async context manager."""

    async def ask(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask, and read the whole answer. Raises what the SDK raises."""
        ...


class Async:
    """The async SDK. `client` is the SDK's own."""

    def __init__(self, base_url: str, key: str, **options: Any) -> None:
        """Call `base_url` with `key`. Without retries, unless `options` of the client say so."""
        http = DefaultAsyncHttpxClient(verify=False)  # no certificates to load: the gateway speaks plain HTTP here
        self.client = AsyncOpenAI(base_url=base_url, api_key=key, http_client=http, **{"max_retries": 0, **options})

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.client.close()

    async def ask(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask, and read the whole answer."""
        raw = await self.client.chat.completions.with_raw_response.create(**asked(text, **members))
        said = raw.parse()
        if isinstance(said, ChatCompletion):
            return Reply(headers=raw.headers, whole=said)
        return Reply(headers=raw.headers, chunks=tuple([chunk async for chunk in said]))

    async def each(self, hear: Callable[[ChatCompletionChunk], None], **members: Members) -> None:
        """Ask for a stream, and call `hear` with each chunk as it comes."""
        async for chunk in await self.client.chat.completions.create(**asked(**members), stream=True):
            hear(chunk)


class Sync:
    """The sync SDK. `client` is the SDK's own."""

    def __init__(self, base_url: str, key: str, **options: Any) -> None:
        """Call `base_url` with `key`. Without retries, unless `options` of the client say so."""
        http = DefaultHttpxClient(verify=False)
        self.client = OpenAI(base_url=base_url, api_key=key, http_client=http, **{"max_retries": 0, **options})

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close its connections."""
        await asyncio.to_thread(self.client.close)

    async def ask(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask, and read the whole answer, in a thread."""
        return await asyncio.to_thread(self._ask, text, **members)

    async def each(self, hear: Callable[[ChatCompletionChunk], None], **members: Members) -> None:
        """Ask for a stream, and call `hear` with each chunk as it comes, in the thread."""

        def listen() -> None:
            for chunk in self.client.chat.completions.create(**asked(**members), stream=True):
                hear(chunk)

        await asyncio.to_thread(listen)

    def _ask(self, text: str, **members: Members) -> Reply:
        raw = self.client.chat.completions.with_raw_response.create(**asked(text, **members))
        said = raw.parse()
        if isinstance(said, ChatCompletion):
            return Reply(headers=raw.headers, whole=said)
        return Reply(headers=raw.headers, chunks=tuple(said))
