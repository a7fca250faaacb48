"""A connection to a listening gateway: in order, whole, and never mixed up."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from flow.house import House
from knocking import HIT, KEY, MISS, asked, errors_of, warm, whole
from samples import a_body, an_answer, dump
from warmlane.clock import ManualClock
from warmlane.errors import Unreachable
from warmlane.events import ReplyFinished
from wire import Doors, Request


@pytest.fixture
async def house(clock: ManualClock) -> AsyncIterator[House]:
    """A gateway, and a provider that always answers."""
    async with House(clock) as house:
        house.provider.always(**whole())
        yield house


async def test_a_connection_serves_one_request_after_the_other(house: House) -> None:
    """Hits, misses, errors and pages in turn, each whole, none taken for another."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            for request, status in ((HIT, 200), (asked("a"), 200), (asked(body=b"["), 200), (HIT, 200),
                                    (asked(target="/nobody/v1/x"), 404), (Request("GET", "/healthz"), 200),
                                    (Request("HEAD", "/healthz"), 200), (HIT, 200), (asked("b"), 200)):  # fmt: skip
                answer = await client.ask(request)
                assert (answer.status, answer.whole) == (status, True)
                assert answer.headers.get("connection") is None


async def test_pipelined_requests_are_answered_in_order(house: House) -> None:
    """Also hits behind a miss that takes its time."""
    hold = asyncio.Event()
    async with Doors(house) as doors:
        await warm(doors)
        house.provider.answer(**whole(dump(an_answer("slow"))), hold=hold)
        async with doors.client() as client:
            await client.send(b"".join(one.bytes() for one in (HIT, asked("slow"), HIT, HIT, asked("x"))))
            first = await client.answer()
            hold.set()
            rest = [await client.answer() for _ in range(4)]

    assert [answer.headers["x-cache"] for answer in (first, *rest)] == ["HIT", "MISS", "HIT", "HIT", "MISS"]
    assert b"slow" in rest[0].body
    assert all(answer.whole for answer in rest)


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_a_request_may_come_in_pieces(house: House, size: int) -> None:
    """Of any size."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            for request in (HIT, MISS):
                data = request.bytes()
                for at in range(0, len(data), size):
                    await client.send(data[at : at + size])
                assert (await client.answer()).whole


async def test_a_body_in_chunks_is_the_same_request(house: House) -> None:
    """Without a length it takes the ordinary way, to the same entry; trailers are no header fields."""
    head = Request(headers=[KEY, ("transfer-encoding", "chunked")], body=b"").head()
    body = HIT.body or b""
    chunked = b"5;ext=1\r\n%b\r\n%x\r\n%b\r\n0\r\nx-cache-mode: off\r\nauthorization: Bearer x\r\n\r\n" % (
        body[:5],
        len(body) - 5,
        body[5:],
    )
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            for _ in range(2):
                await client.send(head + chunked)
                assert (await client.answer()).headers["x-cache"] == "HIT"


async def test_whoever_expects_to_go_on_is_told_to(house: House) -> None:
    """100, then the answer; the provider never sees the expectation."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            for request in (HIT, MISS):
                expecting = Request(headers=[KEY, ("expect", "100-continue")], body=request.body)
                await client.send(expecting.head())
                assert (await client.answer()).status == 100
                await client.send(request.body or b"")
                assert (await client.answer()).whole

    assert house.provider.requests[-1].header("expect") is None


@pytest.mark.parametrize("request_", [HIT, MISS], ids=["hit", "miss"])
@pytest.mark.parametrize(
    ("version", "fields"), [("1.0", []), ("1.1", [("connection", "close")])], ids=["http10", "close"]
)
async def test_whoever_wants_no_more_gets_no_more(
    house: House, request_: Request, version: str, fields: list[tuple[str, str]]
) -> None:
    """HTTP/1.0, or Connection: close: the answer, the word, the end."""
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            answer = await client.ask(Request(headers=[KEY, *fields], body=request_.body, version=version))
            assert answer.whole
            assert answer.headers["connection"] == "close"
            assert await client.is_closed()


@pytest.mark.parametrize("request_", [HIT, MISS], ids=["hit", "miss"])
async def test_an_offer_of_another_protocol_is_passed_over(house: House, request_: Request) -> None:
    """RFC 9110 §7.8; some clients offer h2c with every request. The parser reads no more, so the connection ends."""
    offer = [("connection", "Upgrade, HTTP2-Settings"), ("upgrade", "h2c"), ("http2-settings", "AAMAAABk")]
    async with Doors(house) as doors:
        await warm(doors)
        async with doors.client() as client:
            answer = await client.ask(Request(headers=[KEY, *offer], body=request_.body))
            assert (answer.status, answer.whole) == (200, True)
            assert answer.headers["connection"] == "close"
            assert await client.is_closed()


async def test_a_websocket_is_refused_and_nothing_hangs(house: House) -> None:
    """A clear 400, and the end."""
    fields = [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "x")]
    async with Doors(house) as doors, doors.client() as client:
        answer = await client.ask(Request("GET", "/openai/v1/realtime", fields))
        assert (answer.status, errors_of(answer)) == (400, (None, "bad_request"))
        assert await client.is_closed()


async def test_a_cut_is_a_cut(house: House) -> None:
    """The provider's stream breaks off: the connection is aborted, without the end of the chunks."""
    async with Doors(house) as doors:
        house.provider.answer(sse=[{"choices": []}, {"choices": []}, "[DONE]"], cut_after=1)
        async with doors.client() as client:
            answer = await client.ask(asked("cut"))
            assert (answer.status, answer.whole) == (200, False)
            assert answer.body.count(b"data:") == 1


async def test_a_provider_out_of_reach_is_a_502(house: House) -> None:
    """In OpenAI's shape, on a connection that goes on."""
    async with Doors(house) as doors:
        house.provider.fail(Unreachable("the provider could not be reached: nothing was sent"))
        async with doors.client() as client:
            answer = await client.ask(asked("a"))
            assert (answer.status, errors_of(answer)) == (502, (None, "upstream_unreachable"))
            assert (await client.ask(asked("a"))).status == 200


@pytest.mark.parametrize("target", ["/openai/v1/chat/completions", "/openai/v1/audio/speech"])
@pytest.mark.parametrize("pieces", [0, 1])
async def test_a_client_that_leaves_ends_the_call_upstream(house: House, target: str, pieces: int) -> None:
    """Before the answer or in the middle of it, whether it is read or passed through."""
    drip = asyncio.Semaphore(pieces)
    async with Doors(house) as doors:
        house.provider.answer(sse=[{"choices": []}] * 3, drip=drip, **({} if pieces else {"hang": True}))
        async with doors.client() as client:
            await client.send(asked("left", target=target, body=dump(a_body("left", stream=True))).bytes())
            seen = await house.provider.seen(1)
            if pieces:
                assert b"200" in await client.piece()
            await client.leave()
            await seen.left.wait()
    await house.settle()

    (finished,) = [event for event in house.heard() if isinstance(event, ReplyFinished)]
    assert not finished.complete
    assert len(house.tasks) == 0


async def test_a_client_that_leaves_with_more_on_the_way_ends_it_too(house: House) -> None:
    """A request behind the one that is being answered changes nothing."""
    async with Doors(house) as doors:
        house.provider.answer(hang=True)
        async with doors.client() as client:
            await client.send(MISS.bytes() + asked("next").bytes())
            seen = await house.provider.seen(1)
            await client.leave()
            await seen.left.wait()
    await house.settle()

    assert len(house.provider.requests) == 1


async def test_draining_answers_what_has_begun(house: House) -> None:
    """A request that is half sent, one that is being answered, and an idle connection: none is dropped."""
    hold = asyncio.Event()
    async with Doors(house) as doors:
        await warm(doors)
        house.provider.answer(**whole(dump(an_answer("slow"))), hold=hold)
        async with doors.client() as half, doors.client() as waiting, doors.client() as idle, doors.client() as late:
            for client in (idle, late):
                assert (await client.ask(HIT)).headers.get("connection") is None
            await half.send(HIT.bytes()[:-5])
            await waiting.send(asked("slow").bytes())
            await house.provider.seen(len(house.provider.requests) + 1)
            doors.stop()
            assert await idle.is_closed()
            await half.send(HIT.bytes()[-5:])
            answers = [await half.answer()]
            hold.set()
            answers.append(await waiting.answer())
            await doors.stopped()

    assert [answer.whole for answer in answers] == [True, True]
    assert [answer.headers["connection"] for answer in answers] == ["close", "close"]
    assert [answer.headers["x-cache"] for answer in answers] == ["HIT", "MISS"]
