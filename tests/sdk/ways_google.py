"""Two ways to call with Google's own SDK, sync and async, that tests use alike. The sync one is called in a thread."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from google import genai
from google.genai.types import GenerateContentConfig, GenerateContentResponse, HttpOptions

from sdk.ways import QUESTION, Members

MODEL = "gemini-2.5-flash"


@dataclass(frozen=True)
class Reply:
    """What the SDK gave: the headers, and the answer or its chunks, as plain data."""

    headers: Mapping[str, str]
    whole: dict[str, Any] | None = None
    chunks: tuple[dict[str, Any], ...] = ()

    @property
    def x_cache(self) -> str:
        """What the gateway says it did."""
        return self.headers["x-cache"]

    @property
    def text(self) -> str:
        """What the model said, without its thoughts."""
        parts = self.answer["parts"]
        return "".join(part["text"] for part in parts if "text" in part and not part.get("thought"))

    @property
    def answer(self) -> dict[str, Any]:
        """The parts with adjacent texts of one kind joined, the last finish reason, usage and other members."""
        return assembled(self.chunks or (self.whole or {},))


def assembled(said: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What chunks, as the SDK has them, add up to; an empty text that carries nothing adds nothing."""
    parts: list[dict[str, Any]] = []
    answer: dict[str, Any] = {}
    for chunk in said:
        (candidate,) = chunk["candidates"]
        answer.update({name: value for name, value in {**chunk, **candidate}.items() if name not in _PUT_TOGETHER})
        for part in candidate["content"]["parts"]:
            plain = part.keys() <= {"text", "thought"}
            if plain and parts and parts[-1].keys() == part.keys():
                parts[-1] = {**part, "text": parts[-1]["text"] + part["text"]}
            elif part != {"text": ""}:
                parts.append(part)
    return {**answer, "parts": parts}


_PUT_TOGETHER = frozenset({"candidates", "content"})


def asked(text: str = QUESTION, *, model: str = MODEL, **members: Members) -> dict[str, Any]:
    """A call that is cached without asking: its temperature is 0. None takes a member of the config away.

    `contents` stands in for the text; `headers` and `extra_body` are the call's own.
    """
    contents = members.pop("contents", text)
    http = {name: members.pop(name) for name in ("headers", "extra_body") if name in members}
    config = {name: value for name, value in {"temperature": 0, **members}.items() if value is not None}
    return {
        "model": model,
        "contents": contents,
        "config": GenerateContentConfig(**config, http_options=HttpOptions(**http) if http else None),
    }


def reply_of(said: Iterable[GenerateContentResponse], *, stream: bool) -> Reply:
    """The answer, or the chunks, without what the SDK adds of its own."""
    responses = list(said)
    http = responses[0].sdk_http_response
    assert http is not None
    plain = [each.model_dump(exclude={"sdk_http_response"}, exclude_none=True, mode="json") for each in responses]
    headers = {name.lower(): value for name, value in (http.headers or {}).items()}
    return Reply(headers=headers, chunks=tuple(plain)) if stream else Reply(headers=headers, whole=plain[0])


class Way(Protocol):
    """A client of the SDK, as an async context manager."""

    async def ask(self, text: str = QUESTION, *, stream: bool = False, **members: Members) -> Reply:
        """Ask, and read the whole answer. Raises what the SDK raises."""
        ...


def _client(base_url: str, key: str, **options: Any) -> genai.Client:
    """Without certificates to load: the gateway speaks plain HTTP here. Google's SDK does not retry unless told to."""
    plain = {"client_args": {"verify": False}, "async_client_args": {"verify": False, "ssl": False}}
    return genai.Client(api_key=key, http_options=HttpOptions(base_url=base_url, **plain, **options))


class Async:
    """The async SDK. `client` is the SDK's own."""

    def __init__(self, base_url: str, key: str, **options: Any) -> None:
        """Call `base_url` with `key`; `options` are the SDK's HttpOptions."""
        self.client = _client(base_url, key, **options)

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.client.aio.aclose()
        await asyncio.to_thread(self.client.close)

    async def ask(self, text: str = QUESTION, *, stream: bool = False, **members: Members) -> Reply:
        """Ask, and read the whole answer."""
        models = self.client.aio.models
        if not stream:
            return reply_of([await models.generate_content(**asked(text, **members))], stream=False)
        said = await models.generate_content_stream(**asked(text, **members))
        return reply_of([chunk async for chunk in said], stream=True)


class Sync:
    """The sync SDK. `client` is the SDK's own."""

    def __init__(self, base_url: str, key: str, **options: Any) -> None:
        """Call `base_url` with `key`; `options` are the SDK's HttpOptions."""
        self.client = _client(base_url, key, **options)

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close its connections."""
        await asyncio.to_thread(self.client.close)

    async def ask(self, text: str = QUESTION, *, stream: bool = False, **members: Members) -> Reply:
        """Ask, and read the whole answer, in a thread."""
        return await asyncio.to_thread(self._ask, text, stream=stream, **members)

    def _ask(self, text: str, *, stream: bool, **members: Members) -> Reply:
        models = self.client.models
        if stream:
            return reply_of(models.generate_content_stream(**asked(text, **members)), stream=True)
        return reply_of([models.generate_content(**asked(text, **members))], stream=False)
