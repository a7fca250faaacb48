"""Neighbours are all there are, nearest first, and never oneself."""

import numpy as np
from eval.nearest import neighbours


def test_neighbours_are_exact_over_more_than_one_block() -> None:
    """Against the plainest way to find them."""
    vectors = np.random.default_rng(3).standard_normal((700, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T

    found = list(neighbours(vectors, 0.8))

    assert len(found) == 700
    for row, (which, near) in enumerate(found):
        wanted = {other for other in range(700) if other != row and cosines[row, other] >= 0.8}
        assert set(which) == wanted
        assert near == sorted(near, reverse=True)
