"""The front door of one ingress: on a port that it shares with the others on its node, and one of its own."""

import asyncio
import socket
import tempfile
from pathlib import Path
from typing import Final

from warmlane.errors import StageError
from warmlane.settings import Settings
from warmlane.tasks import Tasks
from warmlane_serve.listening import Served, SharingServer, configured, listen

_PATIENCE: Final = 5.0
"""Seconds that the door has to answer a knock."""

_FAREWELL: Final = 0.5
"""Share of the drain in which a client that calls again hears that it should use another connection.

Idle connections are closed after that. A call on its way to one that is just being closed would be lost: with the usual
30 s of drain these are 15, as long as most clients keep an idle connection.
"""

_KNOCK: Final = b"GET /healthz HTTP/1.1\r\nhost: door\r\nconnection: close\r\n\r\n"


class Door:
    """Listens for clients, in the running loop.

    The second socket, which only this machine's user can reach, is for the knock: on the shared port it might be
    another ingress that answers.
    """

    def __init__(self, served: Served, settings: Settings) -> None:
        """Not open yet."""
        self._settings, self._opened, self._tasks = settings, asyncio.Event(), Tasks()
        config = configured(served, settings)
        config.http = type("SharingProtocol", (served.protocol,), {"farewell": _FAREWELL * settings.drain_timeout})
        self._server = SharingServer(config, self._opened.set)
        self._serving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen. Raises: ConfigError when the address cannot be had."""
        listener = await asyncio.to_thread(listen, self._settings.host, self._settings.port, shared=True)
        self.port: int = listener.getsockname()[1]
        self._folder = await asyncio.to_thread(lambda: tempfile.TemporaryDirectory(prefix="door-"))
        own = socket.socket(socket.AF_UNIX)
        own.bind(self._knocker)
        own.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._serving = self._tasks.spawn(self._server.serve(sockets=[listener, own]), name="door")
        opened = self._tasks.spawn(self._opened.wait(), name="opened")
        await asyncio.wait([opened, self._serving], return_when=asyncio.FIRST_COMPLETED)
        if self._serving.done():
            opened.cancel()
            await self._serving

    @property
    def in_flight(self) -> int:
        """Calls under way."""
        return len(self._server.server_state.tasks)

    async def check(self) -> None:
        """Knock, as a client would. Raises: StageError, when nobody opens."""
        try:
            async with asyncio.timeout(_PATIENCE):
                reader, writer = await asyncio.open_unix_connection(self._knocker)
                writer.write(_KNOCK)
                said = await reader.read()
                writer.close()
        except (OSError, TimeoutError) as error:
            msg = f"the front door does not open: {type(error).__name__}"
            raise StageError(msg) from None
        if not said.startswith(b"HTTP/1.1 200 "):
            msg = "the front door says that something is wrong"
            raise StageError(msg)

    async def close(self) -> None:
        """Leave new connections to the others, answer what has come, for at most `drain_timeout`; end the rest.

        Whatever is answered meanwhile asks its client to use another connection next time. Calling it twice is fine.
        """
        if self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        self._serving = None
        await asyncio.to_thread(self._folder.cleanup)

    @property
    def _knocker(self) -> str:
        return str(Path(self._folder.name) / "s")
