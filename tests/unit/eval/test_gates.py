"""What is kept of a judgement is the judgement."""

from eval.gates import Gates, shipped

from samples import BY_HAND, Cosine
from warmlane.match.facts import Examiner
from warmlane.match.judge import Candidate, Judge, Rule
from warmlane.match.vetoes.registry import every

JUDGE = Judge(Examiner(every()), Cosine())


def test_a_pair_is_weighed_as_the_judge_does() -> None:
    """The evaluation would measure something else otherwise."""
    gates = Gates(JUDGE, BY_HAND)
    asked, kept = "Name the top 3 songs", "Name the top 5 songs"

    found = gates.weigh(asked, kept, 0.97)

    rule = Rule(threshold=0.85, needed=0.0)
    candidate = Candidate(similarity=0.97, facts=JUDGE.read(kept))
    assert (found,) == JUDGE.judge(JUDGE.read(asked), [candidate], rule).weighed
    assert found.refused_by == "number"
    assert gates.weigh(asked, kept, 0.97) is found


def test_the_shipped_gates_score_what_is_the_same_higher() -> None:
    """They are whole: vetoes, a scorer, a prior."""
    gates = shipped()

    near = gates.weigh("How do I reset my password?", "How can I reset my password?", 0.97)
    far = gates.weigh("How do I bake bread?", "How can I paint my bike?", 0.86)

    assert near.objections == ()
    assert near.score > far.score
    assert sum(gates.prior.seen) > 0
