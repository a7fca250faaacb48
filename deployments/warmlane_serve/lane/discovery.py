"""Where the replicas of a stage are, as Serve says it.

A replica publishes its place with `record_replica_metadata()`. Serve tells the routers of whoever has a handle to the
stage about each change; ours (`router.py`) notes it here, and a `Lane` in the same process reads it.
"""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from warmlane.errors import StageError
from warmlane.model import Value

ROUTER: Final = "warmlane_serve.lane.router:MembershipRouter"
"""What a deployment names as its `request_router_class`, so that its callers know where it is."""

PUBLISHED: Final = "lane"
"""The member of a replica's metadata that holds its place."""


class Member(Value, frozen=True, kw_only=True):
    """One replica: its id, the node it is on, its Unix socket there, its TCP address, and its rank in the stage."""

    replica: str
    node: str
    uds: str
    host: str
    port: int
    rank: int = 0

    def published(self) -> dict[str, Any]:
        """The place as replica metadata: plain values, no secret."""
        return {PUBLISHED: msgspec.to_builtins(self)}


class Members(Protocol):
    """The replicas of one stage."""

    def current(self) -> Mapping[str, Member]:
        """Those there are now, by replica id. The same object until something changes, then another one."""
        ...


class FixedMembers:
    """Replicas that are named by hand: for tests, and for a stage that calls itself."""

    def __init__(self, *members: Member) -> None:
        """Those there are."""
        self._current: Mapping[str, Member] = {member.replica: member for member in members}

    def current(self) -> Mapping[str, Member]:
        """Those there are now."""
        return self._current

    def change(self, *members: Member) -> None:
        """From now on it is these."""
        self._current = {member.replica: member for member in members}


class Places:
    """The replicas of every stage that this process calls, as last told. Told and read in different threads."""

    def __init__(self) -> None:
        """Nobody is anywhere yet."""
        self._stages: dict[str, Mapping[str, Member]] = {}
        self._changed = threading.Condition()

    def tell(self, stage: str, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        """Note the replicas of `stage`: each one's metadata by its id. Those that published no place are left out."""
        members = {
            replica: msgspec.convert({**said[PUBLISHED], "replica": replica}, Member)
            for replica, said in metadata.items()
            if said.get(PUBLISHED)
        }
        with self._changed:
            if members != self._stages.get(stage):
                self._stages[stage] = members
                self._changed.notify_all()

    def note(self, stage: str, replicas: Sequence[Any]) -> None:
        """Note the replicas of `stage` as Serve's router gets them: its RunningReplicas."""
        self.tell(stage, {replica.replica_id.unique_id: replica.replica_metadata or {} for replica in replicas})

    def of(self, stage: str) -> Mapping[str, Member]:
        """The replicas of `stage`; the same object until they change."""
        return self._stages.get(stage, _NOBODY)

    def wait(self, stage: str, count: int, seconds: float) -> bool:
        """Block until `stage` has `count` replicas; False when it has not after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.of(stage)) >= count, seconds)


_NOBODY: Final[Mapping[str, Member]] = {}

PLACES: Final = Places()
"""This process's. The one piece of module state there is: Serve makes the router, and hands nothing of ours to it."""


class ServeMembers:
    """The replicas of a deployment, through a handle to it. Nothing is called through the handle."""

    def __init__(self, handle: Any, stage: str, places: Places = PLACES) -> None:
        """`handle` is a DeploymentHandle; `stage` is the deployment's name."""
        self._handle, self._stage, self._places = handle, stage, places

    def current(self) -> Mapping[str, Member]:
        """Those there are now."""
        return self._places.of(self._stage)

    async def ready(self, seconds: float = 60.0, *, count: int = 1) -> None:
        """Wait until there are `count`. Raises: StageError, after `seconds`."""
        if not self._handle.is_initialized:
            self._handle._init()  # noqa: SLF001 - else Serve makes its router with the first call, and there is none
        if not await asyncio.to_thread(self._places.wait, self._stage, count, seconds):
            msg = f"{self._stage} has no replica yet"
            raise StageError(msg)
