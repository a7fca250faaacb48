"""What a JSON value is."""

from typing import Any

import pytest

from warmlane.canonical import read
from warmlane.dialects.values import count, is_arguments, is_exactly, is_number, model_name


def value(text: str) -> Any:
    """A value as requests and answers carry it."""
    return read(f'{{"value":{text}}}'.encode())["value"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", (True, True, 0)),
        ("-0", (True, True, 0)),
        ("0.0", (True, True, None)),
        ("-0.0", (True, True, None)),
        ("0e5", (True, True, None)),
        ("1e-999", (True, False, None)),
        ("1", (True, False, 1)),
        ("-1", (True, False, None)),
        ("1.5", (True, False, None)),
        ("9007199254740992", (True, False, 1 << 53)),
        ("9007199254740993", (True, False, None)),
        ("18446744073709551617", (True, False, None)),
        ("true", (False, False, None)),
        ("false", (False, False, None)),
        ("null", (False, False, None)),
        ('"0"', (False, False, None)),
        ("[0]", (False, False, None)),
        ("{}", (False, False, None)),
    ],
)
def test_numbers(text: str, expected: tuple[bool, bool, int | None]) -> None:
    """True and false are none, nothing but zero is exactly 0, and what could not be written down is no count."""
    seen = value(text)

    assert (is_number(seen), is_exactly(seen, 0), count(seen)) == expected


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("1.0", True), ("10e-1", True), ("1.01", False)])
def test_a_number_however_it_is_spelled(text: str, expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """By its value."""
    assert is_exactly(value(text), 1) is expected


@pytest.mark.parametrize(
    ("given", "expected"), [("gpt-4o", "gpt-4o"), ("x" * 300, "x" * 256), ("", ""), (None, ""), (4, ""), (["a"], "")]
)
def test_a_models_name_has_a_bounded_length(given: Any, expected: str) -> None:
    """It ends up in events and metrics, and whoever calls chooses it."""
    assert model_name(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", True), ("{}", True), ('{"a":1}', True), ("[1]", True), ('{"a":1}{"b":2}', False), ('{"a"', False),
        ("NaN", False), (" ", False), ("f(x)", False), ("[" * 10_000, False), (None, False), (1, False), ({}, False),
    ],
)  # fmt: skip
def test_arguments_are_json(given: Any, expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """Or nothing at all, which some providers send for a function without parameters."""
    assert is_arguments(given) is expected
