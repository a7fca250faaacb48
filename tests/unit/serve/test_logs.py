"""Standard error tells what went wrong, and nothing of what a caller sent."""

import asyncio
import io
import logging
from collections.abc import Iterator

import pytest

from warmlane_serve import logs

CANARY = "c4n4ry"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What is written; the test runner's own handlers are put aside meanwhile."""
    root, uvicorn = logging.getLogger(), logging.getLogger("uvicorn.error")
    handlers, level, uvicorn_level = root.handlers[:], root.level, uvicorn.level
    root.handlers.clear()
    stream = io.StringIO()
    logs.write_to(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    uvicorn.setLevel(uvicorn_level)


def test_warnings_are_written_and_less_is_not(said: io.StringIO) -> None:
    """One line each; of uvicorn nothing."""
    logging.getLogger("somebody").warning("mind the %s", "gap")
    logging.getLogger("somebody").info("all is well")
    logging.getLogger("uvicorn.error").error("%s", CANARY)

    assert said.getvalue() == "WARNING somebody: mind the gap\n"


def test_an_exception_is_written_by_kind_and_place(said: io.StringIO) -> None:
    """Nor does what led to it show its text."""
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError:
        logging.getLogger("somebody").exception("it failed")

    assert "it failed\nKeyError at " in said.getvalue()
    assert "test_logs.py:" in said.getvalue()
    assert CANARY not in said.getvalue()


def test_no_exception_is_no_trouble(said: io.StringIO) -> None:
    """A library may ask for the exception where there is none."""
    logging.getLogger("somebody").error("it failed", exc_info=(None, None, None))

    assert said.getvalue().startswith("ERROR somebody: it failed")


async def test_what_the_loop_reports_is_written_without_texts(said: io.StringIO) -> None:
    """Neither the exception's, nor the arguments of a callback that raised it."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(logs.unforeseen)
    ran = asyncio.Event()
    loop.call_exception_handler({"message": "something is odd"})
    loop.call_exception_handler({"message": "it failed", "exception": ValueError(CANARY)})
    loop.call_soon(int, CANARY)
    loop.call_soon(ran.set)
    await ran.wait()
    loop.set_exception_handler(None)

    first, second, third = said.getvalue().splitlines()
    assert first == "ERROR warmlane_serve.logs: something is odd"
    assert second == "ERROR warmlane_serve.logs: nobody caught this: ValueError"
    assert third.startswith("ERROR warmlane_serve.logs: nobody caught this: ValueError at ")
    assert CANARY not in said.getvalue()
