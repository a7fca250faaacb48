"""What completions of both kinds count alike."""

from warmlane.adapters.demo.openai_counts import limit_of, tells_usage, usage
from warmlane.adapters.demo.words import say


def test_the_newer_name_of_the_limit_goes_first() -> None:
    """Null is none."""
    assert limit_of({"max_tokens": 5, "max_completion_tokens": 4}) == 4
    assert limit_of({"max_tokens": 5, "max_completion_tokens": None}) == 5
    assert limit_of({}) is None


def test_usage_is_told_to_who_asked() -> None:
    """And to nobody whose options are odd."""
    assert tells_usage({"stream_options": {"include_usage": True}})
    assert not any(map(tells_usage, ({}, {"stream_options": "x"}, {"stream_options": {"include_usage": 1}})))


def test_the_total_is_the_sum() -> None:
    """Clients bill by it."""
    assert usage(say(["a b"], 3)) == {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}
