"""Who holds which key."""

from collections import Counter

from warmlane_serve.lane.discovery import Member
from warmlane_serve.lane.rendezvous import holder


def members(*ranks: int, names: str = "r") -> list[Member]:
    """Replicas of these ranks."""
    return [Member(replica=f"{names}{rank}", node="n", uds="/s", host="127.0.0.1", port=1, rank=rank) for rank in ranks]


KEYS = [b"key %d" % number for number in range(3000)]


def test_each_holds_its_share() -> None:
    """About a third of the keys each."""
    held = Counter(holder(key, members(0, 1, 2)).rank for key in KEYS)

    assert sorted(held) == [0, 1, 2]
    assert min(held.values()) > 900


def test_everybody_says_the_same() -> None:
    """Whatever the order in which they know the replicas, and whatever those are called."""
    for key in KEYS[:200]:
        assert holder(key, members(0, 1, 2)).rank == holder(key, members(2, 0, 1, names="new")).rank


def test_only_the_keys_of_a_new_rank_move() -> None:
    """The others stay where they are."""
    before, after = members(0, 1), members(0, 1, 2)
    moved = [key for key in KEYS if holder(key, before).rank != holder(key, after).rank]

    assert {holder(key, after).rank for key in moved} == {2}
    assert 900 < len(moved) < 1100
