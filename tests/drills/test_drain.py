"""SIGTERM under load: nothing that was accepted is dropped, and the process ends by itself with 0."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

import pytest

from drills.process import CHAT, PATIENCE, Served, a_key, serving
from samples import a_body, an_answer, dump
from warmlane.adapters.scripted import Answer, ScriptedUpstream, Seen
from wire import Client, Request

pytestmark = pytest.mark.slow

KEY = a_key()
EACH = 10
LONG = "long " * 20_000
"""A body that is too long to be held back for the fast way."""


class Provider:
    """Answers each question with itself; those that say so wait, before the head or in the middle of a stream."""

    def __init__(self, up: ScriptedUpstream) -> None:
        """Answer at `up`."""
        self.go, self.drip = asyncio.Event(), asyncio.Semaphore(0)
        up.respond(self._answer)

    def _answer(self, seen: Seen) -> Answer:
        text = seen.json()["messages"][0]["content"]
        if "stream" in text:
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
            delta = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
            end = {"index": 0, "delta": {}, "finish_reason": "stop"}
            frames = [{**chunk, "choices": [delta]}, {**chunk, "choices": [end]}, "[DONE]"]
            return Answer.of(sse=frames, drip=self.drip)
        return Answer.of(json=an_answer(text), hold=self.go) if "slow" in text else Answer.of(json=an_answer(text))


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A provider."""
    async with ScriptedUpstream() as upstream:
        yield upstream


def question(text: str) -> Request:
    """A question, to be sent over a connection of one's own."""
    fields = [("authorization", f"Bearer {KEY}"), ("content-type", "application/json")]
    return Request(target=CHAT, headers=fields, body=dump(a_body(text, stream="stream" in text)))


async def refuses(served: Served) -> None:
    """Return when the gateway takes no more connections: it drains."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", served.port)
            except OSError:
                return
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)


class Crowd:
    """Fifty callers, each with a connection, in five states."""

    def __init__(self, served: Served, up: ScriptedUpstream) -> None:
        """Nobody is here yet."""
        self._served, self._up, self.provider, self._stack = served, up, Provider(up), AsyncExitStack()
        self.said: dict[str, Client] = {}

    async def __aenter__(self) -> Self:
        """Bring each caller into its state."""
        await self._stack.__aenter__()
        for number in range(EACH):
            for text in (f"slow {number}", f"stream {number}"):
                await (await self._come(text)).send(question(text).bytes())
            for text in (f"half a body {number}", f"half a header {number}"):
                await (await self._come(text)).send(self._halves(text)[0])
            idle = await self._come(f"idle {number}")
            assert (await idle.ask(Request("GET", "/healthz"))).status == 200
        for text, client in self.said.items():
            if text.startswith("stream"):
                self.provider.drip.release()
                assert b"200 OK" in await client.piece()
        await self._up.seen(2 * EACH)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Everybody leaves."""
        await self._stack.__aexit__(None, None, None)

    async def speak(self) -> None:
        """Those who were idle ask."""
        for text, client in self.said.items():
            if text.startswith("idle"):
                await client.send(question(text).bytes())

    async def go_on(self) -> None:
        """The rest of each half, and of each answer."""
        for text, client in self.said.items():
            if text.startswith("half"):
                await client.send(self._halves(text)[1])
        self.provider.go.set()
        for _ in range(3 * EACH):
            self.provider.drip.release()

    async def _come(self, text: str) -> Client:
        self.said[text] = await self._stack.enter_async_context(Client(self._served.port))
        return self.said[text]

    @staticmethod
    def _halves(text: str) -> Sequence[bytes]:
        request = question(text + (LONG if text.endswith(tuple("13579")) else ""))
        at = len(request.head()) + 40 if "body" in text else 30
        return request.bytes()[:at], request.bytes()[at:]


async def test_sigterm_drops_nothing_that_was_accepted(tmp_path: Path, up: ScriptedUpstream) -> None:
    """Calls before their head, in mid-stream, half sent, and just now begun on idle connections: all get all of it."""
    openai: dict[str, Any] = {"providers__openai__base_url": up.base_url}
    async with serving(tmp_path, **openai) as served, Crowd(served, up) as crowd:
        served.process.send_signal(signal.SIGTERM)
        await crowd.speak()
        await refuses(served)
        await crowd.go_on()
        for text, client in crowd.said.items():
            if text.startswith("stream"):
                while piece := await client.piece():
                    last = piece
                assert last.endswith(b"0\r\n\r\n"), text
                continue
            answer = await client.answer()
            assert (answer.status, answer.whole) == (200, True), text
            assert text in answer.body.decode()
            assert await client.is_closed()
        assert await served.ended() == 0
    assert served.err == b""
    asked = len(up.requests)
    assert asked == 5 * EACH

    # What was under way was also stored before the end.
    async with serving(tmp_path, **openai) as served:
        for text in (f"{kind} {number}" for kind in ("slow", "stream", "idle") for number in range(EACH)):
            assert (await served.ask(question(text).body, key=KEY)).cache == "HIT"
        assert await served.end() == 0
    assert len(up.requests) == asked


async def _under_way(served: Served, up: ScriptedUpstream, client: Client) -> Seen:
    """A call that would take for ever, of a gateway that was told to end."""
    await client.send(question("slow").bytes())
    seen = await up.seen(1)
    served.process.send_signal(signal.SIGTERM)
    await refuses(served)
    return seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_does_not_wait(tmp_path: Path, up: ScriptedUpstream, number: signal.Signals) -> None:
    """Whoever is in a hurry says it twice."""
    Provider(up)
    settings: dict[str, Any] = {"providers__openai__base_url": up.base_url, "drain_timeout": 100 * PATIENCE}
    async with serving(tmp_path, **settings) as served, Client(served.port) as client:
        seen = await _under_way(served, up, client)
        assert await served.end(number) == 0
        assert (await client.answer()).status != 200
        await seen.left.wait()
    assert b"Traceback" not in served.err


async def test_the_drain_has_an_end(tmp_path: Path, up: ScriptedUpstream) -> None:
    """A call that outlasts the drain timeout is cut, here and at the provider."""
    Provider(up)
    settings: dict[str, Any] = {"providers__openai__base_url": up.base_url, "drain_timeout": 1}
    async with serving(tmp_path, **settings) as served, Client(served.port) as client:
        seen = await _under_way(served, up, client)
        assert await served.ended() == 0
        assert (await client.answer()).status != 200
        await seen.left.wait()
    assert b"Traceback" not in served.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_gateway_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    """Also with a connection that nobody uses."""
    async with serving(tmp_path) as served, Client(served.port) as client:
        assert (await client.ask(Request("GET", "/healthz"))).status == 200
        assert await served.end(number) == 0
        assert await client.is_closed()
    assert served.err == b""
