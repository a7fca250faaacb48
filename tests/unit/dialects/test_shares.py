"""Dividing what was counted for many, and adding it up again."""

from typing import Any

import pytest

from warmlane.canonical import read
from warmlane.dialects.shares import apportioned, summed


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [1, 1], [5, 5]),
        (10, [3, 7], [3, 7]),
        (10, [30, 70], [3, 7]),
        (10, [1, 1, 1], [3, 3, 4]),
        (1, [5, 5], [0, 1]),
        (7, [0, 1], [0, 7]),
        (6, [0, 0, 0], [2, 2, 2]),
        (0, [1, 2], [0, 0]),
        (2**70, [1, 3], [2**68, 3 * 2**68]),
        (5, [], []),
    ],
)
def test_whole_numbers_are_divided_in_proportion(total: int, weights: list[int], shares: list[int]) -> None:
    """Exactly, whatever the weights; no weight at all is the same weight."""
    assert apportioned(total, weights) == shares


def test_each_member_is_divided() -> None:
    """What is no number is everybody's; a price of the whole is nobody's."""
    usage = read(
        b'{"prompt_tokens": 9, "cost": 0.5, "audio": null, "estimated": true, "tier": "batch",'
        b' "details": [{"modality": "TEXT", "tokens": 9}, 1.5], "more": {"cached": 3}}'
    )

    def share(tokens: int, cached: int) -> dict[str, Any]:
        return {
            "prompt_tokens": tokens, "audio": None, "estimated": True, "tier": "batch",
            "details": [{"modality": "TEXT", "tokens": tokens}], "more": {"cached": cached},
        }  # fmt: skip

    assert apportioned(usage, [1, 2]) == [share(3, 1), share(6, 2)]


def test_what_was_divided_adds_up() -> None:
    """To what it was, but for what nobody got."""
    usage = {"prompt_tokens": 9, "details": [{"modality": "TEXT", "tokens": 9}], "more": {"cached": 3}, "x": None}

    assert summed(apportioned(usage, [1, 2, 7])) == usage


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        ([{"a": 1}, {"b": 2, "a": 3}], {"a": 4, "b": 2}),
        ([1, None], None),
        ([True, True], True),
        ([[1], [1, 2]], [1, 2]),
        ([{"a": "x"}, {"a": "y"}], {"a": "y"}),
        ([None], None),
    ],
)
def test_kinds_that_do_not_add_up(values: list[Any], whole: Any) -> None:
    """The last one stands."""
    assert summed(values) == whole
