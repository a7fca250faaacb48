"""The lookups that are timed find and judge what is there, on the core they were given."""

import os

import pytest
from bench.processes import Cores
from bench.results import Fact
from bench.tier import asked_texts, tier
from eval.gates import shipped_judge

from warmlane.adapters.embedders import Pieces


@pytest.mark.slow
def test_the_tier_is_timed_and_the_cores_given_back() -> None:
    """Few among few here: what it takes is for the benchmark to say. Exact hits do nothing of it."""
    before = os.sched_getaffinity(0)
    whole, gates, exact = tier(1, Cores.split().measured, shipped_judge(), entries=60)

    assert isinstance(whole, Fact)
    assert isinstance(gates, Fact)
    assert isinstance(exact, Fact)
    assert (whole.limit, gates.limit, exact.limit) == (10, 1.5, 0)
    assert whole.value > gates.value > 0
    assert exact.value == 0
    assert os.sched_getaffinity(0) == before


def test_what_is_asked_is_of_ordinary_length() -> None:
    """Up to 64 tokens, and other words than what was answered."""
    pieces = Pieces()
    pieces.load()

    assert len(asked_texts()) >= 5
    assert max(len(pieces.of(text)) for text in asked_texts()) <= 64
