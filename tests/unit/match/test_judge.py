"""Which candidate is served, if any."""

from warmlane.match.judge import Decline, Serve, judge


def test_the_nearest_is_served_wherever_it_stands() -> None:
    """The order of candidates does not matter."""
    verdict = judge("a", [(0.88, "b"), (0.97, "c"), (0.91, "d")], 0.85)
    assert verdict == Serve(index=1, similarity=0.97)


def test_the_threshold_itself_is_near_enough() -> None:
    """The floor is included."""
    assert judge("a", [(0.85, "b")], 0.85) == Serve(index=0, similarity=0.85)


def test_below_the_threshold_nothing_is_served() -> None:
    """The best cosine is reported also when it lost."""
    assert judge("a", [(0.2, "b"), (0.849, "c")], 0.85) == Decline(best=0.849)


def test_without_candidates_there_is_nothing_to_serve() -> None:
    """And no cosine to report."""
    assert judge("a", [], 0.0) == Decline(best=None)


def test_of_equally_near_ones_the_first_is_served() -> None:
    """The answer does not depend on chance."""
    assert judge("a", [(0.9, "b"), (0.9, "c")], 0.85) == Serve(index=0, similarity=0.9)
