"""From a whole completion to the stream of it."""

import json
from typing import Any

import pytest

from warmlane.dialects import sse
from warmlane.dialects.openai_completions_fold import fold
from warmlane.dialects.openai_completions_replay import replay

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
LOGS = {"tokens": ["Yes", ","], "token_logprobs": [0, -1], "top_logprobs": None, "text_offset": [0, 3]}


def completion(text: str = "Yes, sunny 🌞", **members: Any) -> dict[str, Any]:
    """A completion of one choice with usage; further members of the choice by name."""
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": "stop", **members}
    return {
        "id": "cmpl-1", "object": "text_completion", "created": 7, "model": "m", "choices": [choice], "usage": USAGE,
    }  # fmt: skip


COMPLETIONS = {
    "text": completion(),
    "empty": completion(""),
    "logprobs": completion("Yes,", logprobs=LOGS),
    "own fields": {**completion(stop_reason="###", ids=[1, 2]), "system_fingerprint": "fp", "citations": ["a", "b"]},
}


def test_the_stream_is_as_openai_sends_it() -> None:
    """Pieces, finish, usage, and the same id and date in all; every byte."""
    shared = '{"id":"cmpl-1","object":"text_completion","created":7,"model":"m","choices":'
    tail = ',"index":0,"logprobs":null,"finish_reason":null}],"usage":null}\n\n'

    assert replay(completion(), usage=True).decode() == (
        f'data: {shared}[{{"text":"Yes,"{tail}'
        f'data: {shared}[{{"text":" sunny"{tail}'
        f'data: {shared}[{{"text":" 🌞"{tail}'
        f'data: {shared}[{{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}}],"usage":null}}\n\n'
        f'data: {shared}[],"usage":{{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}}}\n\n'
        "data: [DONE]\n\n"
    )


@pytest.mark.parametrize("whole", COMPLETIONS.values(), ids=COMPLETIONS)
def test_folding_undoes_it(whole: dict[str, Any]) -> None:
    """Nothing is lost."""
    folded = fold(replay(whole, usage=True))

    assert folded.done
    assert folded.completion == whole


def test_no_usage_where_none_is_wanted() -> None:
    """Neither a chunk nor a null."""
    assert b"usage" not in replay(completion(), usage=False)


def test_log_probabilities_come_once() -> None:
    """With the first piece."""
    *events, _ = sse.read(replay(COMPLETIONS["logprobs"], usage=False))

    assert [json.loads(event.data)["choices"][0]["logprobs"] for event in events] == [LOGS, None]


def test_what_only_this_provider_knows_comes_first_and_last() -> None:
    """Clients look at either."""
    first, *between, last = [json.loads(e.data) for e in sse.read(replay(COMPLETIONS["own fields"], usage=False))[:-1]]

    assert (first["citations"], last["citations"]) == (["a", "b"], ["a", "b"])
    assert (first["choices"][0]["stop_reason"], last["choices"][0]["stop_reason"]) == ("###", "###")
    assert all("citations" not in chunk and "stop_reason" not in chunk["choices"][0] for chunk in between)
    assert "ids" not in last["choices"][0]
