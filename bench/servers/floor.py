"""The floor: uvicorn, httptools and uvloop under a raw ASGI application that reads the body and returns a constant.

Run: python -m bench.servers.floor PORT ANSWER, where ANSWER is a file made by `save`.
"""

import json
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

_OWN = {b"date", b"server", b"connection", b"transfer-encoding"}
"""What uvicorn adds itself, or no application sets."""

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def save(path: Path, answer: bytes) -> None:
    """Write down a whole HTTP answer with a content-length, for the floor to repeat."""
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    kept = [(name.lower().decode(), value.strip().decode()) for name, _, value in fields if name.lower() not in _OWN]
    path.write_text(json.dumps({"headers": kept, "body": body.decode()}), encoding="utf-8")


def constant(headers: list[tuple[bytes, bytes]], body: bytes) -> App:
    """An application that gives every request this answer."""

    async def app(
        _scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def _main(port: int, path: Path) -> None:
    answer = json.loads(path.read_text(encoding="utf-8"))
    headers = [(name.encode(), value.encode()) for name, value in answer["headers"]]
    app = constant(headers, answer["body"].encode())
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        http="httptools",
        loop="uvloop",
        interface="asgi3",
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    _main(int(sys.argv[1]), Path(sys.argv[2]))
