"""From a whole completion to the stream of it."""

import json
from typing import Any

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from warmlane.dialects import sse, wire
from warmlane.dialects.openai_chat_fold import fold
from warmlane.dialects.openai_chat_replay import replay

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
TOP = {"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": "gpt-4o"}
CALLS = [
    {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}},
    {"id": "call_2", "type": "function", "function": {"name": "get_time", "arguments": "{}"}},
]
CITED = {"start_index": 4, "end_index": 7, "title": "A", "url": "https://a.example"}
LOGPROBS = {
    "content": [
        {"token": "Hi", "logprob": -0.1, "bytes": [72, 105], "top_logprobs": []},
        {"token": " there", "logprob": -1.5, "bytes": [32], "top_logprobs": []},
    ],
    "refusal": None,
}


def completion(message: dict[str, Any], reason: str = "stop", **members: Any) -> dict[str, Any]:
    """A completion of one choice with usage; further members of the choice by name."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason, **members}
    return {**TOP, "choices": [choice], "usage": USAGE}


COMPLETIONS = {
    "text": completion({"content": "It is sunny in Oslo today.", "refusal": None, "annotations": []}, logprobs=None),
    "calls": completion({"content": None, "tool_calls": CALLS}, "tool_calls"),
    "text and calls": completion({"content": "Let me look.", "tool_calls": CALLS}, "tool_calls"),
    "old call": completion({"content": None, "function_call": CALLS[0]["function"]}, "function_call"),
    "logprobs": completion({"content": "Hi there"}, logprobs=LOGPROBS),
    "logprobs of a call": completion({"content": None, "tool_calls": CALLS}, "tool_calls", logprobs=LOGPROBS),
    "reasoning": completion({"content": "Yes.", "reasoning_content": "Let me think about it."}),
    "empty": completion({"content": ""}),
    "annotations": completion(
        {"content": "See [1].", "annotations": [{"type": "url_citation", "url_citation": CITED}]}
    ),
    "own fields": {
        **completion({"content": "Yes."}, stop_reason="###", content_filter_results={"hate": {"filtered": False}}),
        "service_tier": "default",
        "system_fingerprint": "fp_1",
        "citations": ["https://a.example"],
    },
}


def chunks(body: bytes) -> list[dict[str, Any]]:
    """The chunks of a stream that ends well."""
    *events, end = sse.read(body)
    assert end.data == b"[DONE]"
    return [json.loads(event.data) for event in events]


def test_the_stream_is_as_openai_sends_it() -> None:
    """Role, pieces, finish, usage, and the same id and date in all; every byte."""
    shared = '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"gpt-4o","choices":'
    tail = ',"logprobs":null,"finish_reason":null}],"usage":null}\n\n'
    body = completion({"content": "Yes, sunny 🌞", "refusal": None}, logprobs=None)

    assert replay(body, usage=True).decode() == (
        f'data: {shared}[{{"index":0,"delta":{{"role":"assistant","refusal":null,"content":""}}{tail}'
        f'data: {shared}[{{"index":0,"delta":{{"content":"Yes,"}}{tail}'
        f'data: {shared}[{{"index":0,"delta":{{"content":" sunny"}}{tail}'
        f'data: {shared}[{{"index":0,"delta":{{"content":" 🌞"}}{tail}'
        f'data: {shared}[{{"index":0,"delta":{{}},"logprobs":null,"finish_reason":"stop"}}],"usage":null}}\n\n'
        f'data: {shared}[],"usage":{{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}}}\n\n'
        "data: [DONE]\n\n"
    )


def test_no_usage_where_none_is_wanted() -> None:
    """Neither a chunk nor a null."""
    assert b"usage" not in replay(COMPLETIONS["text"], usage=False)


def test_a_tool_call_is_a_chunk() -> None:
    """With its number, after the text, before the finish."""
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(replay(COMPLETIONS["text and calls"], usage=False))]

    assert deltas == [
        {"role": "assistant", "content": ""},
        {"content": "Let"},
        {"content": " me"},
        {"content": " look."},
        {"tool_calls": [{"index": 0, **CALLS[0]}]},
        {"tool_calls": [{"index": 1, **CALLS[1]}]},
        {},
    ]


def test_reasoning_comes_before_the_answer() -> None:
    """Whatever its place in the message."""
    names = [
        name for chunk in chunks(replay(COMPLETIONS["reasoning"], usage=False)) for name in chunk["choices"][0]["delta"]
    ]

    assert names == ["role", "content", *["reasoning_content"] * 5, "content"]


@pytest.mark.parametrize("name", COMPLETIONS)
def test_folding_undoes_it(name: str) -> None:
    """Nothing is lost and nothing is added."""
    folded = fold(replay(COMPLETIONS[name], usage=True))

    assert folded.done
    assert json.loads(wire.write(folded.completion)) == COMPLETIONS[name]


@pytest.mark.parametrize("name", COMPLETIONS)
def test_the_sdk_makes_the_same_of_both(name: str) -> None:
    """OpenAI's own accumulator, fed with the replay, ends where its parser does with the whole completion."""
    state = ChatCompletionStreamState()
    for chunk in chunks(replay(COMPLETIONS[name], usage=True)):
        state.handle_chunk(ChatCompletionChunk.model_validate(chunk))

    assert plain(state.get_final_completion()) == plain(ChatCompletion.model_validate(COMPLETIONS[name]))


def plain(parsed: ChatCompletion) -> Any:
    """What the SDK made of it, less what its accumulator alone adds: null members, `parsed`, the number of a call."""
    dumped = parsed.model_dump(mode="json", exclude_none=True)
    for choice in dumped["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            call.pop("index", None)
            call["function"].pop("parsed_arguments", None)
    return dumped
