"""The process in which tokens are counted: run as a file, with nothing of Warmlane's in it.

Loading an encoding takes half a second in which Python's lock is held: in the gateway's own process every caller would
wait. Frames come on standard input and go out on standard output: four bytes of length, then msgpack. Asked is
`[encoding, texts]`, answered a list of numbers, or nothing where there is no such encoding. It ends with its input, or
when nobody has asked for `IDLE` seconds, and with it the memory that the encodings take.
"""

import select
import sys
from typing import BinaryIO, cast

import msgspec
import toktok

IDLE = 600.0
"""Seconds."""

_LENGTH = 4


def read(stream: BinaryIO) -> bytes | None:
    """The next frame; None at the end."""
    size = _exactly(stream, _LENGTH)
    return None if size is None else _exactly(stream, int.from_bytes(size, "big"))


def write(stream: BinaryIO, frame: bytes) -> None:
    """Send a frame."""
    stream.write(len(frame).to_bytes(_LENGTH, "big"))
    stream.write(frame)
    stream.flush()


def answer(frame: bytes) -> bytes:
    """What there is to say to a frame."""
    encoding, texts = msgspec.msgpack.decode(frame, type=tuple[str, list[str]])
    try:
        return msgspec.msgpack.encode(toktok.batch_count(texts, encoding, threads=1))
    except KeyError:
        return msgspec.msgpack.encode(None)


def serve(asked: BinaryIO, answers: BinaryIO, idle: float = IDLE) -> None:
    """Answer until there is nobody left who asks, or nobody has for `idle` seconds. `asked` has no buffer."""
    while select.select([asked], [], [], idle)[0]:
        frame = read(asked)
        if frame is None:
            return
        write(answers, answer(frame))


def _exactly(stream: BinaryIO, size: int) -> bytes | None:
    """So many bytes, of a stream that may give fewer at a time; None where it ends before."""
    got = bytearray()
    while len(got) < size:
        some = stream.read(size - len(got))
        if not some:
            return None
        got += some
    return bytes(got)


if __name__ == "__main__":
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as pipe:
        serve(cast("BinaryIO", pipe), sys.stdout.buffer)
