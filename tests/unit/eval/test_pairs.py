"""Pairs, each asked of a cache that holds one answer."""

from pathlib import Path

import pytest
from eval.gates import shipped
from eval.pairs import Pairs
from eval.policies import BOUNDS, EXACT, NORMALISED, VETOES, Policy
from eval.sources import Pair, own
from eval.vectors import embedded

PAIRS = [
    Pair("Which are the top 3 songs?", "which are the top 3 songs", same=True, kind="surface", source=""),
    Pair("Which are the top 3 songs?", "Which are the top 5 songs?", same=False, kind="number", source=""),
    Pair("How do I bake bread?", "Who was Napoleon?", same=False, kind="other", source=""),
]


@pytest.fixture
async def pairs(tmp_path: Path) -> Pairs:
    """With vectors of the pairs above."""
    return Pairs(await embedded([text for pair in PAIRS for text in (pair.a, pair.b)], tmp_path), shipped())


def rates(pairs: Pairs, policy: Policy) -> tuple[list[int], list[int]]:
    """Served and asked of same pairs, and of others."""
    found = pairs.asked(PAIRS, policy).whole
    return found.same, found.other


async def test_each_policy_serves_what_it_says(pairs: Pairs) -> None:
    """The very same, the same words, what is near, what no veto speaks against."""
    assert rates(pairs, EXACT) == ([0, 1], [0, 2])
    assert rates(pairs, NORMALISED) == ([1, 1], [0, 2])
    assert rates(pairs, Policy("", threshold=0.85)) == ([1, 1], [1, 2])
    assert rates(pairs, VETOES) == ([1, 1], [0, 2])
    assert rates(pairs, BOUNDS[1]) == ([1, 1], [0, 2])
    assert pairs.serves("x", "x", EXACT)


async def test_kinds_and_vetoes_are_counted(pairs: Pairs) -> None:
    """By them one sees what is missing."""
    found = pairs.asked(PAIRS, VETOES)

    assert set(found.by_kind) == {"surface", "number", "other"}
    assert found.refused == {"number": [0, 1]}


@pytest.mark.slow
async def test_vetoes_tell_more_of_the_own_set_apart_than_a_cosine_does(tmp_path: Path) -> None:
    """Whatever else changes: fewer wrong ones than without, most right ones kept."""
    material = own()
    pairs = Pairs(await embedded(material.texts(), tmp_path), shipped())

    plain = pairs.asked(material.pairs, Policy("", threshold=0.85)).whole
    gated = pairs.asked(material.pairs, VETOES).whole

    assert gated.other_rate < plain.other_rate / 1.5
    assert gated.same_rate > plain.same_rate * 0.8
