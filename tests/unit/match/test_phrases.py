"""Phrases are found as words, never inside them."""

from warmlane.match.phrases import Found, Phrases, meanings
from warmlane.match.words import split

PHRASES = Phrases([("bullet points", "bullets"), ("bullet", "one"), ("C++", "cpp"), ("步骤", "steps")])


def test_the_longest_phrase_wins() -> None:
    """What is part of a longer phrase says nothing by itself."""
    assert PHRASES.find(split("In Bullet Points, or a bullet")) == (Found(1, 3, "bullets"), Found(5, 6, "one"))


def test_a_phrase_is_made_of_tokens() -> None:
    """Chinese has no spaces; C++ is one word."""
    assert [each.meaning for each in PHRASES.find(split("C++ 的步骤"))] == ["cpp", "steps"]
    assert PHRASES.find(split("bulletproof C#")) == ()
    assert PHRASES.find(()) == ()


def test_a_table_gives_words_or_phrases() -> None:
    """Short lists are written as one string."""
    assert list(meanings({"a": "x y", "b": ["p q"]})) == [("x", "a"), ("y", "a"), ("p q", "b")]
