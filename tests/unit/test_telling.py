"""What the span of a call says."""

from msgspec.structs import replace

from samples import a_find, a_trip, an_entry
from warmlane.adapters.otel import ALLOWED
from warmlane.events import Outcome
from warmlane.gateway import repeat_of
from warmlane.model import Usage
from warmlane.telling import attributes, attributes_of_repeat


def test_a_call_is_told_by_names_and_numbers() -> None:
    """What there is of usage and likeness with it."""
    trip = a_trip(outcome=Outcome.NEAR, status=200, similarity=0.9, usage=Usage(input_tokens=3, output_tokens=4))
    told = attributes(trip)

    assert (told["gen_ai.operation.name"], told["gen_ai.request.model"]) == ("chat", "gpt-4o")
    assert (told["warmlane.outcome"], told["warmlane.similarity"]) == ("near", 0.9)
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.usage.output_tokens"]) == (3, 4)
    assert "warmlane.similarity" not in attributes(a_trip())


def test_usage_is_told_in_opentelemetrys_words() -> None:
    """With what the provider's own cache gave and took, and whether it is a guess."""
    told = attributes(a_trip(usage=Usage(input_tokens=9, cache_read_tokens=0, cache_write_tokens=4, estimated=True)))

    assert {name: value for name, value in told.items() if "usage" in name or "estimated" in name} == {
        "gen_ai.usage.input_tokens": 9,
        "gen_ai.usage.output_tokens": 0,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.cache_creation.input_tokens": 4,
        "warmlane.estimated": True,
    }
    assert not [name for name in attributes(a_trip(usage=Usage(input_tokens=9))) if "cache" in name or "esti" in name]
    assert set(told) - {"warmlane.why"} <= ALLOWED


def test_a_hit_from_recent_memory_says_what_any_hit_does() -> None:
    """Under the same names."""
    entry = replace(an_entry(), usage=Usage(input_tokens=3, output_tokens=4))
    told = attributes_of_repeat(repeat_of(a_trip(), a_find(entry)))

    assert told["warmlane.outcome"] == "exact"
    assert set(told) <= set(attributes(a_trip(usage=entry.usage)))
    assert "gen_ai.usage.input_tokens" not in attributes_of_repeat(
        repeat_of(a_trip(), a_find(replace(entry, usage=None)))
    )
