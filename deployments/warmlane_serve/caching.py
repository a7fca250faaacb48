"""The stage that keeps sealed answers. Each replica is a shard, whose number is the rank of the replica."""

from collections.abc import Mapping
from typing import Any

from warmlane.errors import ConfigError, StageError
from warmlane_serve.lane.handlers import cache_routes
from warmlane_serve.placed import Placed
from warmlane_serve.sharding import folder_of, open_shards, settings_of_shard
from warmlane_serve.stage import Here
from warmlane_serve.watchdog import Watchdog

_PATIENCE = 30.0  # seconds that the shard before has to let go of the journal
_WATCH_EVERY = 5.0  # seconds
_HANGS_AFTER = 20.0  # seconds without an answer; a large file being checked takes some


class CacheStore(Placed):
    """A durable Cache and one in RAM, whose journal nobody else has."""

    async def __init__(self, what: Mapping[str, Any], here: Here | None = None) -> None:  # type: ignore[misc]
        """Open the journal of this rank, once it is free, and begin to serve. Raises: ConfigError."""
        self._settle(what, here)
        self._is_misplaced = False
        # A config of Serve's may ask for more than the settings do.
        rank, most = self.here.rank, max(self.here.among, self.settings.stages.store.most)
        if rank >= most:
            # Serve counts a replica that is leaving until it is gone. It tries again, and the number is free then.
            msg = f"shard {rank} of {most} cannot be: the one before has not gone yet"
            raise ConfigError(msg)
        settings = settings_of_shard(self.settings, rank)
        self._durable, self._volatile = await open_shards(settings, self.clock, patience=_PATIENCE)
        self._keeps = str(folder_of(settings) or "")
        for shard in (self._durable, self._volatile):
            shard.start()
        await self._serve("store", cache_routes(self._durable, self._volatile))
        self._watchdog = Watchdog(f"shard {rank}", self._ask, every=_WATCH_EVERY, patience=_HANGS_AFTER)

    def about(self) -> dict[str, Any]:
        """The same of this shard, and where it keeps what it keeps."""
        return {**super().about(), "keeps": self._keeps}

    async def reconfigure(self, user_config: Any, rank: Any) -> None:  # noqa: ARG002 - Serve's signature
        """Take note of another rank, which Serve gives when shards go. The journal cannot be changed on the way."""
        self._is_misplaced = rank.rank != self.here.rank

    async def check_health(self) -> None:
        """Ask both caches, over the shard's own socket. Raises: StageError, also where another shard is wanted."""
        if self._is_misplaced:
            msg = f"shard {self.here.rank} is to be another one: it ends, and that one begins"
            raise StageError(msg)
        await super().check_health()

    async def _ask(self) -> None:
        await self._durable.ping()
        await self._volatile.ping()

    async def _close(self) -> None:
        self._watchdog.stop()
        for shard in (self._durable, self._volatile):
            await shard.aclose()
        await super()._close()
