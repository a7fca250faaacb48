"""The demo's vectors."""

import numpy as np
import pytest

from warmlane.adapters.demo.vectors import DIMENSIONS, is_dimensions, vector


def test_a_vector_is_small_and_has_the_length_one() -> None:
    """Of whatever size was asked for."""
    assert vector("warm lane").shape == (DIMENSIONS,)
    assert np.linalg.norm(vector("warm lane", 7)) == pytest.approx(1)


def test_texts_that_share_words_are_near() -> None:
    """And that is all that it knows."""
    lane = vector("what is a warm lane")

    assert float(lane @ vector("what is a warm lane?")) == pytest.approx(1)
    assert float(lane @ vector("what is a cold lane")) > float(lane @ vector("bananas are yellow")) + 0.3


def test_sizes_have_bounds() -> None:
    """True is no number here."""
    assert all(map(is_dimensions, (None, 1, 1024)))
    assert not any(map(is_dimensions, (0, 1025, True, "64", 1.5)))
