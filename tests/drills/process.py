"""A gateway in a process of its own, as an operator starts it, driven and watched from outside."""

import asyncio
import io
import os
import re
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from samples import dump
from warmlane.model import Value
from warmlane.tasks import Tasks

SOURCES = os.pathsep.join(str(Path(__file__).parents[2] / each) for each in ("app", "stores", "deployments"))
PATIENCE = 60.0
"""Seconds after which a drill that waits for something has failed. Nothing waits so long unless it is broken."""

CHAT = "/openai/v1/chat/completions"
_SERVE = ("-m", "warmlane_serve.cli", "serve", "--solo")


def a_key() -> str:
    """A caller's key that nobody can guess, so that its answers go to the disk."""
    return f"sk-{secrets.token_hex(24)}"


def environment(home: Path, **settings: object) -> dict[str, str]:
    """The process's environment: data, temporary files and working folder in `home`; `cache__ttl=5` and the like."""
    said = {f"WARMLANE_{name.upper()}": str(value) for name, value in settings.items()}
    (home / "tmp").mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "HOME": str(home), "TMPDIR": str(home / "tmp"),
        "WARMLANE_DATA_DIR": str(home / "data"), "WARMLANE_PORT": "0", **said,
    }  # fmt: skip


class Said(Value, frozen=True, kw_only=True, gc=True):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def cache(self) -> str | None:
        """HIT, MISS and so on."""
        return self.headers.get("x-cache")


class Served:
    """The running process. `out` and `err` are all that it wrote so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Listen to what it says."""
        self.process, self.out, self.err = process, bytearray(), bytearray()
        self._tasks = Tasks()
        self._port: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()  # None: it ended before
        assert process.stdout is not None
        assert process.stderr is not None
        self._tasks.spawn(self._read(process.stdout, self.out), name="stdout")
        self._tasks.spawn(self._read(process.stderr, self.err), name="stderr")

    async def listening(self) -> int | None:
        """The port, once it is known; None when the process ended before."""
        async with asyncio.timeout(PATIENCE):
            return await self._port

    async def up(self) -> None:
        """Return when it takes calls. Fails the test when it ends instead."""
        port = await self.listening()
        if port is None:
            await self.ended()
            pytest.fail(f"it did not start: {self.err.decode()}")
        self.port: int = port
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = aiohttp.ClientSession(
            self.url, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=PATIENCE)
        )

    async def ask(
        self, body: Any, *, key: str = "", path: str = CHAT, headers: Mapping[str, str] | None = None
    ) -> Said:
        """POST `body`, bytes or what is to be sent as JSON, and take the whole answer."""
        sent = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
        data = io.BytesIO(body if isinstance(body, bytes) else dump(body))
        async with self.client.post(path, data=data, headers={**sent, **(headers or {})}) as answer:
            fields = {name.lower(): value for name, value in answer.headers.items()}
            return Said(status=answer.status, headers=fields, body=await answer.read())

    async def page(self, path: str) -> str:
        """One of its own pages."""
        async with self.client.get(path) as answer:
            return await answer.text()

    async def count(self, name: str) -> float:
        """The sum of the series of a metric whose name and labels begin like `name`."""
        lines = (await self.page("/metrics")).splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    async def until(self, name: str, least: float) -> float:
        """Return when the metric has come to `least`."""
        async with asyncio.timeout(PATIENCE):
            while (count := await self.count(name)) < least:
                pass
        return count

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of one's own."""
        return await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 26)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """The exit code, once it has ended and all that it said is here."""
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
            await self._tasks.join()
        return code

    async def aclose(self) -> None:
        """Kill it, where it still runs."""
        if hasattr(self, "client"):
            await self.client.close()
        await self.end(signal.SIGKILL)

    async def _read(self, stream: asyncio.StreamReader, into: bytearray) -> None:
        while data := await stream.read(1 << 16):
            into += data
            if not self._port.done() and (found := re.search(rb"127\.0\.0\.1:(\d+)/readyz", into)):
                self._port.set_result(int(found[1]))
        if into is self.out and not self._port.done():
            self._port.set_result(None)


@asynccontextmanager
async def serving(home: Path, *, start: tuple[str, ...] = _SERVE, **settings: object) -> AsyncIterator[Served]:
    """A gateway with its data in `home`, which is killed at the end; it compares nothing by meaning unless told to."""
    settings = {"embedding__enabled": False, **settings}
    served = Served(await _spawn(start, home, settings))
    try:
        await served.up()
        yield served
    finally:
        await served.aclose()


async def refused(
    home: Path, *options: str, start: tuple[str, ...] = _SERVE, **settings: object
) -> tuple[int, str, str]:
    """A start that is to fail: exit code, standard output and error. Fails the test when it goes on running."""
    served = Served(await _spawn((*start, *options), home, settings))
    try:
        if await served.listening() is not None:
            pytest.fail("it started")
        return await served.ended(), served.out.decode(), served.err.decode()
    finally:
        await served.aclose()


async def _spawn(start: tuple[str, ...], home: Path, settings: Mapping[str, object]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, *start, cwd=home, env=environment(home, **settings), stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe, stderr=pipe,
    )  # fmt: skip
