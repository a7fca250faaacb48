"""The demo's generateContent, as Google has it."""

import json
from typing import Any

import pytest

from unit.adapters.demo.asking import ANSWER, QUESTION, asked, data, kept, said
from warmlane.adapters.demo.answers import Asked, Told, Unusable
from warmlane.adapters.demo.google_generate import answer

ASKED: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": QUESTION}]}]}
WHOLE = "/v1beta/models/gemini-2.5-flash:generateContent"
STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"


def wanted(fields: Any = (), *, path: str = WHOLE, query: str = "") -> Asked:
    """A request with these fields."""
    return asked({**ASKED, **dict(fields)}, path, query)


@pytest.mark.parametrize("contents", [ASKED["contents"], {"parts": {"text": QUESTION}}])
def test_an_answer_is_a_candidate(contents: Any) -> None:
    """One thing is as good as a list of it. The model is the one in the path."""
    told = said(answer(wanted({"contents": contents})))

    assert told["candidates"] == [
        {"content": {"parts": [{"text": ANSWER}], "role": "model"}, "index": 0, "finishReason": "STOP"}
    ]
    assert (told["modelVersion"], told["responseId"]) == ("gemini-2.5-flash", "wl_1")
    assert told["usageMetadata"]["promptTokenCount"] == 7


@pytest.mark.parametrize("name", ["systemInstruction", "system_instruction"])
def test_the_system_prompt_is_heard(name: str) -> None:
    """In either spelling."""
    told = said(answer(wanted({name: {"parts": [{"text": "Be brief."}]}})))

    assert told["usageMetadata"]["promptTokenCount"] == 10


def test_events_say_the_same_as_a_whole_answer() -> None:
    """Each in a frame as Google writes it; the finish comes with the last. They are kept as the whole answer is."""
    told, whole = answer(wanted(path=STREAM, query="alt=sse")), answer(wanted())
    chunks = data(told)

    assert isinstance(told, Told)
    assert told.content_type == b"text/event-stream"
    assert all(part.endswith(b"\r\n\r\n") for part in told.parts)
    assert "".join(chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in chunks) == ANSWER
    assert [chunk["candidates"][0].get("finishReason") for chunk in chunks] == [None] * (len(chunks) - 1) + ["STOP"]
    assert kept("google_generate", told, wanted()) == said(whole)


def test_an_array_has_the_same_chunks_as_the_events() -> None:
    """It comes in as many pieces, and one that ends it."""
    told, events = answer(wanted(path=STREAM, query="key=x")), answer(wanted(path=STREAM, query="key=x&alt=sse"))

    assert isinstance(told, Told)
    assert told.content_type == b"application/json; charset=UTF-8"
    assert json.loads(b"".join(told.parts)) == data(events)
    assert len(told.parts) == len(data(events)) + 1
    assert kept("google_generate", told, wanted()) == said(answer(wanted()))


@pytest.mark.parametrize(
    "config", [{"generationConfig": {"maxOutputTokens": 4}}, {"generation_config": {"max_output_tokens": 4}}]
)
def test_a_limit_cuts_the_answer(config: Any) -> None:
    """With finishReason `MAX_TOKENS`, in both modes."""
    (candidate,) = said(answer(wanted(config)))["candidates"]
    last = data(answer(wanted(config, path=STREAM, query="alt=sse")))[-1]

    assert (candidate["content"]["parts"][0]["text"], candidate["finishReason"]) == ("This is Warmlane'", "MAX_TOKENS")
    assert last["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert last["usageMetadata"]["candidatesTokenCount"] == 4


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"contents": []}, "contents"),
        ({"contents": "hi"}, "contents"),
        ({"generationConfig": [1]}, "generationConfig"),
        ({"generationConfig": {"candidateCount": 2}}, "generationConfig.candidateCount"),
        ({"generationConfig": {"maxOutputTokens": "9"}}, "generationConfig.maxOutputTokens"),
        ({"generationConfig": {"responseMimeType": "application/json"}}, "generationConfig.responseMimeType"),
        ({"generationConfig": {"response_schema": {}}}, "generationConfig.responseSchema"),
        (
            {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
            "toolConfig.functionCallingConfig.mode",
        ),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: Any, field: str) -> None:
    """What would be answered wrongly is refused."""
    assert answer(wanted(fields)) == Unusable(field=field)
