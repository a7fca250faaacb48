"""The demo's chat completions."""

from typing import Any

import pytest

from unit.adapters.demo.asking import ANSWER, QUESTION, asked, data, kept, said
from warmlane.adapters.demo.answers import Unusable
from warmlane.adapters.demo.openai_chat import answer

CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": QUESTION}]}
USAGE = {"stream_options": {"include_usage": True}}


def test_an_answer_is_a_completion() -> None:
    """Of whatever model was asked for."""
    told = said(answer(asked(CHAT)))
    (choice,) = told["choices"]

    assert choice["message"] == {"role": "assistant", "content": ANSWER, "refusal": None}
    assert (told["object"], told["model"], told["created"]) == ("chat.completion", "gpt-4o", 1_800_000_000)
    assert (choice["finish_reason"], told["id"]) == ("stop", "chatcmpl-wl_1")
    assert told["system_fingerprint"]


def test_usage_adds_up() -> None:
    """Tokens in and out are counted, of all messages, and a longer question counts more."""
    short = said(answer(asked(CHAT)))["usage"]
    system = {"role": "system", "content": "Be brief."}
    long = said(answer(asked({**CHAT, "messages": [system, *CHAT["messages"]]})))["usage"]

    assert short["total_tokens"] == short["prompt_tokens"] + short["completion_tokens"]
    assert long["prompt_tokens"] == short["prompt_tokens"] + 3
    assert long["completion_tokens"] == short["completion_tokens"]


def test_a_stream_says_the_same_as_a_whole_answer() -> None:
    """Role first, then pieces, then the finish; one id and date in all."""
    *chunks, end = data(answer(asked({**CHAT, "stream": True})))

    assert end == "[DONE]"
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert len(chunks) > 20
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks) == ANSWER
    assert [c["choices"][0]["finish_reason"] for c in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert {(c["id"], c["created"], c["object"]) for c in chunks} == {
        ("chatcmpl-wl_1", 1_800_000_000, "chat.completion.chunk")
    }
    assert not any("usage" in c for c in chunks)


def test_a_stream_tells_usage_when_asked() -> None:
    """One more chunk without choices; the others say null. It is kept as the whole answer is."""
    told, whole = answer(asked({**CHAT, "stream": True, **USAGE})), answer(asked(CHAT))
    *chunks, _ = data(told)

    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == said(whole)["usage"]
    assert all(c["usage"] is None for c in chunks[:-1])
    assert kept("openai_chat", told, asked(CHAT)) == kept("openai_chat", whole, asked(CHAT)) == said(whole)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_a_limit_cuts_the_answer(field: str) -> None:
    """With finish_reason `length`, in both modes; a limit that is not reached cuts nothing."""
    cut = said(answer(asked({**CHAT, field: 4})))
    *chunks, _ = data(answer(asked({**CHAT, "stream": True, field: 4})))
    roomy = said(answer(asked({**CHAT, field: 4000})))

    assert cut["choices"][0]["message"]["content"] == "This is Warmlane'"
    assert (cut["choices"][0]["finish_reason"], cut["usage"]["completion_tokens"]) == ("length", 4)
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    assert roomy["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": ["hi"]}, "messages"),
        ({"stream": "yes"}, "stream"),
        ({"n": 2}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": "9"}, "max_tokens"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, Any], field: str) -> None:
    """What would be answered wrongly is refused: a client that waits for JSON must not get prose."""
    assert answer(asked({**CHAT, **fields})) == Unusable(field=field)


@pytest.mark.parametrize(
    "fields", [{"response_format": {"type": "text"}}, {"tools": [{}], "tool_choice": "auto"}, {"n": 1}, {"seed": 7}]
)
def test_what_a_text_answers_is_answered(fields: dict[str, Any]) -> None:
    """Tools may be offered: nobody has to call them."""
    assert said(answer(asked({**CHAT, **fields})))["choices"][0]["message"]["content"] == ANSWER
