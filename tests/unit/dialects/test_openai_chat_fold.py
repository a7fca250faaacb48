"""From a stream to the whole completion."""

import json
from typing import Any

import pytest

from warmlane.dialects import wire
from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_chat_fold import fold

SHARED: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "gpt-4o"}


def chunk(delta: Any = None, **members: Any) -> dict[str, Any]:
    """A chunk of one choice; `finish_reason` and other members of the choice by name."""
    return {**SHARED, "choices": [{"index": 0, "delta": delta or {}, "finish_reason": None, **members}]}


def stream(*chunks: Any, end: str = "data: [DONE]\n\n") -> bytes:
    """Chunks as they go over the wire."""
    return ("".join(f"data: {json.dumps(one)}\n\n" for one in chunks) + end).encode()


def message(*deltas: Any) -> Any:
    """The message that these deltas spell."""
    folded = fold(stream(*map(chunk, deltas)))
    return folded.completion["choices"][0]["message"]


def test_a_stream_as_openai_sends_it() -> None:
    """Padding goes, the usage chunk becomes the usage, the rest is what a whole completion has."""
    shared = {**SHARED, "service_tier": "default", "system_fingerprint": "fp_1"}
    choice: dict[str, Any] = {"index": 0, "logprobs": None, "finish_reason": None}
    role = {"role": "assistant", "content": "", "refusal": None}
    body = stream(
        {**shared, "choices": [{**choice, "delta": role}], "usage": None, "obfuscation": "xK3"},
        {**shared, "choices": [{**choice, "delta": {"content": "Paris"}}], "usage": None, "obfuscation": "j"},
        {**shared, "choices": [{**choice, "delta": {"content": " 🗼"}}], "usage": None, "obfuscation": ""},
        {**shared, "choices": [{**choice, "delta": {}, "finish_reason": "stop"}], "usage": None, "obfuscation": "aa"},
        {**shared, "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}, "obfuscation": "b"},
    )

    folded = fold(body)

    assert folded.done
    assert folded.completion == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 7,
        "model": "gpt-4o",
        "service_tier": "default",
        "system_fingerprint": "fp_1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Paris 🗼", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }


def test_numbers_stay_as_they_were_written() -> None:
    """In a field that nobody knows, too."""
    delta = '{"choices":[{"index":0,"delta":{"content":"a"},"score":1.0,"logprobs":{"content":[{"logprob":-1e-7}]}}]}'

    written = wire.write(fold(f"data: {delta}\n\n".encode()).completion)

    assert b'"score":1.0' in written
    assert b'"logprob":-1e-7' in written


@pytest.mark.parametrize("name", ["content", "refusal", "reasoning", "reasoning_content", "invented_tomorrow"])
def test_strings_grow_whatever_their_name(name: str) -> None:
    """What a provider thinks aloud is part of its answer."""
    assert message({name: ""}, {name: "one"}, {name: None}, {name: " two"}, {})[name] == "one two"


def test_what_is_said_whole_is_not_said_twice() -> None:
    """Groq and others repeat the role in every chunk."""
    assert message({"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": ""}) == {
        "role": "assistant",
        "content": "ab",
    }


def test_a_message_always_has_a_role_and_a_content() -> None:
    """Clients index them."""
    assert message({}) == {"role": "assistant", "content": None}


def test_null_is_kept_until_something_is_said() -> None:
    """And does not unsay anything."""
    assert message({"refusal": None}, {"refusal": None})["refusal"] is None
    assert message({"a": None}, {"a": {"b": None}}, {"a": {"b": 1}}, {"a": None})["a"] == {"b": 1}


def test_objects_merge_and_numbers_are_replaced() -> None:
    """A function call of the old kind is one."""
    deltas = [{"function_call": {"name": "f", "arguments": ""}}, {"function_call": {"arguments": '{"a"'}}]
    assert message(*deltas, {"function_call": {"arguments": ":1}"}})["function_call"] == {
        "name": "f",
        "arguments": '{"a":1}',
    }
    assert message({"n": 1, "b": False}, {"n": 2, "b": True}) == {
        "role": "assistant",
        "content": None,
        "n": 2,
        "b": True,
    }


def test_lists_grow() -> None:
    """Items without an index are whole."""
    assert message({"annotations": [{"a": 1}]}, {"annotations": [{"a": 1}, "x"]})["annotations"] == [
        {"a": 1},
        {"a": 1},
        "x",
    ]


def test_items_of_one_index_are_pieces_of_one_item() -> None:
    """OpenRouter's reasoning details; items of one chunk are different ones, and so are those of another type or id."""
    text = {"type": "reasoning.text", "index": 0, "format": "v1"}
    sealed = {"type": "reasoning.encrypted", "index": 0, "data": "x"}

    details = message(
        {"reasoning_details": [{**text, "text": "I "}]},
        {"reasoning_details": [{**text, "text": "think"}, sealed]},
        {"reasoning_details": [{**text, "id": "r_1"}, {**text, "id": "r_2", "index": 1}, "odd"]},
    )["reasoning_details"]

    assert details == [
        {**text, "text": "I think", "id": "r_1"},
        sealed,
        {**text, "id": "r_2", "index": 1},
        "odd",
    ]


def call(index: int | None, arguments: str, name: str | None = None, ident: str | None = None) -> dict[str, Any]:
    """A piece of a tool call, of what is given."""
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    piece: dict[str, Any] = {"function": function}
    if index is not None:
        piece["index"] = index
    if ident is not None:
        piece |= {"id": ident, "type": "function"}
    return piece


def whole(ident: str, name: str, arguments: str) -> dict[str, Any]:
    """A whole tool call."""
    return {"id": ident, "type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param(
            [[call(0, "", "f", "a")], [call(0, '{"x"')], [call(0, ":1}")], [call(1, "", "g", "b")], [call(1, "{}")]],
            id="OpenAI",
        ),
        pytest.param([[call(0, '{"x"', "f", "a"), call(0, ":1}"), call(1, "{}", "g", "b")]], id="all in one chunk"),
        pytest.param(
            [[call(0, '{"x"', "f", "a"), call(1, "{", "g", "b")], [call(1, "}")], [call(0, ":1}")]], id="interleaved"
        ),
        pytest.param([[call(0, '{"x":1}', "f", "a")], [call(0, "{}", "g", "b")]], id="every index is 0"),
        pytest.param([[call(None, '{"x":1}', "f", "a")], [call(None, "{}", "g", "b")]], id="no index, whole"),
        pytest.param(
            [[call(None, '{"x"', "f", "a")], [call(None, ":1}")], [call(None, "{}", "g", "b")]],
            id="no index, in pieces",
        ),
        pytest.param(
            [[call(0, '{"x"', "f", "a")], [call(0, ":1}", "f", "a")], [call(1, "{}", "g", "b")]], id="all repeated"
        ),
        pytest.param([[call(0, '{"x"', "f", "")], [call(0, ":1}", "", "a")], [call(1, "{}", "g", "b")]], id="late id"),
    ],
)
def test_tool_calls_are_put_together(chunks: list[list[Any]]) -> None:
    """However a provider cuts and numbers them; the place in the list is the number."""
    calls = message(*({"tool_calls": calls} for calls in chunks))["tool_calls"]

    assert calls == [whole("a", "f", '{"x":1}'), whole("b", "g", "{}")]


def test_a_name_may_come_in_pieces() -> None:
    """OpenAI's API allows it."""
    calls = message({"tool_calls": [call(0, "", "get_", "a")]}, {"tool_calls": [call(0, "{}", "weather")]})[
        "tool_calls"
    ]

    assert calls == [whole("a", "get_weather", "{}")]


def test_what_a_provider_adds_to_a_call_is_kept() -> None:
    """Gemini's thought signature comes back with the result."""
    extra = {"extra_content": {"google": {"thought_signature": "sig"}}}

    assert message({"tool_calls": [{**call(0, "{}", "f", "a"), **extra}]})["tool_calls"] == [
        {**whole("a", "f", "{}"), **extra}
    ]


def test_no_tool_calls_are_none() -> None:
    """Null, then an empty list, then one."""
    assert message({"tool_calls": None})["tool_calls"] is None
    assert message({"tool_calls": []}, {"tool_calls": None})["tool_calls"] == []
    assert message({"tool_calls": None}, {"tool_calls": [call(0, "{}", "f", "a")]})["tool_calls"] == [
        whole("a", "f", "{}")
    ]


def test_logprobs_are_joined() -> None:
    """Null in the chunks that have none."""
    parts = [None, {"content": [{"token": "a"}], "refusal": None}, None, {"content": [{"token": "b"}]}]

    (choice,) = fold(stream(*(chunk(logprobs=part) for part in parts))).completion["choices"]

    assert choice["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}], "refusal": None}


def test_what_a_choice_has_besides() -> None:
    """The last word counts, lists grow: Azure's filter results, vLLM's stop reason and token ids."""
    body = stream(
        chunk(content_filter_results={}, stop_reason=None, token_ids=[1]),
        chunk(content_filter_results={"hate": {"filtered": False}}, stop_reason=None, token_ids=[2, 3]),
        chunk(stop_reason="###", content_filter_results=None, finish_reason="stop"),
    )

    (choice,) = fold(body).completion["choices"]

    assert choice == {
        "index": 0,
        "message": {"role": "assistant", "content": None},
        "finish_reason": "stop",
        "content_filter_results": {"hate": {"filtered": False}},
        "stop_reason": "###",
        "token_ids": [1, 2, 3],
    }


def test_what_a_completion_has_besides() -> None:
    """The last word counts, if it says anything: Perplexity's citations, Groq's x_groq, Azure's first chunk."""
    azure = {"id": "", "object": "", "created": 0, "model": "", "prompt_filter_results": [1], "choices": []}
    first = {**chunk(), "x_groq": {"id": "r"}, "citations": ["a"]}
    last = {**chunk(finish_reason="stop"), "x_groq": {"id": "r", "usage": {}}, "citations": ["a", "b"]}

    assert fold(stream(azure, first, azure, last)).completion == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 7,
        "model": "gpt-4o",
        "prompt_filter_results": [1],
        "x_groq": {"id": "r", "usage": {}},
        "citations": ["a", "b"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": None}, "finish_reason": "stop"}],
    }


def test_choices_are_told_apart() -> None:
    """They may come in any order."""
    parts = [{"index": 1, "delta": {"content": "b"}}, {"delta": {"content": "a"}}, {"index": 1, "delta": None}]

    choices = fold(stream(*({"choices": [part]} for part in parts))).completion["choices"]

    assert [(choice["index"], choice["message"]["content"]) for choice in choices] == [(0, "a"), (1, "b")]


@pytest.mark.parametrize("usage", [{"choices": []}, {"choices": None}, {}])
def test_usage_comes_in_a_chunk_of_its_own(usage: dict[str, Any]) -> None:
    """With no choices, however that is said."""
    body = stream(chunk({"content": "a"}), {**SHARED, **usage, "usage": {"prompt_tokens": 1}})

    assert fold(body).completion["usage"] == {"prompt_tokens": 1}


@pytest.mark.parametrize(
    ("end", "done"),
    [
        ("data: [DONE]\n\n", True),
        ("data:[DONE]\r\n\r\n", True),
        ("data: [DONE]", True),
        ("data: [DONE]\n\ndata: [DONE]\n\n", True),
        ("data: [DONE]\n\n: bye\n\n", True),
        ("", False),
        (": [DONE]\n\n", False),
    ],
)
def test_done_is_what_the_stream_said(end: str, done: bool) -> None:  # noqa: FBT001 - a fact per row
    """The last blank line may be missing."""
    assert fold(stream(chunk({"content": "a"}), end=end)).done is done


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"data: {\n\n", id="no JSON"),
        pytest.param(b'data: {"choices":[{"delta":{"content":"a"}}]', id="cut"),
        pytest.param(b"data: \n\n", id="nothing"),
        pytest.param(b"data: []\n\n", id="no object"),
        pytest.param(b'data: {"a":1,"a":1,"choices":[]}\n\n', id="a name twice"),
        pytest.param(b"data: " + b"x" * (1 << 20) + b"\n\n", id="too long"),
        pytest.param(b'event: ping\ndata: {"type":"ping"}\n\n', id="a ping with data"),
        pytest.param(stream({"error": {"message": "boom"}, "choices": []}), id="an error"),
        pytest.param(stream({**chunk({"content": "a"}), "error": "boom"}), id="an error beside a choice"),
        pytest.param(stream({"choices": {}}), id="choices no list"),
        pytest.param(stream({"choices": ["a"]}), id="choice no object"),
        pytest.param(stream({"choices": [{"index": "0", "delta": {}}]}), id="index no number"),
        pytest.param(stream({"choices": [{"delta": "a"}]}), id="delta no object"),
        pytest.param(stream({"choices": [{"message": {"content": "a"}}]}), id="a whole message"),
        pytest.param(stream(chunk({"tool_calls": {}})), id="calls no list"),
        pytest.param(stream(chunk({"tool_calls": ["f"]})), id="call no object"),
        pytest.param(stream(chunk({"content": "a"}), chunk({"content": ["b"]})), id="string, then list"),
        pytest.param(stream(chunk({"a": 1}), chunk({"a": "1"})), id="number, then string"),
        pytest.param(stream(chunk({"a": {}}), chunk({"a": 1})), id="object, then number"),
        pytest.param(stream(chunk()) + b"data: {}\n\n", id="something after the end"),
    ],
)
def test_what_cannot_be_put_together(body: bytes) -> None:
    """Is refused whole, and the error says nothing of it."""
    with pytest.raises(Malformed, match=r"^(not strict JSON in|no chunk of|a field changes|something after)"):
        fold(body)


def test_a_folded_answer_is_silent() -> None:
    """It ends up in tracebacks."""
    assert repr(fold(stream(chunk({"content": "secret"})))) == "Folded(done=True)"
