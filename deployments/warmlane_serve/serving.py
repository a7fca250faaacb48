"""Serving in one process: a welcome, and a drain that drops nothing when a signal comes."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

import uvloop

from warmlane.clock import SystemClock
from warmlane.settings import Settings
from warmlane_serve import logs
from warmlane_serve.listening import Server, configured, listen
from warmlane_serve.process import limit_process
from warmlane_serve.solo import Solo
from warmlane_serve.welcome import welcome

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(settings: Settings, out: TextIO = sys.stdout) -> int:
    """Serve until a signal comes, then drain; the exit code. Raises: ConfigError."""
    logs.write_to(sys.stderr)
    limit_process()
    with listen(settings.host, settings.port) as listener:
        solo = Solo(settings, SystemClock())

        def ready() -> None:
            solo.start()
            print(welcome(settings, listener.getsockname()[1]), file=out, flush=True)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(solo, listener, settings, ready))
    return 0


async def _run(solo: Solo, listener: socket.socket, settings: Settings, ready: Callable[[], None]) -> None:
    asyncio.get_running_loop().set_exception_handler(logs.unforeseen)
    server = _Server(configured(solo, settings), ready)
    await server.serve(sockets=[listener])
    await solo.stop()


class _Server(Server):
    """One that ends on a signal, as a program that did its work."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """A first signal drains, a second one does not wait."""
        self.force_exit, self.should_exit = self.should_exit, True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear signals in the loop. uvicorn would raise them again at the end, and never return."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
