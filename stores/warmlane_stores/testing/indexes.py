"""The laws of vector indexes."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from warmlane_stores.index.base import VectorIndex
from warmlane_stores.testing.values import DIM, a_vector, digest


class VectorIndexContract(ABC):
    """Every law of VectorIndex; a subclass makes an empty one."""

    @abstractmethod
    def make(self) -> VectorIndex:
        """A new, empty index."""

    @pytest_asyncio.fixture
    async def index(self) -> AsyncIterator[VectorIndex]:
        """The index under test, closed afterwards."""
        index = self.make()
        yield index
        await index.aclose()

    async def test_empty_finds_nothing(self, index: VectorIndex) -> None:
        """No vector, no neighbour."""
        assert await index.search(a_vector(1), 3, -1.0) == []
        assert len(index) == 0

    async def test_nearest_first_with_its_cosine(self, index: VectorIndex) -> None:
        """The order is by cosine, and the cosine is the true one."""
        await index.add(
            [digest("far"), digest("same"), digest("near")],
            np.stack([a_vector(1, 2), a_vector(1, 0), a_vector(3, 1)]),
        )

        found = await index.search(a_vector(1), 3, -1.0)

        assert [digest("same"), digest("near"), digest("far")] == [name for name, _ in found]
        assert [cosine for _, cosine in found] == pytest.approx([1.0, 3 / 10**0.5, 1 / 5**0.5], abs=1e-3)

    async def test_at_most_k_and_not_below_the_floor(self, index: VectorIndex) -> None:
        """Both bounds hold, and a vector exactly as near as the floor asks is in."""
        angles = [a_vector(1, n / 10) for n in range(10)]
        await index.add([digest(f"{n}") for n in range(10)], np.stack(angles))

        assert [name for name, _ in await index.search(a_vector(1), 4, -1.0)] == [digest(f"{n}") for n in range(4)]
        floor = float(angles[0] @ angles[2]) - 1e-3
        assert [name for name, _ in await index.search(a_vector(1), 9, floor)] == [digest(f"{n}") for n in range(3)]

    async def test_adding_again_replaces(self, index: VectorIndex) -> None:
        """One id, one vector: the later."""
        await index.add([digest("x")], a_vector(1)[None])
        await index.add([digest("x")], a_vector(0, 1)[None])

        assert len(index) == 1
        assert await index.search(a_vector(1), 3, 0.5) == []
        assert [name for name, _ in await index.search(a_vector(0, 1), 3, 0.5)] == [digest("x")]

    async def test_removed_is_not_found(self, index: VectorIndex) -> None:
        """Nor does removing disturb the others; removing what is not there is fine."""
        await index.add([digest(f"{n}") for n in range(5)], np.stack([a_vector(1, n / 10) for n in range(5)]))

        await index.remove([digest("0"), digest("3"), digest("never")])

        assert len(index) == 3
        assert [name for name, _ in await index.search(a_vector(1), 9, -1.0)] == [digest(n) for n in ("1", "2", "4")]

    async def test_removed_may_come_back(self, index: VectorIndex) -> None:
        """Adding after removing finds it."""
        await index.add([digest("x")], a_vector(1)[None])
        await index.remove([digest("x")])
        await index.add([digest("x")], a_vector(1)[None])

        assert [name for name, _ in await index.search(a_vector(1), 3, 0.5)] == [digest("x")]

    async def test_length_of_a_vector_does_not_matter(self, index: VectorIndex) -> None:
        """Cosine looks at directions."""
        await index.add([digest("x")], (a_vector(1, 1) * np.float32(40))[None])

        ((name, cosine),) = await index.search(a_vector(1, 1) * np.float32(0.01), 3, 0.5)

        assert name == digest("x")
        assert cosine == pytest.approx(1.0, abs=1e-3)

    @pytest.mark.parametrize("bad", [0.0, float("nan"), float("inf")], ids=["zero", "nan", "infinite"])
    async def test_bad_vectors_are_refused(self, index: VectorIndex, bad: float) -> None:
        """A vector without a direction raises ValueError, added or searched, and leaves no trace."""
        vector = np.full(DIM, bad, dtype=np.float32)

        with pytest.raises(ValueError, match="vector"):
            await index.add([digest("good"), digest("bad")], np.stack([a_vector(1), vector]))
        with pytest.raises(ValueError, match="vector"):
            await index.search(vector, 3, -1.0)

        assert len(index) == 0

    async def test_finds_what_exact_search_finds(self, index: VectorIndex) -> None:
        """Among 2,000, a tenth of them removed and a tenth replaced, the nearest is the true one in 99 of 100."""
        random = np.random.default_rng(7)
        vectors = random.normal(size=(2000, DIM)).astype(np.float32)
        names = [digest(f"{n}") for n in range(2000)]
        for start in range(0, 2000, 250):
            await index.add(names[start : start + 250], vectors[start : start + 250])
        vectors[200:400] = random.normal(size=(200, DIM))
        await index.add(names[200:400], vectors[200:400])
        await index.remove(names[:200])
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

        right = 0
        for _ in range(100):
            query = random.normal(size=DIM).astype(np.float32)
            true = 200 + int(np.argmax(unit[200:] @ query))
            found = await index.search(query, 5, -1.0)
            right += found[0][0] == names[true]
            assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)

        assert len(index) == 1800
        assert right >= 99

    async def test_closing_twice_is_fine(self, index: VectorIndex) -> None:
        """The second aclose finds nothing to do."""
        await index.aclose()
        await index.aclose()
