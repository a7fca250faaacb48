"""The names of the classes are what a lane, a header and the docs call them."""

from warmlane.match.vetoes import VetoName


def test_names_are_plain_words() -> None:
    """They stand in settings and headers."""
    assert all(name.isidentifier() and name == name.lower() for name in VetoName)
