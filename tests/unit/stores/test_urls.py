"""Options in a store's URL."""

import pytest

from warmlane.errors import ConfigError
from warmlane_stores.urls import read_options


def test_options_are_whole_numbers() -> None:
    """Each name with its number; none is no option."""
    assert read_options("memory://?max_bytes=10&max_entries=2", ("max_bytes", "max_entries")) == {
        "max_bytes": 10,
        "max_entries": 2,
    }
    assert read_options("memory://", ("max_bytes",)) == {}


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "1_000", "²", "ten"])
def test_anything_else_is_refused(value: str) -> None:
    """The error names the option, not the value."""
    with pytest.raises(ConfigError, match="'max_bytes' of a memory store"):
        read_options(f"memory://?max_bytes={value}", ("max_bytes",))


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    """A typing error is not silently the default."""
    with pytest.raises(ConfigError, match="no option 'max'; it has: max_bytes, max_entries"):
        read_options("memory://?max=1", ("max_entries", "max_bytes"))
