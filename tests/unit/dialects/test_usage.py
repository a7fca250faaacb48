"""What an answer says that it used: each API's words, held against a library that knows them too."""

from typing import Any

import pytest
from genai_prices import extract_usage
from hypothesis import given
from hypothesis import strategies as st

from warmlane.dialects import usage
from warmlane.dialects.usage import CHAT, EMBEDDINGS, GENERATE, MESSAGES, RESPONSES, Words, read
from warmlane.model import Usage

OPENAI = {
    "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 3, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 7, "accepted_prediction_tokens": 0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said", "expected"),
    [
        (CHAT, OPENAI, Usage(input_tokens=100, output_tokens=20, cache_read_tokens=64, cache_write_tokens=3)),
        (CHAT, {"prompt_tokens": 3, "completion_tokens": 2}, Usage(input_tokens=3, output_tokens=2)),
        (CHAT, {"prompt_tokens": 9, "total_tokens": 9}, Usage(input_tokens=9)),
        (
            RESPONSES,
            {"input_tokens": 75, "input_tokens_details": {"cached_tokens": 10}, "output_tokens": 1186},
            Usage(input_tokens=75, output_tokens=1186, cache_read_tokens=10),
        ),
        (EMBEDDINGS, {"prompt_tokens": 8, "total_tokens": 8}, Usage(input_tokens=8)),
        (
            MESSAGES,
            {
                "input_tokens": 100, "cache_creation_input_tokens": 40, "cache_read_input_tokens": 10,
                "output_tokens": 5, "service_tier": "standard",
            },
            Usage(input_tokens=150, output_tokens=5, cache_read_tokens=10, cache_write_tokens=40),
        ),
        (
            GENERATE,
            {
                "promptTokenCount": 10, "candidatesTokenCount": 4, "thoughtsTokenCount": 30, "totalTokenCount": 46,
                "toolUsePromptTokenCount": 2, "cachedContentTokenCount": 5,
            },
            Usage(input_tokens=12, output_tokens=34, cache_read_tokens=5),
        ),
    ],
)  # fmt: skip
def test_the_words_of_each_api(words: Words, said: dict[str, Any], expected: Usage) -> None:
    """The vendor's own samples; what is not said is unknown, not 0."""
    assert read(said, words) == expected


def test_reasoning_that_only_the_total_counts_is_output() -> None:
    """As xAI and Gemini do, where they speak OpenAI's API; a total that is too small says nothing."""
    said = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115}

    assert read(said, CHAT) == Usage(input_tokens=10, output_tokens=105)
    assert read({**said, "total_tokens": 3}, CHAT) == Usage(input_tokens=10, output_tokens=5)
    assert read({**said, "total_tokens": None}, CHAT) == Usage(input_tokens=10, output_tokens=5)


@pytest.mark.parametrize(
    "said",
    [
        None, [], "9", 9, {}, {"prompt_tokens": None}, {"prompt_tokens": True}, {"prompt_tokens": -1},
        {"prompt_tokens": "9"}, {"prompt_tokens": 2**64}, {"prompt_tokens": {"prompt_tokens": 1}},
        {"input_tokens": 3},
    ],
)  # fmt: skip
def test_what_is_no_count_is_unknown(said: Any) -> None:
    """A number that no reader of ours could hold must not stop an answer from being kept."""
    assert read(said, CHAT) is None


@pytest.mark.parametrize("details", [None, [], 5, {"cached_tokens": "x"}, {"cached_tokens": -1}])
def test_odd_details_cost_nothing_else(details: Any) -> None:
    """The totals are known all the same."""
    said = {"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": details}

    assert read(said, CHAT) == Usage(input_tokens=3, output_tokens=2)


COUNTS = st.integers(0, 10**7)


def shape(words: Words) -> st.SearchStrategy[dict[str, Any]]:
    """A `usage` in these words, whose first ones are always said."""

    def nested(numbers: dict[usage.Path, int]) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for (*outer, last), number in numbers.items():
            inside = said
            for name in outer:
                inside = inside.setdefault(name, {})
            inside[last] = number
        return said

    always = [*words.input[:1], *words.output[:1]]
    others = {*words.input, *words.output, *words.cache_read, *words.cache_write} - {*always}
    return st.fixed_dictionaries(dict.fromkeys(always, COUNTS), optional=dict.fromkeys(sorted(others), COUNTS)).map(
        nested
    )


@pytest.mark.parametrize(
    ("words", "provider", "flavor", "model"),
    [
        (CHAT, "openai", "chat", "gpt-4o"),
        (RESPONSES, "openai", "responses", "gpt-4o"),
        (EMBEDDINGS, "openai", "embeddings", "text-embedding-3-small"),
        (MESSAGES, "anthropic", "default", "claude-sonnet-4-5"),
        (GENERATE, "google", "default", "gemini-2.5-flash"),
    ],
)
@given(data=st.data())
def test_it_is_what_genai_prices_reads(
    words: Words, provider: str, flavor: str, model: str, data: st.DataObject
) -> None:
    """Whatever of the counts is there."""
    said = data.draw(shape(words))
    name, member = ("modelVersion", "usageMetadata") if words is GENERATE else ("model", "usage")

    found = extract_usage({name: model, member: said}, provider_id=provider, api_flavor=flavor).usage
    ours = read(said, words)

    assert ours is not None
    for field in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"):
        assert (getattr(ours, field) or 0) == (getattr(found, field) or 0), field


@given(put_in=COUNTS, put_out=COUNTS, hidden=COUNTS)
def test_it_is_what_genai_prices_reads_of_xai(put_in: int, put_out: int, hidden: int) -> None:
    """Which tells the total apart by the provider's name; the total itself says it as well."""
    said = {
        "prompt_tokens": put_in, "completion_tokens": put_out, "total_tokens": put_in + put_out + hidden,
        "completion_tokens_details": {"reasoning_tokens": hidden},
    }  # fmt: skip

    found = extract_usage({"model": "grok-4", "usage": said}, provider_id="x-ai", api_flavor="chat").usage

    assert read(said, CHAT) == Usage(input_tokens=found.input_tokens, output_tokens=found.output_tokens)
