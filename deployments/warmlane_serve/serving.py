"""Listening: a socket, uvicorn with our protocol, a welcome, and a drain that drops nothing."""

import asyncio
import gc
import math
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

import uvicorn
import uvloop

from warmlane.clock import SystemClock
from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve import logs
from warmlane_serve.process import limit_process
from warmlane_serve.solo import Solo
from warmlane_serve.welcome import welcome

_BACKLOG = 2048
_COLLECT = (20_000, 20, 20)
"""Containers made and not yet gone, at which the collector looks for cycles. At Python's own 700 that was a fifth of
what a miss costs; a look at 20,000 young ones takes about a millisecond."""
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


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises: ConfigError when the address cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        reason = (error.strerror or "it cannot be bound").lower()
        msg = f"cannot listen on {host}:{port}: {reason}; choose another address with --host and --port"
        raise ConfigError(msg) from None
    listener.setblocking(False)  # noqa: FBT003 - the standard library's signature
    return listener


def configured(solo: Solo, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves `solo`."""
    return uvicorn.Config(
        solo.application,
        http=solo.protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=math.ceil(settings.limits.keep_alive),
        timeout_graceful_shutdown=math.ceil(settings.drain_timeout),
    )


async def _run(solo: Solo, listener: socket.socket, settings: Settings, ready: Callable[[], None]) -> None:
    asyncio.get_running_loop().set_exception_handler(logs.unforeseen)
    server = _Server(configured(solo, settings), ready)
    await server.serve(sockets=[listener])
    await solo.stop()


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is up, and ends on a signal as a program that did its work."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
        # What was made until now lives as long as the process: no collection need look at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT)

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
