"""The errors Warmlane raises; that they pickle is in tests/repo."""

import pytest

from warmlane.errors import (
    BadRequest,
    NotCached,
    NotDone,
    Overloaded,
    TimedOut,
    TooLarge,
    Unauthenticated,
    UnknownRoute,
    Unreachable,
    UpstreamTimeout,
    WarmlaneError,
)


def test_an_error_says_what_and_which_field() -> None:
    """The message, the field it is about, and when to come back."""
    error = BadRequest("cache.ttl must be a whole number", param="cache.ttl", retry_after=3)

    assert str(error) == error.message == "cache.ttl must be a whole number"
    assert (error.status, error.param, error.retry_after) == (400, "cache.ttl", 3)


@pytest.mark.parametrize("kind", [TimedOut, Unreachable, Overloaded, UpstreamTimeout, NotDone])
def test_what_may_pass_is_worth_retrying(kind: type[WarmlaneError]) -> None:
    """The same request may fare better in a moment."""
    assert kind("x").worth_retrying


@pytest.mark.parametrize("kind", [BadRequest, Unauthenticated, UnknownRoute, TooLarge, NotCached])
def test_what_stays_is_not_worth_retrying(kind: type[WarmlaneError]) -> None:
    """The same request meets the same answer: `only-if-cached` too, though it is a 504."""
    assert not kind("x").worth_retrying
