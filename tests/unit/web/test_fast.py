"""What the HTTP protocol object holds a client to: weights and times."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from flow.house import House
from knocking import HIT, KEY, MISS, ask_once, asked, errors_of, warm, whole
from samples import a_body, dump
from warmlane.clock import ManualClock
from warmlane.errors import BadRequest, HeadersTooLarge
from warmlane.events import CallRefused
from warmlane.web.limits import Limits
from wire import Client, Doors, Request


@pytest.fixture
async def house(clock: ManualClock) -> AsyncIterator[House]:
    """A gateway, and a provider that always answers."""
    async with House(clock) as house:
        house.provider.always(**whole())
        yield house


MANY = [(f"x-{n}", "v") for n in range(101)]
LONG = [("x-long", "v" * 33_000)]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (asked("hit", *MANY).bytes(), 431, "headers_too_large"),
        (asked("hit", *LONG).bytes(), 431, "headers_too_large"),
        (asked("hit", *MANY).bytes() * 2, 431, "headers_too_large"),
        (asked("hit", *MANY).bytes() + b"nonsense\r\n\r\n", 431, "headers_too_large"),
        (b"GET /" + b"a" * 40_000, 431, "headers_too_large"),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 40_000, 431, "headers_too_large"),
        (HIT.bytes() + asked("hit", *LONG).bytes(), 431, "headers_too_large"),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 2_000_000, 431, "headers_too_large"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "bad_request"),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400, "bad_request"),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400, "bad_request"),
        (HIT.bytes() + b"\r\nnonsense\r\n\r\n", 400, "bad_request"),
    ],
)
async def test_what_is_too_heavy_or_no_http_is_refused(house: House, data: bytes, status: int, code: str) -> None:
    """In OpenAI's shape, and the connection ends; the answers before it are whole."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            await client.send(data)
            if data.startswith(HIT.bytes()):
                assert (await client.answer()).headers["x-cache"] == "HIT"
            answer = await client.answer()
            assert (answer.status, answer.whole) == (status, True)
            assert errors_of(answer)[1] == code
            assert answer.headers["connection"] == "close"
            assert await client.is_closed()
        await house.settle()

    refused = [event for event in house.heard() if isinstance(event, CallRefused)]
    assert [(event.status, event.why) for event in refused] == [(status, code)]


async def test_a_hundred_fields_are_not_too_many(house: House) -> None:
    """The limit itself is allowed."""
    async with Doors(house) as doors:
        answer = await ask_once(doors, asked("hit", *MANY[:97]))

    assert answer.status == 200


async def test_trailers_without_end_are_cut_off(house: House) -> None:
    """They are bounded like a header."""
    head = Request(headers=[KEY, ("transfer-encoding", "chunked")], body=b"").head()
    async with Doors(house) as doors, doors.client() as client:
        await client.send(head + b"2\r\n{}\r\n0\r\nx: " + b"a" * 1_000_000)
        answer = await client.answer()
        assert answer.status == 431
        assert await client.is_closed()


SHORT = Limits(arrival_timeout=0.05)


@pytest.mark.parametrize(
    "data",
    [
        HIT.bytes()[:10],
        HIT.head()[:-2],
        HIT.head() + b'{"mod',
        asked("x" * 70_000).bytes()[:-1],
        Request(headers=[KEY, ("transfer-encoding", "chunked")], body=b"").head() + b"5\r\n{",
    ],
    ids=["line", "header", "held body", "long body", "chunk"],
)
async def test_a_request_that_does_not_arrive_is_given_up(house: House, data: bytes) -> None:
    """408, and the end: nobody can hold a connection with half a request."""
    async with Doors(house, SHORT) as doors, doors.client() as client:
        await client.send(data)
        answer = await client.answer()
        assert (answer.status, errors_of(answer)) == (408, (None, "slow_request"))
        assert await client.is_closed()
    assert house.provider.requests == []


async def test_a_header_that_drips_has_one_deadline(house: House) -> None:
    """Each new byte is no new deadline: slow-loris ends when anybody would."""
    async with Doors(house, Limits(arrival_timeout=0.3)) as doors, doors.client() as client:
        drip = doors.house.tasks.spawn(dripping(client), name="drip")
        answer = await client.answer()
        drip.cancel()

    assert answer.status == 408


async def dripping(client: Client) -> None:
    """Send a header that never ends, a little at a time, each once the loop has gone round."""
    await client.send(b"GET / HTTP/1.1\r\nx: ")
    while True:
        await client.send(b"a")
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.02)


async def test_a_connection_that_says_nothing_is_closed(house: House) -> None:
    """Without a word: there is no request to answer."""
    async with Doors(house, SHORT) as doors, doors.client() as client:
        assert await client.is_closed()


async def test_a_slow_answer_is_no_slow_request(house: House) -> None:
    """The deadline is for what the client sends, however long the provider thinks."""
    hold = asyncio.Event()
    async with Doors(house, SHORT) as doors:
        house.provider.answer(body=b"{}", hold=hold)
        async with doors.client() as client, doors.client() as other:
            await client.send(MISS.bytes())
            assert await other.is_closed()  # so the deadline has passed
            hold.set()
            assert (await client.answer()).status == 200


async def test_a_body_that_we_do_not_read_is_not_late(house: House) -> None:
    """Where the provider takes its time to take the upload, the client must wait, and is not to blame."""
    hold, upload = asyncio.Event(), b"x" * 5_000_000
    taken: list[int] = []

    class Slow(type(house.provider)):  # type: ignore[misc] # a scripted provider that takes the body when told
        async def forward(self, call: Any, /) -> Any:
            await hold.wait()
            taken.append(sum([len(part) async for part in call.body]))
            async for item in super().forward(call):
                yield item

    house.provider.__class__ = Slow
    async with Doors(house, SHORT) as doors, doors.client() as client:
        sending = house.tasks.spawn(client.send(asked(target="/openai/v1/files", body=upload).bytes()), name="up")
        for _ in range(2):  # so the deadline has passed
            async with doors.client() as other:
                assert await other.is_closed()
        hold.set()
        await sending
        answer = await client.answer()

    assert answer.status == 200
    assert taken == [len(upload)]


async def test_a_late_request_behind_another_spoils_no_answer(house: House) -> None:
    """Half a request behind one that is being answered: the connection ends, no 408 is taken for the answer."""
    hold = asyncio.Event()
    async with Doors(house, SHORT) as doors:
        house.provider.answer(body=b"{}", hold=hold)
        async with doors.client() as client:
            await client.send(MISS.bytes() + HIT.bytes()[:20])
            assert await client.is_closed()


async def test_a_heavy_request_behind_another_spoils_no_answer(house: House) -> None:
    """Nor a 431."""
    hold = asyncio.Event()
    async with Doors(house) as doors:
        house.provider.answer(body=b"{}", hold=hold)
        async with doors.client() as client:
            await client.send(MISS.bytes() + asked("hit", *MANY).bytes())
            assert await client.is_closed()


async def test_an_error_is_not_followed_by_another(house: House) -> None:
    """A body that is refused by its length and never comes is answered once."""
    async with Doors(house, Limits(arrival_timeout=0.05, max_body_bytes=1000)) as doors, doors.client() as client:
        await client.send(Request(headers=[KEY, ("content-length", "100000")], body=b"x").bytes())
        assert (await client.answer()).status == 413
        assert await client.is_closed()


async def test_a_refused_body_is_read_away(house: House) -> None:
    """Then the connection serves on."""
    async with Doors(house, Limits(max_body_bytes=1000)) as doors, doors.client() as client:
        assert (await client.ask(asked(body=b"x" * 200_000))).status == 413
        assert (await client.ask(asked("a"))).status == 200


async def test_too_many_connections_are_turned_away(house: House) -> None:
    """Those that are open go on."""
    async with Doors(house, Limits(max_connections=1)) as doors, doors.client() as client:
        assert (await client.ask(Request("GET", "/healthz"))).status == 200
        async with doors.client() as other:
            assert await other.is_closed()
        assert (await client.ask(Request("GET", "/healthz"))).status == 200


async def test_an_idle_connection_is_closed(house: House) -> None:
    """After a hit as after any answer."""
    async with Doors(house, timeout_keep_alive=0) as doors:
        await warm(doors)
        for request in (HIT, MISS):
            async with doors.client() as client:
                assert (await client.ask(request)).whole
                assert await client.is_closed()


async def test_a_connection_is_idle_only_since_its_last_answer(house: House) -> None:
    """Hits keep it open for longer than it may be idle, and so does what came between them."""
    async with Doors(house, timeout_keep_alive=1) as doors:
        await warm(doors)
        async with doors.client() as client:
            begun = asyncio.get_running_loop().time()
            while asyncio.get_running_loop().time() < begun + 1.3:
                assert (await client.ask(HIT)).whole
            assert (await client.ask(MISS)).whole
            assert (await client.ask(HIT)).whole
            assert await client.is_closed()


async def test_each_body_may_name_another_provider(house: House) -> None:
    """Behind the same header, on one connection: what was answered by one is nobody else's answer."""
    first, other = [
        Request(target="/v2/router/chat/completions", headers=[KEY], body=dump(a_body(model=f"{name}/gpt-4o")))
        for name in ("openai", "groq")
    ]
    async with Doors(house) as doors, doors.client() as client:
        said = []
        for request in (first, other, first, other, other, Request(headers=[KEY], body=dump(a_body()))):
            said.append((await client.ask(request)).headers["x-cache"])
            await house.settle()

    assert said == ["MISS", "MISS", "HIT", "HIT", "HIT", "HIT"]
    assert {seen.body for seen in house.provider.requests} == {dump(a_body())}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (asked("hit", *MANY, target="/anthropic/v1/messages").bytes(), "/anthropic/v1/messages"),
        (b"GET /google/" + b"a" * 40_000, "/google/a"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ""),
    ],
)
async def test_what_is_refused_early_is_said_in_the_shape_of_whom_was_meant(
    house: House, data: bytes, path: str
) -> None:
    """As far as it had come."""
    async with Doors(house) as doors, doors.client() as client:
        await client.send(data)
        answer = await client.answer()

    error = BadRequest("") if answer.status == 400 else HeadersTooLarge("")
    kind, body = house.edge.shape(path, ()).error(error)
    assert answer.headers["content-type"] == kind.decode()
    assert json.loads(answer.body).keys() == json.loads(body).keys()
