"""One word in two forms is one word, whatever its language."""

import pytest

from warmlane.match.inflected import folded, same_word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("größte", "groesste"), ("größte", "größten"), ("stadt", "städte"), ("bayern", "bayerns"), ("perou", "pérou"),
        ("столица", "столицы"), ("수도는", "수도가"), ("hauptstadt", "haupstadt"),
        ("bevölkerungsdichte", "bevoelkerungsidchte"),
    ],
)  # fmt: skip
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    """What is inflected or mistyped names the same."""
    assert same_word(one, other)
    assert same_word(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("niger", "nigeria"), ("iran", "iraq"), ("austria", "australia"), ("2020", "2021"), ("gambia", "zambia")],
)
def test_other_names_are_others(one: str, other: str) -> None:
    """Near in letters is far in meaning."""
    assert not same_word(one, other)


def test_umlauts_fold_as_they_are_written_out() -> None:
    """Keyboards differ."""
    assert folded("fließt") == folded("fliesst")
    assert folded("bevölkerung") == folded("bevoelkerung")
