"""Two prompts as a row of numbers."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.features import FEATURES, Features
from warmlane.match.relations import Relations
from warmlane.match.vetoes.number import Number

FEATURES_OF = Features(Relations.load())
EXAMINER = Examiner([Number()])


def row(one: str, other: str, similarity: float = 0.9) -> dict[str, float]:
    """The row, by name."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    return dict(zip(FEATURES, FEATURES_OF.of(a, b, similarity, EXAMINER.objections(a, b)), strict=True))


PAIRS = [
    ("how do I sort a list in Python", "sorting a Python list: how"),
    ("flights from Boston to Denver", "flights from Denver to Boston"),
    ("the top 3 songs", "top five songs of ABBA"),
    ("delete `a.txt`", "what is 3 + 4?"),
    ("¿cuál es la capital de Perú?", "is it not hot"),
    ("cheap car rental with red hot automobile", "expensive automobile dog cat guitar banjo"),
    ("", "hello"),
    ("?!", "???"),
    ("a " * 3000, "b c " * 2000),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_it_does_not_matter_which_comes_first(one: str, other: str) -> None:
    """An answer may be served for the one exactly if it may be for the other."""
    assert row(one, other) == row(other, one)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_row_is_made_of_finite_numbers(one: str, other: str) -> None:
    """Whatever is asked: texts of signs alone, empty ones, very long ones."""
    assert all(-1000 < value < 1000 for value in row(one, other).values())


def test_a_text_and_itself_differ_in_nothing() -> None:
    """Nothing is unmatched, and all that is shared is in its place."""
    same = row("how do I get from Boston to Denver", "how do I get from Boston to Denver", 1.0)
    assert same["none_unmatched"] == same["jaccard"] == same["framed"] == 1
    assert same["unmatched_max"] == same["inversions"] == same["span_max"] == 0


def test_typing_errors_and_endings_are_no_other_words() -> None:
    """People mistype, and models of language do not care."""
    assert row("best restaurants nearby", "best restuarants nearby")["none_unmatched"]
    assert row("reversing strings", "reverse a string")["none_unmatched"]
    assert not row("best restaurants nearby", "best museums nearby")["none_unmatched"]


def test_words_in_each_others_place_are_told_by_how_they_are_related() -> None:
    """A synonym asks the same, an opposite or another of its kind something else."""
    assert row("rent a car", "rent an automobile")["one_synonym"]
    assert row("cheap hotels in Rome", "expensive hotels in Rome")["antonym"]
    assert row("learn the guitar", "learn the banjo")["one_other"]


def test_what_is_turned_round_shows() -> None:
    """The same words in another order may ask something else."""
    assert row("Boston flights Denver", "Denver flights Boston")["inversions"]
    assert row("Boston flights Denver", "Denver flights Boston")["reordered"]


@pytest.mark.parametrize(
    ("one", "other", "feature"),
    [
        ("the 3 best songs", "the 5 best songs", "numbers_differ"),
        ("when was Rome founded", "who founded Rome", "question_differs"),
        ("is it safe", "is it not safe", "denial_differs"),
        ("delete all of /tmp/a", "delete all of /tmp/b", "literals_differ"),
        ("the mayor of Paris", "the mayor of London", "names_differ"),
        ("the 3 best songs", "the 5 best songs", "values_objected"),
    ],
)
def test_a_row_shows_what_vetoes_look_at(one: str, other: str, feature: str) -> None:
    """Also where a class is switched off."""
    assert row(one, other)[feature]
    assert not row(one, one)[feature]
