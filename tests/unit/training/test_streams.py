"""What a cache sees of a stream."""

import numpy as np
from training.families import Prompt
from training.streams import seen

STREAM = [
    Prompt("a cat", "cat", "g"),
    Prompt("A cat?", "cat", "g"),
    Prompt("the cat", "cat", "g"),
    Prompt("a dog", "dog", "g"),
]
VECTORS = {
    "a cat": np.array([1.0, 0.0], np.float32),
    "A cat?": np.array([1.0, 0.0], np.float32),
    "the cat": np.array([0.8, 0.6], np.float32),
    "a dog": np.array([0.6, 0.8], np.float32),
}


def test_a_request_meets_what_was_asked_before_nearest_first() -> None:
    """And never what comes later; what a normalised form answers is no lookup."""
    found = seen(STREAM, VECTORS)
    assert found.normal == 1
    assert [lookup.text for lookup in found.lookups] == ["a cat", "the cat", "a dog"]
    assert [[(text, same) for text, _, same in lookup.near] for lookup in found.lookups] == [
        [],
        [("a cat", True)],
        [("the cat", False), ("a cat", False)],
    ]
