"""Which answers may be stored."""

from typing import Any

import pytest

from warmlane.dialects.base import Finish
from warmlane.dialects.google_generate_judge import judge
from warmlane.events import NoCache
from warmlane.model import Usage

CALL = {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"}


def answer(*parts: Any, reason: Any = "STOP", **members: Any) -> dict[str, Any]:
    """An answer of one candidate, whose parts are texts or whole."""
    said = [{"text": part} if isinstance(part, str) else part for part in parts or ("Paris.",)]
    candidate = {"content": {"role": "model", "parts": said}, "finishReason": reason, "index": 0}
    return {"candidates": [candidate], "modelVersion": "gemini-2.5-flash", **members}


def candidate(**members: Any) -> dict[str, Any]:
    """An answer of one candidate with these members."""
    return {"candidates": [members]}


def test_a_good_answer() -> None:
    """It may be stored, with what it cost and who gave it."""
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}

    assert judge(answer(usageMetadata=usage)) == Finish(
        refuse=None, exact_only=False, usage=Usage(input_tokens=3, output_tokens=2), model="gemini-2.5-flash"
    )
    assert not judge(answer(), ended=False).ended


@pytest.mark.parametrize(
    ("said", "refuse"),
    [
        pytest.param(answer(), None, id="text"),
        pytest.param(answer({"text": "Hm.", "thought": True}, "Paris."), None, id="thoughts and text"),
        pytest.param(answer(CALL), None, id="a call"),
        pytest.param(answer({"functionCall": {"name": "f"}}), None, id="a call without arguments"),
        pytest.param(answer("a", {"aPartOfNextYear": 1}), None, id="unknown part"),
        pytest.param(answer(promptFeedback={"safetyRatings": []}), None, id="feedback that blocks nothing"),
        pytest.param(answer(error=None), None, id="no error"),
        pytest.param(answer(reason=None), NoCache.INCOMPLETE, id="unfinished"),
        pytest.param(candidate(content={"parts": [{"text": "a"}]}), NoCache.INCOMPLETE, id="no reason"),
        *(
            pytest.param(answer(reason=reason), NoCache.NOT_FINAL, id=reason)
            for reason in (
                "FINISH_REASON_UNSPECIFIED", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST",
                "PROHIBITED_CONTENT", "SPII", "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
                "IMAGE_OTHER", "NO_IMAGE", "IMAGE_RECITATION", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
                "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "ESCALATION", "CONTINUATION", "MODEL_ARMOR", "stop",
                "A_REASON_OF_NEXT_YEAR",
            )
        ),
        pytest.param({"promptFeedback": {"blockReason": "SAFETY"}}, NoCache.NOT_FINAL, id="blocked"),
        pytest.param(answer(promptFeedback={"blockReason": "OTHER"}), NoCache.NOT_FINAL, id="blocked with an answer"),
        pytest.param(answer(""), NoCache.EMPTY, id="empty"),
        pytest.param(answer(" \n"), NoCache.EMPTY, id="blank"),
        pytest.param(answer({"text": "Hm.", "thought": True}), NoCache.EMPTY, id="thoughts only"),
        pytest.param(answer({"text": "", "thoughtSignature": "s"}), NoCache.EMPTY, id="signature only"),
        pytest.param(answer({"functionCall": {}}), NoCache.EMPTY, id="no call after all"),
        pytest.param(candidate(finishReason="STOP"), NoCache.EMPTY, id="no content"),
        pytest.param(candidate(finishReason="STOP", content=None), NoCache.EMPTY, id="null content"),
        pytest.param(candidate(finishReason="STOP", content={"role": "model"}), NoCache.EMPTY, id="no parts"),
        pytest.param({"candidates": []}, NoCache.EMPTY, id="no candidate"),
        pytest.param({}, NoCache.EMPTY, id="nothing"),
        pytest.param({"candidates": answer()["candidates"] * 2}, NoCache.CHOICES, id="two candidates"),
        pytest.param(answer("See:", {"inlineData": {"data": "AAAA"}}), NoCache.MEDIA, id="image"),
        pytest.param(answer("See:", {"fileData": {"fileUri": "x"}}), NoCache.MEDIA, id="file"),
        pytest.param({"error": {"code": 500}}, NoCache.MALFORMED, id="an error inside a 200"),
        pytest.param({"candidates": {}, "error": {}}, NoCache.MALFORMED, id="an empty error"),
        pytest.param({"candidates": {"a": 1}}, NoCache.MALFORMED, id="candidates no list"),
        pytest.param({"candidates": ["a"]}, NoCache.MALFORMED, id="candidate no object"),
        pytest.param(answer(reason=["STOP"]), NoCache.MALFORMED, id="reason no string"),
        pytest.param(answer(reason=1), NoCache.MALFORMED, id="reason a number"),
        pytest.param(candidate(content="a"), NoCache.MALFORMED, id="content no object"),
        pytest.param(candidate(content={"parts": {"text": "a"}}), NoCache.MALFORMED, id="parts no list"),
        pytest.param(candidate(content={"parts": ["a"]}), NoCache.MALFORMED, id="part no object"),
        pytest.param(answer({"text": 1}), NoCache.MALFORMED, id="text a number"),
        pytest.param(answer({"functionCall": "f"}), NoCache.MALFORMED, id="call no object"),
        pytest.param(answer({"functionCall": {"args": "{}"}}), NoCache.MALFORMED, id="arguments no object"),
        pytest.param(
            answer({"functionCall": {"name": "f", "willContinue": True}}), NoCache.MALFORMED, id="call in pieces"
        ),
        pytest.param(answer({"functionCall": {"partialArgs": [1]}}), NoCache.MALFORMED, id="arguments in pieces"),
        pytest.param(answer(promptFeedback=[1]), NoCache.MALFORMED, id="feedback no object"),
    ],
)  # fmt: skip
def test_what_may_be_stored(said: dict[str, Any], refuse: NoCache | None) -> None:
    """Contract §6."""
    assert judge(said).refuse is refuse


@pytest.mark.parametrize(
    ("said", "exact_only"),
    [
        (answer(), False),
        (answer("I look.", CALL), True),
        (answer("a", reason="SAFETY"), False),
        (answer(CALL, reason="OTHER"), False),
    ],
)
def test_what_calls_a_function_answers_the_same_request_only(said: dict[str, Any], exact_only: bool) -> None:  # noqa: FBT001 - a fact per row
    """What the arguments mean is for the caller's own words."""
    assert judge(said).exact_only == exact_only


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ([], None),
        ({}, None),
        ({"promptTokenCount": 3}, Usage(input_tokens=3)),
        (
            {"promptTokenCount": 3, "candidatesTokenCount": 2, "thoughtsTokenCount": 40},
            Usage(input_tokens=3, output_tokens=42),
        ),
        ({"promptTokenCount": 3, "toolUsePromptTokenCount": 7}, Usage(input_tokens=10)),
        ({"thoughtsTokenCount": 40}, Usage(output_tokens=40)),
        ({"promptTokenCount": -1, "candidatesTokenCount": "2"}, None),
        ({"promptTokenCount": True}, None),
    ],
)
def test_usage(usage: Any, expected: Usage | None) -> None:
    """Thoughts are output; a count that can be none is unknown."""
    assert judge(answer(usageMetadata=usage)).usage == expected


@pytest.mark.parametrize("model", [None, 1, ["m"]])
def test_a_model_that_is_no_name_is_not_told(model: Any) -> None:
    """The answer is."""
    finish = judge(answer(modelVersion=model))

    assert (finish.refuse, finish.model) == (None, "")
