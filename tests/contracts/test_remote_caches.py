"""A cache behind sockets, in one shard or in several, keeps every law of a local one."""

from pathlib import Path

from lanes import a_remote_cache
from warmlane.clock import Clock
from warmlane_serve.remote import RemoteCache
from warmlane_stores.testing import NearStoreContract, StoreContract


class TestOneShardOnThisNode(StoreContract):
    """Over a Unix socket."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """One shard."""
        return a_remote_cache(clock, shards=1, over="unix")


class TestThreeShardsOnThisNode(StoreContract):
    """Over Unix sockets."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """Three shards."""
        return a_remote_cache(clock, shards=3, over="unix")


class TestOneShardElsewhere(StoreContract):
    """Over TCP."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """One shard."""
        return a_remote_cache(clock, shards=1, over="tcp")


class TestThreeShardsElsewhere(StoreContract):
    """Over TCP."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """Three shards."""
        return a_remote_cache(clock, shards=3, over="tcp")


class TestNearInOneShardOnThisNode(NearStoreContract):
    """Over a Unix socket."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """One shard."""
        return a_remote_cache(clock, shards=1, over="unix")


class TestNearInThreeShardsOnThisNode(NearStoreContract):
    """Over Unix sockets."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """Three shards."""
        return a_remote_cache(clock, shards=3, over="unix")


class TestNearInOneShardElsewhere(NearStoreContract):
    """Over TCP."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """One shard."""
        return a_remote_cache(clock, shards=1, over="tcp")


class TestNearInThreeShardsElsewhere(NearStoreContract):
    """Over TCP."""

    def make(self, root: Path, clock: Clock) -> RemoteCache:
        """Three shards."""
        return a_remote_cache(clock, shards=3, over="tcp")
