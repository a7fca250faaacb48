"""A server in a process of its own."""

import asyncio
import os
import re
import signal
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from warmlane.tasks import Tasks

Output = asyncio.StreamReader


class Child:
    """A command that serves, as an async context manager: entered when it says that it listens, left with SIGTERM.

    `said` is what it has written so far, `base_url` the address in it.
    """

    def __init__(self, *command: str, env: Mapping[str, str] | None = None, when: str = "") -> None:
        """Run `command`, with `env` added to the environment; it listens when it says `when` and the address."""
        self._command, self._env = command, {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self._announced = re.compile(re.escape(when) + r"\s*(http://127\.0\.0\.1:\d+)")
        self._tasks = Tasks()
        self.said, self.base_url = "", ""

    async def __aenter__(self) -> Self:
        """Start it. Fails when it ends without saying where it listens."""
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            *self._command, stdout=pipe, stderr=asyncio.subprocess.STDOUT, env=self._env
        )
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said += line.decode()
            if (found := self._announced.search(self.said)) is not None:
                self.base_url = found[1]
                self._tasks.spawn(self._read_on(self.process.stdout), name="output")
                return self
        msg = f"{self._command[0]} ended with {await self.process.wait()}: {self.said}"
        raise AssertionError(msg)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End it."""
        await self.end()

    async def end(self) -> int:
        """Tell it to end, and wait for that; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        code = await self.process.wait()
        await self._tasks.join()
        return code

    async def _read_on(self, output: Output) -> None:
        """A pipe that nobody reads would stop it."""
        async for line in output:
            self.said += line.decode()
