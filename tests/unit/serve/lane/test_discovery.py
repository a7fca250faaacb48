"""Where replicas are said to be."""

from types import SimpleNamespace

import pytest

from warmlane.errors import StageError
from warmlane.tasks import Tasks
from warmlane_serve.lane.discovery import FixedMembers, Member, Places, ServeMembers


def a_member(replica: str = "r0", rank: int = 0) -> Member:
    """A replica somewhere."""
    return Member(replica=replica, node="n", uds="/tmp/x/s", host="10.0.0.1", port=4000, rank=rank)


class Handle:
    """As much of a DeploymentHandle as is used: its router is made when asked for."""

    def __init__(self) -> None:
        """No router yet."""
        self.is_initialized = False
        self.made = 0

    def _init(self) -> None:
        self.is_initialized = True
        self.made += 1


def test_what_is_published_is_what_is_read() -> None:
    """A replica's place goes through Serve's metadata unchanged; other metadata is not disturbed."""
    places = Places()
    member = a_member(rank=2)
    places.tell("CacheStore", {"r0": {**member.published(), "other": 1}})

    assert places.of("CacheStore") == {"r0": member}


def test_serve_says_what_a_replica_is_called() -> None:
    """Not the replica itself."""
    places = Places()
    places.tell("CacheStore", {"true": a_member("made up").published()})

    assert places.of("CacheStore")["true"].replica == "true"


def test_serves_own_replicas_are_noted() -> None:
    """Those that published a place; and those that are gone are gone."""
    places = Places()
    replicas = [
        SimpleNamespace(replica_id=SimpleNamespace(unique_id="r0"), replica_metadata=None),
        SimpleNamespace(replica_id=SimpleNamespace(unique_id="r1"), replica_metadata=a_member("r1").published()),
    ]
    places.note("A", replicas)
    assert places.of("A") == {"r1": a_member("r1")}

    places.note("A", [])
    assert places.of("A") == {}


def test_replicas_without_a_place_are_nobody() -> None:
    """They have not opened their door, or have none."""
    places = Places()
    places.tell("CacheStore", {"r0": {}, "r1": {"lane": None}})

    assert places.of("CacheStore") == {}
    assert places.of("never heard of") == {}


def test_the_same_object_until_something_changes() -> None:
    """So that callers need not compare."""
    places = Places()
    places.tell("A", {"r0": a_member().published()})
    before = places.of("A")
    places.tell("B", {"r0": a_member().published()})
    places.tell("A", {"r0": a_member().published()})
    assert places.of("A") is before

    places.tell("A", {"r0": a_member(rank=1).published()})
    assert places.of("A") is not before


async def test_waiting_ends_when_they_are_there() -> None:
    """Told from another thread, as Serve does."""
    places, handle, tasks = Places(), Handle(), Tasks()
    members = ServeMembers(handle, "A", places)
    waiting = tasks.spawn(members.ready(count=2), name="wait")
    places.tell("A", {"r0": a_member().published()})
    places.tell("A", {"r0": a_member().published(), "r1": a_member("r1", 1).published()})
    await waiting

    assert sorted(members.current()) == ["r0", "r1"]
    await members.ready()
    assert handle.made == 1


async def test_waiting_ends_when_nobody_comes() -> None:
    """With the stage's name."""
    with pytest.raises(StageError, match="Embedder"):
        await ServeMembers(Handle(), "Embedder", Places()).ready(0.0)


def test_fixed_members_change_when_told() -> None:
    """Another object each time."""
    members = FixedMembers(a_member())
    before = members.current()
    members.change(a_member("r1"))

    assert (list(before), list(members.current())) == (["r0"], ["r1"])
