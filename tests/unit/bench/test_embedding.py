"""Embedding is timed as it is used, and the cores are given back."""

import os

import pytest
from bench.embedding import SIZES, TEXTS, embedding
from bench.measure import Effort
from bench.processes import Cores
from bench.results import Fact

from warmlane.adapters.embedders import Pieces


@pytest.mark.slow
def test_embedding_is_timed_and_the_cores_given_back() -> None:
    """What it takes is for the benchmark to say."""
    before = os.sched_getaffinity(0)
    found = list(embedding(Cores.split(), Effort(rounds=1, seconds=0.05)))

    facts = [fact for fact in found if isinstance(fact, Fact)]
    assert len(facts) == len(found) == len(SIZES) + 4 + len(before)
    assert [fact.limit for fact in facts if fact.limit is not None] == [0.667, 1.15]
    assert all(fact.value > 0 for fact in facts)
    assert os.sched_getaffinity(0) == before


def test_the_texts_are_of_ordinary_length() -> None:
    """As prompts are that may be matched by meaning."""
    pieces = Pieces()
    pieces.load()
    lengths = [len(pieces.of(text)) for text in TEXTS]
    assert min(lengths) == 8
    assert max(lengths) == 47
    assert sum(lengths) / len(lengths) == pytest.approx(25, abs=1)
