"""Word lists are data that ships with the package."""

from importlib.resources import files

import pytest

from warmlane.match.lexicon import lexicon, words


def test_every_list_can_be_read() -> None:
    """A list that does not parse would end the start of the gateway."""
    for file in files("warmlane").joinpath("data", "lexicon").iterdir():
        if file.name.endswith(".toml"):
            assert lexicon(file.name.removesuffix(".toml"))


def test_a_list_that_is_not_there_is_an_error() -> None:
    """A slip in a name must not become an empty list."""
    with pytest.raises(FileNotFoundError):
        lexicon("no-such-list")


def test_words_are_parted_by_spaces() -> None:
    """A list is written as one string."""
    assert words("a  b\nc") == {"a", "b", "c"}
