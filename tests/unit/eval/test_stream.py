"""A stream answered by policies: each serves what it says, and a cache learns."""

import numpy as np
import pytest
from eval.gates import Gates, shipped
from eval.policies import BOUNDS, EXACT, NORMALISED, VETOES, Policy
from eval.sources import Request
from eval.stream import Ground, Learnt, Run, answered, ground
from eval.vectors import Vectors, _digest

from warmlane.match.bound import NEVER


@pytest.fixture(scope="module")
def gates() -> Gates:
    """Those that ship."""
    return shipped()


def a_ground(*requests: tuple[str, str, float]) -> Ground:
    """Prompts, clusters and angles: the cosine of two is that of the angle between them."""
    vectors = {_digest(text): np.array([np.cos(at), np.sin(at)], dtype=np.float32) for text, _, at in requests}
    return ground([Request(text, cluster) for text, cluster, _ in requests], Vectors(vectors, 2))


SONGS = a_ground(
    ("Name the top 3 songs of ABBA", "s:3", 0.0),
    ("Which are the top 3 songs by ABBA?", "s:3", 0.1),
    ("which are the top 3 songs by ABBA", "s:3", 0.1),
    ("Which are the top 5 songs by ABBA?", "s:5", 0.15),
    ("Name the top 3 songs of ABBA", "s:3", 0.0),
)


def counts(run: Run) -> tuple[int, int, int]:
    """Hits, semantic ones, wrong ones."""
    return run.count.hits, run.count.semantic, run.count.wrong


def test_each_policy_serves_what_it_says(gates: Gates) -> None:
    """From the same requests: only the repeat, the same words too, whatever is near, what no veto speaks against."""
    assert counts(answered(SONGS, EXACT, gates)) == (1, 0, 0)
    assert counts(answered(SONGS, NORMALISED, gates)) == (2, 1, 0)
    assert counts(answered(SONGS, Policy("", threshold=0.85), gates)) == (4, 3, 1)
    assert counts(answered(SONGS, VETOES, gates)) == (3, 2, 0)


def test_what_a_veto_refused_is_counted_with_the_truth(gates: Gates) -> None:
    """One wrong candidate that it was right to refuse."""
    run = answered(SONGS, VETOES, gates)

    assert run.refused == {"number": [0, 1]}
    assert run.by_source["s"] == run.count


def test_what_is_about_the_moment_is_not_matched_by_meaning(gates: Gates) -> None:
    """As in the gateway: baselines know no such rule."""
    news = a_ground(("What is the weather today?", "w:1", 0.0), ("what is the weather today", "w:2", 0.0))

    assert counts(answered(news, BOUNDS[2], gates)) == (0, 0, 0)
    assert counts(answered(news, Policy("", threshold=0.85), gates)) == (1, 1, 1)


def test_a_tighter_bound_serves_no_more(gates: Gates) -> None:
    """On a stream that has something to serve."""
    words = ("wings", "legs", "eyes", "honey", "hives", "dances", "queens", "drones", "eggs", "songs", "colours")
    some = [(f"Tell me about the {word} of bees", f"b:{at // 2}", at * 0.05) for at, word in enumerate(words)]
    on = a_ground(*some, *((text.replace("Tell me", "Talk"), cluster, at + 0.002) for text, cluster, at in some))

    hits = [answered(on, policy, gates).count.hits for policy in BOUNDS]

    assert hits == sorted(hits)


def test_what_was_caught_wrong_is_not_served_again(gates: Gates) -> None:
    """Neither the pair, in either order, nor the entry at such a score; a better score may."""
    learnt = Learnt(gates, 1.0)
    assert learnt.allows(0.99, 1, 2)

    learnt.learn(0.9, 1, 2, same=False)

    assert not learnt.allows(0.99, 2, 1)
    assert not learnt.allows(0.9, 3, 2)
    assert learnt.allows(0.99, 3, 2)


def test_wrong_labels_raise_what_is_needed(gates: Gates) -> None:
    """Until nothing is served: that is what learning is for."""
    learnt = Learnt(gates, 0.02)
    for number in range(3_000):
        learnt.saw(0.999)
        learnt.learn(0.999, number, number + 10_000, same=False)

    assert NEVER > 1
    assert not learnt.allows(1.0, 1, 999_999)
