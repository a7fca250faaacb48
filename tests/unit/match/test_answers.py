"""Whether two answers say the same."""

import math

import pytest

from warmlane.match.answers import BEGINNING, SHORT, Answers, is_short
from warmlane.match.facts import Examiner
from warmlane.match.vetoes import VetoName
from warmlane.match.vetoes.registry import every

ANSWERS = Answers(Examiner(every()))
LONG = "The handshake opens a connection: one side sends a synchronise segment, the other acknowledges it. " * 3
OTHER = "The handshake opens a connection: one side sends a synchronise segment and waits for the other side. " * 3


@pytest.mark.parametrize(
    ("one", "other"),
    [("Paris", "paris."), ("It is  Paris.", "it is\nParis"), ("42", "42."), (LONG, LONG.upper()), ("Ja!", "ja")],
)
def test_the_same_words_are_the_same(one: str, other: str) -> None:
    """However long, whatever the case, the spaces, the last full stop."""
    assert ANSWERS.by_words(one, other) is True
    assert ANSWERS.by_words(other, one) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", "Lyon"),
        ("The total is 12 euros.", "The total is 21 euros."),
        ("It is Paris, with 2 million people.", "It is Paris, with 3 million people."),
        ("Take the ring road north.", "Take the ferry to the island."),
        ("4", "5"),
    ],
)
def test_short_answers_of_other_words_are_others(one: str, other: str) -> None:
    """That is what a label of a wrong candidate is."""
    assert ANSWERS.by_words(one, other) is False
    assert ANSWERS.by_words(other, one) is False


@pytest.mark.parametrize(
    ("one", "other"),
    [("Paris", "The capital of France is Paris."), ("Water boils there.", "Water boils"), ("", ""), ("", "Paris")],
)
def test_a_short_answer_inside_another_says_nothing(one: str, other: str) -> None:
    """Models say the same in more words; a wrong label would shut out a right answer."""
    assert ANSWERS.by_words(one, other) is None
    assert ANSWERS.by_words(other, one) is None


def test_long_answers_are_not_told_by_their_words() -> None:
    """Nor one that is long beside one that is short."""
    assert not is_short(LONG)
    assert is_short("x" * SHORT)
    assert ANSWERS.by_words(LONG, OTHER) is None
    assert ANSWERS.by_words(LONG, "Paris") is None
    assert SHORT < BEGINNING


@pytest.mark.parametrize(
    ("cosine", "same"), [(0.99, True), (0.92, True), (0.85, None), (0.5, None), (0.49, False), (-1.0, False)]
)
def test_long_answers_are_told_by_their_meaning(cosine: float, *, same: bool | None) -> None:
    """Where it is clear."""
    assert ANSWERS.by_meaning(LONG, OTHER, cosine) is same


@pytest.mark.parametrize(("cosine", "same"), [(0.99, None), (0.85, None), (0.79, False), (0.3, False)])
def test_what_a_veto_objects_to_is_never_the_same(cosine: float, *, same: bool | None) -> None:
    """Another number in a long answer may be a detail: it is something else only where the meaning is not near."""
    assert ANSWERS.by_meaning(LONG + "It takes 3 steps.", LONG + "It takes 4 steps.", cosine) is same


def test_a_veto_that_is_off_says_nothing() -> None:
    """Where a lane does not care for numbers, its answers may differ in them."""
    careless = Answers(Examiner(every()), {VetoName.NUMBER})

    assert careless.by_meaning(LONG + "It takes 3 steps.", LONG + "It takes 4 steps.", 0.99) is True


def test_a_cosine_that_is_none_says_nothing() -> None:
    """A broken embedder teaches nothing."""
    assert ANSWERS.by_meaning(LONG, OTHER, math.nan) is None
