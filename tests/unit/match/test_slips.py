"""A slip of the keys is no other unit and no other day."""

import pytest

from warmlane.match.slips import is_mistyped


@pytest.mark.parametrize(
    ("word", "typed"), [("rupees", "rpuees"), ("kilometers", "kilmoeters"), ("saturday", "saturdy")]
)
def test_a_slip_is_seen(word: str, typed: str) -> None:
    """Whoever types in haste asks the same."""
    assert is_mistyped([word], ["in", typed])


@pytest.mark.parametrize(
    ("word", "typed"), [("monday", "sunday"), ("june", "july"), ("miles", "smile"), ("mile", "mile")]
)
def test_another_word_is_none(word: str, typed: str) -> None:
    """Nor is the word itself."""
    assert not is_mistyped([word], ["in", typed])
