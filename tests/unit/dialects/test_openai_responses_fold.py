"""From a stream to the whole response."""

import json
from typing import Any

import pytest

from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_responses_fold import fold

MESSAGE = {"type": "message", "id": "msg_1", "content": [{"type": "output_text", "text": "Hi."}]}
BEGUN = {"id": "resp_1", "status": "in_progress", "output": []}
WHOLE = {"id": "resp_1", "status": "completed", "output": [MESSAGE], "x": {"own": 1}}


def event(kind: str, **members: Any) -> str:
    """An event as it goes over the wire."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members})}\n\n"


def stream(*events: str) -> bytes:
    """A stream that begins."""
    return "".join([event("response.created", response=BEGUN), *events]).encode()


END = event("response.completed", response=WHOLE)


def test_the_last_event_has_it_all() -> None:
    """Whatever came before, and whatever is in it."""
    delta = event("response.output_text.delta", delta="Hi.", obfuscation="xx")
    folded = fold(stream(event("response.in_progress", response=BEGUN), delta, END))

    assert (folded.done, folded.response) == (True, WHOLE)


@pytest.mark.parametrize("end", ["data: [DONE]\n\n", ": bye\n\n", "\n\n"])
def test_what_others_put_behind_the_end_is_passed_over(end: str) -> None:
    """OpenAI's API has no end marker here; others have."""
    assert fold(stream(END, end)).done


@pytest.mark.parametrize("kind", ["incomplete", "failed", "cancelled"])
def test_a_stream_may_end_badly(kind: str) -> None:
    """It is over, and its response says how."""
    folded = fold(stream(event(f"response.{kind}", response={**WHOLE, "status": kind})))

    assert (folded.done, folded.response["status"]) == (True, kind)


@pytest.mark.parametrize("body", [b"", b"data: [DONE]\n\n", stream(), stream(event("response.output_text.done"))])
def test_a_cut_stream_is_not_done(body: bytes) -> None:
    """`[DONE]` alone proves nothing."""
    assert not fold(body).done


@pytest.mark.parametrize("output", [{}, {"output": None}])
def test_an_output_that_was_left_out_is_of_the_finished_items(output: dict[str, Any]) -> None:
    """As the SDKs take it; an empty one is empty."""
    items = [event("response.output_item.done", output_index=at, item={**MESSAGE, "id": f"msg_{at}"}) for at in (1, 0)]
    bare = {name: value for name, value in WHOLE.items() if name != "output"}

    assert [item["id"] for item in fold(
        stream(*items, event("response.completed", response={**bare, **output}))
    ).response["output"]] == ["msg_0", "msg_1"]  # fmt: skip
    assert fold(stream(*items, event("response.completed", response={**bare, "output": []}))).response["output"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"data: {\n\n",
        b"data: []\n\n",
        b"data: {}\n\n",
        b'data: {"type":1}\n\n',
        stream(event("error", code="server_error", message="boom"), END),
        stream(event("response.output_text.delta", error={"message": "boom"}), END),
        stream(event("response.completed")),
        stream(event("response.completed", response=[])),
        stream(event("response.completed", response={**WHOLE, "id": "resp_2"})),
        stream(event("response.output_item.done", output_index="0", item=MESSAGE), END),
        stream(event("response.output_item.done", output_index=0, item=None), END),
        stream(END, END),
        stream(END, event("response.output_text.delta", delta="more")),
        b"data: " + b"x" * (1 << 20) + b"\n\n",
    ],
)
def test_what_is_no_stream_of_a_response_is_malformed(body: bytes) -> None:
    """An error inside a 200 too."""
    with pytest.raises(Malformed):
        fold(body)


def test_a_folded_answer_is_not_shown() -> None:
    """In no log."""
    assert repr(fold(stream(END))) == "Folded(done=True)"
