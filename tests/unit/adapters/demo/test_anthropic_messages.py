"""The demo's messages, as Anthropic has them."""

from typing import Any

import pytest

from unit.adapters.demo.asking import ANSWER, QUESTION, asked, data, kept, said
from warmlane.adapters.demo.answers import Told, Unusable
from warmlane.adapters.demo.anthropic_messages import answer

ASKED: dict[str, Any] = {
    "model": "claude-sonnet-5", "max_tokens": 1024, "messages": [{"role": "user", "content": QUESTION}],
}  # fmt: skip


def test_an_answer_is_a_message() -> None:
    """One block, of text."""
    told = said(answer(asked(ASKED)))

    assert told["content"] == [{"type": "text", "text": ANSWER, "citations": None}]
    assert (told["type"], told["role"], told["model"]) == ("message", "assistant", "claude-sonnet-5")
    assert (told["stop_reason"], told["stop_sequence"]) == ("end_turn", None)
    assert told["usage"]["input_tokens"] == 7


@pytest.mark.parametrize("system", ["Be brief.", [{"type": "text", "text": "Be brief."}]])
def test_the_system_prompt_is_heard(system: Any) -> None:
    """It counts, and is not what is answered."""
    told = said(answer(asked({**ASKED, "system": system})))

    assert (told["usage"]["input_tokens"], told["content"][0]["text"]) == (10, ANSWER)


def test_a_stream_says_the_same_as_a_whole_answer() -> None:
    """Each event is named as its type says, and it is kept as the whole answer is."""
    told, whole = answer(asked({**ASKED, "stream": True})), answer(asked(ASKED))
    events = data(told)

    assert list(dict.fromkeys(event["type"] for event in events)) == [
        "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
        "message_stop",
    ]  # fmt: skip
    assert isinstance(told, Told)
    assert all(
        part.startswith(f"event: {event['type']}\n".encode()) for part, event in zip(told.parts, events, strict=True)
    )
    assert "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta") == ANSWER
    assert kept("anthropic_messages", told, asked(ASKED)) == said(whole)


def test_a_limit_cuts_the_answer() -> None:
    """With stop_reason `max_tokens`, in both modes."""
    told = said(answer(asked({**ASKED, "max_tokens": 4})))
    *_, last, _ = data(answer(asked({**ASKED, "max_tokens": 4, "stream": True})))

    assert (told["content"][0]["text"], told["stop_reason"]) == ("This is Warmlane'", "max_tokens")
    assert last["delta"]["stop_reason"] == "max_tokens"
    assert last["usage"]["output_tokens"] == told["usage"]["output_tokens"] == 4


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"system": 1}, "system"),
        ({"stream": "x"}, "stream"),
        ({"tool_choice": {"type": "any"}}, "tool_choice"),
        ({"tool_choice": {"type": "tool", "name": "f"}}, "tool_choice"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, Any], field: str) -> None:
    """What would be answered wrongly is refused."""
    assert answer(asked({**ASKED, **fields})) == Unusable(field=field)
