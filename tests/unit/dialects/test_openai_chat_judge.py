"""Which completions may be stored."""

from typing import Any

import pytest

from warmlane.dialects.base import Finish
from warmlane.dialects.openai_chat_judge import judge
from warmlane.events import NoCache
from warmlane.model import Usage

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def completion(message: Any = None, reason: Any = "stop", **members: Any) -> dict[str, Any]:
    """A completion of one choice."""
    said = {"role": "assistant", "content": "Paris."} if message is None else message
    return {"model": "gpt-4o", "choices": [{"index": 0, "message": said, "finish_reason": reason}], **members}


def test_a_good_answer() -> None:
    """It may be stored, with what it cost and who gave it."""
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}

    assert judge(completion(usage=usage, model="gpt-4o-2024-08-06")) == Finish(
        refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="gpt-4o-2024-08-06"
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(completion(), None, id="text"),
        pytest.param(completion({"content": [{"type": "text", "text": "a"}]}), None, id="parts"),
        pytest.param(completion({"content": "a", "refusal": None}), None, id="no refusal"),
        pytest.param(completion({"content": "a", "tool_calls": []}), None, id="no calls"),
        pytest.param(completion({"content": None, "tool_calls": [CALL]}, "tool_calls"), None, id="a call"),
        pytest.param(completion({"content": None, "tool_calls": [CALL]}), None, id="a call that stops"),
        pytest.param(
            completion({"function_call": {"name": "f", "arguments": ""}}, "function_call"), None, id="old call"
        ),
        pytest.param(completion({"tool_calls": [{"type": "custom", "custom": {"input": "x"}}]}), None, id="custom"),
        pytest.param(completion(error=None), None, id="no error"),
        pytest.param(completion(reason=None), NoCache.INCOMPLETE, id="unfinished"),
        pytest.param({"choices": [{"message": {"content": "a"}}]}, NoCache.INCOMPLETE, id="no reason"),
        pytest.param(completion(reason="length"), NoCache.NOT_FINAL, id="length"),
        pytest.param(completion(reason="content_filter"), NoCache.NOT_FINAL, id="filter"),
        pytest.param(completion(reason="error"), NoCache.NOT_FINAL, id="error reason"),
        pytest.param(completion(reason="invented"), NoCache.NOT_FINAL, id="unknown reason"),
        pytest.param(completion(reason=""), NoCache.NOT_FINAL, id="empty reason"),
        pytest.param(completion({"content": "a", "refusal": "I cannot"}), NoCache.NOT_FINAL, id="refusal"),
        pytest.param(completion({"content": ""}), NoCache.EMPTY, id="empty"),
        pytest.param(completion({"content": " \n"}), NoCache.EMPTY, id="blank"),
        pytest.param(completion({"content": None}), NoCache.EMPTY, id="null"),
        pytest.param(completion({}), NoCache.EMPTY, id="no content"),
        pytest.param(completion({"content": []}), NoCache.EMPTY, id="no parts"),
        pytest.param(
            completion({"content": None, "tool_calls": []}, "tool_calls"), NoCache.EMPTY, id="no call after all"
        ),
        pytest.param(completion({"content": "", "reasoning_content": "hm"}), NoCache.EMPTY, id="thoughts only"),
        pytest.param({"choices": []}, NoCache.EMPTY, id="no choice"),
        pytest.param({"choices": completion()["choices"] * 2}, NoCache.CHOICES, id="two choices"),
        pytest.param({}, NoCache.MALFORMED, id="nothing"),
        pytest.param(completion(error={"message": "boom"}), NoCache.MALFORMED, id="an error inside a 200"),
        pytest.param({"choices": None}, NoCache.MALFORMED, id="null choices"),
        pytest.param({"choices": {}}, NoCache.MALFORMED, id="choices no list"),
        pytest.param({"choices": ["a"]}, NoCache.MALFORMED, id="choice no object"),
        pytest.param({"choices": [{"finish_reason": "stop"}]}, NoCache.MALFORMED, id="no message"),
        pytest.param(
            {"choices": [{"message": "a", "finish_reason": "stop"}]}, NoCache.MALFORMED, id="message no object"
        ),
        pytest.param(completion(reason=["stop"]), NoCache.MALFORMED, id="reason no string"),
        pytest.param(completion({"content": 1}), NoCache.MALFORMED, id="content a number"),
        pytest.param(completion({"tool_calls": CALL}), NoCache.MALFORMED, id="calls no list"),
        pytest.param(completion({"tool_calls": ["f"]}), NoCache.MALFORMED, id="call no object"),
        pytest.param(completion({"tool_calls": [{"function": "f"}]}), NoCache.MALFORMED, id="function no object"),
        pytest.param(completion({"function_call": {"name": "f"}}), NoCache.MALFORMED, id="no arguments"),
    ],
)
def test_what_may_be_stored(answer: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6, "Stored only if"."""
    assert judge(answer).refuse is expected


@pytest.mark.parametrize("arguments", ['{"a":1}{"b":2}', '{"a"', "NaN", "f(x)", " "])
def test_a_malformed_call_is_not_stored(arguments: str) -> None:
    """It would fail again on every hit; a new answer may be better."""
    call = {**CALL, "function": {"name": "f", "arguments": arguments}}

    assert judge(completion({"content": None, "tool_calls": [call]}, "tool_calls")).refuse is NoCache.MALFORMED


def test_a_stream_must_have_said_that_it_is_over() -> None:
    """A good finish alone proves nothing, nor does `[DONE]` alone."""
    assert judge(completion(), done=False).refuse is NoCache.INCOMPLETE
    assert judge(completion(reason=None), done=True).refuse is NoCache.INCOMPLETE


@pytest.mark.parametrize(
    ("message", "reason", "expected"),
    [
        ({"content": "a"}, "stop", False),
        ({"content": "a"}, "eos", False),
        ({"content": "a", "tool_calls": [CALL]}, "eos", True),
        ({"content": None, "tool_calls": [CALL]}, "tool_calls", True),
        ({"content": "a", "tool_calls": [CALL]}, "stop", True),
        ({"content": "a", "function_call": CALL["function"]}, "stop", True),
        ({"content": "a"}, "tool_calls", True),
        ({"content": "a"}, "function_call", True),
    ],
)
def test_calls_answer_the_very_same_request_only(message: Any, reason: str, expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """A call acts on the world."""
    assert judge(completion(message, reason)).exact_only is expected


@pytest.mark.parametrize("reason", ["stop", "length", None])
def test_usage_counts_whatever_becomes_of_the_answer(reason: str | None) -> None:
    """A cut answer was paid for."""
    assert judge(completion(reason=reason, usage={"prompt_tokens": 3})).usage == Usage(input_tokens=3)


@pytest.mark.parametrize("usage", [None, [], "3", 3])
def test_no_usage_is_unknown_usage(usage: Any) -> None:
    """Never 0."""
    assert judge(completion(usage=usage)).usage is None
    assert judge(completion()).usage is None


@pytest.mark.parametrize("count", [None, "3", True, 1.5, -3])
def test_an_odd_count_is_an_unknown_one(count: Any) -> None:
    """Beside a good one."""
    usage = judge(completion(usage={"prompt_tokens": count, "completion_tokens": 0})).usage

    assert usage == Usage(input_tokens=None, output_tokens=0)


@pytest.mark.parametrize("model", [None, 4, []])
def test_an_odd_model_is_none(model: Any) -> None:
    """The metric's label is a string."""
    assert judge(completion(model=model)).model == ""
