"""A provider's answer on its way between two stages: frames of a kind, a length and so many bytes.

HTTP's own framing cannot say that an answer broke off for a reason; these can, before the Head and after it.
"""

from collections.abc import Iterator
from enum import IntEnum
from struct import Struct
from typing import Final

from warmlane.errors import StageError, WarmlaneError
from warmlane.model import Head
from warmlane_serve.lane import wire

_PREFIX: Final = Struct(">BI")


class Kind(IntEnum):
    """What a frame holds."""

    HEAD = 0
    DATA = 1
    ERROR = 2
    END = 3


END: Final = _PREFIX.pack(Kind.END, 0)


def head(value: Head) -> bytes:
    """The frame of a Head."""
    return _frame(Kind.HEAD, wire.HEAD.write(value))


def data(chunk: bytes) -> bytes:
    """The frame of a piece of the body."""
    return _frame(Kind.DATA, chunk)


def error(value: WarmlaneError) -> bytes:
    """The frame of an error of ours, which ends the answer."""
    return _frame(Kind.ERROR, wire.write_error(value))


def _frame(kind: Kind, payload: bytes) -> bytes:
    return _PREFIX.pack(kind, len(payload)) + payload


class Unframer:
    """Takes an answer's frames apart, however its pieces are cut. Data goes on as it comes, not frame by frame."""

    __slots__ = ("_left", "_rest", "begun", "ended")

    def __init__(self) -> None:
        """Nothing has come. `begun` says whether the Head has, `ended` whether all of the answer has."""
        self._rest, self._left = b"", 0
        self.begun = self.ended = False

    def feed(self, piece: bytes) -> Iterator[Head | bytes]:
        """What `piece` completes: the Head, and the data in it joined. Raises: the error that was sent; StageError."""
        piece = self._rest + piece if self._rest else piece
        at, size = 0, len(piece)
        found: list[bytes] = []
        while at < size:
            if self._left:  # in the middle of data
                part = piece[at : at + self._left]
                found.append(part)
                self._left -= len(part)
                at += len(part)
                continue
            if size - at < _PREFIX.size:
                break
            kind, length = _PREFIX.unpack_from(piece, at)
            if kind == Kind.DATA:
                at, self._left = at + _PREFIX.size, length
                continue
            if size - at - _PREFIX.size < length:
                break
            payload = piece[at + _PREFIX.size : at + _PREFIX.size + length]
            at += _PREFIX.size + length
            if kind == Kind.HEAD:
                self.begun = True
                yield wire.HEAD.read(payload)
            else:
                if found:
                    yield b"".join(found)
                    found = []
                self._over(kind, payload)
        self._rest = piece[at:]
        if found:
            yield found[0] if len(found) == 1 else b"".join(found)

    def _over(self, kind: int, payload: bytes) -> None:
        if kind == Kind.ERROR:
            raise wire.read_error(payload)
        if kind != Kind.END:
            msg = "a stage sent what cannot be read: is it of another version?"
            raise StageError(msg)
        self.ended = True
