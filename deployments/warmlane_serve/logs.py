"""What goes to standard error beside the log of calls: warnings, and errors that nobody foresaw, without their texts.

The text of an exception may be what a caller sent: a target that cannot be parsed, a value that cannot be converted.
"""

import asyncio
import logging
import traceback
from types import TracebackType
from typing import Any, TextIO, TypeAlias

_log = logging.getLogger(__name__)

_Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def write_to(stream: TextIO) -> None:
    """Send warnings and worse to `stream`, one line each, exceptions by kind and place."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Textless("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # What uvicorn has to say is said by our events.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)


def unforeseen(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler: asyncio's own shows callbacks with their arguments, and tasks."""
    error = context.get("exception")
    _log.error("%s", context["message"] if error is None else f"nobody caught this: {_told(error)}")


class _Textless(logging.Formatter):
    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - the standard library's name
        return "" if ei[1] is None else _told(ei[1])


def _told(error: BaseException) -> str:
    """Its kind, and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__
