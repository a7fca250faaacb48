"""One form for each sum."""

import pytest

from warmlane.match.sums import parse


def of(text: str) -> str:
    """Parts are parted by spaces here."""
    return parse(text.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 + 5", "5 + 3"),
        ("2 * 3 + 4", "4 + 3 * 2"),
        ("( 2 + 3 ) * 4", "4 * ( 3 + 2 )"),
        ("( 3 + 5 )", "3 + 5"),
        ("x > 3", "3 < x"),
        ("x = 3", "3 = x"),
        ("1 + ( 2 + 3 )", "( 1 + 2 ) + 3"),
        ("10 - 2 - 3", "10 - 3 - 2"),
    ],
)
def test_what_can_be_changed_round_is_the_same(one: str, other: str) -> None:
    """Nobody asks for the order of summands."""
    assert of(one) == of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("( 2 + 3 ) * 4", "2 + ( 3 * 4 )"),
        ("3 - 5", "5 - 3"),
        ("6 / 3", "3 / 6"),
        ("2 ^ 5", "5 ^ 2"),
        ("2 ^ 3 ^ 2", "( 2 ^ 3 ) ^ 2"),
        ("10 - ( 2 - 3 )", "10 - 2 - 3"),
        ("x < 3", "x > 3"),
        ("x < 3", "x <= 3"),
        ("- 5 + 3", "5 + 3"),
    ],
)
def test_what_cannot_is_not(one: str, other: str) -> None:
    """Precedence and parentheses count."""
    assert of(one) != of(other)


@pytest.mark.parametrize(
    "text", ["", "(", ") (", "3 +", "+ * 3", "3 5", "( " * 150 + ") " * 50, "1 + " * 500 + "1", "( ) 3"]
)
def test_what_is_no_sum_is_left_as_it_is(text: str) -> None:
    """Nothing a prompt holds raises an error."""
    assert of(text) == " ".join(text.split())
