"""How English words are related."""

import hashlib
from importlib.resources import files
from itertools import product

import pytest

from warmlane.match.relations import Relation, Relations

RELATIONS = Relations.load()


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("car", "automobile", Relation.SYNONYM),
        ("doctors", "physicians", Relation.SYNONYM),
        ("city", "cities", Relation.SYNONYM),
        ("stopped", "stopping", Relation.SYNONYM),
        ("went", "go", Relation.SYNONYM),
        ("cheap", "expensive", Relation.ANTONYM),
        ("cheaper", "expensive", Relation.ANTONYM),
        ("bought", "selling", Relation.ANTONYM),
        ("huge", "tiny", Relation.ANTONYM),
        ("husbands", "wives", Relation.ANTONYM),
        ("dog", "canine", Relation.KIND),
        ("guitar", "banjo", Relation.SIBLING),
        ("paris", "london", Relation.SIBLING),
        ("tenant", "landlord", Relation.COUSIN),
        ("capital", "teapot", Relation.FAR),
        ("dog", "xyzzy", Relation.UNKNOWN),
        ("größe", "size", Relation.UNKNOWN),
    ],
)
def test_words_are_related_as_wordnet_has_them(one: str, other: str, relation: Relation) -> None:
    """Forms of a word are found, and the order does not matter."""
    assert RELATIONS.between(one, other) is relation
    assert RELATIONS.between(other, one) is relation


def test_a_word_is_what_it_is() -> None:
    """Listed or not."""
    assert RELATIONS.between("xyzzy", "xyzzy") is Relation.SYNONYM


@pytest.mark.parametrize(
    "word", ["", "s", "ing", "er", "a" * 5000, "\x00", "naïve", "éé", "1", "-", "o'clock", "\ud800"]
)
def test_no_word_is_too_odd(word: str) -> None:
    """What a caller writes is not ours to choose."""
    assert RELATIONS.between(word, "zebra") in set(Relation)


def test_roles_and_names_are_known() -> None:
    """They part what else reads alike."""
    assert all(RELATIONS.is_role(word) for word in ("tenant", "landlords", "nurse", "employees"))
    assert not any(RELATIONS.is_role(word) for word in ("table", "run", "paris", "xyzzy"))
    assert RELATIONS.names() >= {"paris", "lisbon", "mozart"}
    assert RELATIONS.knows("bananas")
    assert not RELATIONS.knows("xyzzy")
    assert RELATIONS.names().isdisjoint({"city", "turkey", "banjo", "xyzzy"})


def test_sisters_are_nouns_of_one_parent() -> None:
    """Verbs of one parent mean all but the same."""
    assert RELATIONS.are_sisters("guitar", "banjos")
    assert not RELATIONS.are_sisters("convert", "transform")
    assert not RELATIONS.are_sisters("guitar", "guitars")
    assert not RELATIONS.are_sisters("guitar", "xyzzy")


def test_every_pair_has_a_relation_both_ways() -> None:
    """A verdict must not hang on who asked first."""
    words = ("buy", "sold", "big", "small", "nurse", "doctor", "run", "ran", "quickly", "tokyo", "of", "zzz")
    for one, other in product(words, words):
        assert RELATIONS.between(one, other) is RELATIONS.between(other, one)


def test_the_card_tells_which_file_it_is() -> None:
    """Data that was made again has a card that was written again; the notice travels with it."""
    folder = files("warmlane").joinpath("data", "wordnet")
    digest = hashlib.sha256(folder.joinpath("relations.npz").read_bytes()).hexdigest()
    assert digest in folder.joinpath("CARD.md").read_text(encoding="utf-8")
    assert "Princeton University" in folder.joinpath("LICENSE").read_text(encoding="utf-8")
