"""The fake made of hashes."""

import numpy as np
import pytest

from warmlane.adapters.embedders import HashEmbedder
from warmlane.adapters.embedders.hashing import unit_vector


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other)


async def test_the_fake_is_deterministic_and_near_where_words_are_shared() -> None:
    """Its vectors are the same in every process."""
    fake = HashEmbedder(dim=64)
    assert fake.ready
    await fake.ping()
    first, again, close, far, *odd = await fake.embed(
        ["reset my password", "Reset my PASSWORD?", "reset my pin", "rain in Oslo", "", "\udc80"]
    )
    assert np.array_equal(first, again)
    assert all(np.linalg.norm(vector) == pytest.approx(1) for vector in (first, close, far, *odd))
    assert _cosine(first, close) > 0.4 > abs(_cosine(first, far))
    assert np.flatnonzero(first).tolist() == [13, 17, 18, 22, 40]
    await fake.aclose()


def test_the_fake_reads_as_many_words_as_it_says() -> None:
    """Its window is in words."""
    fake = HashEmbedder()
    assert fake.fits("word " * fake.window)
    assert not fake.fits("word " * (fake.window + 1))


async def test_the_function_alone_makes_the_same_vector() -> None:
    """Who has no use for a port may call it."""
    (made,) = await HashEmbedder(dim=8).embed(["warm lane"])

    assert np.array_equal(unit_vector("warm lane", 8), made)
