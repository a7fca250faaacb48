"""Vectors without a model: words and pairs of words, hashed.

Texts that share words are near, and nothing is known of what they mean: `big` and `large` are as far apart as any two
words. Good for trying out whether embeddings are cached, and for nothing that is to be found by meaning.
"""

from typing import Final

from warmlane.adapters.embedders.hashing import unit_vector
from warmlane.model import Json, Vector

DIMENSIONS: Final = 64
"""Numbers in a vector where nobody asks for another size: few, and cheap to look at."""

_MOST: Final = 1024


def is_dimensions(value: Json) -> bool:
    """Whether the demo makes vectors of that size: up to 1024, or nothing."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST)


def vector(text: str, dimensions: int = DIMENSIONS) -> Vector:
    """The unit vector of `text`, of shape (dimensions,): the same in every process."""
    return unit_vector(text, dimensions)
