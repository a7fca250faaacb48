"""Single values of controls: what is read, and that what cannot be is refused by name and never repeated."""

from collections.abc import Callable
from typing import Any

import pytest

from warmlane import control_values as values
from warmlane.errors import BadRequest
from warmlane.lanes import Mode


@pytest.mark.parametrize(
    ("reader", "value", "found"),
    [
        (values.mode, "exact_match", Mode.EXACT),
        (values.ttl, 259_200, 259_200),
        (values.seconds, 0, 0),
        (values.clamped_ttl, " 60 ", 60),
        (values.clamped_ttl, "-1", 1),
        (values.clamped_ttl, "999999999999", 259_200),
        (values.cosine, 1, 1.0),
        (values.written_cosine, "0.5", 0.5),
        (values.truth, False, False),
        (values.text, "t" * 256, "t" * 256),
        (values.names, ["b", "a", "b"], ("a", "b")),
        (values.ignorable, ["seed"], ("seed",)),
    ],
)
def test_a_value_is_read(reader: Callable[[Any, str], object], value: Any, found: object) -> None:
    """At the bounds too."""
    assert reader(value, "x") == found


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (values.mode, ["secret"]),
        (values.ttl, 0),
        (values.seconds, True),
        (values.clamped_ttl, "9" * 5000),
        (values.clamped_ttl, "1.5"),
        (values.cosine, 10**400),
        (values.cosine, True),
        (values.written_cosine, "nan"),
        (values.written_cosine, "1_secret"),
        (values.truth, "secret"),
        (values.text, "secret" * 50),
        (values.names, ["secret" * 50]),
        (values.names, ["secret"] * 33),
        (values.names, "secret"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(reader: Callable[[Any, str], object], value: Any) -> None:
    """The message is for logs too: nothing that the caller sent is in it."""
    with pytest.raises(BadRequest) as refused:
        reader(value, "cache.x")

    assert refused.value.param == "cache.x"
    assert refused.value.message.startswith("cache.x must ")
    assert "secret" not in refused.value.message


@pytest.mark.parametrize("name", sorted(values.ESSENTIAL))
def test_what_makes_the_question_cannot_be_ignored(name: str) -> None:
    """In no vendor's spelling: a hit would answer another question."""
    with pytest.raises(BadRequest):
        values.ignorable(["seed", name], "x")


def test_a_list_stands_between_commas() -> None:
    """Empty parts are none."""
    assert values.parts(" a, b,,c ,") == ["a", "b", "c"]
