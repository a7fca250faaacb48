"""Opened answers of the callers seen lately, in RAM only: bounded in bytes, and each for a short time.

An exact hit here costs no hop and no decryption. Whoever holds a `Kept` must look at `alive` before using it:
forgetting
an entry reaches everyone who remembers it.
"""

from collections import OrderedDict

import msgspec

from warmlane.clock import Clock
from warmlane.match.facts import Facts
from warmlane.model import Entry


class Kept(msgspec.Struct, gc=False, eq=False):
    """One remembered entry. `until` is seconds since 1970; `lines` are its hit's header lines, once written.

    `facts` is what is known of its prompt, once that was compared with another.

    It holds nothing that could lead back to it, so the collector, which would visit a hundred thousand of these, is
    not told of it.
    """

    entry: Entry
    until: float
    alive: bool = True
    lines: bytes = b""
    facts: Facts | None = None


class Recent:
    """Remembers opened entries by tenant and exact key, the least recently used leaving first."""

    def __init__(self, *, max_bytes: int, seconds: float, clock: Clock) -> None:
        """Hold at most `max_bytes` of answers, each for at most `seconds`."""
        self._max, self._seconds, self._clock = max_bytes, seconds, clock
        self._kept: OrderedDict[tuple[bytes, bytes], Kept] = OrderedDict()
        self._size = 0

    def get(self, tenant: bytes, key: bytes) -> Kept | None:
        """What is remembered and may still be used."""
        kept = self._kept.get((tenant, key))
        if kept is None:
            return None
        if kept.until <= self._clock.now():
            self.forget(tenant, key)
            return None
        self._kept.move_to_end((tenant, key))
        return kept

    def put(self, tenant: bytes, key: bytes, entry: Entry) -> Kept:
        """Remember `entry`, in place of what was there."""
        self.forget(tenant, key)
        kept = Kept(entry, min(entry.expires, self._clock.now() + self._seconds))
        self._kept[tenant, key] = kept
        self._grow(_weight(kept))
        return kept

    def learn(self, kept: Kept, facts: Facts) -> None:
        """Keep `facts` beside the entry, as long as that is remembered."""
        if kept.alive and kept.facts is None:
            before, kept.facts = _weight(kept), facts
            self._grow(_weight(kept) - before)

    def _grow(self, by: int) -> None:
        self._size += by
        while self._size > self._max:
            oldest = next(iter(self._kept))
            self.forget(*oldest)

    def forget(self, tenant: bytes, key: bytes) -> None:
        """Drop one."""
        kept = self._kept.pop((tenant, key), None)
        if kept is not None:
            kept.alive = False
            self._size -= _weight(kept)

    def forget_tenant(self, tenant: bytes) -> None:
        """Drop everything of one tenant."""
        for name in [name for name in self._kept if name[0] == tenant]:
            self.forget(*name)

    def sweep(self) -> None:
        """Drop what has outlived its time, so that no answer lingers in memory."""
        now = self._clock.now()
        for name in [name for name, kept in self._kept.items() if kept.until <= now]:
            self.forget(*name)

    def clear(self) -> None:
        """Drop everything."""
        for name in list(self._kept):
            self.forget(*name)

    def __len__(self) -> int:
        """How many are remembered, expired ones included until they are asked for."""
        return len(self._kept)


def _weight(kept: Kept) -> int:
    """Bytes of the texts, and about what Python adds: facts are many short strings."""
    entry = kept.entry
    facts = 0 if kept.facts is None else 4000 + 80 * len(entry.prompt)
    return len(entry.body) + len(entry.prompt) + 1000 + facts
