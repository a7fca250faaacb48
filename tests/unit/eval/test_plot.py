"""Calibration: bins, and their picture."""

from pathlib import Path

import pytest
from eval.plot import binned, drawn


def test_bins_hold_what_scored_so() -> None:
    """Each score in one bin, the highest too; empty ones are left out."""
    first, second = binned([(0.86, True), (0.88, False), (1.0, True)])

    assert (first.low, first.count, first.right) == (0.85, 2, 1)
    assert first.mean == pytest.approx(0.87)
    assert (second.low, second.count) == (0.995, 1)
    assert first.between[0] < 0.5 < first.between[1]


@pytest.mark.slow
def test_a_picture_is_drawn(tmp_path: Path) -> None:
    """A PNG, in a folder that need not be there."""
    path = tmp_path / "images" / "it.png"

    drawn(path, {"own": binned([(0.86, True), (0.99, True)]), "nothing": []})

    assert path.read_bytes().startswith(b"\x89PNG")
