"""A text in pieces."""

import pytest

from warmlane.dialects.pieces import MAX_PIECES, pieces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("one", ["one"]),
        (" one  two\n", [" one", "  two", "\n"]),
        ("\n\n", ["\n\n"]),
        ("a\r\nb", ["a", "\r\nb"]),
        ("cafe\u0301 au lait", ["cafe\u0301", " au", " lait"]),
        ("👩‍👩‍👧 👍🏽", ["👩‍👩‍👧", " 👍🏽"]),
        ("東京は日本の首都です。", ["東京は日本の首都です。"]),
    ],
)
def test_pieces_are_words(text: str, expected: list[str]) -> None:
    """White space goes with what follows it, so that no character is torn from what combines with it."""
    assert pieces(text) == expected


@pytest.mark.parametrize("words", [1, MAX_PIECES, MAX_PIECES + 1, 10_000])
def test_pieces_are_few(words: int) -> None:
    """However long the text is."""
    text = "word " * words

    assert len(pieces(text)) <= MAX_PIECES
    assert "".join(pieces(text)) == text
