"""Which keys a journal may hold: most lookups are misses, and need not wait for the disk to learn it."""

from collections.abc import Iterable
from threading import Lock
from typing import Final

_SIZE: Final = 16
_SHIFTS: Final = (0, 32, 64, 96)
_BITS_PER_KEY: Final = 16


class KnownKeys:
    """A Bloom filter over 16-byte digests, which are random already: their own bits say where to look.

    With `capacity` keys, about 1 in 400 of those never added is taken for one that may be held; a key that was added is
    always. Keys that have gone stay until `rebuild`, which the owner does when it `is_crowded`. Safe between threads.
    A key of another length may always be held.
    """

    def __init__(self, keys: Iterable[bytes], capacity: int) -> None:
        """Know `keys`, with room for `capacity`: 2 to 4 bytes each."""
        self._capacity = capacity
        self._mask = (1 << (capacity * _BITS_PER_KEY - 1).bit_length()) - 1
        self._lock = Lock()
        self._bits = bytearray((self._mask + 1) // 8 or 1)
        self._next: bytearray | None = None
        self._added = 0
        for key in keys:
            self.add(key)

    @property
    def is_crowded(self) -> bool:
        """Whether so many were added that it has begun to err."""
        return self._added > 2 * self._capacity

    def add(self, key: bytes) -> None:
        """Know `key`."""
        if len(key) != _SIZE:
            return
        with self._lock:
            self._added += 1
            self._set(self._bits, key)
            if self._next is not None:
                self._set(self._next, key)

    def may_hold(self, key: bytes) -> bool:
        """False: it was never added."""
        if len(key) != _SIZE:
            return True
        number, bits, mask = int.from_bytes(key, "little"), self._bits, self._mask
        for shift in _SHIFTS:
            place = number >> shift & mask
            if not bits[place >> 3] >> (place & 7) & 1:
                return False
        return True

    def rebuild(self, keys: Iterable[bytes]) -> None:
        """Know only `keys`, and what is added meanwhile."""
        with self._lock:
            self._next = bytearray(len(self._bits))
            self._added = 0
        for key in keys:
            with self._lock:
                self._set(self._next, key)
        with self._lock:
            self._bits, self._next = self._next, None

    def _set(self, bits: bytearray, key: bytes) -> None:
        number = int.from_bytes(key, "little")
        for shift in _SHIFTS:
            place = number >> shift & self._mask
            bits[place >> 3] |= 1 << (place & 7)
