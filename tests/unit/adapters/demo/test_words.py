"""What the demo says."""

import pytest

from unit.adapters.demo.asking import ANSWER, QUESTION
from warmlane.adapters.demo.words import count, say


def test_it_says_that_it_is_a_demo_and_repeats_the_question() -> None:
    """Nobody takes it for a model, and different questions have different answers."""
    said = say(["Be brief.", QUESTION])

    assert said.text == ANSWER
    assert (said.heard, said.cut) == (10, False)
    assert "France" not in repr(said)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("One", "in 1 word: “One”"),
        ("  many \n spaces ", "in 2 words: “many spaces”"),
        ("x" * 500, "“" + "x" * 200 + "…”"),
        ("", "Ask it something"),
        (" \n", "Ask it something"),
        ("“€” 漢字", "““€” 漢字”"),
    ],
)
def test_every_question_has_an_answer(question: str, words: str) -> None:
    """Odd spaces, long texts, none at all."""
    assert words in say([question]).text


def test_a_limit_cuts_it() -> None:
    """To as many tokens; one that is not reached cuts nothing, nor does one that is met exactly."""
    said, whole = say([QUESTION], 4), say([QUESTION])

    assert (said.text, said.spoken, said.cut) == ("This is Warmlane'", 4, True)
    assert not say([QUESTION], whole.spoken).cut
    assert say([QUESTION], whole.spoken - 1).cut
    assert say([QUESTION], 4000) == whole


def test_words_and_signs_are_counted() -> None:
    """A number that anybody can check by hand."""
    assert [count(text) for text in ("", "Be brief.", "a  b\nc")] == [0, 3, 3]
