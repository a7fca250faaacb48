"""The fast way in gives the answers that the ordinary way gives."""

from collections.abc import AsyncIterator

import pytest

from flow.house import House
from knocking import HIT, KEY, MISS, USUAL, ask_once, asked, errors_of, forget, warm, whole
from samples import OTHER_SECRET, SECRET, a_body, dump
from warmlane.clock import ManualClock
from warmlane.events import CallArrived, LookupDone, ReplyFinished
from warmlane.web.limits import Limits
from wire import Answer, Doors, Request, run_asgi

pytestmark = pytest.mark.slow  # seconds of real sockets; each way has its own quick tests

OWN = {"date", "server-timing", "x-request-id", "request-id", "connection"}
"""Fields that differ from answer to answer, and how uvicorn says that it closes."""


def shown(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """What two ways must agree about."""
    return answer.status, {name: value for name, value in answer.headers.items() if name not in OWN}, answer.body


@pytest.fixture
async def house(clock: ManualClock) -> AsyncIterator[House]:
    """A gateway, and a provider that always answers."""
    async with House(clock) as house:
        house.provider.always(**whole())
        yield house


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        (HIT, 200, "HIT"),
        (MISS, 200, "MISS"),
        (asked("hit", ("x-cache-mode", "exact_match")), 200, "HIT"),
        (asked("hit", ("accept", "text/html"), ("user-agent", "x"), ("x-stainless-retry-count", "1")), 200, "HIT"),
        (asked("hit", ("cache-control", "no-cache")), 200, "REFRESH"),
        (asked("hit", ("cache-control", "max-age=0")), 200, "HIT"),
        (asked(target="/v1/chat/completions"), 200, "HIT"),
        (asked(target="/openai/v1/v1/chat/completions"), 200, "HIT"),
        (asked(target="/openai/chat/completions"), 200, "HIT"),
        (asked("hit", ("host", "openai.localhost:8000"), target="/v1/chat/completions"), 200, "HIT"),
        (asked(target="/v2/router/chat/completions", body=dump(a_body("hit", model="openai/gpt-4o"))), 200, "HIT"),
        (asked(target="/v3/router/chat/completions", body=dump(a_body("hit", model="openai/gpt-4"))), 200, "MISS"),
        (asked(target="/v2/router/audio/speech", body=b'{"model": "openai/tts"}'), 200, "BYPASS"),
        (asked(target="/v2/router/chat/completions", body=dump(a_body("hit"))), 400, "model"),
        (asked(target="/v2/router/chat/completions", body=dump(a_body("hit", model="nobody/x"))), 404, "model"),
        (Request("GET", "/v2/router/models", [KEY]), 400, "model"),
        (asked(target="/openai/v1/chat/completions?a=1"), 200, "MISS"),
        (asked(target="/v1/chat/completions", body=dump(a_body("hit", stream=True))), 200, "HIT"),
        (Request(headers=[("authorization", f"Bearer {OTHER_SECRET.decode()}")], body=HIT.body), 200, "MISS"),
        (Request(headers=[("x-api-key", SECRET.decode())], body=HIT.body), 200, "HIT"),
        (Request(body=HIT.body), 200, "BYPASS"),
        (asked(body=dump(a_body("hit", temperature=1))), 200, "BYPASS"),
        (asked(body=b""), 200, "BYPASS"),
        (asked(body=b"[]"), 200, "BYPASS"),
        (asked(body=b"\xff" * 100), 200, "BYPASS"),
        (asked("x" * 70_000), 200, "MISS"),
        (asked(body=dump(a_body("hit", cache={"ttl": 5}))), 200, "HIT"),
        (asked(body=dump(a_body("hit", cache={"ttl": 0}))), 400, "cache.ttl"),
        (asked("hit", ("x-cache-mode", "fuzzy")), 400, "X-Cache-Mode"),
        (asked("miss", ("cache-control", "only-if-cached")), 504, "not_cached"),
        (asked("hit", ("host", "localhost"), ("host", "localhost")), 400, "Host"),
        (asked("hit", KEY), 400, "Authorization"),
        (asked(target="/nobody/v1/chat/completions"), 404, "path"),
        (asked(target="/openai/v1/../chat/completions"), 400, "path"),
        (asked("hit", ("x-warmlane-provider", "nobody"), target="/v1/chat/completions"), 404, "X-Warmlane-Provider"),
        (asked("hit", ("upgrade", "websocket"), ("connection", "Upgrade")), 400, "bad_request"),
        (asked(body=b"x" * 5001), 413, "too_large"),
        (Request("GET", "/openai/v1/models", [KEY]), 200, "BYPASS"),
        (Request("DELETE", "/openai/v1/files/f", [KEY]), 200, "BYPASS"),
        (asked(target="/openai/v1/audio/speech"), 200, "BYPASS"),
        (Request("GET", "/healthz"), 200, "ok"),
        (Request("GET", "/"), 200, "Warmlane"),
        (Request("PUT", "/healthz"), 404, "path"),
    ],
)
async def test_both_ways_give_the_same_answer(house: House, request_: Request, status: int, said: str) -> None:
    """Status, every field but ids and times, and every byte of the body."""
    limits = Limits(max_body_bytes=5000 if status == 413 else 20_000_000)
    async with Doors(house, limits) as doors:
        await warm(doors)
        fast = await ask_once(doors, request_)
        await house.settle()
        if fast.headers.get("x-cache") in {"MISS", "REFRESH"}:  # back to how it was
            await forget(house)
            await warm(doors)
        ordinary = await run_asgi(doors.application, request_)

    assert shown(fast) == shown(ordinary)
    assert fast.whole
    assert ordinary.whole
    assert fast.status == status
    assert said in (fast.headers.get("x-cache", ""), *errors_of(fast)) or said.encode() in fast.body
    assert fast.headers["x-request-id" if "x-cache" in fast.headers or status >= 400 else "content-type"]


async def test_the_very_same_bytes_are_answered_again(house: House) -> None:
    """Each time with ids and an age of its own, as long as the answer lives; all of it is told."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            answers = [await client.ask(HIT) for _ in range(3)]
            house.clock.advance(30)
            answers.append(await client.ask(HIT))
            assert len(doors.repeats) == 1
            await house.settle()
            kinds = [type(event) for event in house.heard()]
            house.clock.advance(90_000)
            gone = await client.ask(HIT)

    assert {answer.headers["x-cache"] for answer in answers} == {"HIT"}
    assert [answer.headers["age"] for answer in answers] == ["0", "0", "0", "30"]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    assert {answer.body for answer in answers} == {USUAL}
    assert kinds == [CallArrived, LookupDone, ReplyFinished] * 4
    assert gone.headers["x-cache"] == "MISS"


async def test_a_repeat_ends_with_the_key(house: House) -> None:
    """A 401 of the provider ends the reuse on this way too."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            assert [(await client.ask(HIT)).headers["x-cache"] for _ in range(2)] == ["HIT", "HIT"]
            house.provider.answer(status=401, json={"error": {}})
            assert (await client.ask(MISS)).status == 401
            assert (await client.ask(HIT)).headers["x-cache"] == "REFRESH"


async def test_another_field_is_another_request(house: House) -> None:
    """Of the same bytes of a body: another key, another control, another account."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            for _ in range(2):
                assert (await client.ask(HIT)).headers["x-cache"] == "HIT"
            for fields in (
                [("authorization", f"Bearer {OTHER_SECRET.decode()}")],
                [KEY, ("openai-organization", "o")],
                [KEY, ("x-cache-namespace", "n")],
                [KEY, ("openai-beta", "b")],
            ):
                assert (await client.ask(Request(headers=fields, body=HIT.body))).headers["x-cache"] == "MISS"
                await house.settle()
            named = [KEY, ("openai-beta", "b"), ("connection", "keep-alive, openai-beta")]
            assert (await client.ask(Request(headers=named, body=HIT.body))).headers["x-cache"] == "HIT"


async def test_a_trace_is_taken_up(house: House) -> None:
    """On a miss the provider gets what the caller sent."""
    async with Doors(house) as doors:
        parent = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        await ask_once(doors, asked("miss", parent))

    assert house.provider.requests[-1].header("traceparent") == parent[1]


async def test_something_unforeseen_is_said_in_our_shape(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """500, without its text in the answer or in the log; the connection goes on."""

    def broken(*_: object) -> None:
        message = "the prompt of somebody"
        raise ZeroDivisionError(message)

    async with Doors(house) as doors:
        begin, house.gateway.begin = house.gateway.begin, broken  # type: ignore[method-assign, assignment]
        async with doors.client() as client:
            answer = await client.ask(HIT)
            house.gateway.begin = begin  # type: ignore[method-assign]
            assert (await client.ask(MISS)).status == 200

    assert (answer.status, errors_of(answer)) == (500, (None, "internal"))
    assert "prompt of somebody" not in caplog.text
    assert b"prompt" not in answer.body
