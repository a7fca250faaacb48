"""From a whole response to the stream of it."""

import json
from typing import Any

import pytest
from openai._models import construct_type
from openai._types import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from warmlane.dialects import sse, wire
from warmlane.dialects.openai_responses_fold import fold
from warmlane.dialects.openai_responses_replay import replay

LOGS = [{"token": "Hi", "bytes": [72, 105], "logprob": -0.5, "top_logprobs": []}]
CITED = {"type": "url_citation", "start_index": 4, "end_index": 7, "title": "A", "url": "https://a.example"}


def text(said: str, **members: Any) -> dict[str, Any]:
    """A part that says something."""
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": said, **members}


def message(*parts: Any, at: int = 0) -> dict[str, Any]:
    """A message of these parts."""
    return {
        "id": f"msg_{at}", "type": "message", "status": "completed", "content": list(parts), "role": "assistant",
    }  # fmt: skip


def call(number: int, **members: Any) -> dict[str, Any]:
    """A call of a function."""
    return {
        "id": f"fc_{number}", "type": "function_call", "status": "completed", "arguments": '{"city": "Oslo"}',
        "call_id": f"call_{number}", "name": "weather", **members,
    }  # fmt: skip


THOUGHT = {
    "id": "rs_1", "type": "reasoning", "encrypted_content": "gAAAA", "status": None,
    "summary": [{"type": "summary_text", "text": "They greet."}, {"type": "summary_text", "text": "Greet back."}],
    "content": [{"type": "reasoning_text", "text": "A greeting it is."}],
}  # fmt: skip
CUSTOM = {"id": "ct_1", "type": "custom_tool_call", "call_id": "call_9", "name": "c", "input": "raw input"}


def response(*items: Any, **members: Any) -> dict[str, Any]:
    """A whole response of these items."""
    return {
        "id": "resp_1", "object": "response", "created_at": 7, "status": "completed", "completed_at": 8, "error": None,
        "incomplete_details": None, "instructions": None, "model": "gpt-4o-1", "output": list(items),
        "parallel_tool_calls": True, "temperature": 0.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "usage": {
            "input_tokens": 3, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 5,
        }, **members,
    }  # fmt: skip


RESPONSES = {
    "text": response(message(text("It is sunny in Oslo today. 🌞"))),
    "empty": response(message(text(""))),
    "nothing": response(),
    "two parts": response(message(text("One."), text("Two."))),
    "refusal": response(message({"type": "refusal", "refusal": "I cannot."})),
    "logprobs": response(message(text("Hi", logprobs=LOGS))),
    "annotations": response(message(text("See [1].", annotations=[CITED]))),
    "calls": response(call(1), call(2, arguments="")),
    "custom call": response(CUSTOM),
    "thoughts": response(THOUGHT, message(text("Hello."))),
    "thoughts and calls": response(THOUGHT, message(text("I look.")), call(1), CUSTOM),
    "bare": {"id": "r", "output": [{"type": "message", "content": [{"type": "output_text", "text": "a"}]}]},
    "own fields": response(message({**text("Hi."), "mood": 1}), provider="P", x=[1, None]),
}


def events(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of the stream; each is named as its type says."""
    body = replay(whole)
    assert body is not None
    sent = [(event.name.decode(), json.loads(event.data)) for event in sse.read(body)]
    assert [name for name, _ in sent] == [data["type"] for _, data in sent]
    return [data for _, data in sent]


EACH = pytest.mark.parametrize("whole", RESPONSES.values(), ids=RESPONSES)


@EACH
def test_folding_undoes_it(whole: dict[str, Any]) -> None:
    """Nothing is lost."""
    folded = fold(replay(whole) or b"")

    assert folded.done
    assert json.loads(wire.write(folded.response)) == whole


@EACH
def test_the_sdk_takes_it(whole: dict[str, Any]) -> None:
    """Its accumulator is strict: ids, places, every delta after its item, every item finished."""
    state = ResponseStreamState(input_tools=omit, text_format=omit)
    snapshots = []
    for data in events(whole):
        event: Any = construct_type(type_=ResponseStreamEvent, value=data)
        snapshots += state.handle_event(event)
    final = snapshots[-1]

    assert final.type == "response.completed"
    assert plain(final.response.to_dict()) == whole
    assert [event.snapshot for event in snapshots if event.type.endswith("output_text.delta")][-1:] == said(whole)[-1:]


def plain(parsed: dict[str, Any]) -> dict[str, Any]:
    """What the SDK made of it, less what its accumulator alone adds."""
    for item in parsed["output"]:
        item.pop("parsed_arguments", None)
        for part in item.get("content") or ():
            part.pop("parsed", None)
    return parsed


def said(whole: dict[str, Any]) -> list[str]:
    """The texts in the messages that have any."""
    parts = [part for item in whole["output"] if item["type"] == "message" for part in item["content"]]
    return [part["text"] for part in parts if part.get("text")]


def test_a_part_that_nobody_knows_is_added_and_done() -> None:
    """Whole both times."""
    part = {"type": "invented", "x": 1, "": "no text of ours"}
    sent = [event for event in events(response(message(part))) if "part" in event]

    assert [(event["type"], event["part"]) for event in sent] == [
        ("response.content_part.added", part),
        ("response.content_part.done", part),
    ]


@pytest.mark.parametrize("whole", [one for name, one in RESPONSES.items() if name not in {"bare", "own fields"}])
def test_every_event_has_all_that_the_api_promises(whole: dict[str, Any]) -> None:
    """Clients in typed languages refuse an event that lacks a member."""
    adapter: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
    for event in events(whole):
        adapter.validate_python(event)


@EACH
def test_events_are_numbered(whole: dict[str, Any]) -> None:
    """From 0, without a gap."""
    sent = events(whole)

    assert [event["sequence_number"] for event in sent] == list(range(len(sent)))
    assert {event["response"]["id"] for event in sent if "response" in event} == {whole["id"]}


def test_the_order_is_openais() -> None:
    """Thoughts, a text, a call."""
    kinds = [event["type"].removeprefix("response.") for event in events(RESPONSES["thoughts and calls"])]

    assert [kind for at, kind in enumerate(kinds) if kind != kinds[at - 1]] == [
        "created", "in_progress",
        "output_item.added",
        "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added", "output_text.delta", "output_text.done", "content_part.done",
        "output_item.done",
        "output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
        "output_item.added", "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done",
        "completed",
    ]  # fmt: skip


def test_a_text_comes_in_pieces_to_its_place() -> None:
    """Every event of it names the item, and says where it is."""
    sent = events(response(THOUGHT, message(text("It is sunny."), at=4)))
    pieces = [event for event in sent if event["type"] == "response.output_text.delta"]

    assert [piece["delta"] for piece in pieces] == ["It", " is", " sunny."]
    assert {(piece["item_id"], piece["output_index"], piece["content_index"]) for piece in pieces} == {("msg_4", 1, 0)}


def test_what_has_only_begun_says_nothing() -> None:
    """Neither the response nor its items know what will come."""
    first = events(RESPONSES["thoughts and calls"])
    added = [event["item"] for event in first if event["type"] == "response.output_item.added"]
    parts = [event["part"] for event in first if event["type"] == "response.content_part.added"]

    for event in first[:2]:
        begun = event["response"]
        assert (begun["status"], begun["output"], begun["usage"], begun["completed_at"]) == (
            "in_progress",
            [],
            None,
            None,
        )
    assert [(item.get("content"), item.get("summary"), item.get("arguments"), item.get("input")) for item in added] == [
        ([], [], None, None), ([], None, None, None), (None, None, "", None), (None, None, None, ""),
    ]  # fmt: skip
    assert [item.get("status") for item in added] == [None, "in_progress", "in_progress", None]
    assert [part["text"] for part in parts] == ["", ""]
    for name in ("logprobs", "annotations"):
        (part,) = [event["part"] for event in events(RESPONSES[name]) if event["type"].endswith("part.added")]
        assert (part["text"], part["logprobs"], part["annotations"]) == ("", [], [])


def test_log_probabilities_and_annotations_come_once() -> None:
    """With the first piece, and behind the last."""
    sent = events(response(message(text("Hi there", logprobs=LOGS))))
    logged = [event["logprobs"] for event in sent if event["type"] == "response.output_text.delta"]
    cited = [e for e in events(RESPONSES["annotations"]) if e["type"] == "response.output_text.annotation.added"]

    assert logged == [LOGS, []]
    assert [(event["annotation_index"], event["annotation"]) for event in cited] == [(0, CITED)]


@pytest.mark.parametrize(
    "items",
    [
        [message(text("a")), message(text("b"))],
        [call(1), call(2, call_id="call_1")],
        [{"type": "message", "content": []}, {"type": "message", "content": []}],
    ],
)
def test_items_that_cannot_be_told_apart_have_no_stream(items: list[Any]) -> None:
    """The SDKs raise on the second."""
    assert replay(response(*items)) is None


def test_numbers_stay_as_they_were_written() -> None:
    """Begun and completed."""
    body = replay(response(temperature=1.0)) or b""

    assert body.count(b'"temperature":1.0') == 3
