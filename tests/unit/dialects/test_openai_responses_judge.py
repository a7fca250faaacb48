"""Which responses may be stored."""

from typing import Any

import pytest

from warmlane.dialects.base import Finish
from warmlane.dialects.openai_responses_judge import judge
from warmlane.events import NoCache
from warmlane.model import Usage

SAID = {"type": "output_text", "text": "Paris.", "annotations": []}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}
CUSTOM = {"type": "custom_tool_call", "id": "ct_1", "call_id": "call_2", "name": "c", "input": "x"}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}


def message(*parts: Any, **members: Any) -> dict[str, Any]:
    """A message of these parts."""
    return {
        "type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": list(parts), **members,
    }  # fmt: skip


def response(*items: Any, **members: Any) -> dict[str, Any]:
    """A response of these items, or of a text."""
    return {
        "id": "resp_1", "object": "response", "status": "completed", "error": None, "incomplete_details": None,
        "model": "gpt-4o-1", "output": list(items) if items else [message(SAID)], **members,
    }  # fmt: skip


def test_a_good_answer() -> None:
    """It may be stored, with what it cost and who gave it."""
    usage = {"input_tokens": 3, "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 1}}

    assert judge(response(usage=usage)) == Finish(
        refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="gpt-4o-1"
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(response(), None, id="text"),
        pytest.param(response(THOUGHT, message(SAID)), None, id="thoughts and text"),
        pytest.param(response({"type": "compaction", "encrypted_content": "g"}, message(SAID)), None, id="compacted"),
        pytest.param(response(CALL), None, id="a call"),
        pytest.param(response(THOUGHT, CALL, {**CALL, "call_id": "call_3"}), None, id="calls"),
        pytest.param(response(CUSTOM), None, id="custom call"),
        pytest.param(response(message({"type": "invented"})), None, id="another part"),
        pytest.param(response({**message(SAID), "status": None}), None, id="no item status"),
        pytest.param(response(status=None), NoCache.INCOMPLETE, id="no status"),
        pytest.param(response(status="in_progress"), NoCache.INCOMPLETE, id="in progress"),
        pytest.param(response(status="queued"), NoCache.INCOMPLETE, id="queued"),
        pytest.param(response(status="incomplete"), NoCache.NOT_FINAL, id="incomplete"),
        pytest.param(response(status="failed", error={"code": "x"}), NoCache.NOT_FINAL, id="failed"),
        pytest.param(response(status="cancelled"), NoCache.NOT_FINAL, id="cancelled"),
        pytest.param(response(status="invented"), NoCache.NOT_FINAL, id="another status"),
        pytest.param(response(status=["completed"]), NoCache.MALFORMED, id="status no string"),
        pytest.param(response(incomplete_details={"reason": "max"}), NoCache.NOT_FINAL, id="details"),
        pytest.param(response(message(SAID, status="incomplete")), NoCache.NOT_FINAL, id="incomplete item"),
        pytest.param(response({**CALL, "status": "in_progress"}), NoCache.NOT_FINAL, id="unfinished call"),
        pytest.param(response(message({"type": "refusal", "refusal": "No."})), NoCache.NOT_FINAL, id="refusal"),
        pytest.param(response(message(SAID, {"type": "refusal", "refusal": ""})), NoCache.NOT_FINAL, id="half refusal"),
        pytest.param(response({"type": "web_search_call"}, message(SAID)), NoCache.HOSTED_TOOLS, id="search"),
        pytest.param(response({"type": "invented"}, message(SAID)), NoCache.HOSTED_TOOLS, id="another item"),
        pytest.param(response(message({**SAID, "text": ""})), NoCache.EMPTY, id="empty"),
        pytest.param(response(message({**SAID, "text": " \n"})), NoCache.EMPTY, id="blank"),
        pytest.param(response(message()), NoCache.EMPTY, id="no parts"),
        pytest.param(response(THOUGHT), NoCache.EMPTY, id="thoughts only"),
        pytest.param(response(output=[]), NoCache.EMPTY, id="no items"),
        pytest.param({}, NoCache.MALFORMED, id="nothing"),
        pytest.param({"error": {"message": "boom"}}, NoCache.MALFORMED, id="an error inside a 200"),
        pytest.param(response(error={"message": "boom"}), NoCache.MALFORMED, id="completed, with an error"),
        pytest.param(response(output=None), NoCache.MALFORMED, id="null output"),
        pytest.param(response(output={}), NoCache.MALFORMED, id="output no list"),
        pytest.param(response("a"), NoCache.MALFORMED, id="item no object"),
        pytest.param(response({"id": "x"}), NoCache.MALFORMED, id="item without type"),
        pytest.param(response(message("a")), NoCache.MALFORMED, id="part no object"),
        pytest.param(response(message({"text": "a"})), NoCache.MALFORMED, id="part without type"),
        pytest.param(response(message({"type": "output_text"})), NoCache.MALFORMED, id="no text"),
        pytest.param(response(message({**SAID, "annotations": {"a": 1}})), NoCache.MALFORMED, id="annotations no list"),
        pytest.param(response({**message(), "content": "a"}), NoCache.MALFORMED, id="content no list"),
        pytest.param(response({**THOUGHT, "summary": "a"}), NoCache.MALFORMED, id="summary no list"),
        pytest.param(response({**THOUGHT, "summary": [{}]}), NoCache.MALFORMED, id="summary without text"),
        pytest.param(response({**THOUGHT, "content": [1]}), NoCache.MALFORMED, id="thought no object"),
        pytest.param(response({**CALL, "arguments": '{"a"'}), NoCache.MALFORMED, id="cut arguments"),
        pytest.param(response({**CALL, "arguments": None}), NoCache.MALFORMED, id="no arguments"),
        pytest.param(response({**CALL, "name": None}), NoCache.MALFORMED, id="nobody called"),
        pytest.param(response({**CUSTOM, "input": None}), NoCache.MALFORMED, id="no input"),
    ],
)
def test_what_may_be_stored(answer: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6, "Stored only if"."""
    assert judge(answer).refuse is expected


def test_a_stream_that_did_not_end_is_not_stored() -> None:
    """However good what came of it is."""
    assert judge(response(), done=False).refuse is NoCache.INCOMPLETE


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (response(), False),
        (response(THOUGHT, message(SAID)), False),
        (response(message(SAID), CALL), True),
        (response(CUSTOM), True),
        (response({**CALL, "arguments": "{"}), False),
    ],
)
def test_a_call_only_answers_the_very_same_request(answer: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - facts
    """Its arguments are taken from the words of the question."""
    assert judge(answer).exact_only is expected


@pytest.mark.parametrize(("usage", "expected"), [(None, None), ([], None), ({}, None), ({"input_tokens": 1.5}, None)])
def test_usage(usage: Any, expected: Usage | None) -> None:
    """What the provider did not count is unknown."""
    assert judge(response(usage=usage)).usage == expected
