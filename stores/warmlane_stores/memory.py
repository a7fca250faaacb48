"""A store in RAM, bounded in bytes and entries: for tests, for guessable keys, and before a store with a disk."""

import heapq
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Iterator, Sequence

from warmlane.clock import Clock
from warmlane.model import Row, Scope
from warmlane_stores.scopes import reaches, require_some
from warmlane_stores.urls import read_options

SCAN = 500
"""Rows in one batch of a scan."""


class Rows:
    """Live rows by tenant and key: at most so many bytes and entries, the least recently used leaving first.

    Expired rows leave before live ones do. Not for several threads at once.
    """

    def __init__(self, clock: Clock, *, max_bytes: int, max_entries: int) -> None:
        """Hold at most `max_bytes` (by `Row.size`) and `max_entries`."""
        self._clock, self._max_bytes, self._max_entries = clock, max_bytes, max_entries
        self._rows: OrderedDict[tuple[bytes, bytes], Row] = OrderedDict()
        self._expiries: list[tuple[int, bytes, bytes]] = []
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._bytes

    def __len__(self) -> int:
        """Rows held, expired ones included until they are asked for or room is needed."""
        return len(self._rows)

    def get(self, tenant: bytes, key: bytes) -> Row | None:
        """The live row, which is now the most recently used."""
        row = self._rows.get((tenant, key))
        if row is None:
            return None
        if row.expires <= self._clock.now():
            self.pop(tenant, key)
            return None
        self._rows.move_to_end((tenant, key))
        return row

    def put(self, row: Row) -> None:
        """Keep `row` in place of what was there; nothing at all if it alone is over the quota."""
        self.pop(row.tenant, row.key)
        if row.size > self._max_bytes:
            return
        self._rows[row.tenant, row.key] = row
        self._bytes += row.size
        heapq.heappush(self._expiries, (row.expires, row.tenant, row.key))
        self._drop_expired()
        while self._bytes > self._max_bytes or len(self._rows) > self._max_entries:
            self.pop(*next(iter(self._rows)))

    def pop(self, tenant: bytes, key: bytes) -> Row | None:
        """Let go of one; the row, if it was there and live."""
        row = self._rows.pop((tenant, key), None)
        if row is None:
            return None
        self._bytes -= row.size
        return row if row.expires > self._clock.now() else None

    def purge(self, scope: Scope) -> int:
        """Let go of the rows in `scope`; how many were live."""
        doomed = [row for row in self._rows.values() if reaches(scope, row)]
        return sum(self.pop(row.tenant, row.key) is not None for row in doomed)

    def live(self) -> Iterator[Row]:
        """The live rows."""
        now = self._clock.now()
        return (row for row in self._rows.values() if row.expires > now)

    def clear(self) -> None:
        """Let go of everything."""
        self._rows.clear()
        self._expiries.clear()
        self._bytes = 0

    def _drop_expired(self) -> None:
        now = self._clock.now()
        while self._expiries and self._expiries[0][0] <= now:
            expires, tenant, key = heapq.heappop(self._expiries)
            row = self._rows.get((tenant, key))
            if row is not None and row.expires == expires:
                self.pop(tenant, key)
        if len(self._expiries) > 2 * len(self._rows) + 64:  # rows that were replaced or deleted leave their mark behind
            self._expiries = [(row.expires, *name) for name, row in self._rows.items()]
            heapq.heapify(self._expiries)


class MemoryStore:
    """Store and Scannable in RAM. Durability: until the process ends."""

    def __init__(self, clock: Clock, *, max_bytes: int = 256 << 20, max_entries: int = 1_000_000) -> None:
        """Hold at most `max_bytes` and `max_entries`."""
        self._rows = Rows(clock, max_bytes=max_bytes, max_entries=max_entries)

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The live row, or None."""
        return self._rows.get(tenant, key)

    async def put(self, row: Row, /) -> None:
        """Keep `row`."""
        self._rows.put(row)

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Forget these; how many there were."""
        return sum(self._rows.pop(tenant, key) is not None for key in keys)

    async def purge(self, scope: Scope, /) -> int:
        """Forget every row in `scope`; how many there were. Raises: ValueError for an empty scope."""
        require_some(scope)
        return self._rows.purge(scope)

    async def scan(self, tenant: bytes, /) -> AsyncIterator[Sequence[Row]]:
        """Batches of the tenant's live rows that have a vector."""
        rows = [row for row in self._rows.live() if row.tenant == tenant and row.vector]
        for start in range(0, len(rows), SCAN):
            yield rows[start : start + SCAN]

    async def ping(self) -> None:
        """Return: RAM answers."""

    async def aclose(self) -> None:
        """Let go of the rows."""
        self._rows.clear()


def open_url(url: str, clock: Clock) -> MemoryStore:
    """The store of `memory://?max_bytes=…&max_entries=…`. Raises: ConfigError."""
    return MemoryStore(clock, **read_options(url, ("max_bytes", "max_entries")))
