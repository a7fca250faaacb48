"""What nobody should send: each is answered clearly or forwarded untouched, and the process is none the worse."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from drills.process import CHAT, PATIENCE, Served, a_key, serving
from samples import a_body, an_answer, dump
from warmlane.adapters.scripted import ScriptedUpstream
from wire import Answer, Client

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

KEY = a_key()
GROWTH = 50 << 20
MB = 1 << 20
START = b"POST " + CHAT.encode() + b" HTTP/1.1\r\n"
HEAD = START + b"Host: localhost\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"
BODY = dump(a_body())
LENGTH = b"Content-Length: %d\r\n" % len(BODY)

WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n"


@dataclass
class Scene:
    """The gateway under attack, and its provider."""

    served: Served
    up: ScriptedUpstream

    async def normal(self, text: str) -> None:
        """An ordinary call, by somebody else, has its ordinary answer."""
        for _ in range(2):
            answer = await self.served.ask(a_body(text), key=KEY)
            assert (answer.status, answer.body) == (200, dump(an_answer()))

    async def knock(self, *pieces: bytes) -> Answer:
        """What is answered to these bytes; status 0 when the connection is closed without a word. Never a hang."""
        async with asyncio.timeout(PATIENCE), Client(self.served.port) as client:
            try:
                for piece in pieces:
                    await client.send(piece)
            except ConnectionError:
                pass  # it hung up while we went on talking; what it said before is still there
            return await client.answer()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One process for all of them, which has to be as well at the end as at the beginning."""
    home: Path = tmp_path_factory.mktemp("hostile")
    async with ScriptedUpstream() as up:
        up.always(body=dump(an_answer()), headers={"content-type": "application/json"})
        settings: dict[str, Any] = {"providers__openai__base_url": up.base_url, "limits__header_timeout": 1}
        async with serving(home, **settings) as served:
            scene = Scene(served, up)
            await scene.normal("before")
            process = psutil.Process(served.process.pid)
            before = process.memory_info().rss
            yield scene
            await scene.normal("after")
            assert process.memory_info().rss - before < GROWTH
            assert process.num_fds() < 100
            assert await served.end() == 0
        assert b"Traceback" not in served.err


CLEAR = {
    "a header over 32 KB": (431, HEAD + b"X-Long: " + b"a" * 32_768 + b"\r\n\r\n"),
    "a header without an end": (431, HEAD + b"X-Long: " + b"a" * 60_000),
    "a target over 32 KB": (431, b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "101 fields": (431, HEAD + b"".join(b"X-%d: 1\r\n" % n for n in range(99)) + b"\r\n"),
    "20,000 fields": (431, HEAD + b"".join(b"X-%d: 1\r\n" % n for n in range(20_000)) + b"\r\n"),
    "a length over 20 MB": (413, HEAD + b"Content-Length: 21000000\r\n\r\n"),
    "a length beyond numbers": (400, HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n"),
    "a length that is none": (400, HEAD + b"Content-Length: 1e3\r\n\r\n"),
    "a negative length": (400, HEAD + b"Content-Length: -1\r\n\r\n"),
    "a signed length": (400, HEAD + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY),
    "two lengths": (400, HEAD + LENGTH + b"Content-Length: 1\r\n\r\n" + BODY),
    "the same length twice": (400, HEAD + LENGTH * 2 + b"\r\n" + BODY),
    "two lengths in one": (400, HEAD + b"Content-Length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY),
    "no host": (400, START + b"Authorization: Bearer " + KEY.encode() + b"\r\n" + LENGTH + b"\r\n" + BODY),
    "two hosts": (400, HEAD + b"Host: evil\r\n" + LENGTH + b"\r\n" + BODY),
    "two keys": (400, HEAD + b"Authorization: Bearer other\r\n" + LENGTH + b"\r\n" + BODY),
    "a length and chunks": (400, HEAD + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunks and a length": (400, HEAD + b"Transfer-Encoding: chunked\r\n" + LENGTH + b"\r\n0\r\n\r\n"),
    "chunks that are not the last coding": (400, HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    "an unknown coding": (400, HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    "a coding with a tail": (400, HEAD + b"Transfer-Encoding: chunked\x0b\r\n\r\n0\r\n\r\n"),
    "a chunk size that is none": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "a negative chunk size": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
    "a chunk size beyond numbers": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n"),
    "a chunk size in 0x": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"),
    "a chunk longer than it says": (400, HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nhello\r\n0\r\n\r\n"),
    "bare line feeds": (400, HEAD.replace(b"\r\n", b"\n") + b"\n"),
    "one bare line feed": (400, HEAD + b"X-A: 1\nX-B: 2\r\n\r\n"),
    "a bare carriage return": (400, HEAD + b"X-A: 1\rX-B: 2\r\n\r\n"),
    "a folded field": (400, HEAD + b"X-A: 1\r\n  2\r\n\r\n"),
    "a folded first field": (400, START + b" Host: localhost\r\n\r\n"),
    "a NUL": (400, HEAD + b"X-A: 1\x002\r\n\r\n"),
    "a NUL in a name": (400, HEAD + b"X\x00A: 1\r\n\r\n"),
    "a space before the colon": (400, HEAD + b"Content-Length : 1\r\n\r\nx"),
    "a field without a colon": (400, HEAD + b"nonsense\r\n\r\n"),
    "a field without a name": (400, HEAD + b": 1\r\n\r\n"),
    "a method that is none": (400, b"G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "HTTP/2": (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "TLS": (400, bytes.fromhex("16030100c8010000c40303") + bytes(200)),
    "noise": (400, bytes(range(256)) * 4),
    "a tunnel": (400, b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n"),
    "a WebSocket": (400, b"GET /openai/v1/realtime HTTP/1.1\r\nHost: localhost\r\n" + WEBSOCKET + b"\r\n"),
    "a WebSocket by POST": (400, HEAD + WEBSOCKET + LENGTH + b"\r\n" + BODY),
    "dots": (400, b"GET /openai/../admin HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "escaped dots": (400, b"GET /openai/v1/%2e%2e/x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "another host in the path": (400, b"GET //evil.example/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "an unknown provider": (404, b"GET /nobody/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"),
}  # fmt: skip
"""Requests that are refused, each with the status that says so."""


@pytest.mark.parametrize("name", CLEAR)
async def test_a_clear_refusal(scene: Scene, name: str) -> None:
    """At once, and nothing of it reaches the provider."""
    status, data = CLEAR[name]
    asked = len(scene.up.requests)
    answer = await scene.knock(data)

    assert (answer.status, answer.whole) == (status, True)
    assert len(scene.up.requests) == asked


async def test_a_body_of_21_mb_in_chunks_is_refused(scene: Scene) -> None:
    """When the limit is passed, since its length was not known before."""
    chunk = b"100000\r\n" + b"x" * MB + b"\r\n"
    answer = await scene.knock(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *([chunk] * 21), b"0\r\n\r\n")

    assert answer.status == 413


async def test_a_body_of_21_mb_is_refused_although_it_comes(scene: Scene) -> None:
    """The refusal arrives, whoever goes on sending."""
    answer = await scene.knock(HEAD + b"Content-Length: %d\r\n\r\n" % (21 * MB), *([b"x" * MB] * 21))

    assert answer.status == 413


HALVES = [
    b"",
    b"P",
    START,
    HEAD,
    HEAD + b"Content-Length: 100\r\n\r\n",
    HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 50,
    HEAD + b"Content-Length: 1000000\r\n\r\n" + b"x" * 500_000,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n100\r\nhalf of it",
    HEAD.replace(b"chat/completions", b"files") + b"Content-Length: 100\r\n\r\n",
]


async def test_half_a_request_is_not_waited_for(scene: Scene) -> None:
    """After a second (here; 10 by default) it is 408, or the end where nothing was begun."""
    answers = await asyncio.gather(*map(scene.knock, HALVES))

    assert [answer.status for answer in answers] == [0] + [408] * (len(HALVES) - 1)


async def test_a_header_that_drips_is_not_waited_for_either(scene: Scene) -> None:
    """A byte now and then does not buy another second."""
    async with Client(scene.served.port) as client:
        await client.send(HEAD)
        said = b""
        for _ in range(40):
            try:
                async with asyncio.timeout(0.2):
                    said = await client.piece()
                    break
            except TimeoutError:
                await client.send(b"X")

    assert said.startswith(b"HTTP/1.1 408")


async def test_half_of_a_hundred_requests_leave_room_for_others(scene: Scene) -> None:
    """While they wait for their end, calls go on."""
    crowd = [Client(scene.served.port) for _ in range(100)]
    for client in crowd:
        await client.__aenter__()
        await client.send(HEAD)
    await scene.normal("beside a hundred halves")
    for client in crowd:
        assert (await client.answer()).status == 408
        await client.leave()


PAGE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
GOOD = HEAD + LENGTH + b"\r\n" + BODY


async def test_pipelined_requests_are_answered_in_order(scene: Scene) -> None:
    """Each with its own answer."""
    async with asyncio.timeout(PATIENCE), Client(scene.served.port) as client:
        await client.send((GOOD + PAGE) * 50)
        bodies = [(await client.answer()).body for _ in range(100)]

    assert bodies == [dump(an_answer()), b"ok\n"] * 50


@pytest.mark.parametrize("tail", [b"nonsense\r\n\r\n", HEAD + LENGTH * 2 + b"\r\n" + BODY, b"0\r\n\r\n", BODY])
async def test_what_comes_behind_a_request_is_not_taken_for_its_body(scene: Scene, tail: bytes) -> None:
    """What is answered is answered in order, then comes a 400 or the end: no answer goes to another request."""
    async with asyncio.timeout(PATIENCE), Client(scene.served.port) as client:
        await client.send(GOOD + PAGE + tail + GOOD)
        answers = [await client.answer() for _ in range(4)]

    said = [(answer.status, answer.body[:5]) for answer in answers if answer.status]
    right = [(200, dump(an_answer())[:5]), (200, b"ok\n"), (400, b'{"typ')]
    assert said == right[: len(said)]


MESSAGES = b'"model":"m","temperature":0,"messages":[{"role":"user","content":"hi"}]'
ODD: dict[str, bytes] = {
    "nothing": b"",
    "a space": b" ",
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"1",
    "null": b"null",
    "no JSON": b"hello",
    "half of it": BODY[:-5],
    "more behind it": BODY + b"{}",
    "not UTF-8": b'{"a":"\xff\xfe",' + MESSAGES + b"}",
    "UTF-16": BODY.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + BODY,
    "NaN": b'{"top_p":NaN,' + MESSAGES + b"}",
    "infinity": b'{"top_p":-Infinity,' + MESSAGES + b"}",
    "a key twice": b'{"model":"n",' + MESSAGES + b"}",
    "a key twice below": b'{"metadata":{"a":1,"a":2},' + MESSAGES + b"}",
    "a key twice, once escaped": b'{"mod\\u0065l":"n",' + MESSAGES + b"}",
    "a lone surrogate": b'{"user":"\\ud800",' + MESSAGES + b"}",
    "a lone surrogate as a key": b'{"\\udfff":1,' + MESSAGES + b"}",
    "a control character": b'{"user":"a\nb",' + MESSAGES + b"}",
    "lists 100,000 deep": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"," + MESSAGES + b"}",
    "objects 100,000 deep": b'{"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"," + MESSAGES + b"}",
    "a list 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 openings": b"[" * 100_000,
}
"""Bodies that parsers read in different ways, or not at all."""

ODD_BUT_JSON: dict[str, bytes] = {
    "an integer of 5,000 digits": b'{"seed":' + b"9" * 5_000 + b"," + MESSAGES + b"}",
    "a fraction of a million digits": b'{"seed":0.' + b"9" * 1_000_000 + b"," + MESSAGES + b"}",
    "an exponent beyond everything": b'{"seed":1e999999999,' + MESSAGES + b"}",
    "a million keys": b"{" + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"," + MESSAGES + b"}",
    "a million numbers": b'{"x":[' + b",".join([b"1"] * 1_000_000) + b"]," + MESSAGES + b"}",
    "a text of 15 MB": dump(a_body("hello, world. " * (15 * MB // 14))),
    "a text of escapes": b'{"user":"' + b"\\n" * MB + b'",' + MESSAGES + b"}",
    "200,000 messages": dump({**a_body(), "messages": [{"role": "user", "content": "hi"}] * 200_000}),
    "wrong types": b'{"model":[],"messages":{"role":7},"temperature":"0","stream":"yes","tools":3,"n":{}}',
    "messages of everything": b'{"messages":[null,1,"x",[],{},{"content":[null,{"type":7}]},{"content":{}}],"model":1}',
}
"""Bodies that are JSON, and that nobody writes."""


async def _forwarded(scene: Scene, body: bytes) -> Sequence[str | None]:
    """Send it twice; what the cache said. Whatever reached the provider is what was sent, byte by byte."""
    said: list[str | None] = []
    for _ in range(2):
        asked = len(scene.up.requests)
        answer = await scene.served.ask(body, key=KEY)
        assert (answer.status, answer.body) == (200, dump(an_answer()))
        said.append(answer.cache)
        if answer.cache in {"MISS", "BYPASS"}:
            assert (await scene.up.seen(asked + 1)).body == body
            asked += 1
        assert len(scene.up.requests) == asked
    return said


@pytest.mark.parametrize("name", ODD)
async def test_what_readers_disagree_on_is_the_providers_to_judge(scene: Scene, name: str) -> None:
    """Forwarded untouched, and not cached."""
    assert await _forwarded(scene, ODD[name]) == ["BYPASS", "BYPASS"]


@pytest.mark.parametrize("name", ODD_BUT_JSON)
async def test_what_nobody_writes_harms_nobody(scene: Scene, name: str) -> None:
    """Forwarded untouched, cached or not."""
    assert (await _forwarded(scene, ODD_BUT_JSON[name]))[0] in {"MISS", "BYPASS"}


CONTROLS: list[Any] = [
    1, "x", [], {"ttl": 0}, {"ttl": 1.5}, {"ttl": 10**30}, {"ttl": True}, {"type": {}}, {"tags": [1]},
    {"tags": ["x"] * 1000}, {"namespace": "x" * 10_000}, {"threshold": -1}, {"ignore": ["messages"]},
]  # fmt: skip


@pytest.mark.parametrize("cache", CONTROLS, ids=[str(each)[:20] for each in CONTROLS])
async def test_malformed_controls_are_named(scene: Scene, cache: object) -> None:
    """400 in OpenAI's shape, and the provider is not asked."""
    asked = len(scene.up.requests)
    answer = await scene.served.ask(a_body(cache=cache), key=KEY)

    assert answer.status == 400
    assert json.loads(answer.body)["error"]["param"].startswith("cache")
    assert len(scene.up.requests) == asked
