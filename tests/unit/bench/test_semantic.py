"""The lookups that are timed find what is there, on the core they were given."""

import os

from bench.processes import Cores
from bench.semantic import semantic


def test_lookups_are_timed_and_the_cores_given_back() -> None:
    """Few among few here: what a lookup takes is for the benchmark to say."""
    before = os.sched_getaffinity(0)
    steady, first = semantic(4, Cores.split().measured, entries=30)

    assert (steady.unit, steady.limit) == ("ms", 0.8)
    assert first.limit is None
    assert steady.value > 0
    assert os.sched_getaffinity(0) == before
