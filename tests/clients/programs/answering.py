"""How a program here is asked, and says what came of it: one line of JSON each, on standard input and output.

In: `{"way": "sync", "mode": "whole", "text": "What is ...?"}`. The mode is `whole`, `stream`, or `leave`: a stream of
which only the first words are read. Out: what the client gave, or `{"error": its exception's class, ...}`.
"""

import asyncio
import inspect
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Heard: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way to call: `whole` gives text, usage and all else that the client said, `stream` the pieces of the text."""

    whole: Callable[[str], Heard] | Callable[[str], Awaitable[Heard]]
    stream: Callable[[str], Iterator[str]] | Callable[[str], AsyncIterator[str]]


def serve(ways: Mapping[str, Way]) -> None:
    """Do what standard input asks for, line by line, until it ends. Async ways share one loop, as in a program."""
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            asked = json.loads(line)
            way, mode, text = ways[asked["way"]], asked["mode"], asked["text"]
            try:
                if inspect.iscoroutinefunction(way.whole):
                    heard = runner.run(_ASYNC[mode](way, text))
                else:
                    heard = _SYNC[mode](way, text)
            except Exception as error:  # noqa: BLE001 - whatever it raises is what is asked for
                heard = _raised(error)
            print(json.dumps(heard, default=str), flush=True)
    sys.stdout.flush()
    os._exit(0)  # what a client left running in the background is not waited for


def _raised(error: BaseException) -> Heard:
    while isinstance(error, BaseExceptionGroup):
        (error,) = error.exceptions
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    return {"error": type(error).__name__, "status": status, "message": str(error)}


def _stream(way: Way, text: str) -> Heard:
    return {"text": "".join(way.stream(text))}


def _leave(way: Way, text: str) -> Heard:
    pieces = way.stream(text)
    first = next(piece for piece in pieces if piece)
    pieces.close()
    return {"text": first}


async def _stream_async(way: Way, text: str) -> Heard:
    return {"text": "".join([piece async for piece in way.stream(text)])}


async def _leave_async(way: Way, text: str) -> Heard:
    """Cancel whoever reads, as a server does whose own client has gone."""
    heard, begun = [], asyncio.Event()

    async def listen() -> None:
        async for piece in way.stream(text):
            heard.append(piece)
            if piece:
                begun.set()  # and so waits for more: a cancellation that comes with a piece is lost in Python 3.11

    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen())
        await begun.wait()
        listening.cancel()
    return {"text": "".join(heard)}


_SYNC = {"whole": lambda way, text: way.whole(text), "stream": _stream, "leave": _leave}
_ASYNC = {"whole": lambda way, text: way.whole(text), "stream": _stream_async, "leave": _leave_async}
