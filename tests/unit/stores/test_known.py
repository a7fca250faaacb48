"""The filter in front of the journal."""

import os
from collections.abc import Iterator

from warmlane_stores.known import KnownKeys


def test_a_key_that_was_added_may_be_held() -> None:
    """Whenever it was: at the start or later."""
    first, later = os.urandom(16), os.urandom(16)
    known = KnownKeys([first], 100)
    known.add(later)

    assert known.may_hold(first)
    assert known.may_hold(later)


def test_most_keys_that_were_not_are_known_not_to_be() -> None:
    """With as many keys as there is room for, fewer than 1 in 100 of others is mistaken."""
    known = KnownKeys((os.urandom(16) for _ in range(5000)), 5000)
    mistaken = sum(known.may_hold(os.urandom(16)) for _ in range(10_000))

    assert mistaken < 100


def test_a_key_of_another_length_may_always_be_held() -> None:
    """It is no digest, so nothing is known of it."""
    known = KnownKeys([], 10)

    assert known.may_hold(b"")
    known.add(b"short")
    assert known.may_hold(b"another")


def test_a_rebuild_forgets_what_has_gone_and_keeps_what_comes_meanwhile() -> None:
    """A key that is added while the others are listed is not lost."""
    stays, goes, comes = os.urandom(16), os.urandom(16), os.urandom(16)
    known = KnownKeys([stays, goes], 100)

    def listed() -> Iterator[bytes]:
        yield stays
        known.add(comes)

    known.rebuild(listed())

    assert [known.may_hold(key) for key in (stays, comes, goes)] == [True, True, False]


def test_it_is_crowded_after_twice_its_room_and_no_more_after_a_rebuild() -> None:
    """Then its owner builds it anew."""
    known = KnownKeys((os.urandom(16) for _ in range(21)), 10)
    assert known.is_crowded
    known.rebuild([])

    assert not known.is_crowded
