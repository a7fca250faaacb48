"""What goes between stages: the ports' values as MessagePack, vectors as raw float32 in little endian.

Reading raises StageError and quotes nothing: whoever sent something else is of another version.
"""

from collections.abc import AsyncIterable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
import numpy as np

from warmlane import events
from warmlane.errors import Loading, Overloaded, StageError, Unreachable, UpstreamError, UpstreamTimeout, WarmlaneError
from warmlane.events import Event
from warmlane.model import Call, Head, Headers, Near, Probe, Row, Scope, Value, Vector

T = TypeVar("T")

_FLOAT: Final = np.dtype("<f4")


class Codec(Generic[T]):
    """Values of one type, to bytes and back."""

    def __init__(self, kind: Any) -> None:
        """Of `kind`, whatever msgspec can decode."""
        self._encode, self._decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(kind).decode

    def write(self, value: T) -> bytes:
        """`value` as bytes. Raises: StageError, for text that no UTF-8 can hold."""
        try:
            return self._encode(value)
        except UnicodeEncodeError:
            msg = "a text cannot be encoded"
            raise StageError(msg) from None

    def read(self, data: bytes) -> T:
        """The value. Raises: StageError."""
        try:
            value: T = self._decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _unreadable() from None
        return value


ROWS: Final[Codec[Sequence[Row]]] = Codec(list[Row])
FOUND: Final[Codec[Sequence[Row | None]]] = Codec(list[Row | None])
NAMES: Final[Codec[Sequence[tuple[bytes, bytes]]]] = Codec(list[tuple[bytes, bytes]])
KEYS: Final[Codec[tuple[bytes, list[bytes]]]] = Codec(tuple[bytes, list[bytes]])
SCOPE: Final[Codec[Scope]] = Codec(Scope)
NEAR: Final[Codec[Sequence[Near]]] = Codec(list[Near])
TEXTS: Final[Codec[Sequence[str]]] = Codec(list[str])
NAME: Final[Codec[str]] = Codec(str)
NUMBER: Final[Codec[int]] = Codec(int)
AMOUNT: Final[Codec[tuple[str, int]]] = Codec(tuple[str, int])
EXPOSITION: Final[Codec[tuple[str, bytes]]] = Codec(tuple[str, bytes])
HEAD: Final[Codec[Head]] = Codec(Head)


# semantic lookups


class _Probe(Value, frozen=True, kw_only=True):
    tenant: bytes
    partition: bytes
    vector: bytes
    vector_key: bytes
    floor: float
    limit: int


_PROBE: Final[Codec[_Probe]] = Codec(_Probe)


def write_probe(probe: Probe, limit: int) -> bytes:
    """A probe, and how many neighbours are wanted."""
    return _PROBE.write(
        _Probe(
            tenant=probe.tenant,
            partition=probe.partition,
            vector=_raw(probe.vector),
            vector_key=probe.vector_key,
            floor=float(probe.floor),
            limit=limit,
        )
    )


def read_probe(data: bytes) -> tuple[Probe, int]:
    """What `write_probe` wrote. Raises: StageError."""
    sent = _PROBE.read(data)
    (vector,) = read_vectors(sent.vector, 1, len(sent.vector) // _FLOAT.itemsize)
    probe = Probe(
        tenant=sent.tenant, partition=sent.partition, vector=vector, vector_key=sent.vector_key, floor=sent.floor
    )
    return probe, sent.limit


def write_vectors(vectors: Sequence[Vector]) -> bytes:
    """Vectors of one dimension, one after the other."""
    return b"".join([_raw(vector) for vector in vectors])


def read_vectors(data: bytes, count: int, dim: int) -> Sequence[Vector]:
    """`count` vectors, read-only, each of shape (dim,). Raises: StageError."""
    if len(data) != count * dim * _FLOAT.itemsize:
        raise _unreadable()
    return list(np.frombuffer(data, _FLOAT).reshape(count, dim))


def _raw(vector: Vector) -> bytes:
    return np.ascontiguousarray(vector, _FLOAT).tobytes()


# events


_PAIRS: Final[Codec[Sequence[tuple[str, Any]]]] = Codec(list[tuple[str, msgspec.Raw]])
_EVENTS: Final[dict[str, Codec[Any]]] = {
    name: Codec(kind)
    for name, kind in vars(events).items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


def write_events(batch: Sequence[Event]) -> bytes:
    """A batch, in order."""
    return _PAIRS.write([(type(event).__name__, event) for event in batch])


def read_events(data: bytes) -> Sequence[Event]:
    """The batch; events that this version does not know are left out. Raises: StageError."""
    return [_EVENTS[name].read(raw) for name, raw in _PAIRS.read(data) if name in _EVENTS]


# calls


class Start(Value, frozen=True, kw_only=True):
    """A Call without its body, which follows as it is."""

    id: str
    method: str
    provider: str
    base_url: str
    dialect: str | None
    path: str
    query: str
    headers: Headers
    secret: bytes
    keyless: bool

    @classmethod
    def of(cls, call: Call) -> "Start":
        """All of `call` but its body."""
        return cls(**{name: getattr(call, name) for name in cls.__struct_fields__})

    def call(self, body: bytes | AsyncIterable[bytes]) -> Call:
        """The whole call."""
        return Call(**{name: getattr(self, name) for name in self.__struct_fields__}, body=body)

    def __repr__(self) -> str:
        """Only the id, as a Call's."""
        return f"Start({self.id})"


START: Final[Codec[Start]] = Codec(Start)


# errors


class _Trouble(Value, frozen=True, kw_only=True):
    kind: str
    message: str
    retry_after: int | None


_TROUBLE: Final[Codec[_Trouble]] = Codec(_Trouble)
_KINDS: Final[dict[str, type[WarmlaneError]]] = {
    kind.__name__: kind for kind in (StageError, Loading, UpstreamError, Unreachable, Overloaded, UpstreamTimeout)
}


def write_error(error: WarmlaneError) -> bytes:
    """An error of ours, whose message never holds what a caller sent."""
    return _TROUBLE.write(_Trouble(kind=type(error).__name__, message=error.message, retry_after=error.retry_after))


def read_error(data: bytes) -> WarmlaneError:
    """The same error; a StageError where it is of a kind that does not travel. Raises: StageError."""
    sent = _TROUBLE.read(data)
    return _KINDS.get(sent.kind, StageError)(sent.message, retry_after=sent.retry_after)


def _unreadable() -> StageError:
    return StageError("a stage sent what cannot be read: is it of another version?")
