"""What an index of vectors can do."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from warmlane.model import Vector

Matrix: TypeAlias = NDArray[np.float32]
"""Vectors as rows, shape (n, dim)."""

Found: TypeAlias = list[tuple[bytes, float]]
"""Ids with their cosines, nearest first."""


class VectorIndex(Protocol):
    """Finds the nearest of the vectors that were added, by cosine.

    Ids are 16-byte keys. All vectors of one index have the same dimension, which the first one sets; their length does
    not matter.
    Ordering: after add or remove returns, search sees it; concurrent changes apply in the order of their calls.
    Idempotence: add replaces the vector of an id that is there; removing a missing id is fine.
    Raises: ValueError for a vector that is zero, not finite or of another dimension, and then nothing has changed;
    StageError when the index is in trouble.
    """

    in_trouble: bool
    """Whether everything raises StageError from now on: make another."""

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep `vectors`, shape (len(ids), dim), under `ids`, which differ from each other."""
        ...

    async def remove(self, ids: Sequence[bytes], /) -> None:
        """Forget these."""
        ...

    async def search(self, vector: Vector, k: int, floor: float, /) -> Found:
        """At most `k` ids whose cosine with `vector` is at least `floor`."""
        ...

    def __len__(self) -> int:
        """How many vectors there are."""
        ...

    async def aclose(self) -> None:
        """Overwrite and let go of the vectors; calling it twice is fine. Nothing else may be called after it."""
        ...


def normalise(vectors: Matrix, dim: int | None) -> Matrix:
    """The unit vectors of these directions, shape unchanged; `dim` is what they must have, None: any.

    Raises: ValueError.
    """
    if dim is not None and vectors.shape[-1] != dim:
        msg = f"a vector here has {dim} components, not {vectors.shape[-1]}"
        raise ValueError(msg)
    if not has_direction(vectors).all():
        msg = "a vector has no direction: it is zero or not finite"
        raise ValueError(msg)
    return np.divide(vectors, np.sqrt(_squares(vectors))[..., None], dtype=np.float32)


def has_direction(vectors: Matrix) -> NDArray[np.bool_]:
    """Which of them are neither zero nor infinite nor NaN, shape (n,)."""
    squares = _squares(vectors)
    found: NDArray[np.bool_] = (squares > 0) & (squares < np.inf)
    return found


def _squares(vectors: Matrix) -> Matrix:
    squares: Matrix = np.einsum("...i,...i->...", vectors, vectors)
    return squares
