"""One word in the place of another."""

import pytest

from warmlane.match.swap import content_of, swapped
from warmlane.match.words import Reader

READER = Reader()


def between(one: str, other: str) -> tuple[str, str] | None:
    """What is swapped."""
    a, b = READER.read(one), READER.read(other)
    return swapped(a, content_of(a), b, content_of(b))


def test_the_two_words_are_told() -> None:
    """In the order in which the texts came, whatever little words stand around."""
    assert between("Why do cats sleep?", "Why does the parrot sleep so?") == ("cats", "parrot")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Why do cats sleep?", "Why do cats sleep"),
        ("Why do cats sleep?", "What do parrots eat?"),
        ("Why do cats sleep?", "Why do cats sleep on sofas?"),
        ("cats", "dogs"),
        ("Explain photosynthesis in plants", "Explain photosynthsis in plants"),
        ("", ""),
        ("Wie groß ist eine Katze?", "Wie groß ist ein Hund?"),
    ],
)
def test_nothing_or_more_than_one_word_is_no_swap(one: str, other: str) -> None:
    """Neither is a slip of the keys, nor a text of one word, nor one that is not English."""
    assert between(one, other) is None
