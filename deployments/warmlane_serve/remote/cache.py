"""The cache over its shards: a row's place is given by its tenant and key, its meaning is asked of all."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias

from warmlane.errors import StageError
from warmlane.model import Near, Probe, Row, Scope
from warmlane_serve.lane import wire
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.rendezvous import holder
from warmlane_serve.remote.base import RemotePort, raise_if_all_failed
from warmlane_serve.remote.together import Together

Name: TypeAlias = tuple[bytes, bytes]
"""A row's tenant and key."""


class RemoteCache(RemotePort):
    """Store and NearStore. Every call may be repeated, so each is, once, when its connection breaks."""

    def __init__(self, lane: Lane, which: Literal["durable", "volatile"] = "durable") -> None:
        """Ask the shards of `lane` for the one or the other of their two caches."""
        super().__init__(lane)
        self._get, self._put, self._delete, self._purge, self._near = (
            f"/{which}/{name}" for name in ("get", "put", "delete", "purge", "near")
        )
        # Two: a read that waits for a disk does not hold up the others. One: what waits for a commit shares the next.
        self._gets: Together[Name, Row | None] = Together(self._get_all, at_once=2)
        self._puts: Together[Row, None] = Together(self._put_all, at_once=1)

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The live row at its shard, or None. Raises: StageError."""
        return await self._gets.ask(self._lane.place(tenant + key), (tenant, key))

    async def put(self, row: Row, /) -> None:
        """Keep `row` at its shard. Raises: StageError."""
        await self._puts.ask(self._lane.place(row.tenant + row.key), row)

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Forget these, at every shard: one that once held a key must not bring it back. Raises: StageError."""
        return await self._everywhere(self._delete, wire.KEYS.write((tenant, list(keys)))) if keys else 0

    async def purge(self, scope: Scope, /) -> int:
        """Forget every row in `scope`. Raises: StageError, where a shard did not; ValueError for an empty scope."""
        if scope == Scope():
            msg = "an empty scope would be everything"
            raise ValueError(msg)
        return await self._everywhere(self._purge, wire.SCOPE.write(scope))

    async def near(self, probe: Probe, limit: int, /) -> Sequence[Near]:
        """At most `limit` candidates, nearest first. Raises: StageError, where no shard answers.

        A row that a shard kept from a time when there were more or fewer of them is left out: `get` would not find it
        there either, and it may have been replaced or deleted since.
        """
        answers = await self._lane.ask_all(self._near, wire.write_probe(probe, limit))
        raise_if_all_failed(answers)
        members = [member for member, _ in answers]
        found: list[Near] = []
        for member, answer in answers:
            if not isinstance(answer, StageError):
                rows = wire.NEAR.read(answer)
                found += [near for near in rows if holder(near.row.tenant + near.row.key, members) == member]
        found.sort(key=lambda near: -near.similarity)
        return found[:limit]

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._gets.aclose()
        await self._puts.aclose()
        await super().aclose()

    async def _get_all(self, names: Sequence[Name]) -> Sequence[Row | None]:
        """They were of one shard when they were asked for; shards may have come or gone meanwhile."""
        if len({self._lane.place(tenant + key) for tenant, key in names}) > 1:
            return await asyncio.gather(*(self._get_one(name) for name in names))
        key = b"".join(names[0])
        return wire.FOUND.read(await self._lane.ask(self._get, wire.NAMES.write(names), key=key, again=True))

    async def _get_one(self, name: Name) -> Row | None:
        (row,) = await self._get_all([name])
        return row

    async def _put_all(self, rows: Sequence[Row]) -> Sequence[None]:
        """The same."""
        if len({self._lane.place(row.tenant + row.key) for row in rows}) > 1:
            await asyncio.gather(*(self._put_all([row]) for row in rows))
        else:
            key = rows[0].tenant + rows[0].key
            await self._lane.ask(self._put, wire.ROWS.write(rows), key=key, again=True)
        return [None] * len(rows)

    async def _everywhere(self, path: str, body: bytes) -> int:
        count = 0
        for _, answer in await self._lane.ask_all(path, body):
            if isinstance(answer, StageError):
                raise answer
            count += wire.NUMBER.read(answer)
        return count
