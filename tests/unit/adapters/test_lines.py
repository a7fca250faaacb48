"""Lines are written in order by a thread; a slow reader costs lines, never the loop."""

import errno
import io
import logging
import os
import threading

import pytest

from warmlane.adapters.lines import LineWriter


class Gate:
    """A stream whose reader is stuck until it is let go."""

    def __init__(self) -> None:
        """Stuck from the start."""
        self.data = b""
        self.entered, self.open = threading.Event(), threading.Event()

    def write(self, data: bytes, /) -> int:
        """Wait for the reader."""
        self.entered.set()
        self.open.wait(30)
        self.data += data
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered."""


class Full(io.BytesIO):
    """A disk that is full at first."""

    full = True

    def write(self, data: object, /) -> int:
        """Refuse while it is full."""
        if self.full:
            raise OSError(errno.ENOSPC, "canary")
        return super().write(data)  # type: ignore[arg-type]


class Narrow(io.BytesIO):
    """An unbuffered file that takes three bytes at a time."""

    def write(self, data: object, /) -> int:
        """Take what fits."""
        return super().write(bytes(data)[:3])  # type: ignore[call-overload]


async def test_lines_are_written_in_order() -> None:
    """Closing writes what waits; each line has its end."""
    stream = io.BytesIO()
    writer = LineWriter(stream)

    writer.write([b"1", b"2"])
    writer.write([b"3"])
    await writer.aclose()
    await writer.aclose()

    assert stream.getvalue() == b"1\n2\n3\n"


async def test_a_partial_write_is_completed() -> None:
    """An unbuffered file may take less than it was given."""
    stream = Narrow()
    writer = LineWriter(stream)

    writer.write([b"0123456789"])
    await writer.aclose()

    assert stream.getvalue() == b"0123456789\n"


async def test_a_stuck_reader_costs_lines_not_time() -> None:
    """Beyond the limit, whole batches are lost and counted; what was taken is written once the reader is back."""
    stream = Gate()
    writer = LineWriter(stream, limit=10)
    writer.write([b"12345"])
    stream.entered.wait(30)

    writer.write([b"67890"])
    writer.write([b"a", b"b"])
    lost = writer.take_lost()
    stream.open.set()
    await writer.aclose()

    assert lost == 2
    assert writer.take_lost() == 0
    assert stream.data == b"12345\n67890\n"


async def test_closing_does_not_wait_for_ever() -> None:
    """A reader that is stuck does not keep the process from ending."""
    stream = Gate()
    writer = LineWriter(stream)
    writer.write([b"1"])

    await writer.aclose(timeout=0)
    stuck = stream.data
    stream.open.set()
    await writer.aclose()

    assert stuck == b""
    assert stream.data == b"1\n"


async def test_a_full_disk_costs_lines_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever writing raises is logged by type; writing goes on when it can."""
    stream = Full()
    writer = LineWriter(stream)
    writer.write([b"1"])
    writer.write([b"2"])
    await writer.aclose()

    assert writer.take_lost() == 2
    assert [record.getMessage() for record in caplog.records] == ["lines cannot be written: OSError"]
    assert caplog.records[0].levelno == logging.ERROR
    assert "canary" not in caplog.text


async def test_it_writes_to_a_pipe() -> None:
    """An unbuffered file on a descriptor, as in production."""
    read, write = os.pipe()
    with open(write, "wb", buffering=0) as stream, open(read, "rb") as reader:  # noqa: ASYNC230, PTH123 - descriptors
        writer = LineWriter(stream)
        writer.write([b"hello"])
        await writer.aclose()

        assert reader.readline() == b"hello\n"
