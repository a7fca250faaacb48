"""From a whole answer to chunks."""

from typing import Any

import pytest

from warmlane.dialects.google_generate_fold import fold
from warmlane.dialects.google_generate_replay import replay

USAGE = {"promptTokenCount": 3, "candidatesTokenCount": 2}


def answer(*parts: Any, **members: Any) -> dict[str, Any]:
    """A whole answer."""
    candidate = {
        "content": {"role": "model", "parts": list(parts)},
        "finishReason": "STOP",
        "index": 0,
        "avgLogprobs": 1,
    }
    return {"candidates": [candidate], "usageMetadata": USAGE, "modelVersion": "m", **members}


def test_a_text_comes_in_pieces() -> None:
    """The last of them has the finish reason, the usage, and all else of the candidate."""
    first, second, last = replay(answer({"text": "one two three"}, x=1))

    def said(text: str) -> dict[str, Any]:
        return {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}

    assert first == {"candidates": [said("one")], "modelVersion": "m", "x": 1}
    assert second == {"candidates": [said(" two")], "modelVersion": "m", "x": 1}
    assert last == {
        "candidates": [{**said(" three"), "finishReason": "STOP", "avgLogprobs": 1}],
        "usageMetadata": USAGE,
        "modelVersion": "m",
        "x": 1,
    }


@pytest.mark.parametrize(
    ("parts", "groups"),
    [
        pytest.param([{"text": "a"}], [["a"]], id="one piece"),
        pytest.param([{"text": ""}], [[""]], id="empty"),
        pytest.param([{"text": "a b"}, {"text": "c d"}], [["a"], [" b", "c"], [" d"]], id="two parts"),
        pytest.param([{"text": "a"}, {"text": "b"}], [["a", "b"]], id="two short ones"),
        pytest.param([{"text": "a b", "thought": True}, {"text": "c"}], [["a"], [" b"], ["c"]], id="thoughts first"),
        pytest.param([{"text": "a b", "thoughtSignature": "s"}], [["a b"]], id="signed, whole"),
        pytest.param([{"text": "a"}, {"functionCall": {}}, {"functionCall": {}}], [["a"], [None], [None]], id="calls"),
    ],
)
def test_what_a_chunk_holds(parts: list[dict[str, Any]], groups: list[list[str | None]]) -> None:
    """Parts that would be joined from chunk to chunk meet inside one."""
    chunks = replay(answer(*parts))

    assert [[part.get("text") for part in chunk["candidates"][0]["content"]["parts"]] for chunk in chunks] == groups
    assert fold(chunks) == answer(*parts)


@pytest.mark.parametrize(
    "whole",
    [
        {},
        {"candidates": []},
        {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": USAGE},
        {"candidates": [{"finishReason": "STOP"}]},
        {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}], "usageMetadata": USAGE},
        {"candidates": [{"content": {"parts": []}}]},
        {"candidates": [{"content": None}]},
    ],
)
def test_what_has_no_text_is_one_chunk(whole: dict[str, Any]) -> None:
    """All that there is."""
    assert replay(whole) == [whole]
    assert fold(replay(whole)) == whole


def test_two_candidates_come_one_after_the_other() -> None:
    """The usage comes last."""
    whole = answer({"text": "a b"})
    whole["candidates"].append({**whole["candidates"][0], "index": 1})

    chunks = replay(whole)

    assert fold(chunks) == whole
    assert ["usageMetadata" in chunk for chunk in chunks] == [False, False, False, True]
