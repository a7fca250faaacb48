"""Asking `/v1/responses` with OpenAI's own SDK, sync and async."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openai.types.responses import Response, ResponseStreamEvent

from sdk.ways import QUESTION, Async, Sync


@dataclass(frozen=True)
class Responded:
    """What the SDK gave: the headers, and the response or the events of its stream."""

    headers: Mapping[str, str]
    whole: Response | None = None
    events: tuple[ResponseStreamEvent, ...] = ()

    @property
    def x_cache(self) -> str:
        """What the gateway says it did."""
        return self.headers["x-cache"]

    @property
    def response(self) -> dict[str, Any]:
        """The response as plain data; of a stream, as its last event has it."""
        if self.whole is not None:
            return self.whole.to_dict()
        last: Any = self.events[-1]
        whole: dict[str, Any] = last.response.to_dict()
        return whole

    @property
    def text(self) -> str:
        """What the assistant said."""
        texts = [part["text"] for item in self.response["output"] for part in item.get("content", ())]
        return "".join(texts)


def to_respond(asked: Any = QUESTION, **members: Any) -> dict[str, Any]:
    """A call that is cached without asking: its temperature is 0. None takes a member away."""
    given = {"model": "gpt-4.1", "temperature": 0, "input": asked, **members}
    return {name: value for name, value in given.items() if value is not None}


async def respond(way: Async | Sync, asked: Any = QUESTION, **members: Any) -> Responded:
    """Ask, and read the whole answer. Raises what the SDK raises."""
    given = to_respond(asked, **members)
    if isinstance(way, Sync):
        return await asyncio.to_thread(_respond, way, given)
    raw = await way.client.responses.with_raw_response.create(**given)
    said: Any = raw.parse()
    if isinstance(said, Response):
        return Responded(headers=raw.headers, whole=said)
    return Responded(headers=raw.headers, events=tuple([event async for event in said]))


def _respond(way: Sync, given: dict[str, Any]) -> Responded:
    raw = way.client.responses.with_raw_response.create(**given)
    said: Any = raw.parse()
    if isinstance(said, Response):
        return Responded(headers=raw.headers, whole=said)
    return Responded(headers=raw.headers, events=tuple(said))


async def accumulate(way: Async | Sync, **members: Any) -> dict[str, Any]:
    """The final response of the SDK's own, strict accumulator, as plain data."""
    given = to_respond(**members)
    if isinstance(way, Sync):
        return await asyncio.to_thread(_accumulate, way, given)
    async with way.client.responses.stream(**given) as stream:
        return (await stream.get_final_response()).to_dict()


def _accumulate(way: Sync, given: dict[str, Any]) -> dict[str, Any]:
    with way.client.responses.stream(**given) as stream:
        return stream.get_final_response().to_dict()
