"""Counting tokens offline, in a process that is there when it is needed.

An encoding is loaded when it is first asked for: half a second, and 63 MB (o200k_base) or 47 MB (cl100k_base) of that
process. A megabyte of text then takes some 10 ms, of whatever kind it is.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import BinaryIO, cast

import msgspec

from warmlane.adapters import token_worker
from warmlane.errors import StageError

_SILENT = "no answer"
_ENDED = (OSError, ValueError)  # a pipe without an end, or closed


class BpeTokens:
    """OpenAI's own encodings, exact. One thread talks to the process, and starts it where there is none (any more)."""

    def __init__(self, *command: str) -> None:
        """Start nothing yet. `command` runs another process than ours."""
        self._command = command or (sys.executable, "-P", "-B", token_worker.__file__)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tokens")
        self._closed = False
        self._wanted: bytes | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def count(self, texts: Sequence[str], encoding: str, /) -> Sequence[int]:
        """Tokens of each of `texts`."""
        try:
            frame = msgspec.msgpack.encode((encoding, texts))
            try:
                said = await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, frame)
            except asyncio.CancelledError:
                self._interrupt(frame)
                raise
            return msgspec.msgpack.decode(said, type=list[int])
        except (*_ENDED, RuntimeError) as error:  # no text, no answer, no such encoding; closed
            msg = f"tokens cannot be counted: {type(error).__name__}"
            raise StageError(msg) from None

    async def ping(self) -> None:
        """It is started when it is needed: there is nothing that could be down."""

    async def aclose(self) -> None:
        """Count no more, and let the process end. Calling it twice is fine."""
        self._closed = True
        if self._wanted is not None:
            self._interrupt(self._wanted)
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(self._end)

    def _interrupt(self, frame: bytes) -> None:
        """Nobody waits for the answer to `frame`: nor shall those who are behind it, if it is being worked on."""
        process = self._process
        if self._wanted is frame:
            self._wanted = None
            if process is not None:
                process.kill()

    def _ask(self, frame: bytes) -> bytes:
        """In the thread. The process may have ended for having had nothing to do: then another one is asked."""
        self._wanted = frame
        said = self._talk(frame)
        if said is None and self._is_wanted(frame):
            self._process = _start(self._command)
            if not self._is_wanted(frame):  # given up meanwhile, by somebody who saw no process
                self._process.kill()
            said = self._talk(frame)
        self._wanted = None
        if said is None:
            raise OSError(_SILENT)
        return said

    def _is_wanted(self, frame: bytes) -> bool:
        return self._wanted is frame and not self._closed

    def _talk(self, frame: bytes) -> bytes | None:
        """What the process says to `frame`. None: there is none, or none any more."""
        if self._process is None:
            return None
        with suppress(*_ENDED):
            token_worker.write(cast("BinaryIO", self._process.stdin), frame)
            said = token_worker.read(cast("BinaryIO", self._process.stdout))
            if said is not None:
                return said
        self._end()
        return None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # it has nothing to save
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()
        process.wait()


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # It needs what can be imported here, and no secret; a Ctrl-C is not meant for it.
    return subprocess.Popen(  # noqa: S603 - our own file
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )


class WordTokens:
    """A token is a word between spaces: for tests, which then see what was counted."""

    async def count(self, texts: Sequence[str], encoding: str, /) -> Sequence[int]:  # noqa: ARG002 - words are words
        """Words of each of `texts`."""
        return [len(text.split()) for text in texts]

    async def ping(self) -> None:
        """There is nothing that could be down."""

    async def aclose(self) -> None:
        """There is nothing to let go of."""
