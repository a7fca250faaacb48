"""Five hundred calls full of canaries, everything logged, everything traced: no canary is found anywhere afterwards."""

import asyncio
import secrets
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from drills.process import CHAT, PATIENCE, Served, serving
from drills.scan import Scanner
from samples import PEPPER, a_body, a_call, a_find, an_answer, an_entry, dump
from warmlane.adapters.scripted import Answer, ScriptedUpstream, Seen
from warmlane.model import Near, Probe
from warmlane.seal import derive, seal
from warmlane.settings import load
from wire import Client

CALLS = 500
CANARIES = {
    "key": f"sk-{secrets.token_hex(24)}",
    **{name: secrets.token_hex(24) for name in ("prompt", "system", "answer", "field", "header", "control", "target")},
}
KEY, PROMPT, SYSTEM, ANSWER, FIELD, HEADER, CONTROL, TARGET = CANARIES.values()
SCANNER = Scanner(CANARIES)
BEARER = {"authorization": f"Bearer {KEY}"}
LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
from warmlane_serve.cli import main
sys.exit(main(["serve", "--solo"]))
"""
"""Every library says all that it has to say, and shows its exceptions."""


def asked(number: int, **members: Any) -> dict[str, Any]:
    """A question full of canaries; of two numbers, two different ones."""
    messages = [
        {"role": "system", "content": f"You are {SYSTEM}."},
        {"role": "user", "content": f"What is the {number}th digit of {PROMPT}?"},
    ]
    return a_body(messages=messages, user=FIELD, metadata={"note": FIELD}, **members)


CHUNK = {"id": ANSWER, "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
DELTA = {"index": 0, "delta": {"role": "assistant", "content": ANSWER}, "finish_reason": None}
FRAMES = [
    {**CHUNK, "choices": [DELTA]},
    {**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    "[DONE]",
]
ERROR = {"error": {"message": f"{KEY} may not ask {PROMPT}", "type": ANSWER, "code": ANSWER, "param": FIELD}}
JSON = {"set-cookie": f"session={ANSWER}", "x-request-id": ANSWER, "content-type": "application/json"}
MOODS: dict[str, Answer] = {
    "": Answer.of(body=dump(an_answer(ANSWER)), headers=JSON),
    "stream": Answer.of(sse=FRAMES),
    "cut": Answer.of(sse=FRAMES, cut_after=1),
    "reset": Answer.of(json=an_answer(ANSWER), reset_after=200),
    "hang": Answer.of(hang=True),
    "nonsense": Answer.of(body=f"<html>{ANSWER}".encode(), headers=JSON),
    "nonsense-stream": Answer.of(sse=[f"{{{ANSWER}", ANSWER, "[DONE]"]),
    "no-http": Answer.of(raw=f"{ANSWER}\r\n{ANSWER}: {ANSWER}\r\n\r\n".encode()),
    "bad-header": Answer.of(raw=f"HTTP/1.1 200 {ANSWER}\r\nx{ANSWER} : \0{ANSWER}\r\n\r\n{ANSWER}".encode()),
    **{str(status): Answer.of(status=status, json=ERROR, headers=JSON) for status in (400, 401, 403, 429, 500, 503)},
}
"""What the provider says, by the mood that the query names."""


def said(seen: Seen) -> Answer:
    """In the usual mood, an answer or a stream, as asked."""
    mood = seen.query.partition("mood=")[2]
    return MOODS["stream" if not mood and b'"stream": true' in seen.body else mood]


class Caller:
    """Does everything that callers do."""

    def __init__(self, served: Served, up: ScriptedUpstream) -> None:
        """Call `served`, whose provider is `up`."""
        self.served, self.up, self.number, self.statuses = served, up, 0, list[int]()

    @property
    def ways(self) -> list[Callable[[], Awaitable[object]]]:
        """The ways to call; `number` is another one in each round."""
        ask, n = self.ask, self.number
        twice = f"Authorization: {KEY}\r\n" * 2
        traceparent = f"00-{secrets.token_hex(16)}-{n + 1:016x}-01"
        return [
            lambda: ask(asked(n)), lambda: ask(asked(n)), lambda: ask(asked(n, stream=True)),
            lambda: ask(asked(n + 1000, stream=True)), lambda: ask(asked(n + 1000)), lambda: ask(asked(n)),
            lambda: ask(asked(n), **{"x-cache-namespace": CONTROL, "x-cache-tags": f"{CONTROL},b"}),
            lambda: ask(asked(n, cache={"type": "auto", "tags": [CONTROL], "namespace": CONTROL})),
            lambda: ask(asked(n), cookie=HEADER, **{"user-agent": HEADER, "x-request-id": HEADER, "baggage": HEADER}),
            lambda: ask(asked(n), **{"x-cache-debug": "1", "traceparent": traceparent}),
            lambda: ask(asked(n, cache={"ttl": CONTROL})), lambda: ask(asked(n, cache={"type": CONTROL})),
            lambda: ask(asked(n, cache=CONTROL)), lambda: ask(asked(n), **{"x-cache-ttl": CONTROL}),
            lambda: ask(asked(n), **{"x-cache-mode": CONTROL}), lambda: ask(asked(n), **{"x-lane": CONTROL}),
            lambda: ask(asked(n, temperature=PROMPT)), lambda: ask(asked(n, tools=[{"type": SYSTEM}])),
            lambda: ask(dump(asked(n))[:-4]), lambda: ask(f'{{"{PROMPT}": NaN}}'.encode()),
            lambda: ask(PROMPT.encode("utf-16")),
            *(partial(ask, asked(n + 2000), mood=mood) for mood in MOODS if mood != "hang"),
            lambda: self.post(f"{CHAT}?key={KEY}", asked(n)), lambda: self.post(CHAT, asked(n), **{"x-api-key": KEY}),
            lambda: self.post(CHAT, asked(n), **{"api-key": KEY}), lambda: self.post(CHAT, asked(n)),
            lambda: self.post(f"/openai/v1/files/{TARGET}?purpose={TARGET}", PROMPT, **BEARER),
            lambda: self.post(f"/{TARGET}/v1/chat/completions", asked(n), **BEARER),
            lambda: self.post(f"{CHAT}/%2e%2e/{TARGET}", asked(n), **BEARER),
            lambda: self.post(f"/away/v1/chat/completions?key={KEY}", asked(n), **BEARER),
            lambda: self.post(f"/away/v1/files?key={KEY}", PROMPT, **BEARER),
            lambda: self.post("/demo/v1/chat/completions", {**asked(n), "model": "demo"}),
            self.leave_before, self.leave_within,
            lambda: self.knock(f"CONNECT {TARGET}:443 HTTP/1.1\r\nHost: {TARGET}\r\n\r\n"),
            lambda: self.knock(f"GET http:///{TARGET}?key={KEY} HTTP/1.1\r\nHost: {TARGET}\r\n\r\n"),
            lambda: self.knock(f"GET /{TARGET} {KEY}\r\n\r\n"),
            lambda: self.knock(f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nX-A: {HEADER}\0{KEY}\r\n\r\n"),
            lambda: self.knock(f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nX-A: {HEADER * 1000}\r\n\r\n"),
            lambda: self.knock(f"POST {CHAT} HTTP/1.1\r\nHost: {HEADER}\r\n{twice}\r\n"),
            lambda: self.knock(f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nContent-Length: {HEADER}\r\n\r\n"),
            lambda: self.knock(f"GET /openai/v1/realtime?key={KEY} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                               f"Upgrade: websocket\r\nSec-WebSocket-Protocol: openai-insecure-api-key.{KEY}\r\n\r\n"),
        ]  # fmt: skip

    async def ask(self, body: Any, *, mood: str = "", **headers: str) -> None:
        """A chat call with the canary's key, which the provider takes as `mood` says."""
        await self.post(f"{CHAT}?mood={mood}" if mood else CHAT, body, **BEARER, **headers)

    async def post(self, path: str, body: Any, **headers: str) -> None:
        """Any call, to its end, whichever that is."""
        with suppress(aiohttp.ClientError):
            self.statuses.append((await self.served.ask(body, path=path, headers=headers)).status)

    async def leave_before(self) -> None:
        """Hang up while the provider thinks."""
        body = dump(asked(self.number))
        await self._leave(CHAT, len(body), body)

    async def leave_within(self) -> None:
        """Hang up in the middle of a long body that is passed through."""
        await self._leave(f"/openai/v1/files/{TARGET}", 200_000, PROMPT.encode() * 2000)

    async def knock(self, request: str) -> None:
        """What is no good request."""
        async with asyncio.timeout(PATIENCE), Client(self.served.port) as client:
            await client.send(request.encode())
            self.statuses.append((await client.answer()).status)

    async def _leave(self, path: str, length: int, body: bytes) -> None:
        coming = len(self.up.requests) + 1
        fields = f"Host: a\r\nAuthorization: Bearer {KEY}\r\nContent-Length: {length}"
        head = f"POST {path}?mood=hang HTTP/1.1\r\n{fields}\r\n\r\n"
        async with asyncio.timeout(PATIENCE), Client(self.served.port) as client:
            await client.send(head.encode() + body)
            seen = await self.up.begun(coming)
            await client.leave()
            await seen.left.wait()


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A provider that says canaries."""
    async with ScriptedUpstream() as upstream:
        upstream.respond(said)
        yield upstream


@pytest.fixture
async def collector() -> AsyncIterator[ScriptedUpstream]:
    """An OpenTelemetry collector that keeps what it is sent."""
    async with ScriptedUpstream() as upstream:
        upstream.always()
        yield upstream


@pytest.fixture
def nobody() -> Iterator[str]:
    """The address of a provider that is not there."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.mark.slow
async def test_no_canary_is_left_anywhere(
    tmp_path: Path, up: ScriptedUpstream, collector: ScriptedUpstream, nobody: str
) -> None:
    """Not in a file, the log, standard error, a metric or a span; while all of these tell of the calls."""
    settings: dict[str, Any] = {
        "providers__openai__base_url": up.base_url, "providers__away__base_url": nobody, "demo__first_byte_ms": 0,
        "demo__chunk_ms": 0, "embedding__enabled": True, "telemetry__log": True,
        "telemetry__otlp_endpoint": collector.base_url,
    }  # fmt: skip
    async with serving(tmp_path, start=("-c", LOUD), **settings) as served:
        async with asyncio.timeout(PATIENCE):
            while '"embedder":"ok"' not in await served.page("/readyz"):
                pass
        caller, done = Caller(served, up), 0
        while done < CALLS:
            for way in caller.ways:
                await way()
                done += 1
            caller.number += 1
        await served.until("warmlane_requests_total{", len(up.requests))
        pages = "".join([await served.page(path) for path in ("/metrics", "/readyz", "/healthz", "/")])
        hits = sum([await served.count(f'warmlane_requests_total{{outcome="{each}"') for each in ("exact", "near")])
        leaks = SCANNER.scan_files(tmp_path)  # while it runs, and after its end
        assert await served.end() == 0

    assert {200, 400, 401, 403, 404, 429, 431, 500, 502, 503} <= set(caller.statuses)
    assert hits > 20
    assert served.out.count(b'"event":"call"') > CALLS / 2
    assert b"DEBUG" in served.err
    spans = b"".join(request.body for request in collector.requests)
    assert spans.count(b"gateway") > CALLS / 2
    leaks |= SCANNER.scan_files(tmp_path)
    with closing(sqlite3.connect(tmp_path / "data" / "cache" / "journal.db")) as db:
        answers = [answer for (answer,) in db.execute("SELECT answer FROM rows")]
    assert len(answers) > 20
    leaks |= {f"{leak}, in an answer" for answer in answers for leak in SCANNER.scan_deflated(answer)}
    leaks |= {f"{leak}, in the log" for leak in SCANNER.scan(bytes(served.out))}
    leaks |= {f"{leak}, in standard error" for leak in SCANNER.scan(bytes(served.err))}
    leaks |= {f"{leak}, on a page" for leak in SCANNER.scan(pages.encode())}
    leaks |= {f"{leak}, in a span" for leak in SCANNER.scan(spans)}
    leaks |= {
        f"{leak}, in its headers" for each in collector.requests for leak in SCANNER.scan(repr(each.headers).encode())
    }
    assert leaks == set()


def test_no_repr_shows_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends up in an error message of somebody else's shows nothing of what it holds."""
    call = a_call(asked(1), secret=KEY.encode(), query=f"key={KEY}", headers=((b"cookie", HEADER.encode()),))
    caller = derive(PEPPER, KEY.encode(), "openai", "default")
    entry = an_entry(dump(an_answer(ANSWER)), prompt=PROMPT)
    row = seal(caller, b"k" * 16, entry, vector=np.ones(384, np.float32) / 384**0.5, partition=b"p" * 16)
    probe = Probe(
        tenant=caller.tenant,
        partition=b"p" * 16,
        vector=np.ones(384, np.float32),
        vector_key=caller.vector_key,
        floor=0.5,
    )
    secret = secrets.token_hex(24)
    monkeypatch.setenv("WARMLANE_SECRET", secret)
    monkeypatch.setenv("WARMLANE_UPSTREAM__PROXY", f"http://me:{secret}@proxy")
    settings = load()
    shown = "".join(
        map(repr, (call, caller, entry, row, Near(similarity=0.9, row=row), probe, a_find(entry), settings))
    )

    assert SCANNER.scan(shown.encode()) == set()
    assert secret not in shown
    for key in (caller.entry_key, caller.index_key, caller.vector_key):
        assert repr(key)[2:-1] not in shown
        assert key.hex() not in shown
    assert "1." not in repr(probe)
