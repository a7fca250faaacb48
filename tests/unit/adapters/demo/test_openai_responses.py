"""The demo's responses."""

from typing import Any

import pytest

from unit.adapters.demo.asking import ANSWER, QUESTION, asked, data, kept, said
from warmlane.adapters.demo.answers import Unusable
from warmlane.adapters.demo.openai_responses import answer

ASKED: dict[str, Any] = {"model": "gpt-4.1", "input": QUESTION}
TURN = {"role": "user", "content": [{"type": "input_text", "text": QUESTION}]}


@pytest.mark.parametrize("given", [QUESTION, [{"role": "user", "content": QUESTION}], [{"role": "assistant"}, TURN]])
def test_an_answer_is_a_response(given: Any) -> None:
    """Whichever way the question is asked."""
    told = said(answer(asked({**ASKED, "input": given})))
    (item,) = told["output"]

    assert item["content"] == [{"type": "output_text", "text": ANSWER, "annotations": [], "logprobs": []}]
    assert (told["object"], told["status"], item["status"]) == ("response", "completed", "completed")
    assert told["usage"]["input_tokens"] == 7
    assert told["usage"]["total_tokens"] == 7 + told["usage"]["output_tokens"]
    assert told["store"] is False


def test_what_a_function_gave_back_is_a_question_too() -> None:
    """The last item says what is to be answered."""
    result = {"type": "function_call_output", "call_id": "c", "output": "21 degrees"}

    told = said(answer(asked({**ASKED, "input": [TURN, result]})))

    assert "“21 degrees”" in told["output"][0]["content"][0]["text"]


def test_an_answer_repeats_what_it_was_asked_with() -> None:
    """As OpenAI's does, numbers as they were written; instructions are heard."""
    told = said(answer(asked({**ASKED, "instructions": "Be brief.", "temperature": 0.0, "metadata": {"a": "b"}})))

    assert (told["instructions"], told["temperature"], told["metadata"]) == ("Be brief.", 0, {"a": "b"})
    assert (told["tool_choice"], told["tools"], told["top_p"]) == ("auto", [], 1.0)
    assert told["usage"]["input_tokens"] == 10


def test_a_stream_says_the_same_as_a_whole_answer() -> None:
    """Its events are numbered and named, its text comes in pieces, and it is kept as the whole answer is."""
    told, whole = answer(asked({**ASKED, "stream": True})), answer(asked(ASKED))
    events = data(told)

    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert list(dict.fromkeys(event["type"] for event in events)) == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
        "response.output_text.delta", "response.output_text.done", "response.content_part.done",
        "response.output_item.done", "response.completed",
    ]  # fmt: skip
    assert "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta") == ANSWER
    assert events[0]["response"]["output"] == []
    assert kept("openai_responses", told, asked(ASKED)) == said(whole)


def test_a_limit_cuts_the_answer() -> None:
    """It is incomplete then, and says why, in both modes."""
    told = said(answer(asked({**ASKED, "max_output_tokens": 4})))
    last = data(answer(asked({**ASKED, "max_output_tokens": 4, "stream": True})))[-1]

    assert (told["status"], told["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert told["output"][0]["content"][0]["text"] == "This is Warmlane'"
    assert last["type"] == "response.incomplete"
    assert last["response"] == told | {"max_output_tokens": 4}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": 1}, "model"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": ["hi"]}, "input"),
        ({"instructions": ["x"]}, "instructions"),
        ({"stream": "x"}, "stream"),
        ({"max_output_tokens": -1}, "max_output_tokens"),
        ({"text": {"format": {"type": "json_schema"}}}, "text"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"background": True}, "background"),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "p"}}, "prompt"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, Any], field: str) -> None:
    """What would be answered wrongly is refused: the demo keeps nothing that could be gone on with."""
    assert answer(asked({**ASKED, **fields})) == Unusable(field=field)
