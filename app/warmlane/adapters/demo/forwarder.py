"""Who answers for the demo: finds the API that a call is for, and takes its time like a provider.

It says that it is a demo, and repeats the question, so that different questions have different answers. The same call
has the same answer, but for its id and date.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from warmlane.adapters.demo import (
    anthropic_messages,
    google_embeddings,
    google_generate,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_responses,
)
from warmlane.adapters.demo.answers import Asked, Told, Unusable
from warmlane.adapters.demo.models import LISTS
from warmlane.adapters.demo.refusals import refusal
from warmlane.canonical import Unreadable, read
from warmlane.clock import Clock
from warmlane.families import Family, dialect_of, of_headers, of_path
from warmlane.model import Call, Head, Headers

_APIS: Final[Mapping[str, tuple[Family, Callable[[Asked], Told | Unusable]]]] = MappingProxyType(
    {
        "anthropic_messages": (Family.ANTHROPIC, anthropic_messages.answer),
        "google_embeddings": (Family.GOOGLE, google_embeddings.answer),
        "google_generate": (Family.GOOGLE, google_generate.answer),
        "openai_chat": (Family.OPENAI, openai_chat.answer),
        "openai_completions": (Family.OPENAI, openai_completions.answer),
        "openai_embeddings": (Family.OPENAI, openai_embeddings.answer),
        "openai_responses": (Family.OPENAI, openai_responses.answer),
    }
)
_MODELS: Final = re.compile(r"/v1(?:beta1?|alpha)?(?:/openai)?/models")
_FOR_OPENAI: Final = "/v1beta/openai/"  # Google's paths for OpenAI's SDK
_REQUEST_ID: Final = MappingProxyType({Family.OPENAI: b"x-request-id", Family.ANTHROPIC: b"request-id"})
_UNKNOWN: Final = (
    "The demo answers chat completions, responses, completions and embeddings of OpenAI's API, Anthropic's messages, "
    "Google's generateContent and embedContent, and lists its model; nothing else."
)


class DemoForwarder:
    """Answers what is cached of each vendor's API, and lists of models; all else is a 404 in the vendor's shape."""

    def __init__(self, clock: Clock, *, first_byte: float = 0.4, per_chunk: float = 0.02) -> None:
        """Wait `first_byte` seconds before an answer begins, and `per_chunk` seconds before each piece of a stream."""
        self._clock, self._first_byte, self._per_chunk = clock, first_byte, per_chunk

    async def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Answer `call`. Raises nothing: there is nobody who could not be reached."""
        body = call.body if isinstance(call.body, bytes) else b"".join([part async for part in call.body])
        await _pause(self._first_byte)
        # In a thread: hashing thousands of texts must not hold up other callers.
        status, family, told = await asyncio.to_thread(_answer, call, body, int(self._clock.now()))
        yield Head(status=status, headers=_headers(call, family, told))
        for part in told.parts:
            yield part
            if told.streamed:
                await _pause(self._per_chunk)

    async def ping(self) -> None:
        """Always there."""

    async def aclose(self) -> None:
        """Nothing to let go of."""


def _answer(call: Call, body: bytes, now: int) -> tuple[HTTPStatus, Family, Told]:
    """Status, whose API it is, and what is said."""
    family = _family(call)
    if call.method == "GET" and _MODELS.fullmatch(call.path):
        return HTTPStatus.OK, family, LISTS[family]
    dialect = dialect_of(Family.ANY, call.path) if call.method == "POST" else None
    if dialect is None:
        return HTTPStatus.NOT_FOUND, family, refusal(family, _id(call), HTTPStatus.NOT_FOUND, _UNKNOWN)
    family, answer = _APIS[dialect]
    try:
        asked = Asked(id=call.id, path=call.path, query=call.query, now=now, body=read(body))
    except Unreadable:
        why = "We could not parse the JSON body of your request."
        return HTTPStatus.BAD_REQUEST, family, refusal(family, _id(call), HTTPStatus.BAD_REQUEST, why)
    told = answer(asked)
    if isinstance(told, Told):
        return HTTPStatus.OK, family, told
    why = f"The demo cannot use the value of '{told.field}'."
    return HTTPStatus.BAD_REQUEST, family, refusal(family, _id(call), HTTPStatus.BAD_REQUEST, why, told.field)


def _family(call: Call) -> Family:
    """Whose shape an answer has that is of no API in particular."""
    if call.path.startswith(_FOR_OPENAI):
        return Family.OPENAI
    return of_path(call.path) or of_headers(call.headers) or Family.OPENAI


def _headers(call: Call, family: Family, told: Told) -> Headers:
    name = _REQUEST_ID.get(family)
    return (
        (b"content-type", told.content_type),
        *(() if name is None else ((name, _id(call).encode()),)),
        *(() if told.streamed else ((b"content-length", b"%d" % len(told.parts[0])),)),
    )


def _id(call: Call) -> str:
    return f"req_{call.id}"


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)  # noqa: TID251 - a demo without a pause would hide what a hit saves
