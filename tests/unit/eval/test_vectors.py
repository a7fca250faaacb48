"""Vectors are made once, and are the embedder's."""

from pathlib import Path

import numpy as np
import pytest
from eval.vectors import embedded


async def test_a_second_run_takes_them_from_the_cache(tmp_path: Path) -> None:
    """Else every run would take minutes: here what was kept is changed, and the change is what comes."""
    first = await embedded(["one", "two", "one"], tmp_path)
    (path,) = tmp_path.iterdir()  # noqa: ASYNC240 - nobody else is waiting
    with np.load(path) as kept:
        np.savez(path, digests=kept["digests"], vectors=np.zeros_like(kept["vectors"]))

    second = await embedded(["two"], tmp_path)

    assert first.of(["one", "two"]).shape == (2, 384)
    assert first.cosine("one", "one") == pytest.approx(1, abs=1e-5)
    assert second.cosine("two", "two") == 0.0


async def test_what_the_embedder_does_not_read_whole_is_near_to_nothing(tmp_path: Path) -> None:
    """Two long texts that differ at their ends have one vector: the gateway does not compare them either."""
    long = "word " * 400

    found = await embedded([long, "word"], tmp_path)

    assert found.cosine(long, long) == 0.0
    assert found.cosine("word", "word") > 0.99
