"""Bounded memory in front of a slower store, holding what that store holds: sealed rows."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Protocol

from warmlane.clock import Clock
from warmlane.model import Row, Scope
from warmlane.ports import Scannable, Store
from warmlane_stores.memory import Rows


class ScannableStore(Store, Scannable, Protocol):
    """A store that can list its rows: what an index can be rebuilt from."""


class HotStore:
    """Store and Scannable: a row can be read from here as soon as it comes, while the inner store makes it durable.

    So whoever asks again at once is answered. What the inner store does not take is forgotten again. What it says to a
    read is remembered only if nothing was written or deleted under the key meanwhile: a late answer never brings back
    what has gone. It sees only the first read of a row that stays hot.
    """

    def __init__(self, inner: ScannableStore, max_bytes: int, clock: Clock) -> None:
        """Remember at most `max_bytes` (by `Row.size`) of `inner`'s rows, and close it when closed."""
        self._inner = inner
        self._rows = Rows(clock, max_bytes=max_bytes, max_entries=max(1, max_bytes // 256))
        self._asked: dict[tuple[bytes, bytes], object] = {}  # whose answer may be remembered, by key

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The live row, or None. Raises: StageError."""
        row = self._rows.get(tenant, key)
        if row is not None:
            return row
        name = (tenant, key)
        if name in self._asked:  # a write is under way, or another read that will remember
            return await self._inner.get(tenant, key)
        mine = self._asked[name] = object()
        try:
            row = await self._inner.get(tenant, key)
            if row is not None and self._asked.get(name) is mine:
                self._rows.put(row)
        finally:
            self._end(name, mine)
        return row

    async def put(self, row: Row, /) -> None:
        """Keep `row` here, and in the inner store: that it is durable is what this waits for. Raises: StageError."""
        name = (row.tenant, row.key)
        mine = self._asked[name] = object()
        self._rows.put(row)
        try:
            await self._inner.put(row)
        except BaseException:
            if self._asked.get(name) is mine:
                self._rows.pop(*name)
            raise
        finally:
            self._end(name, mine)

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Forget these in both; how many the inner store had. Raises: StageError."""
        try:
            return await self._inner.delete(tenant, keys)
        finally:
            for key in keys:
                self._asked.pop((tenant, key), None)
                self._rows.pop(tenant, key)

    async def purge(self, scope: Scope, /) -> int:
        """Forget every row in `scope` in both; how many the inner store had.

        Raises: StageError; ValueError for an empty scope.
        """
        try:
            return await self._inner.purge(scope)
        finally:
            self._asked.clear()
            self._rows.purge(scope)

    def scan(self, tenant: bytes, /) -> AsyncIterator[Sequence[Row]]:
        """The inner store's scan. Raises: StageError."""
        return self._inner.scan(tenant)

    async def ping(self) -> None:
        """Return when the inner store works. Raises: StageError."""
        await self._inner.ping()

    async def aclose(self) -> None:
        """Forget everything, and close the inner store."""
        self._asked.clear()
        self._rows.clear()
        await self._inner.aclose()

    def _end(self, name: tuple[bytes, bytes], mine: object) -> None:
        if self._asked.get(name) is mine:
            del self._asked[name]
