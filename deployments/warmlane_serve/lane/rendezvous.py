"""Which of several holds a key: the one whose rank, hashed with the key, comes out highest.

When a rank is added or goes, only the keys of that rank move.
"""

from collections.abc import Iterable
from hashlib import blake2b

from warmlane_serve.lane.discovery import Member


def holder(key: bytes, members: Iterable[Member]) -> Member:
    """The one of `members`, at least one, that holds `key`. Everybody who knows the same ranks says the same."""
    return max(members, key=lambda member: _weight(key, member.rank))


def _weight(key: bytes, rank: int) -> bytes:
    return blake2b(b"%b%d" % (key, rank), digest_size=8).digest()
