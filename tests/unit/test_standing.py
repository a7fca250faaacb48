"""Whether a caller's key still works."""

import pytest

from samples import NOW
from warmlane.clock import ManualClock
from warmlane.standing import Standings, Turn

ONE, TWO, THREE = b"1" * 16, b"2" * 16, b"3" * 16


def standings(clock: ManualClock, limit: int = 100) -> Standings:
    """Keys must show themselves once an hour."""
    return Standings(revalidate_after=3600, clock=clock, limit=limit)


def test_an_entry_proves_that_the_key_worked_when_it_was_made(clock: ManualClock) -> None:
    """Also to a process that has just started and has seen nobody."""
    seen = standings(clock)

    assert seen.may_reuse(ONE, NOW - 3600, clock.now())
    assert not seen.may_reuse(ONE, NOW - 3601, clock.now())


def test_a_call_that_succeeds_proves_it_again(clock: ManualClock) -> None:
    """Then older entries may be given too, for another hour."""
    seen = standings(clock)
    assert seen.note(ONE, 200) is None
    assert seen.may_reuse(ONE, NOW - 99_999, clock.now())
    clock.advance(3600)
    assert seen.may_reuse(ONE, NOW - 99_999, clock.now())
    clock.advance(1)

    assert not seen.may_reuse(ONE, NOW - 99_999, clock.now())
    assert seen.may_reuse(ONE, clock.now() - 5, clock.now())


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_ends_the_reuse_until_a_call_succeeds(clock: ManualClock, status: int) -> None:
    """Of its own entries only, however young; the first refusal says that what is remembered must go."""
    seen = standings(clock)
    seen.note(ONE, 200)
    assert seen.note(ONE, status) is Turn.REJECTED
    assert seen.note(ONE, status) is None

    assert not seen.may_reuse(ONE, NOW, clock.now())
    assert seen.may_reuse(TWO, NOW, clock.now())
    assert seen.note(ONE, 200) is Turn.RESTORED
    assert seen.may_reuse(ONE, NOW, clock.now())


@pytest.mark.parametrize("status", [300, 400, 404, 408, 429, 500, 503])
def test_other_answers_say_nothing_of_the_key(clock: ManualClock, status: int) -> None:
    """Neither that it works nor that it does not."""
    seen = standings(clock)
    assert seen.note(ONE, status) is None
    assert not seen.may_reuse(ONE, NOW - 3601, clock.now())
    seen.note(TWO, 401)
    seen.note(TWO, status)

    assert not seen.may_reuse(TWO, NOW, clock.now())


def test_only_so_many_are_remembered(clock: ManualClock) -> None:
    """The one whose news is oldest is forgotten; for it the entries speak again."""
    seen = standings(clock, limit=2)
    for tenant in (ONE, TWO, ONE, THREE):
        seen.note(tenant, 200)

    old = NOW - 99_999
    assert [seen.may_reuse(tenant, old, clock.now()) for tenant in (ONE, TWO, THREE)] == [True, False, True]


def test_what_an_earlier_process_left_counts_until_something_newer_is_known(clock: ManualClock) -> None:
    """A rejection is recalled; a call that succeeds outranks it."""
    seen = standings(clock)
    assert not seen.knows(ONE)
    seen.recall(ONE, rejected=True)
    assert seen.knows(ONE)
    assert not seen.may_reuse(ONE, NOW, clock.now())
    seen.note(TWO, 200)
    seen.recall(TWO, rejected=True)
    seen.recall(THREE, rejected=False)

    assert seen.may_reuse(TWO, NOW, clock.now())
    assert seen.may_reuse(THREE, NOW - 3600, clock.now())
    assert not seen.may_reuse(THREE, NOW - 3601, clock.now())


def test_who_works_can_be_forgotten_but_not_who_was_rejected(clock: ManualClock) -> None:
    """Then what the store says of them is asked again, and age counts from the entry."""
    seen = standings(clock)
    seen.note(ONE, 200)
    seen.note(TWO, 401)
    seen.forget()

    assert (seen.knows(ONE), seen.knows(TWO)) == (False, True)
    assert not seen.may_reuse(ONE, NOW - 3601, clock.now())
    assert not seen.may_reuse(TWO, NOW, clock.now())
