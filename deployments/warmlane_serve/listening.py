"""The port that clients call: a socket, uvicorn with our protocol on it, and a way to leave it that drops nobody."""

import asyncio
import ctypes
import gc
import math
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Protocol

import uvicorn

from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane.web.asgi import Application
from warmlane.web.fast import FastProtocol

_BACKLOG: Final = 2048
_COLLECT: Final = (20_000, 20, 20)
"""Containers made and not yet gone, at which the collector looks for cycles. At Python's own 700 that was a fifth of
what a miss costs; a look at 20,000 young ones takes about a millisecond."""

_SO_ATTACH_FILTER: Final = 26  # Linux; Python has no name for it
_NO_SYN: Final = ((0x30, 0, 0, 13), (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02), (6, 0, 0, 0), (6, 0, 0, 0xFFFFFFFF))
"""Classic BPF: load the flags of the TCP header; of SYN and ACK only SYN? Then drop it, else take all of it."""


class Served(Protocol):
    """What answers: ordinary ASGI, and the protocol that knows a shorter way."""

    application: Application
    protocol: type[FastProtocol]


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A listening socket, `shared` with others that say so too. Raises: ConfigError when the address cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
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


def leave(listener: socket.socket) -> None:
    """Take no new connection, but those whose handshake has begun. The kernel of who comes late tries again.

    A second later it does, and finds another who shares the port. Were the socket closed at once, connections that
    nobody has accepted yet would be reset, and so would handshakes that are not over. Does nothing where the system
    has no such thing.
    """
    code = b"".join(struct.pack("HBBI", *each) for each in _NO_SYN)
    program = ctypes.create_string_buffer(code)
    with suppress(OSError):
        listener.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(_NO_SYN), ctypes.addressof(program))
        )


def configured(served: Served, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves `served`."""
    return uvicorn.Config(
        served.application,
        http=served.protocol,
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


class Server(uvicorn.Server):
    """uvicorn's server, which says when it is up, and leaves signals to others."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        """Call `ready` once it listens."""
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen on `sockets`."""
        await super().startup(sockets)
        self._ready()
        # What was made until now lives as long as the process: no collection need look at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear none."""
        yield


class SharingServer(Server):
    """One that shares its port with others, and leaves it to them in the end."""

    handshakes = 0.5
    """Seconds that handshakes under way have to be over."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the others have the new connections, then drain."""
        for listener in sockets or ():
            if listener.family != socket.AF_UNIX:
                leave(listener)
        await asyncio.sleep(self.handshakes)  # noqa: TID251 - a drain may pace
        await super().shutdown(sockets)
