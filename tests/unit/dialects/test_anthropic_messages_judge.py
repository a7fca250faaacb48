"""Which Anthropic messages may be stored."""

from typing import Any

import pytest

from warmlane.dialects.anthropic_messages_judge import is_message, judge
from warmlane.dialects.base import Finish
from warmlane.events import NoCache
from warmlane.model import Usage

TEXT = {"type": "text", "text": "Paris."}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "s"}


def message(*blocks: Any, reason: Any = "end_turn", **members: Any) -> dict[str, Any]:
    """A message of these blocks."""
    content = list(blocks) or [TEXT]
    given = {"type": "message", "role": "assistant", "model": "claude", "content": content, "stop_reason": reason}
    return {**given, **members}


def test_a_good_answer() -> None:
    """It may be stored, with what it cost and who gave it."""
    usage = {"input_tokens": 3, "output_tokens": 2}

    assert judge(message(usage=usage, model="claude-sonnet-5")) == Finish(
        refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="claude-sonnet-5"
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(message(), None, id="text"),
        pytest.param(message(THOUGHT, TEXT), None, id="thoughts and text"),
        pytest.param(message({"type": "redacted_thinking", "data": "x"}, TEXT), None, id="redacted"),
        pytest.param(message(CALL, reason="tool_use"), None, id="a call"),
        pytest.param(message(CALL), None, id="a call that ends the turn"),
        pytest.param(message(reason="stop_sequence", stop_sequence="#"), None, id="stop sequence"),
        pytest.param(message({"type": "invented"}), None, id="an unknown block"),
        pytest.param(message({**TEXT, "citations": [{"type": "char_location"}]}), None, id="citations"),
        pytest.param(message(reason=None), NoCache.INCOMPLETE, id="unfinished"),
        pytest.param({"type": "message", "content": [TEXT]}, NoCache.INCOMPLETE, id="no reason"),
        pytest.param(message(reason="max_tokens"), NoCache.NOT_FINAL, id="max_tokens"),
        pytest.param(message(reason="pause_turn"), NoCache.NOT_FINAL, id="pause_turn"),
        pytest.param(message(reason="refusal"), NoCache.NOT_FINAL, id="refusal"),
        pytest.param(message(reason="model_context_window_exceeded"), NoCache.NOT_FINAL, id="window"),
        pytest.param(message(reason="compaction"), NoCache.NOT_FINAL, id="compaction"),
        pytest.param(message(reason="invented"), NoCache.NOT_FINAL, id="unknown reason"),
        pytest.param(message(reason=""), NoCache.NOT_FINAL, id="empty reason"),
        pytest.param(message({"type": "fallback"}, TEXT), NoCache.NOT_FINAL, id="another model answered"),
        pytest.param(
            message(usage={"iterations": [{"type": "message"}, {"type": "fallback_message"}]}),
            NoCache.NOT_FINAL,
            id="another model answered at once",
        ),
        pytest.param(message(usage={"iterations": [{"type": "message"}, 7]}), None, id="iterations"),
        pytest.param(message(usage={"iterations": None}), None, id="no iterations"),
        pytest.param(message(content=[]), NoCache.EMPTY, id="no content"),
        pytest.param(message({**TEXT, "text": ""}), NoCache.EMPTY, id="empty"),
        pytest.param(message({**TEXT, "text": " \n"}), NoCache.EMPTY, id="blank"),
        pytest.param(message(THOUGHT), NoCache.EMPTY, id="thoughts only"),
        pytest.param(message({"type": "redacted_thinking"}), NoCache.EMPTY, id="redacted only"),
        pytest.param(message(content=[], reason="tool_use"), NoCache.EMPTY, id="no call after all"),
        pytest.param({}, NoCache.MALFORMED, id="nothing"),
        pytest.param({"type": "error", "error": {"type": "api_error"}}, NoCache.MALFORMED, id="an error inside a 200"),
        pytest.param(message(type=["message"]), NoCache.MALFORMED, id="another thing"),
        pytest.param(message(reason=["end_turn"]), NoCache.MALFORMED, id="reason no string"),
        pytest.param(message(content=None), NoCache.MALFORMED, id="null content"),
        pytest.param(message(content="Paris."), NoCache.MALFORMED, id="content a string"),
        pytest.param(message("Paris."), NoCache.MALFORMED, id="block no object"),
        pytest.param(message({"text": "Paris."}), NoCache.MALFORMED, id="block without type"),
        pytest.param(message({"type": ["text"]}), NoCache.MALFORMED, id="type no string"),
        pytest.param(message({"type": "text"}), NoCache.MALFORMED, id="text without text"),
        pytest.param(message({"type": "thinking", "thinking": None}, TEXT), NoCache.MALFORMED, id="no thoughts"),
        pytest.param(message({**CALL, "input": '{"a'}), NoCache.MALFORMED, id="input no object"),
        pytest.param(message({**CALL, "name": None}), NoCache.MALFORMED, id="a call of nothing"),
    ],
)
def test_what_may_be_stored(answer: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6, "Stored only if"."""
    assert judge(answer).refuse is expected


def test_a_stream_must_have_said_that_it_is_over() -> None:
    """A good reason alone proves nothing; a call that was cut says that it was, not that it is malformed."""
    assert judge(message(), done=False).refuse is NoCache.INCOMPLETE
    assert judge(message({**CALL, "input": '{"a'}), done=False).refuse is NoCache.INCOMPLETE
    assert judge(message({**CALL, "input": '{"a'}, reason="max_tokens")).refuse is NoCache.NOT_FINAL


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (message(), False),
        (message(CALL, reason="tool_use"), True),
        (message(TEXT, CALL), True),
        (message(TEXT, {**CALL, "type": "server_tool_use"}), True),
        (message(reason="tool_use"), True),
        (message(reason="stop_sequence"), False),
        (message(CALL, reason="max_tokens"), False),
    ],
)
def test_calls_answer_the_very_same_request_only(answer: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """A call acts on the world; what is not stored at all needs no such mark."""
    assert judge(answer).exact_only is expected


@pytest.mark.parametrize("reason", ["end_turn", "max_tokens", None])
def test_usage_counts_whatever_becomes_of_the_answer(reason: str | None) -> None:
    """A cut answer was paid for."""
    assert judge(message(reason=reason, usage={"input_tokens": 3})).usage == Usage(input_tokens=3)


def test_cached_tokens_came_in_too() -> None:
    """Anthropic counts them beside `input_tokens`, where others count them in it."""
    usage = {
        "input_tokens": 100,
        "cache_read_input_tokens": 40,
        "cache_creation_input_tokens": 10,
        "output_tokens": 7,
    }

    assert judge(message(usage=usage)).usage == Usage(
        input_tokens=150, output_tokens=7, cache_read_tokens=40, cache_write_tokens=10
    )
    assert judge(message(usage={**usage, "cache_read_input_tokens": None})).usage == Usage(
        input_tokens=110, output_tokens=7, cache_write_tokens=10
    )


@pytest.mark.parametrize("usage", [None, [], "3", 3])
def test_no_usage_is_unknown_usage(usage: Any) -> None:
    """Never 0."""
    assert judge(message(usage=usage)).usage is None
    assert judge(message()).usage is None


@pytest.mark.parametrize("count", [None, "3", True, 1.5, -3])
def test_an_odd_count_is_an_unknown_one(count: Any) -> None:
    """Beside a good one."""
    usage = judge(message(usage={"input_tokens": count, "output_tokens": 0})).usage

    assert usage == Usage(input_tokens=None, output_tokens=0)


@pytest.mark.parametrize("model", [None, 4, []])
def test_an_odd_model_is_none(model: Any) -> None:
    """The metric's label is a string."""
    assert judge(message(model=model)).model == ""


def test_a_message_is_its_blocks() -> None:
    """Whatever its reason: only what is stored is ever converted."""
    assert is_message(message(CALL, THOUGHT, reason=None))
    assert is_message(message(content=[]))
    assert not is_message(message({"type": "text"}))
    assert not is_message({"type": "message"})
