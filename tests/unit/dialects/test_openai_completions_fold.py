"""From a stream to the whole completion."""

import json
from typing import Any

import pytest

from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_completions_fold import fold


def stream(*choices: Any, **members: Any) -> bytes:
    """Chunks of these choices as they go over the wire; `members` are beside the choice in each."""
    chunks = [{"id": "cmpl-1", "object": "text_completion", "choices": [choice], **members} for choice in choices]
    return "".join(f"data: {part}\n\n" for part in [*map(json.dumps, chunks), "[DONE]"]).encode()


def test_a_stream_as_openai_sends_it() -> None:
    """The text grows, and what goes with it."""
    logs = {"tokens": ["Hi"], "token_logprobs": [-0.5], "top_logprobs": None, "text_offset": [0]}
    more = {"tokens": ["!"], "token_logprobs": [-0.25], "top_logprobs": None, "text_offset": [2]}
    folded = fold(
        stream(
            {"text": "Hi", "index": 0, "logprobs": logs, "finish_reason": None},
            {"text": "!", "index": 0, "logprobs": more, "finish_reason": None},
            {"text": "", "index": 0, "logprobs": None, "finish_reason": "stop"},
            model="m",
        )
    )

    assert folded.done
    assert json.loads(json.dumps(folded.completion, default=float)) == {
        "id": "cmpl-1",
        "object": "text_completion",
        "model": "m",
        "choices": [
            {
                "text": "Hi!",
                "index": 0,
                "logprobs": {
                    "tokens": ["Hi", "!"],
                    "token_logprobs": [-0.5, -0.25],
                    "top_logprobs": None,
                    "text_offset": [0, 2],
                },
                "finish_reason": "stop",
            }
        ],
    }


def test_what_a_provider_adds_is_kept() -> None:
    """Texts of its own are said whole, lists grow."""
    choices = [{"text": "a", "why": "x", "ids": [1]}, {"text": "b", "why": None, "ids": [2]}, {"text": "", "why": "y"}]
    (choice,) = fold(stream(*choices)).completion["choices"]

    assert choice == {"text": "ab", "index": 0, "finish_reason": None, "why": "y", "ids": [1, 2]}


@pytest.mark.parametrize("choice", [{"text": 1}, {"text": ["a"]}, {"text": "a", "logprobs": "b"}])
def test_a_text_that_is_none_is_malformed(choice: dict[str, Any]) -> None:
    """It cannot be put together."""
    with pytest.raises(Malformed):
        fold(stream({"text": "a", "logprobs": {}}, choice))
