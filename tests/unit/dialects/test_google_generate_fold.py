"""From chunks to the whole answer."""

from typing import Any

import pytest

from warmlane.dialects.google_generate_fold import fold, joins
from warmlane.dialects.merging import Malformed


def chunk(*parts: Any, **candidate: Any) -> dict[str, Any]:
    """A chunk of one candidate, whose parts are texts or whole."""
    said = [{"text": part} if isinstance(part, str) else part for part in parts]
    return {"candidates": [{"content": {"role": "model", "parts": said}, "index": 0, **candidate}]}


def parts_of(*chunks: dict[str, Any]) -> Any:
    """The parts that chunks add up to."""
    return fold(chunks)["candidates"][0]["content"]["parts"]


THOUGHT = {"text": "Hm. ", "thought": True}
CALL = {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"}
SIGNED = {"text": "", "thoughtSignature": "c2ln"}


@pytest.mark.parametrize(
    ("chunks", "parts"),
    [
        pytest.param([chunk("a"), chunk("b"), chunk("")], [{"text": "ab"}], id="text"),
        pytest.param([chunk("a", "b"), chunk("c")], [{"text": "a"}, {"text": "bc"}], id="two parts of one chunk"),
        pytest.param(
            [chunk(THOUGHT), chunk(THOUGHT), chunk("a")],
            [{"text": "Hm. Hm. ", "thought": True}, {"text": "a"}],
            id="thoughts",
        ),
        pytest.param([chunk("a"), chunk(SIGNED)], [{"text": "a"}, SIGNED], id="signature behind"),
        pytest.param([chunk(SIGNED), chunk("a")], [SIGNED, {"text": "a"}], id="signature before"),
        pytest.param([chunk(CALL), chunk(CALL)], [CALL, CALL], id="calls stay whole"),
        pytest.param([chunk("a", CALL), chunk("b")], [{"text": "a"}, CALL, {"text": "b"}], id="a call between"),
        pytest.param([chunk("a"), chunk({"text": "b", "x": 1})], [{"text": "a"}, {"text": "b", "x": 1}], id="unknown"),
        pytest.param([chunk("a"), chunk(), chunk("b")], [{"text": "ab"}], id="no parts between"),
        pytest.param([chunk(), chunk()], [], id="no parts at all"),
    ],
)
def test_adjacent_texts_are_joined(chunks: list[dict[str, Any]], parts: Any) -> None:
    """Of one kind, from chunk to chunk; a signature belongs to the part that it came with."""
    assert parts_of(*chunks) == parts


def test_the_last_word_holds() -> None:
    """On finish reason, usage, ratings and what is not known; nothing is lost that a later chunk does not say again."""
    folded = fold(
        [
            {**chunk("a", safetyRatings=[1], x={"a": 1}), "usageMetadata": {"promptTokenCount": 3}, "responseId": "r"},
            {"usageMetadata": None, "modelVersion": "m", "promptFeedback": {"safetyRatings": []}},
            {**chunk("b", finishReason="STOP", safetyRatings=[2], x={"b": 1}), "usageMetadata": {"totalTokenCount": 5}},
        ]
    )

    assert folded == {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": "ab"}]},
                "index": 0,
                "safetyRatings": [2],
                "x": {"b": 1},
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {"totalTokenCount": 5},
        "responseId": "r",
        "modelVersion": "m",
        "promptFeedback": {"safetyRatings": []},
    }


def test_a_finish_that_was_none_is_forgotten() -> None:
    """Some models say STOP in every chunk; one that goes on without has not stopped."""
    assert "finishReason" not in fold([chunk("a", finishReason="STOP"), chunk("b")])["candidates"][0]
    assert fold([chunk("a", finishReason="STOP"), chunk("b", finishReason="STOP")])["candidates"][0]["finishReason"]
    assert fold([chunk("a", finishReason="STOP"), {"usageMetadata": {}}, chunk()])["candidates"][0]["finishReason"]


def test_lists_that_tell_of_a_part_are_put_together() -> None:
    """Each chunk has the log probabilities of its own tokens; citations come anew, or again with more of them."""

    def cited(*sources: Any) -> dict[str, Any]:
        return {"citationSources": list(sources)}

    one, two, three = {"uri": "a"}, {"uri": "b"}, {"uri": "c"}
    folded = fold(
        [
            chunk(
                "a", logprobsResult={"chosenCandidates": [1], "x": 1}, citationMetadata={"citationSources": [one, one]}
            ),
            chunk(
                "b", logprobsResult={"chosenCandidates": [2], "x": 2}, citationMetadata={"citationSources": [one, two]}
            ),
            chunk("c", citationMetadata={"citationSources": [three], "y": 1}, logprobsResult=None),
        ]
    )["candidates"][0]

    assert folded["logprobsResult"] == {"chosenCandidates": [1, 2], "x": 2}
    assert folded["citationMetadata"] == {**cited(one, one, two, three), "y": 1}


def test_candidates_are_told_apart_by_their_index() -> None:
    """Whatever the order; without one it is the first."""
    a, b = {"text": "a"}, {"text": "b"}
    folded = fold(
        [
            {
                "candidates": [
                    {"index": 1, "content": {"parts": [{"text": "b"}]}},
                    {"content": {"parts": [{"text": "a"}]}},
                ]
            },
            {"candidates": [{"index": 0, "finishReason": "STOP"}, {"index": 1, "finishReason": "SAFETY"}]},
        ]
    )

    assert [candidate["content"]["parts"] for candidate in folded["candidates"]] == [[a], [b]]
    assert [candidate["finishReason"] for candidate in folded["candidates"]] == ["STOP", "SAFETY"]


@pytest.mark.parametrize(
    ("chunks", "answer"),
    [
        ([], {}),
        ([{}], {}),
        ([{"candidates": None}], {"candidates": []}),
        ([{"candidates": [{"content": None}]}], {"candidates": [{"content": None}]}),
        ([{"candidates": [{"content": {}}]}], {"candidates": [{"content": {}}]}),
        ([{"candidates": [{"content": {"parts": None}}]}], {"candidates": [{"content": {"parts": None}}]}),
        ([{"candidates": [{"finishReason": "STOP"}]}], {"candidates": [{"finishReason": "STOP"}]}),
        ([{"promptFeedback": {"blockReason": "SAFETY"}}], {"promptFeedback": {"blockReason": "SAFETY"}}),
    ],
)
def test_what_is_not_there_is_not_made_up(chunks: list[dict[str, Any]], answer: dict[str, Any]) -> None:
    """An answer may have next to nothing in it."""
    assert fold(chunks) == answer


@pytest.mark.parametrize(
    "candidates",
    [1, {}, "a", [1], [None], [{"index": "0"}], [{"content": 1}], [{"content": []}], [{"content": {"parts": 1}}],
     [{"content": {"parts": ["a"]}}]],
)  # fmt: skip
def test_what_is_no_chunk_is_malformed(candidates: Any) -> None:
    """Never another exception."""
    with pytest.raises(Malformed):
        fold([{"candidates": candidates}])


def test_a_growing_list_that_changes_its_type_is_replaced() -> None:
    """The last word holds there too."""
    folded = fold(
        [
            chunk(logprobsResult={"a": [1]}, citationMetadata={"a": [1], "b": 1}),
            chunk(logprobsResult={"a": 2}, citationMetadata={"a": 2, "b": [1]}),
        ]
    )["candidates"][0]

    assert folded["logprobsResult"] == {"a": 2}
    assert folded["citationMetadata"] == {"a": 2, "b": [1]}


@pytest.mark.parametrize(
    ("before", "part", "expected"),
    [
        ({"text": "a"}, {"text": "b"}, True),
        ({"text": "a", "thought": True}, {"text": "b", "thought": True}, True),
        ({"text": "a", "thought": True}, {"text": "b"}, False),
        ({"text": "a", "thoughtSignature": "s"}, {"text": "b"}, False),
        ({"text": "a"}, {"text": "b", "thoughtSignature": "s"}, False),
        ({"text": "a"}, {"text": 1}, False),
        ({"text": "a"}, {"functionCall": {}}, False),
    ],
)
def test_which_parts_join(before: dict[str, Any], part: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """Plain texts of one kind."""
    assert joins(before, part) == expected
