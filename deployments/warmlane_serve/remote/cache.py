"""The cache over its shards: a row's place is given by its tenant and key, its meaning is asked of all."""

from collections.abc import Collection, Sequence
from typing import Literal

from warmlane.errors import StageError
from warmlane.model import Near, Probe, Row, Scope
from warmlane_serve.lane import wire
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.rendezvous import holder
from warmlane_serve.remote.base import RemotePort, raise_if_all_failed


class RemoteCache(RemotePort):
    """Store and NearStore. Every call may be repeated, so each is, once, when its connection breaks."""

    def __init__(self, lane: Lane, which: Literal["durable", "volatile"] = "durable") -> None:
        """Ask the shards of `lane` for the one or the other of their two caches."""
        super().__init__(lane)
        self._get, self._put, self._delete, self._purge, self._near = (
            f"/{which}/{name}" for name in ("get", "put", "delete", "purge", "near")
        )

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The live row at its shard, or None. Raises: StageError."""
        body = wire.KEY.write((tenant, key))
        return wire.FOUND.read(await self._lane.ask(self._get, body, key=tenant + key, again=True))

    async def put(self, row: Row, /) -> None:
        """Keep `row` at its shard. Raises: StageError."""
        await self._lane.ask(self._put, wire.ROW.write(row), key=row.tenant + row.key, again=True)

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

    async def _everywhere(self, path: str, body: bytes) -> int:
        count = 0
        for _, answer in await self._lane.ask_all(path, body):
            if isinstance(answer, StageError):
                raise answer
            count += wire.NUMBER.read(answer)
        return count
