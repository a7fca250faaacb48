"""Every vector looked at, fast: bytes first, then the few best exactly."""

from collections.abc import Sequence

import numpy as np
import simsimd
from numpy.typing import NDArray

from warmlane.model import Vector
from warmlane_stores.index.base import Found, Matrix, normalise

_COARSE = 127
_FINE = 32_767
_SHORTLIST = 64
"""So many candidates, or four times what is asked for, are looked at exactly."""
_MARGIN = 0.02
"""How far a coarse cosine may be off: 0.005 was the most seen at 384 components."""


class FlatIndex:
    """A matrix in memory: int8 to shortlist by, int16 to score by (a cosine is good to 0.0001). 3 bytes a component.

    Runs on the event loop: at most sizes it is quicker than a hand-over to a thread. Measured at 384 components:
    docs/stores.md.
    """

    def __init__(self) -> None:
        """Empty."""
        self.in_trouble = False
        self._ids: list[bytes] = []
        self._slots: dict[bytes, int] = {}
        self._coarse: NDArray[np.int8] = np.zeros((0, 0), np.int8)
        self._fine: NDArray[np.int16] = np.zeros((0, 0), np.int16)

    async def add(self, ids: Sequence[bytes], vectors: Matrix, /) -> None:
        """Keep `vectors` under `ids`. Raises: ValueError."""
        units = normalise(vectors, self._dim)
        self._reserve(len(self._ids) + len(ids), units.shape[1])
        slots = [self._slot(name) for name in ids]
        self._coarse[slots] = np.rint(units * _COARSE)
        self._fine[slots] = np.rint(units * _FINE)

    async def remove(self, ids: Sequence[bytes], /) -> None:
        """Forget these: the last row takes the place of one that goes."""
        for name in ids:
            slot = self._slots.pop(name, None)
            if slot is None:
                continue
            last = self._ids.pop()
            end = len(self._ids)
            if last != name:
                self._ids[slot], self._slots[last] = last, slot
                self._coarse[slot], self._fine[slot] = self._coarse[end], self._fine[end]
            self._coarse[end], self._fine[end] = 0, 0

    async def search(self, vector: Vector, k: int, floor: float, /) -> Found:
        """At most `k` ids of cosine >= `floor`. Raises: ValueError."""
        unit = normalise(vector, self._dim)
        count = len(self._ids)
        if count == 0 or k <= 0:
            return []
        best = self._shortlist(unit, max(_SHORTLIST, 4 * k), floor)
        cosines = (self._fine[best].astype(np.float32) @ unit) / _FINE
        order = np.argsort(-cosines, kind="stable")[:k]
        found = zip(best[order].tolist(), cosines[order].tolist(), strict=True)
        return [(self._ids[slot], min(cosine, 1.0)) for slot, cosine in found if cosine >= floor]

    def ids(self, most: int | None = None) -> list[bytes]:
        """A copy of the ids, the first `most` of them."""
        return self._ids[:most]

    def take(self, ids: Sequence[bytes]) -> tuple[list[bytes], Matrix]:
        """A copy of the unit vectors of those ids that are here, and which they are."""
        found = [name for name in ids if name in self._slots]
        return found, self._fine[[self._slots[name] for name in found]].astype(np.float32) / np.float32(_FINE)

    def __contains__(self, name: bytes) -> bool:
        """Whether this id has a vector."""
        return name in self._slots

    def __len__(self) -> int:
        """How many vectors there are."""
        return len(self._ids)

    async def aclose(self) -> None:
        """Overwrite the matrix with zeros and let go of it."""
        self._coarse.fill(0)
        self._fine.fill(0)
        self.__init__()  # type: ignore[misc]

    @property
    def _dim(self) -> int | None:
        return self._fine.shape[1] or None

    def _shortlist(self, unit: Vector, size: int, floor: float) -> NDArray[np.intp]:
        """The slots of the best by int8, at most `size`, in no order; those surely below the floor are left out."""
        count = len(self._ids)
        if count <= size:
            return np.arange(count)
        query = np.rint(unit * _COARSE).astype(np.int8)
        scores = np.asarray(simsimd.cdist(query[None], self._coarse[:count], metric="dot"))[0]
        (slots,) = np.nonzero(scores >= (floor - _MARGIN) * _COARSE**2)
        if len(slots) <= size:
            return slots
        return slots[np.argpartition(scores[slots], len(slots) - size)[len(slots) - size :]]

    def _slot(self, name: bytes) -> int:
        slot = self._slots.get(name)
        if slot is None:
            slot = self._slots[name] = len(self._ids)
            self._ids.append(name)
        return slot

    def _reserve(self, count: int, dim: int) -> None:
        """Room for `count` rows: half as much again, so that growing costs each row a constant."""
        held = len(self._coarse)
        if count <= held:
            return
        room = max(count, held + held // 2)
        coarse, fine = np.zeros((room, dim), np.int8), np.zeros((room, dim), np.int16)
        used = len(self._ids)
        if used:
            coarse[:used], fine[:used] = self._coarse[:used], self._fine[:used]
        self._coarse.fill(0)  # what is left behind holds no vector
        self._fine.fill(0)
        self._coarse, self._fine = coarse, fine
