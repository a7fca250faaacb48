"""What OpenAI's requests have in common."""

from typing import Any

import pytest

from warmlane.dialects import openai_ask


def test_what_changes_nothing_is_not_in_the_key() -> None:
    """A body that has nothing of it is shared."""
    body = {"model": "m", "stream": True, "user": "u", "cache": {}, "invented": 1}
    bare = {"model": "m", "invented": 1}

    assert openai_ask.keyed(body) == bare
    assert openai_ask.keyed(bare) is bare


@pytest.mark.parametrize(
    ("options", "expected"),
    [(None, False), ({}, False), ({"include_usage": True}, True), ({"include_usage": 1}, False), (["x"], False)],
)
def test_usage_is_wanted_by_who_says_so(options: Any, expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """And nobody else."""
    assert openai_ask.wants_usage({"stream_options": options}) is expected


@pytest.mark.parametrize(
    ("body", "readable", "several"),
    [
        ({}, True, False),
        ({"n": None}, True, False),
        ({"n": 1, "best_of": 1}, True, False),
        ({"n": 2}, True, True),
        ({"n": 0}, True, True),
        ({"best_of": 2}, True, True),
        ({"n": "1"}, False, True),
        ({"n": True}, False, True),
    ],
)
def test_one_answer_is_wanted(body: dict[str, Any], readable: bool, several: bool) -> None:  # noqa: FBT001 - facts
    """More than one, and none, are not cached."""
    assert (openai_ask.are_counts(body), openai_ask.wants_several(body)) == (readable, several)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, False),
        ({"store": False}, False),
        ({"store": None}, False),
        ({"store": True}, True),
        ({"previous_response_id": "resp_1"}, True),
        ({"conversation": {"id": "conv_1"}}, True),
        ({"background": True}, True),
        ({"background": False}, False),
        ({"prompt": {"id": "pmpt_1"}}, True),
    ],
)
def test_state(body: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """What the provider keeps."""
    assert openai_ask.leans_on_state(body) is expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, False),
        ({"tools": None}, False),
        ({"tools": [{"type": "function"}, {"type": "custom"}]}, False),
        ({"tools": [{"type": "web_search"}]}, True),
        ({"tools": [{"type": "function"}, {"type": "mcp"}]}, True),
        ({"tools": ["function"]}, True),
        ({"web_search_options": {}}, True),
        ({"search_parameters": {}}, True),
        ({"plugins": [{"id": "web"}]}, True),
        ({"model": "m:online"}, True),
    ],
)
def test_hosted_tools(members: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """They look at the world, which changes."""
    assert openai_ask.has_hosted_tools({"model": "m", **members}) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [({}, False), ({"modalities": ["text"]}, False), ({"modalities": ["text", "audio"]}, True), ({"audio": {}}, True)],
)
def test_speech(body: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """Comes out of some models."""
    assert openai_ask.speaks(body) is expected
