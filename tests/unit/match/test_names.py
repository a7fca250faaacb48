"""Names in a text."""

import pytest

from warmlane.match.names import Names, acronym_in, same_name
from warmlane.match.relations import Relations
from warmlane.match.words import Reader

NAMES, READER = Names(Relations.load()), Reader()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Who founded Spotify and Zalando?", {"#spotify", "zalando"}),
        ("the weather in dublin", {"dublin"}),
        ("Can you help us?", set()),
        ("Taxes in the US", {"#usa"}),
        ("Kubernetes setup", {"#kubernetes"}),
        ("Zalando returns", {"zalando"}),
        ("Photosynthesis in short", set()),
        ("I ran. Then we ate. Why?", set()),
        ("Dr. Falk is late", {"falk"}),
        ("The Ten Best Ways To Cook Fresh Pasta", set()),
        ("Wie ist das Wetter in Köln?", {"#cologne"}),
        ("capitale de l'Espagne", {"#spain"}),
        ("法国的首都", {"#france"}),
        ("la casa y el perro", set()),
        ('WHAT DOES "TERSE" MEAN?', set()),
        ("", set()),
        ("\x00 'A '", set()),
    ],
)
def test_names_are_found(text: str, names: set[str]) -> None:
    """By the list, by a capital that nothing else explains, or by WordNet."""
    assert NAMES.find(READER.read(text))[0] == names


def test_what_is_said_holds_the_names() -> None:
    """One side's name may be the other's plain word."""
    names, said = NAMES.find(READER.read("Oslo is cold"))
    assert names <= said
    assert "cold" in said


def test_an_acronym_is_made_of_first_letters() -> None:
    """In their order."""
    assert acronym_in("who", ("the", "world", "health", "organization"))
    assert not acronym_in("who", ("health", "world", "organization"))
    assert not acronym_in("w", ("world",))


@pytest.mark.parametrize(("one", "other"), [("philip", "phillip"), ("jordan", "joradn"), ("merkel", "merkels")])
def test_a_slip_of_the_keys_is_no_other_name(one: str, other: str) -> None:
    """Nor is a letter that stands twice."""
    assert same_name(one, other)


@pytest.mark.parametrize(("one", "other"), [("iran", "iraq"), ("niger", "nigeria"), ("oslo", "rome"), ("lee", "le1")])
def test_near_names_are_others(one: str, other: str) -> None:
    """One letter may be all the difference."""
    assert not same_name(one, other)
