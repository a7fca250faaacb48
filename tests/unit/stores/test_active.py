"""The vectors of one tenant."""

import asyncio

import numpy as np
import pytest

from warmlane.model import Row
from warmlane.tasks import Tasks
from warmlane_stores.active import Active, open_rows
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.testing import a_sealed, a_vector, digest
from warmlane_stores.testing.values import CALLER, OTHER

KEY = CALLER.vector_key


@pytest.fixture
def active() -> Active:
    """Nothing known yet, and nothing being read."""
    return Active(KEY, FlatIndex, used=0.0)


async def found(active: Active, partition: str = "partition") -> list[bytes]:
    """Everything in a partition, nearest to the first axis first."""
    index = active.index(digest(partition))
    return [] if index is None else [name for name, _ in await index.search(a_vector(1), 99, -1.0)]


def test_opening_sorts_by_partition() -> None:
    """Keys beside their vectors, to the precision of the seal."""
    rows = [a_sealed("a", a_vector(1)), a_sealed("b", a_vector(1, 1), partition="q"), a_sealed("c", a_vector(1, 2))]

    opened = open_rows(KEY, rows)

    assert {partition: keys for partition, (keys, _) in opened.items()} == {
        digest("partition"): [digest("a"), digest("c")],
        digest("q"): [digest("b")],
    }
    assert opened[digest("partition")][1] == pytest.approx(np.stack([a_vector(1), a_vector(1, 2)]), abs=1e-3)


def test_what_does_not_open_is_left_out() -> None:
    """Another tenant's, a changed one, one without a vector or a partition, one without a direction."""
    good = a_sealed("good", a_vector(1))
    bad = [
        a_sealed("theirs", a_vector(1), caller=OTHER),
        changed(good, key=digest("moved")),
        changed(good, expires=good.expires + 300),
        changed(good, vector=good.vector[:-1] + bytes([good.vector[-1] ^ 1])),
        changed(good, vector=b"short"),
        changed(good, vector=b""),
        a_sealed("nan", np.full(16, np.nan, dtype=np.float32)),
        a_sealed("zero", np.zeros(16, dtype=np.float32)),
    ]

    opened = open_rows(KEY, [*bad, good, *bad])

    assert {partition: keys for partition, (keys, _) in opened.items()} == {digest("partition"): [digest("good")]}


def changed(row: Row, **fields: object) -> Row:
    """The row with other fields."""
    parts = {name: getattr(row, name) for name in row.__struct_fields__}
    return Row(**(parts | fields))


async def test_a_partition_that_empties_goes(active: Active) -> None:
    """A chat's history makes a partition per turn: none may stay behind empty."""
    await active.put(a_sealed("a", a_vector(1)))
    assert await found(active) == [digest("a")]
    await active.remove([digest("a"), digest("never")])

    assert active.index(digest("partition")) is None
    assert len(active) == 0


async def test_a_new_place_with_each_put(active: Active) -> None:
    """Whoever compares places sees that a row was put again."""
    await active.put(a_sealed("a", a_vector(1)))
    place = active.place(digest("a"))
    await active.put(a_sealed("b", a_vector(1)))
    assert active.place(digest("a")) is place

    await active.put(a_sealed("a", a_vector(1)))

    assert active.place(digest("a")) is not place
    assert active.place(digest("x")) is None


async def test_what_changed_while_loading_is_newer_than_what_is_loaded(active: Active) -> None:
    """Put or removed meanwhile: the row from before is not taken in."""
    done = asyncio.Event()
    tasks = Tasks()

    async def wait() -> None:
        await done.wait()

    active.loading = tasks.spawn(wait(), name="load")
    await active.put(a_sealed("put", a_vector(0, 1)))
    await active.remove([digest("removed")])
    old = [a_sealed(key, a_vector(1)) for key in ("old", "put", "removed")]
    await active.load(open_rows(KEY, old))
    done.set()
    await tasks.join()
    active.loaded()

    assert await found(active) == [digest("old"), digest("put")]
    index = active.index(digest("partition"))
    assert index is not None
    assert await index.search(a_vector(0, 1), 1, 0.9) == [(digest("put"), pytest.approx(1.0, abs=1e-3))]


async def test_a_vector_of_another_dimension_is_left_out(active: Active) -> None:
    """It could never be found; the others are."""
    await active.put(a_sealed("a", a_vector(1)))
    await active.put(a_sealed("b", np.ones(3, dtype=np.float32)))

    assert await found(active) == [digest("a")]
    assert len(active) == 1


async def test_wiped_is_empty_for_good(active: Active) -> None:
    """Vectors overwritten, key gone, and what still comes is not taken in."""
    await active.put(a_sealed("a", a_vector(1)))
    index = active.index(digest("partition"))
    assert isinstance(index, FlatIndex)
    matrix = index._fine
    assert matrix.any()
    await active.wipe()

    assert not matrix.any()
    assert active.vector_key == b""
    await active.load(open_rows(KEY, [a_sealed("b", a_vector(1))]))
    await active.put(a_sealed("c", a_vector(1)))
    assert (len(active), active.index(digest("partition"))) == (0, None)


def test_its_repr_has_no_key() -> None:
    """It may end up in a log."""
    assert repr(KEY) not in repr(Active(KEY, FlatIndex, used=0.0))
