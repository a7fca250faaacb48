"""Which completions may be stored."""

from typing import Any

import pytest

from warmlane.dialects.base import Finish
from warmlane.dialects.openai_completions_judge import judge
from warmlane.events import NoCache
from warmlane.model import Usage


def completion(text: Any = "This is a test.", reason: Any = "stop", **members: Any) -> dict[str, Any]:
    """A completion of one choice."""
    return {"model": "m-1", "choices": [{"index": 0, "text": text, "finish_reason": reason}], **members}


def test_a_good_answer() -> None:
    """It may be stored, with what it cost and who gave it."""
    assert judge(completion(usage={"prompt_tokens": 5, "completion_tokens": 4})) == Finish(
        refuse=None, exact_only=False, usage=Usage(input_tokens=5, output_tokens=4), model="m-1"
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(completion(), None, id="text"),
        pytest.param(completion(error=None), None, id="no error"),
        pytest.param(completion(reason=None), NoCache.INCOMPLETE, id="unfinished"),
        pytest.param({"choices": [{"text": "a"}]}, NoCache.INCOMPLETE, id="no reason"),
        pytest.param(completion(reason="length"), NoCache.NOT_FINAL, id="length"),
        pytest.param(completion(reason="content_filter"), NoCache.NOT_FINAL, id="filter"),
        pytest.param(completion(reason="eos"), None, id="the end as Together says it"),
        pytest.param(completion(reason="done"), NoCache.NOT_FINAL, id="invented"),
        pytest.param(completion(reason=""), NoCache.NOT_FINAL, id="empty reason"),
        pytest.param(completion(""), NoCache.EMPTY, id="empty"),
        pytest.param(completion(" \n"), NoCache.EMPTY, id="blank"),
        pytest.param({"choices": []}, NoCache.EMPTY, id="no choice"),
        pytest.param({"choices": completion()["choices"] * 2}, NoCache.CHOICES, id="two choices"),
        pytest.param({}, NoCache.MALFORMED, id="nothing"),
        pytest.param(completion(error={"message": "boom"}), NoCache.MALFORMED, id="an error inside a 200"),
        pytest.param({"choices": {}}, NoCache.MALFORMED, id="choices no list"),
        pytest.param({"choices": ["a"]}, NoCache.MALFORMED, id="choice no object"),
        pytest.param(completion(None), NoCache.MALFORMED, id="null"),
        pytest.param(completion(1), NoCache.MALFORMED, id="text a number"),
        pytest.param(completion(reason=["stop"]), NoCache.MALFORMED, id="reason no string"),
    ],
)
def test_what_may_be_stored(answer: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6, "Stored only if"."""
    assert judge(answer).refuse is expected


def test_a_stream_that_did_not_end_is_not_stored() -> None:
    """However good its last chunk was."""
    assert judge(completion(), done=False).refuse is NoCache.INCOMPLETE


@pytest.mark.parametrize(("usage", "expected"), [(None, None), ([], None), ({}, None), ({"prompt_tokens": -1}, None)])
def test_usage(usage: Any, expected: Usage | None) -> None:
    """What the provider did not count is unknown."""
    assert judge(completion(usage=usage)).usage == expected
