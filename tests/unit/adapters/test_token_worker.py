"""The process in which tokens are counted, in this one. The process itself is in test_tokens."""

import io
import os

import msgspec
import pytest

from warmlane.adapters.token_worker import answer, read, serve, write


def asked(*texts: str, encoding: str = "cl100k_base") -> bytes:
    """A frame that asks."""
    return msgspec.msgpack.encode((encoding, texts))


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (asked("hello world", ""), [2, 0]),
        (asked(), []),
        (asked("a", encoding="no_such_encoding"), None),
    ],
)
def test_a_frame_is_answered(frame: bytes, said: list[int] | None) -> None:
    """With numbers; nothing where there is no such encoding."""
    assert msgspec.msgpack.decode(answer(frame)) == said


def test_frames_are_read_as_they_were_written() -> None:
    """Up to the end, or to what is not even a length."""
    pipe = io.BytesIO()
    for frame in (b"one", b"", b"x" * 100_000):
        write(pipe, frame)
    pipe.write(b"\0\0")
    pipe.seek(0)

    assert [read(pipe) for _ in range(4)] == [b"one", b"", b"x" * 100_000, None]


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_it_serves_until_nobody_is_left(frames: int) -> None:
    """Then it ends by itself."""
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb", buffering=0) as asks, os.fdopen(theirs, "wb") as asking:
        for _ in range(frames):
            write(asking, asked("hello world"))
        asking.close()
        answers = io.BytesIO()
        serve(asks, answers)
    answers.seek(0)

    assert [read(answers) for _ in range(frames + 1)] == [msgspec.msgpack.encode([2])] * frames + [None]


def test_it_ends_when_nobody_asks() -> None:
    """The input is open all the while."""
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb", buffering=0) as asks, os.fdopen(theirs, "wb"):
        answers = io.BytesIO()
        serve(asks, answers, idle=0.0)

    assert answers.getvalue() == b""
