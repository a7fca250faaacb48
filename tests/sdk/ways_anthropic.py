"""Two ways to call with Anthropic's own SDK, sync and async, for tests to use alike. The sync one runs in a thread."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from anthropic import Anthropic, AsyncAnthropic, DefaultAsyncHttpxClient, DefaultHttpxClient
from anthropic.types import Message, RawMessageStreamEvent

from sdk.ways import QUESTION, Members

MODEL = "claude-sonnet-5"
OPTED_IN = {"x-cache-mode": "auto"}
"""The SDK has no `temperature` any more, so that nothing is cached unless it is asked for."""


@dataclass(frozen=True)
class Reply:
    """What the SDK gave: the headers, and the message or the events of its stream."""

    headers: Mapping[str, str]
    whole: Message | None = None
    events: tuple[RawMessageStreamEvent, ...] = ()

    @property
    def x_cache(self) -> str:
        """What the gateway says it did."""
        return self.headers["x-cache"]

    @property
    def text(self) -> str:
        """What the assistant said."""
        if self.whole is not None:
            return "".join(block.text for block in self.whole.content if block.type == "text")
        deltas = [event.delta for event in self.events if event.type == "content_block_delta"]
        return "".join(delta.text for delta in deltas if delta.type == "text_delta")

    @property
    def message(self) -> dict[str, Any]:
        """The message as plain data."""
        assert self.whole is not None
        return self.whole.to_dict()


def asked(text: str = QUESTION, **members: Members) -> dict[str, Any]:
    """A call that is to be cached. None takes a member or a header away; `extra_headers` come on top."""
    said = {**OPTED_IN, **members.pop("extra_headers", {})}
    headers = {name: value for name, value in said.items() if value is not None}
    given = {
        "model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": text}],
        "extra_headers": headers, **members,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


class Way(Protocol):
    """A client of the SDK, as an async context manager."""

    async def ask(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask with `create`, and read the whole answer, or each event of it. Raises what the SDK raises."""
        ...

    async def hear(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask with the SDK's `stream`, which makes a whole message of the events. Raises what the SDK raises."""
        ...


class Async:
    """The async SDK. `client` is the SDK's own."""

    def __init__(self, base_url: str, key: str, **options: Any) -> None:
        """Call `base_url` with `key`. Without retries, unless `options` of the client say so."""
        http = DefaultAsyncHttpxClient(verify=False)  # no certificates to load: the gateway speaks plain HTTP here
        self.client = AsyncAnthropic(base_url=base_url, api_key=key, http_client=http, **{"max_retries": 0, **options})

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.client.close()

    async def ask(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask with `create`."""
        raw = await self.client.messages.with_raw_response.create(**asked(text, **members))
        said = await raw.parse()
        if isinstance(said, Message):
            return Reply(headers=raw.headers, whole=said)
        return Reply(headers=raw.headers, events=tuple([event async for event in said]))

    async def hear(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask with `stream`."""
        async with self.client.messages.stream(**asked(text, **members)) as spoken:
            return Reply(headers=spoken.response.headers, whole=await spoken.get_final_message())


class Sync:
    """The sync SDK. `client` is the SDK's own."""

    def __init__(self, base_url: str, key: str, **options: Any) -> None:
        """Call `base_url` with `key`. Without retries, unless `options` of the client say so."""
        http = DefaultHttpxClient(verify=False)
        self.client = Anthropic(base_url=base_url, api_key=key, http_client=http, **{"max_retries": 0, **options})

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close its connections."""
        await asyncio.to_thread(self.client.close)

    async def ask(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask with `create`, in a thread."""
        return await asyncio.to_thread(self._ask, text, **members)

    async def hear(self, text: str = QUESTION, **members: Members) -> Reply:
        """Ask with `stream`, in a thread."""
        return await asyncio.to_thread(self._hear, text, **members)

    def _ask(self, text: str, **members: Members) -> Reply:
        raw = self.client.messages.with_raw_response.create(**asked(text, **members))
        said = raw.parse()
        if isinstance(said, Message):
            return Reply(headers=raw.headers, whole=said)
        return Reply(headers=raw.headers, events=tuple(said))

    def _hear(self, text: str, **members: Members) -> Reply:
        with self.client.messages.stream(**asked(text, **members)) as spoken:
            return Reply(headers=spoken.response.headers, whole=spoken.get_final_message())
