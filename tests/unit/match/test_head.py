"""The pair head, and the one that ships."""

import numpy as np
import pytest

from warmlane.match.bound import BINS, Prior, Tally, needed
from warmlane.match.facts import Examiner
from warmlane.match.features import FEATURES
from warmlane.match.head import NODES, Head, Paired, Trees
from warmlane.match.judge import Candidate, Judge, Rule
from warmlane.match.vetoes.registry import every

PAIRED = Paired.load()
PRIOR = Prior(seen=(1.0,) * BINS, right=(0.0,) * BINS, wrong=(0.0,) * BINS, normal=0.0)


def trees(count: int, seed: int = 1) -> Trees:
    """Of four features."""
    chance = np.random.default_rng(seed)
    return Trees(
        feature=chance.integers(0, 4, (count, NODES)),
        above=chance.random((count, NODES), dtype=np.float32),
        leaf=chance.normal(size=(count, NODES + 1)),
        start=0.3,
        slope=0.8,
        intercept=-0.1,
    )


def walked(some: Trees, row: list[float]) -> float:
    """The same by hand."""
    total = some.start
    for feature, above, leaf in zip(some.feature, some.above, some.leaf, strict=True):
        at = 0
        while at < NODES:
            at = 2 * at + (2 if row[feature[at]] > above[at] else 1)
        total += leaf[at - NODES]
    return float(1 / (1 + np.exp(-(some.slope * total + some.intercept))))


def test_trees_are_walked_together_as_each_would_be_alone() -> None:
    """It is fast because it is one walk for all; it must not be another one."""
    some, rows = trees(30), np.random.default_rng(2).random((7, 4), dtype=np.float32)
    assert Head(some, PRIOR).score(rows) == pytest.approx([walked(some, list(row)) for row in rows])


def test_no_row_has_no_score() -> None:
    """Nothing near, nothing to say."""
    assert len(Head(trees(3), PRIOR).score(np.zeros((0, 4), dtype=np.float32))) == 0


def score(one: str, other: str, similarity: float) -> float:
    """What the head that ships says, without any veto."""
    read = Examiner([]).read
    (found,) = PAIRED.score(read(one), [(Candidate(similarity=similarity, facts=read(other)), ())])
    return found


def test_what_ships_was_trained_on_the_features_there_are() -> None:
    """A row of other numbers would be scored without any sign of it."""
    assert 0 <= Head.load().score(np.zeros((1, len(FEATURES)), dtype=np.float32))[0] <= 1


def test_the_same_in_other_words_scores_higher_than_something_else() -> None:
    """Also without a veto's help: the head sees what differs."""
    again = score("What is the capital of Peru?", "Which city is the capital of Peru?", 0.93)
    assert again > score("What is the capital of Peru?", "What is the population of Peru?", 0.93)
    assert again > score("What is the capital of Peru?", "What is the capital of Chile?", 0.93)


def test_scoring_nothing_gives_nothing() -> None:
    """No candidate was near."""
    assert list(PAIRED.score(Examiner([]).read("hi"), [])) == []


def test_a_judge_serves_by_the_head_that_ships() -> None:
    """Identical content words at a high cosine are served at the default bound; another thing is not."""
    judge = Judge(Examiner(every()), PAIRED)
    rule = Rule(threshold=0.85, needed=needed(PAIRED.prior, Tally(), 0.02))
    asked = judge.read("how do I reset my Gmail password")
    near = [
        Candidate(similarity=similarity, facts=judge.read(text))
        for similarity, text in (
            (0.86, "how do I delete my Gmail account"),
            (0.96, "how can I reset my Gmail password"),
        )
    ]
    assert judge.judge(asked, near, rule).serve == (1,)


def test_a_tighter_bound_needs_a_higher_score() -> None:
    """The prior that ships lets the default bound serve, and tells bounds apart."""
    low, default, high = (needed(PAIRED.prior, Tally(), bound) for bound in (0.05, 0.02, 0.005))
    assert low <= default <= high
    assert low < high
    assert default < 1


def test_one_training_is_told_from_another() -> None:
    """What is learnt of scores holds for the head that gave them."""
    assert PAIRED.scale.startswith("head/")
    assert len(PAIRED.scale) == len("head/") + 16
