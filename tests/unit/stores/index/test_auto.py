"""The index that moves; what it finds is in tests/contracts."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from warmlane.errors import StageError
from warmlane.model import Vector
from warmlane_stores.index.auto import AutoIndex
from warmlane_stores.index.base import Found, Matrix
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.testing import a_vector, digest


class Large(FlatIndex):
    """An index that fails when told to, and says what was asked of it."""

    def __init__(self) -> None:
        """Sound."""
        super().__init__()
        self.error: StageError | None = None
        self.searches = 0
        self.is_closed = False
        self.may_settle = asyncio.Event()
        self.may_settle.set()

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep, or fail."""
        self._obey()
        await super().add(ids, vectors)

    async def remove(self, ids: Sequence[bytes], /) -> None:
        """Forget, or fail."""
        self._obey()
        await super().remove(ids)

    async def search(self, vector: Vector, k: int, floor: float, /) -> Found:
        """Search, or fail."""
        self.searches += 1
        self._obey()
        return await super().search(vector, k, floor)

    async def settle(self) -> None:
        """Return when it may."""
        await self.may_settle.wait()
        self._obey()

    async def aclose(self) -> None:
        """Note it."""
        self.is_closed = True

    def _obey(self) -> None:
        if self.error is not None:
            raise self.error


@pytest.fixture
def large() -> Large:
    """The large index that will be made."""
    return Large()


@pytest.fixture
def index(large: Large) -> AutoIndex:
    """Promoted at ten."""
    return AutoIndex(promote_at=10, make_large=lambda: large)


async def fill(index: AutoIndex, names: range) -> None:
    """Add vectors named by numbers."""
    await index.add([digest(f"{n}") for n in names], np.stack([a_vector(1, n / 50) for n in names]))


async def nearest(index: AutoIndex) -> list[bytes]:
    """The names of the best three."""
    return [name for name, _ in await index.search(a_vector(1), 3, 0.5)]


FIRST = [digest(f"{n}") for n in range(3)]


async def test_small_stays_flat(index: AutoIndex, large: Large) -> None:
    """Below the size nothing large is made."""
    await fill(index, range(9))
    await index.settle()

    assert await nearest(index) == FIRST
    assert (index.is_promoted, large.searches, len(large)) == (False, 0, 0)
    await index.aclose()


async def test_at_the_size_it_is_promoted(index: AutoIndex, large: Large) -> None:
    """With all that is in it, and from then on the large one is searched."""
    await fill(index, range(9))
    await fill(index, range(9, 12))
    await index.settle()

    assert await nearest(index) == FIRST
    assert (index.is_promoted, large.searches, len(large)) == (True, 1, 12)
    await index.aclose()
    assert large.is_closed


async def test_while_it_rises_the_flat_one_answers_and_changes_reach_both(index: AutoIndex, large: Large) -> None:
    """Nothing that happens meanwhile is lost."""
    large.may_settle.clear()
    await fill(index, range(10))
    assert await nearest(index) == FIRST
    await fill(index, range(10, 13))
    await index.remove([digest("0")])
    await index.add([digest("1")], a_vector(0, 1)[None])
    assert await nearest(index) == [digest("2"), digest("3"), digest("4")]
    large.may_settle.set()
    await index.settle()

    assert index.is_promoted
    assert sorted(large.ids()) == sorted(index._flat.ids())
    assert await nearest(index) == [digest("2"), digest("3"), digest("4")]
    await index.aclose()


@pytest.mark.parametrize("when", ["rising", "add", "remove", "search"])
async def test_trouble_is_answered_from_the_flat_one(index: AutoIndex, large: Large, when: str) -> None:
    """Whatever fails, the answer is the same, the large one is closed, and no other is made."""
    if when == "rising":
        large.error = StageError("trouble")
    await fill(index, range(10))
    await index.settle()
    large.error, large.in_trouble = StageError("trouble"), True
    if when == "add":
        await fill(index, range(10, 11))
    if when == "remove":
        await index.remove([digest("9")])

    assert await nearest(index) == FIRST
    assert not index.is_promoted
    await fill(index, range(20, 40))
    await index.settle()

    assert large.is_closed
    assert not index.is_promoted
    assert await nearest(index) == FIRST
    await index.aclose()


async def test_one_late_answer_does_not_demote(index: AutoIndex, large: Large) -> None:
    """It is answered from the flat one, and the next search asks the large one again."""
    await fill(index, range(10))
    await index.settle()
    large.error = StageError("late")
    assert await nearest(index) == FIRST
    large.error = None

    assert await nearest(index) == FIRST
    assert (index.is_promoted, large.searches) == (True, 2)
    await index.aclose()


async def test_closing_while_it_rises(index: AutoIndex, large: Large) -> None:
    """The promotion is called off."""
    large.may_settle.clear()
    await fill(index, range(10))
    await index.aclose()

    assert large.is_closed
    assert not index.is_promoted
