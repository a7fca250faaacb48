"""A store that also finds by meaning: sealed rows behind, and in RAM the vectors of the tenants that are active."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from hmac import compare_digest
from typing import Any

from warmlane.clock import Clock
from warmlane.errors import StageError
from warmlane.model import Near, Probe, Row, Scope
from warmlane.tasks import Tasks
from warmlane_stores.active import Active, Opened, open_rows
from warmlane_stores.hot import ScannableStore
from warmlane_stores.index.base import Found, VectorIndex
from warmlane_stores.worker import Worker

_MOST_TENANTS = 1000  # active at once; the one that asked longest ago makes room
_SPARE = 4  # so many more are asked of an index, for rows that turn out to be gone
_ROUNDS = 5  # searches of one lookup, each for twice as many, while what they find turns out to be gone


class Shard:
    """Store, NearStore and Scannable over `store`, which it closes.

    A tenant becomes active with its first lookup, whose key opens its vectors: they are read from the store into one
    index per partition. Lookups wait for that; the one whose caller gives up does not stop it. A tenant that has not
    looked anything up for `idle_after` seconds is forgotten: vectors overwritten, key let go.
    """

    def __init__(
        self, store: ScannableStore, make_index: Callable[[], VectorIndex], clock: Clock, *, idle_after: float = 900
    ) -> None:
        """Nobody is active yet. `make_index` makes the empty index of one partition."""
        self._store, self._make_index, self._clock, self._idle_after = store, make_index, clock, idle_after
        self._active: OrderedDict[bytes, Active] = OrderedDict()
        self._opener: Worker[tuple[bytes, Sequence[Row]], Opened] = Worker("vector opener", _open_batches, most=1)
        self._tasks = Tasks()

    def start(self) -> None:
        """Look for idle tenants from now on, on the running loop. Optional: nothing else depends on it."""
        self._tasks.spawn(self._wipe_regularly(), name="idle tenants")

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The live row, or None. Raises: StageError."""
        return await self._store.get(tenant, key)

    async def put(self, row: Row, /) -> None:
        """Keep `row`; it can be found by meaning while the store still makes it durable. Raises: StageError."""
        active = self._active.get(row.tenant)
        if active is None or not active.is_touched_by(row):
            await self._store.put(row)
            return
        indexed = self._or_forget(row.tenant, active, active.put(row))
        stored, _ = await asyncio.gather(self._store.put(row), indexed, return_exceptions=True)
        if stored is not None:
            await self._or_forget(row.tenant, active, active.remove([row.key]))
            raise stored

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Forget these; how many there were. Raises: StageError."""
        count = await self._store.delete(tenant, keys)
        active = self._active.get(tenant)
        if active is not None:
            await self._or_forget(tenant, active, active.remove(keys))
        return count

    async def purge(self, scope: Scope, /) -> int:
        """Forget every row in `scope`; how many there were. Raises: StageError; ValueError for an empty scope."""
        count = await self._store.purge(scope)
        # Which rows went is not known here: whoever may have lost some is read anew at the next lookup.
        for tenant in [scope.tenant] if scope.tenant is not None else list(self._active):
            await self._forget(tenant)
        return count

    async def near(self, probe: Probe, limit: int, /) -> Sequence[Near]:
        """At most `limit` candidates, nearest first. Raises: StageError."""
        active = await self._activate(probe)
        near: list[Near] = []
        wanted = limit + _SPARE
        for _ in range(_ROUNDS):
            index = active.index(probe.partition)
            if index is None or limit <= 0:
                return []
            try:
                found = await index.search(probe.vector, wanted, probe.floor)
            except ValueError as error:  # says what is wrong with the vector, not what is in it
                raise StageError(str(error)) from None
            except StageError:
                if index.in_trouble:
                    await self._forget(probe.tenant)
                raise
            near, gone = await self._fetch(active, probe, found, limit)
            if len(near) == limit or not gone:
                break
            await self._or_forget(probe.tenant, active, active.remove(gone))
            wanted *= 2
        return near

    def scan(self, tenant: bytes, /) -> AsyncIterator[Sequence[Row]]:
        """The store's scan. Raises: StageError."""
        return self._store.scan(tenant)

    async def wipe_idle(self) -> int:
        """Forget the tenants that have been idle for too long; how many."""
        now = self._clock.monotonic()
        idle = [tenant for tenant, active in self._active.items() if now - active.used > self._idle_after]
        for tenant in idle:
            await self._forget(tenant)
        return len(idle)

    def __len__(self) -> int:
        """How many tenants are active."""
        return len(self._active)

    async def ping(self) -> None:
        """Return when the store works. Raises: StageError."""
        await self._store.ping()

    async def aclose(self) -> None:
        """Forget all tenants and close the store."""
        await self._tasks.cancel()
        for tenant in list(self._active):
            await self._forget(tenant)
        await self._opener.aclose()
        await self._store.aclose()

    async def _activate(self, probe: Probe) -> Active:
        """The tenant's vectors, once they are all there."""
        active = self._active.get(probe.tenant)
        if active is None or not compare_digest(active.vector_key, probe.vector_key):
            stranger, active = active, Active(probe.vector_key, self._make_index, 0.0)
            self._active[probe.tenant] = active
            active.loading = self._tasks.spawn(self._load(probe.tenant, active), name="tenant load")
            if stranger is not None:
                await stranger.wipe()
        active.used = self._clock.monotonic()
        if self._active.get(probe.tenant) is active:
            self._active.move_to_end(probe.tenant)
        if len(self._active) > _MOST_TENANTS:
            await self._forget(next(iter(self._active)))
        if active.is_loading:
            assert active.loading is not None
            await asyncio.shield(active.loading)
        return active

    async def _load(self, tenant: bytes, active: Active) -> None:
        try:
            async for rows in self._store.scan(tenant):
                if self._active.get(tenant) is not active:
                    return
                await active.load(await self._opener.ask((active.vector_key, rows)))
        except StageError:
            if self._active.get(tenant) is active:
                await self._forget(tenant)
            raise
        active.loaded()

    async def _fetch(self, active: Active, probe: Probe, found: Found, limit: int) -> tuple[list[Near], list[bytes]]:
        """The live rows among `found`, at most `limit`, and the keys that turned out to be gone."""
        near: list[Near] = []
        gone: list[bytes] = []
        for start in range(0, len(found), limit):
            some = found[start : start + limit]
            places = [active.place(key) for key, _ in some]
            rows = await asyncio.gather(*(self._store.get(probe.tenant, key) for key, _ in some))
            for (key, cosine), place, row in zip(some, places, rows, strict=True):
                if row is None and active.place(key) is place:  # else it was put again meanwhile
                    gone.append(key)
                elif row is not None and row.partition == probe.partition and len(near) < limit:
                    near.append(Near(similarity=cosine, row=row))
            if len(near) == limit:
                break
        return near, gone

    async def _or_forget(self, tenant: bytes, active: Active, change: Coroutine[Any, Any, None]) -> None:
        """Apply a change to the index. The store has the truth: an index in trouble is read anew at the next lookup."""
        try:
            await change
        except StageError:
            if self._active.get(tenant) is active:
                await self._forget(tenant)

    async def _forget(self, tenant: bytes) -> None:
        active = self._active.pop(tenant, None)
        if active is not None:
            await active.wipe()

    async def _wipe_regularly(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._idle_after / 4):
                    await asyncio.Event().wait()  # for ever: only the timeout or a cancellation ends it
            await self.wipe_idle()


def _open_batches(jobs: Sequence[tuple[bytes, Sequence[Row]]]) -> Sequence[Opened]:
    return [open_rows(vector_key, rows) for vector_key, rows in jobs]
