"""One call on its way."""

import pytest

from samples import a_body, a_call, a_caller, a_trip
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
