"""The matrix; its laws are in tests/contracts."""

import numpy as np
import pytest

from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.testing import digest

DIM = 384
RANDOM = np.random.default_rng(3)


def units(count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Random unit vectors, as near to each other as sentences are: around one common direction."""
    vectors = RANDOM.normal(size=(count, DIM)).astype(np.float32) + RANDOM.normal(size=DIM).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


async def test_cosines_are_exact_though_the_shortlist_is_not() -> None:
    """At the embedder's dimension: the best eight are the true ones, in order, to four decimals."""
    vectors = units(5000)
    names = [digest(f"{n}") for n in range(5000)]
    index = FlatIndex()
    await index.add(names, vectors)

    for n in range(0, 5000, 100):
        query = vectors[n] + 0.3 * units(1)[0]
        query /= np.linalg.norm(query)
        true = vectors @ query
        best = np.argsort(-true)[:8]

        found = await index.search(query, 8, 0.0)

        assert [cosine for _, cosine in found] == pytest.approx(true[best].tolist(), abs=1e-4)
        assert found[0][0] == names[best[0]]
    await index.aclose()


async def test_many_above_the_floor_are_ranked_all_the_same() -> None:
    """A thousand copies with a grain of noise: more than the shortlist holds."""
    centre = units(1)[0]
    noise = RANDOM.normal(size=(1000, DIM)).astype(np.float32) * np.linspace(0.001, 0.02, 1000)[:, None]
    index = FlatIndex()
    await index.add([digest(f"{n}") for n in range(1000)], (centre + noise).astype(np.float32))

    found = await index.search(centre, 20, 0.85)

    true = np.sort((centre + noise) @ centre / np.linalg.norm(centre + noise, axis=1))[::-1][:20]
    assert [cosine for _, cosine in found] == pytest.approx(true.tolist(), abs=1e-3)
    await index.aclose()


async def test_growing_keeps_what_there_is() -> None:
    """One by one, through every reallocation."""
    vectors = units(300)
    index = FlatIndex()
    for n, vector in enumerate(vectors):
        await index.add([digest(f"{n}")], vector[None])

    found = [(await index.search(vector, 1, 0.99))[0][0] for vector in vectors]

    assert found == [digest(f"{n}") for n in range(300)]
    await index.aclose()


async def test_what_was_removed_or_closed_is_overwritten() -> None:
    """No vector stays in memory that the index let go of."""
    index = FlatIndex()
    await index.add([digest("a"), digest("b")], units(2))
    coarse, fine = index._coarse, index._fine
    await index.remove([digest("a")])
    assert not coarse[1].any()
    assert not fine[1].any()

    await index.add([digest("c"), digest("d")], units(2))
    assert not coarse.any()
    assert not fine.any()

    coarse, fine = index._coarse, index._fine
    assert coarse.any()
    await index.aclose()

    assert not coarse.any()
    assert not fine.any()


async def test_a_few_vectors_take_little_memory() -> None:
    """Most partitions hold one: three bytes a component, and no room for more."""
    index = FlatIndex()
    await index.add([digest("a")], units(1))

    assert index._coarse.nbytes + index._fine.nbytes == 3 * DIM
    await index.aclose()


async def test_taking_and_listing() -> None:
    """Copies of what is here; unknown ids are left out."""
    vectors = units(3)
    index = FlatIndex()
    await index.add([digest("a"), digest("b"), digest("c")], vectors)

    found, taken = index.take([digest("c"), digest("x"), digest("a")])

    assert found == [digest("c"), digest("a")]
    assert taken == pytest.approx(vectors[[2, 0]], abs=1e-4)
    assert index.ids(2) == [digest("a"), digest("b")]
    assert digest("a") in index
    assert digest("x") not in index
    await index.aclose()


async def test_another_dimension_is_refused() -> None:
    """And nothing has changed."""
    index = FlatIndex()
    await index.add([digest("a")], units(1))

    with pytest.raises(ValueError, match="384 components"):
        await index.add([digest("b")], np.ones((1, 3), dtype=np.float32))
    with pytest.raises(ValueError, match="384 components"):
        await index.search(np.ones(3, dtype=np.float32), 1, 0.0)

    assert len(index) == 1
    await index.aclose()


async def test_asked_for_none_it_finds_none() -> None:
    """`k` of 0 or less."""
    index = FlatIndex()
    await index.add([digest("a")], units(1))

    assert await index.search(units(1)[0], 0, -1.0) == []
    await index.aclose()
