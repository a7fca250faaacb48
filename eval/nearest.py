"""The nearest neighbours of every text of a set, exactly: each against all."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from warmlane.model import Vector

_BLOCK = 512


def neighbours(vectors: Vector, floor: float) -> Iterator[tuple[list[int], list[float]]]:
    """For each row the others with a cosine of at least `floor`: which they are, and the cosines, nearest first."""
    for start in range(0, len(vectors), _BLOCK):
        cosines: NDArray[np.float32] = vectors[start : start + _BLOCK] @ vectors.T
        for offset, row in enumerate(cosines):
            row[start + offset] = -1.0
            (near,) = np.nonzero(row >= floor)
            order = near[np.argsort(-row[near], kind="stable")]
            yield order.tolist(), row[order].tolist()
