"""Where answers are kept, and how long the call waits for each stage."""

from warmlane.model import Caller, Value
from warmlane.ports import Cache


class Caches(Value, frozen=True, kw_only=True, gc=True):
    """A cache on a disk, and one in RAM only for callers whose key could be guessed."""

    durable: Cache
    volatile: Cache

    def of(self, caller: Caller) -> Cache:
        """The one for `caller`."""
        return self.durable if caller.durable else self.volatile


class Deadlines(Value, frozen=True, kw_only=True):
    """Seconds each stage may take before the call goes on without it.

    `keep` is for what happens after the answer has left: how long the embedder, and then the store, is waited for.
    """

    store: float = 0.05
    embed: float = 0.25
    near: float = 0.25
    keep: float = 5.0
