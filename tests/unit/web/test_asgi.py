"""The ordinary way in. What it answers is told in tests/flow/test_both_ways.py."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping, Sequence
from typing import Any

import pytest

from flow.house import House
from knocking import HIT, USUAL, asked, errors_of, whole
from warmlane.clock import ManualClock
from warmlane.events import CallRefused, ReplyFinished
from warmlane.web.asgi import Application
from warmlane.web.limits import Limits
from wire import Doors, Request, run_asgi


@pytest.fixture
async def house(clock: ManualClock) -> AsyncIterator[House]:
    """A gateway, and a provider that always answers."""
    async with House(clock) as house:
        house.provider.always(**whole())
        yield house


def application(house: House, limits: Limits | None = None) -> Application:
    """The way into it; nothing listens."""
    return Doors(house, limits).application


async def test_a_request_is_answered(house: House) -> None:
    """Head, body, end."""
    answer = await run_asgi(application(house), HIT)

    assert (answer.status, answer.body, answer.whole) == (200, USUAL, True)


@pytest.mark.parametrize("target", [HIT.target, "/openai/v1/files"])
async def test_a_body_may_come_in_pieces(house: House, target: str) -> None:
    """It reaches the provider whole, read or passed through."""
    body = HIT.body or b""
    pieces = [body[:7], b"", body[7:]]
    await run_asgi(application(house), Request(target=target, headers=HIT.headers, body=body), pieces=pieces)

    assert house.provider.requests[-1].body == body


@pytest.mark.parametrize("target", [HIT.target, "/openai/v1/files"])
@pytest.mark.parametrize("headers", [[], [("transfer-encoding", "chunked")]], ids=["announced", "not announced"])
async def test_a_body_over_the_limit_is_refused(house: House, target: str, headers: list[tuple[str, str]]) -> None:
    """Announced or not, read or passed through: 413, and it is told once."""
    request = Request(target=target, headers=[*HIT.headers, *headers], body=b"x" * 100)
    answer = await run_asgi(application(house, Limits(max_body_bytes=99)), request, pieces=[b"x" * 60, b"x" * 40])
    await house.settle()

    assert (answer.status, errors_of(answer)) == (413, (None, "too_large"))
    assert len([event for event in house.heard() if isinstance(event, CallRefused)]) == 1
    assert not any(seen.done.is_set() for seen in house.provider.requests)


async def test_a_request_that_is_no_call_is_told_of(house: House) -> None:
    """It has an id, in the answer and in the event."""
    answer = await run_asgi(application(house), asked(target="/nobody/v1/chat/completions"))
    await house.settle()
    (event,) = house.heard()

    assert isinstance(event, CallRefused)
    assert (event.status, event.call_id) == (404, answer.headers["x-request-id"])


async def scripted(
    application: Application,
    scope: dict[str, Any],
    messages: Sequence[dict[str, Any]],
    left: asyncio.Event | None = None,
) -> list[Any]:
    """Call the application, which receives these and then that the client has `left`; what it sends."""
    waiting, sent = list(messages), []

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            await (left or asyncio.Event()).wait()
            return GONE
        return waiting.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent


POST = {
    "type": "http", "method": "POST", "path": HIT.target, "raw_path": HIT.target.encode(), "query_string": b"",
    "headers": [(name.encode(), value.encode()) for name, value in HIT.fields()],
}  # fmt: skip
FILES = POST | {"path": "/openai/v1/files", "raw_path": b"/openai/v1/files"}
PART = {"type": "http.request", "body": b"{", "more_body": True}
WHOLE = {"type": "http.request", "body": HIT.body, "more_body": False}
GONE = {"type": "http.disconnect"}


@pytest.mark.parametrize("scope", [POST, FILES], ids=["read", "passed through"])
async def test_a_client_that_leaves_amid_its_request_gets_nothing(house: House, scope: dict[str, Any]) -> None:
    """Half a request is none: nothing is sent, and the provider answers nobody."""
    assert await scripted(application(house), scope, [PART, GONE]) == []
    await house.settle()

    assert not any(seen.done.is_set() for seen in house.provider.requests)
    assert len(house.tasks) == 0


@pytest.mark.parametrize("scope", [POST, FILES], ids=["read", "passed through"])
async def test_a_client_that_leaves_ends_the_work(house: House, scope: dict[str, Any]) -> None:
    """While the provider thinks."""
    house.provider.answer(hang=True)
    left = asyncio.Event()
    work = house.tasks.spawn(scripted(application(house), scope, [WHOLE], left), name="request")
    await house.provider.seen(1)
    left.set()
    assert await work == []
    await house.settle()

    assert house.provider.requests[0].left.is_set()
    (finished,) = [event for event in house.heard() if isinstance(event, ReplyFinished)]
    assert not finished.complete


async def test_a_server_that_stops_is_not_a_client_that_left(house: House) -> None:
    """Its cancellation goes through."""
    house.provider.answer(hang=True)
    work = house.tasks.spawn(scripted(application(house), POST, [WHOLE]), name="request")
    await house.provider.seen(1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_cut_answer_has_no_end(house: House) -> None:
    """The last message says that more would come: the server closes the connection."""
    house.provider.answer(body=[b"a", b"b"], cut_after=1)
    sent = await scripted(application(house), POST, [WHOLE])

    assert [message.get("more_body") for message in sent] == [None, True]


async def test_websockets_are_turned_away(house: House) -> None:
    """Where a server offers them at all."""
    sent = await scripted(application(house), {"type": "websocket"}, [{"type": "websocket.connect"}])

    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_other_scopes_are_nothing_to_us(house: House) -> None:
    """Lifespan: there is none."""
    assert await scripted(application(house), {"type": "lifespan"}, []) == []


async def test_what_breaks_after_the_head_is_a_cut(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Here an answer that is longer than it said: nothing is added to it, and no text is logged."""

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            text = "the answer to somebody"
            raise RuntimeError(text)

    waiting, sent = [WHOLE], []

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop()

    await application(house)(POST, receive, send)
    await house.settle()

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert "a request failed: RuntimeError" in caplog.text
    assert "somebody" not in caplog.text


async def test_an_error_of_ours_is_json(house: House) -> None:
    """With the members of RFC 9457 beside OpenAI's."""
    answer = await run_asgi(application(house), asked(target="/nobody/x"))
    told = json.loads(answer.body)

    assert answer.headers["content-type"] == "application/problem+json"
    assert (told["status"], told["title"]) == (404, "Not Found")
    assert told["error"]["message"] == told["detail"]
