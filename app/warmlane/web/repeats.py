"""What the very same bytes were answered lately: then no JSON need be read."""

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from warmlane.trip import Repeat

UNTOLD: Final = frozenset({
    b"accept", b"accept-encoding", b"accept-language", b"content-length", b"content-type", b"idempotency-key",
    b"traceparent", b"tracestate", b"user-agent", b"x-request-id",
})  # fmt: skip
"""Header fields that change neither the tenant, nor the key, nor what the cache may do."""

_NOTED: Final = 10_000
_SDK: Final = b"x-stainless-"  # what an SDK tells of its machine and its retries


class Repeats:
    """What the very same bytes were answered, by a digest that is keyed afresh in each process."""

    def __init__(self, key: bytes, max_bytes: int) -> None:
        """Remember the latest requests, as long as their answers are within `max_bytes`; `key` is random."""
        self._key, self._max, self._size = key, max_bytes, 0
        self._known: OrderedDict[bytes, Repeat] = OrderedDict()
        self._asked: set[int] = set()
        self._asked_before: set[int] = set()

    def digest(self, head: list[bytes], body: bytes) -> bytes:
        """16 bytes that stand for every byte of the request that can matter; `head` is what `told` gave."""
        return blake2b(b"\0".join([*head, b"", body]), key=self._key, digest_size=16).digest()

    def get(self, digest: bytes) -> Repeat | None:
        """What was answered, while the answer lives."""
        known = self._known.get(digest)
        if known is not None and not known.found.kept.alive:
            self._drop(digest)
            return None
        return known

    def came_before(self, body: bytes) -> bool:
        """Whether such a body came lately; notes that it came. What comes once only is not worth more than this note.

        By Python's own hash, which is keyed afresh in each process: where two share one, a digest is made in vain.
        """
        mark = hash(body)
        if mark in self._asked or mark in self._asked_before:
            return True
        self._asked.add(mark)
        if len(self._asked) >= _NOTED:
            self._asked, self._asked_before = set(), self._asked
        return False

    def put(self, digest: bytes, repeat: Repeat) -> None:
        """Remember the answer, and of the question no more than its digest."""
        self._drop(digest)
        self._known[digest] = repeat
        self._size += _weight(repeat)
        while self._size > self._max:
            self._drop(next(iter(self._known)))

    def sweep(self) -> None:
        """Drop the answers that no longer live."""
        for digest in [digest for digest, repeat in self._known.items() if not repeat.found.kept.alive]:
            self._drop(digest)

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._known)

    def _drop(self, digest: bytes) -> None:
        known = self._known.pop(digest, None)
        if known is not None:
            self._size -= _weight(known)


def told(url: bytes, headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The parts of a request's head that can matter. None can hold a NUL."""
    parts = [url]
    for name, value in headers:
        if name not in UNTOLD and not name.startswith(_SDK):
            parts += (name, value)
    return parts


def _weight(repeat: Repeat) -> int:
    """Bytes of the answer, and about what Python adds."""
    return len(repeat.found.body) + 1500
