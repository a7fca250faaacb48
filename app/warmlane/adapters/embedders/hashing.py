"""A deterministic fake that needs no model."""

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from warmlane.model import Vector


class HashEmbedder:
    """A deterministic fake: words and pairs of words are hashed into a unit vector.

    The same text has the same vector in every process; texts that share words are near, others far. Always ready.
    """

    window = 256

    def __init__(self, dim: int = 384) -> None:
        """Make vectors of shape (dim,)."""
        self.dim = dim
        self.name = f"hash-words-{dim}@1"

    @property
    def ready(self) -> bool:
        """Always."""
        return True

    def fits(self, text: str) -> bool:
        """Whether there are at most 256 words."""
        return len(_words(text)) <= self.window

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector of shape (dim,) per text, in order."""
        return [unit_vector(text, self.dim) for text in texts]

    async def ping(self) -> None:
        """Nothing can be wrong."""

    async def aclose(self) -> None:
        """Nothing is held."""


def unit_vector(text: str, dim: int) -> Vector:
    """The vector of `text`, of shape (dim,): of the words in it, and of each two that follow each other."""
    words = _words(text) or [""]
    vector: np.ndarray[Any, np.dtype[np.float64]] = np.zeros(dim)
    for feature in (*words, *map(" ".join, pairwise(words))):
        digest = int.from_bytes(hashlib.blake2b(feature.encode(errors="replace"), digest_size=8).digest(), "little")
        # n words have 2n - 1 features, an odd number, which cannot cancel out to nothing
        vector[(digest >> 1) % dim] += 1 if digest & 1 else -1
    unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
