"""What holds for every group of settings."""

import pytest
from pydantic import ValidationError

from warmlane.settings.group import Count, Group

CANARY = "canary-canary"


class Some(Group):
    """A group."""

    many: Count = 1


def test_a_group_does_not_change() -> None:
    """Whoever holds it may count on it."""
    some = Some()

    with pytest.raises(ValidationError):
        some.many = 2


def test_a_name_it_does_not_have_is_refused() -> None:
    """A mistake in writing would be ignored in silence."""
    with pytest.raises(ValidationError, match="meny"):
        Some.model_validate({"meny": 1})


def test_a_wrong_value_is_not_shown() -> None:
    """It may have been meant for another setting."""
    with pytest.raises(ValidationError) as caught:
        Some.model_validate({"many": CANARY})

    assert CANARY not in str(caught.value)
