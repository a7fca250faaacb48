"""What all indexes do to a vector."""

import numpy as np
import pytest

from warmlane_stores.index.base import has_direction, normalise

BAD = [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [1.0, -np.inf]]


def test_directions_stay_and_lengths_become_one() -> None:
    """One vector or many, in float32."""
    many = np.array([[3, 4], [0, -2]], dtype=np.float32)

    units = normalise(many, 2)

    assert units.dtype == np.float32
    assert units.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, -1.0]]
    assert normalise(many[0], None).tolist() == units[0].tolist()


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_vector_spoils_all(bad: list[float]) -> None:
    """Zero, NaN and infinity have no direction."""
    with pytest.raises(ValueError, match="no direction"):
        normalise(np.array([[1, 0], bad], dtype=np.float32), None)


def test_another_dimension_is_refused() -> None:
    """The error says both."""
    with pytest.raises(ValueError, match="2 components, not 3"):
        normalise(np.ones((1, 3), dtype=np.float32), 2)


def test_which_have_a_direction() -> None:
    """One answer per vector."""
    vectors = np.array([[1, 0], *BAD, [-1, 2]], dtype=np.float32)

    assert has_direction(vectors).tolist() == [True, False, False, False, False, True]
    assert bool(has_direction(vectors[0]))
