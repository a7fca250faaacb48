"""Whether a caller's key still works. A revoked key must not go on reading its cache.

A 401 or 403 of the provider ends the reuse of that tenant's entries until a call succeeds, also after a restart. A key
last seen to work longer ago than `revalidate_after` needs one real call. An entry proves that the key worked when it
was made.
"""

from collections import OrderedDict
from enum import Enum, auto

from warmlane.clock import Clock
from warmlane.model import Value

_REJECTED = frozenset({401, 403})
_WORKS = range(200, 300)


class Turn(Enum):
    """What an answer changed: to be remembered beyond this process."""

    REJECTED = auto()
    RESTORED = auto()


class _Seen(Value, frozen=True):
    worked: float
    rejected: bool


class Standings:
    """What the provider last said to each tenant, for the tenants seen lately."""

    def __init__(self, *, revalidate_after: float, clock: Clock, limit: int = 100_000) -> None:
        """`revalidate_after` is in seconds; remember at most `limit` tenants."""
        self._after, self._clock, self._limit = revalidate_after, clock, limit
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()

    def note(self, tenant: bytes, status: int) -> Turn | None:
        """The provider answered `status` to a call of `tenant`; what that changes, if it does."""
        before = self._seen.get(tenant)
        was_rejected = before is not None and before.rejected
        if status in _REJECTED:
            self._remember(tenant, _Seen(worked=0.0, rejected=True))
            return None if was_rejected else Turn.REJECTED
        if status in _WORKS:
            self._remember(tenant, _Seen(worked=self._clock.now(), rejected=False))
            return Turn.RESTORED if was_rejected else None
        return None

    def knows(self, tenant: bytes) -> bool:
        """Whether anything is known of `tenant`; if not, another process may have left a `recall` in the store."""
        return tenant in self._seen

    def recall(self, tenant: bytes, *, rejected: bool) -> None:
        """What another process left, where nothing newer is known."""
        if tenant not in self._seen:
            self._remember(tenant, _Seen(worked=0.0, rejected=rejected))

    def forget(self) -> None:
        """Forget who works: some key may have been rejected elsewhere. A rejection stays until a call succeeds."""
        self._seen = OrderedDict((tenant, seen) for tenant, seen in self._seen.items() if seen.rejected)

    def may_reuse(self, tenant: bytes, made: float, now: float) -> bool:
        """Whether `tenant` may be given an entry made at `made` at the time `now`, both seconds since 1970."""
        seen = self._seen.get(tenant)
        if seen is not None and seen.rejected:
            return False
        worked = made if seen is None else max(seen.worked, made)
        return now - worked <= self._after

    def _remember(self, tenant: bytes, seen: _Seen) -> None:
        self._seen[tenant] = seen
        self._seen.move_to_end(tenant)
        if len(self._seen) > self._limit:
            self._seen.popitem(last=False)
