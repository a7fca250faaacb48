"""Transcripts: what a caller asks, what the provider says, what comes back, what was told.

    await (
        Talk(gw)
        >> ask("2+2?")
        << upstream("4")
        << reply("4", x_cache="MISS")
        << events(CallArrived, LookupDone, ReplyFinished, EntryStored)
    )

`>>` is what the world does: a caller asks, time goes on. `<<` is what happens then: what the provider answers (whoever
has no `upstream` must not have been asked), and what is to be seen.
"""

import asyncio
import json
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from flow.house import Ear, House
from samples import SECRET, a_body, a_call, an_answer, dump
from warmlane.adapters.scripted import Seen
from warmlane.errors import UpstreamError, WarmlaneError
from warmlane.events import Event
from warmlane.model import Call


@dataclass
class Asking:
    """A caller asks; `leaves_after` so many pieces of the body, None: they stay."""

    body: bytes
    secret: bytes
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    leaves_after: int | None


@dataclass
class Answering:
    """The provider answers as told, or fails."""

    told: dict[str, Any]
    error: UpstreamError | None = None


@dataclass
class Heard:
    """What there was to be seen of one call."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    broken: bool = False
    events: list[Event] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)


Check: TypeAlias = Callable[[Heard], None]
Step: TypeAlias = Asking | Answering | float | Check


class Talk:
    """A conversation with one gateway, held when it is awaited."""

    def __init__(self, house: House) -> None:
        """Talk to `house`."""
        self._house = house
        self._steps: list[Step] = []

    def __rshift__(self, step: Asking | float) -> Self:
        """Somebody asks, or time goes on."""
        self._steps.append(step)
        return self

    def __lshift__(self, step: Answering | Check) -> Self:
        """The provider answers, or something is to be seen."""
        self._steps.append(step)
        return self

    def __await__(self) -> Generator[Any, None, Heard]:
        """Hold it; what was heard last."""
        return self._hold().__await__()

    async def _hold(self) -> Heard:
        heard = Heard()
        for at, step in enumerate(self._steps):
            if isinstance(step, Asking):
                said = list(self._answers_to(at))
                heard = await self._ask(step, said)
                assert len(heard.seen) == len(said), f"the provider was asked {len(heard.seen)} times: step {at}"
            elif isinstance(step, int | float):
                self._house.clock.advance(step)
            elif not isinstance(step, Answering):
                step(heard)
        return heard

    def _answers_to(self, at: int) -> Iterator[Answering]:
        for step in self._steps[at + 1 :]:
            if isinstance(step, Asking):
                return
            if isinstance(step, Answering):
                yield step

    async def _ask(self, asking: Asking, said: list[Answering]) -> Heard:
        house, heard = self._house, Heard()
        for answering in said:
            if answering.error is None:
                house.provider.answer(**answering.told)
            else:
                house.provider.fail(answering.error)
        before = len(house.provider.requests)
        headers = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in asking.headers.items())
        call = a_call(asking.body, secret=asking.secret, headers=headers, id=house.next_id(), **asking.fields)
        await _listen(house, asking, call, heard)
        await house.settle()
        heard.events = house.heard()
        heard.seen = house.provider.requests[before:]
        return heard


async def _listen(house: House, asking: Asking, call: Call, heard: Heard) -> None:
    trip, ear = house.gateway.begin(call), Ear(asking.leaves_after)
    error = None
    try:
        await house.tasks.spawn(house.gateway.handle(trip, ear), name="call")
    except asyncio.CancelledError:
        assert asking.leaves_after is not None
    except WarmlaneError as said:
        error = said
    heard.broken = ear.head is not None and error is not None
    if ear.head is not None:
        heard.status, fields, heard.body = ear.head.status, ear.head.headers, ear.body
    elif error is not None:
        heard.status, fields, heard.body = house.edge.error(
            error, call.id, trip.dialect or house.edge.shape(call.path, call.headers)
        )
    else:
        return
    heard.headers = {name.decode(): value.decode("latin-1") for name, value in fields}


def ask(
    text: str | bytes = "What is 2+2?",
    *,
    key: bytes = SECRET,
    headers: Mapping[str, str] | None = None,
    leaves_after: int | None = None,
    call: Mapping[str, Any] | None = None,
    **members: Any,
) -> Asking:
    """A caller asks `text` at temperature 0, with more members of the body; or sends these very bytes.

    `None` for a member takes it out. `call` has other fields of the Call.
    """
    if isinstance(text, bytes):
        body = text
    else:
        body = dump({name: value for name, value in a_body(text, **members).items() if value is not None})
    return Asking(body, key, headers or {}, call or {}, leaves_after)


def upstream(text: str | None = None, *, error: UpstreamError | None = None, **told: Any) -> Answering:
    """The provider answers a whole completion that says `text`; or as told, in the words of `scripted.Told`."""
    if text is not None:
        told["body"] = dump(an_answer(text, **told.pop("members", {})))
        length = ("content-length", str(len(told["body"])))
        told["headers"] = [("content-type", "application/json"), length, *told.get("headers", ())]
    return Answering(told, error)


def streamed(
    *pieces: str, finish: str | None = "stop", usage: bool = False, done: bool = True, **told: Any
) -> Answering:
    """The provider answers a stream that says the pieces, one a chunk."""
    shared = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "gpt-4o"}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces)]
    frames: list[Any] = [
        {**shared, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    if finish is not None:
        frames.append({**shared, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage:
        counts = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
        frames.append({**shared, "choices": [], "usage": counts})
    return Answering({"sse": [*frames, *(["[DONE]"] if done else [])], **told})


def reply(text: str | None = None, *, status: int = 200, broken: bool = False, **headers: str | None) -> Check:
    """The caller got an answer that says `text`, with these header fields (None: without).

    `broken`: it broke off after its head.
    """

    def check(heard: Heard) -> None:
        assert heard.status == status, heard.body
        assert heard.broken is broken
        if text is not None:
            assert spoken(heard.body) == text
        for name, value in headers.items():
            assert heard.headers.get(name.replace("_", "-")) == value, (name, heard.headers)

    return check


def refused(status: int, code: str, *, param: str | None = None, retry: bool = False) -> Check:
    """The caller got an error of ours, in OpenAI's shape."""

    def check(heard: Heard) -> None:
        told = json.loads(heard.body)
        assert (heard.status, told["error"]["code"], told["error"]["param"]) == (status, code, param)
        assert (heard.headers.get("x-should-retry") != "false") is retry
        assert heard.headers["content-type"] == "application/problem+json"

    return check


def events(*wanted: "type[Event] | That") -> Check:
    """These were told, in this order, and no others."""

    def check(heard: Heard) -> None:
        assert [type(event) for event in heard.events] == [
            one.kind if isinstance(one, That) else one for one in wanted
        ], heard.events
        for one, event in zip(wanted, heard.events, strict=True):
            if isinstance(one, That):
                assert {name: getattr(event, name) for name in one.fields} == one.fields

    return check


@dataclass
class That:
    """An event with these fields, whatever the others are."""

    kind: type[Event]
    fields: dict[str, Any]


def that(kind: type[Event], **fields: Any) -> That:
    """An event with these fields."""
    return That(kind, fields)


def forwarded(body: bytes | None = None, **headers: str | None) -> Check:
    """The provider got this body, and these header fields (None: not)."""

    def check(heard: Heard) -> None:
        (seen,) = heard.seen
        assert body is None or seen.body == body
        for name, value in headers.items():
            assert seen.header(name.replace("_", "-")) == value, name

    return check


def spoken(body: bytes) -> str:
    """The text of a completion, whole or in a stream."""
    if body.startswith(b"{"):
        return str(json.loads(body)["choices"][0]["message"]["content"])
    lines = [line.removeprefix(b"data: ") for line in body.split(b"\n") if line.startswith(b"data: {")]
    deltas = [choice["delta"] for line in lines for choice in json.loads(line)["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)
