"""One call on its way, and what is left of it for a repeat."""

import pytest

from samples import SECRET, a_body, a_call, a_caller, a_trip
from warmlane.events import NoCache, Stage
from warmlane.policy import Bypass
from warmlane.trip import Trip


def test_it_knows_its_names() -> None:
    """As events carry them: eight digits of a pseudonym, never the tenant whole."""
    trip = a_trip()

    assert trip.tenant == a_caller().tenant.hex()[:8]
    assert trip.model == "gpt-4o"
    assert trip.text == "What is 2+2?"


def test_without_a_caller_or_a_readable_body_there_are_none() -> None:
    """Empty strings, as in events."""
    trip = a_trip(caller=None, ask=None)

    assert (trip.tenant, trip.model, trip.text) == ("", "", "")
    assert a_trip(a_call(a_body(messages=[{"role": "system", "content": "x"}]))).text == ""


@pytest.mark.parametrize(
    ("trip", "why"),
    [
        (a_trip(), None),
        (a_trip(failed=Stage.EMBED), NoCache.STAGE_FAILED),
        (a_trip(plan=Bypass(why=NoCache.OFF)), NoCache.OFF),
    ],
)
def test_every_no_has_its_reason(trip: Trip, why: NoCache | None) -> None:
    """A miss has none, unless a stage failed."""
    assert trip.why is why


def test_a_slim_trip_holds_nothing_that_the_caller_sent() -> None:
    """It is remembered as long as its answer, so neither key nor text may be in it, in any field."""
    call = a_call(a_body("my secret prompt"), headers=((b"x-api-key", SECRET),), query="key=" + SECRET.decode())
    slim = a_trip(call).slim()

    held = [slim.call, *(getattr(slim.call, name) for name in slim.call.__struct_fields__), slim.asked]
    assert slim.ask is not None
    held += [getattr(slim.ask, name) for name in slim.ask.__struct_fields__]
    assert not [value for value in held if SECRET in repr(value).encode() or "secret prompt" in repr(value)]
    assert slim.key == a_trip(call).key
    assert slim.caller == a_caller()
    assert slim.model == "gpt-4o"


def test_slimming_what_has_no_ask_is_fine() -> None:
    """There is nothing to take from it."""
    assert a_trip(ask=None).slim().ask is None
