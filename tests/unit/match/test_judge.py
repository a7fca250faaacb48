"""Which candidates may be served, and what refused the others."""

from samples import Cosine
from warmlane.match.facts import Examiner
from warmlane.match.judge import Candidate, Gate, Judge, Rule
from warmlane.match.vetoes import VetoName
from warmlane.match.vetoes.number import Number

JUDGE = Judge(Examiner([Number()]), Cosine())
ASKED = JUDGE.read("the 3 best songs")
RULE = Rule(threshold=0.85, needed=0.0)


def near(similarity: float, text: str = "best 3 songs") -> Candidate:
    """A kept prompt."""
    return Candidate(similarity=similarity, facts=JUDGE.read(text))


def test_the_best_comes_first_wherever_it_stands() -> None:
    """The order of candidates does not matter."""
    assert JUDGE.judge(ASKED, [near(0.88), near(0.97), near(0.91)], RULE).serve == (1, 2, 0)


def test_the_threshold_itself_is_near_enough() -> None:
    """The floor is included."""
    assert JUDGE.judge(ASKED, [near(0.85)], RULE).serve == (0,)


def test_below_the_threshold_nothing_is_served() -> None:
    """And it is told how near it was."""
    judgement = JUDGE.judge(ASKED, [near(0.2), near(0.849)], RULE)
    assert judgement.serve == ()
    assert [each.gate for each in judgement.weighed] == [Gate.THRESHOLD] * 2
    assert judgement.weighed[1].similarity == 0.849


def test_without_candidates_there_is_nothing_to_serve() -> None:
    """The usual case of a young cache."""
    assert JUDGE.judge(ASKED, [], RULE).serve == ()


def test_of_equally_good_ones_the_first_is_served() -> None:
    """The answer does not depend on chance."""
    assert JUDGE.judge(ASKED, [near(0.9), near(0.9)], RULE).serve == (0, 1)


def test_a_veto_outweighs_nearness() -> None:
    """However alike the two sound."""
    (weighed,) = JUDGE.judge(ASKED, [near(0.99, "the 5 best songs")], RULE).weighed
    assert weighed.gate is Gate.VETO
    assert weighed.refused_by == VetoName.NUMBER


def test_a_class_that_is_off_refuses_nothing() -> None:
    """The lane knows its prompts."""
    rule = Rule(threshold=0.85, needed=0.0, off=frozenset({VetoName.NUMBER}))
    assert JUDGE.judge(ASKED, [near(0.99, "the 5 best songs")], rule).serve == (0,)


def test_a_score_below_the_one_needed_is_not_served() -> None:
    """The bound on wrong answers is the user's."""
    (weighed,) = JUDGE.judge(ASKED, [near(0.9)], Rule(threshold=0.85, needed=0.95)).weighed
    assert weighed.refused_by == Gate.SCORE
    assert JUDGE.judge(ASKED, [near(0.9)], Rule(threshold=0.85, needed=0.9)).serve == (0,)
