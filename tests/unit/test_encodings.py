"""Whose tokens are known."""

import pytest

from warmlane.encodings import encoding_of


@pytest.mark.parametrize(
    ("model", "name", "exact"),
    [
        ("gpt-4o", "o200k_base", True),
        ("gpt-4o-mini-2024-07-18", "o200k_base", True),
        ("openai/gpt-4o", "o200k_base", True),
        ("chatgpt-4o-latest", "o200k_base", True),
        ("gpt-4.1-nano", "o200k_base", True),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", "o200k_base", True),
        ("gpt-4", "cl100k_base", True),
        ("gpt-4-turbo-2024-04-09", "cl100k_base", True),
        ("gpt-3.5-turbo", "cl100k_base", True),
        ("gpt-35-turbo", "cl100k_base", True),
        ("gpt-4o-search-preview", "o200k_base", False),
        ("gpt-4o-audio-preview", "o200k_base", False),
        ("gpt-5.4", "o200k_base", False),
        ("o3-mini", "o200k_base", False),
        ("gpt-oss-120b", "o200k_base", False),
        ("gpt-40", "o200k_base", False),
        ("claude-sonnet-4-5", "o200k_base", False),
        ("gemini-2.5-flash", "o200k_base", False),
        ("meta-llama/Llama-3.3-70B-Instruct", "o200k_base", False),
        ("", "o200k_base", False),
        ("/:" * 1000, "o200k_base", False),
    ],
)
def test_a_model_by_its_name(model: str, name: str, exact: bool) -> None:  # noqa: FBT001 - a fact per row
    """Exact for OpenAI's models that write what they think, and for nobody else: a guess must not pass for a count."""
    found = encoding_of(model)

    assert (found.name, found.exact) == (name, exact)
