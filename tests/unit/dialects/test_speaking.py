"""How the texts of a call are told, in every dialect."""

import json
from typing import Any

import pytest

from samples import dump
from warmlane.canonical import read
from warmlane.dialects.base import Ask, Assembling
from warmlane.dialects.registry import DIALECTS
from warmlane.dialects.speaking import SPOKEN
from warmlane.dialects.spoken import Spoken

HI = {"role": "user", "content": "Hi"}
ASKED: dict[str, dict[str, Any]] = {
    "anthropic_messages": {"model": "m", "max_tokens": 9, "messages": [HI]},
    "google_generate": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
    "openai_chat": {"model": "m", "messages": [HI]},
    "openai_completions": {"model": "m", "prompt": "Hi"},
    "openai_responses": {"model": "m", "input": "Hi"},
}
TEXT = {"type": "text", "text": "Oh!"}
PART = {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "Oh!"}]}, "finishReason": "STOP"}]}
RESPONSE = {
    "id": "r", "object": "response", "status": "completed",
    "output": [{"type": "message", "id": "m", "content": [{"type": "output_text", "text": "Oh!"}]}],
}  # fmt: skip
WHOLE: dict[str, dict[str, Any]] = {
    "anthropic_messages": {"type": "message", "role": "assistant", "content": [TEXT], "stop_reason": "end_turn"},
    "google_generate": PART,
    "openai_chat": {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Oh!"}}]},
    "openai_completions": {"choices": [{"index": 0, "text": "Oh!"}]},
    "openai_responses": RESPONSE,
}
STREAM: dict[str, list[dict[str, Any]]] = {
    "anthropic_messages": [
        {"type": "message_start", "message": {"type": "message", "role": "assistant", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Oh!"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    ],
    "google_generate": [PART],
    "openai_chat": [{"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Oh!"}}]}],
    "openai_completions": [{"choices": [{"index": 0, "text": "Oh!"}]}],
    "openai_responses": [{"type": "response.completed", "sequence_number": 0, "response": RESPONSE}],
}


def events(chunks: list[dict[str, Any]]) -> bytes:
    """A stream, with the names that Anthropic wants."""
    named = [(f"event: {chunk['type']}\n" if "type" in chunk else "", json.dumps(chunk)) for chunk in chunks]
    return "".join(f"{name}data: {chunk}\n\n" for name, chunk in named).encode()


def said(name: str, ask: Ask, body: bytes, *, streamed: bool = False) -> Spoken | None:
    """What was said, once the answer is put together."""
    dialect = DIALECTS[name]
    assert isinstance(dialect, Assembling)
    whole = dialect.assemble(body, streamed=streamed)
    assert whole.said is not None
    return SPOKEN[name](ask, whole.said)


@pytest.mark.parametrize("name", SPOKEN)
def test_both_modes_say_the_same(name: str) -> None:
    """What was asked and what was answered, wherever the vendor has put it."""
    ask = DIALECTS[name].read(read(dump(ASKED[name])), "/v1beta/models/m:generateContent")
    whole, stream = said(name, ask, dump(WHOLE[name])), said(name, ask, events(STREAM[name]), streamed=True)

    assert isinstance(whole, Spoken)
    assert (whole.asked[-1], whole.answered) == ("Hi", ("Oh!",))
    assert whole == stream


def test_an_array_is_told_like_events() -> None:
    """Google's third mode comes without the name of a stream."""
    ask = DIALECTS["google_generate"].read(ASKED["google_generate"], "/v1beta/models/m:streamGenerateContent")

    assert said("google_generate", ask, dump([PART])) == Spoken(asked=("Hi",), answered=("Oh!",))


def test_every_dialect_but_embeddings_is_told() -> None:
    """A new one is not forgotten here."""
    assert set(DIALECTS) - set(SPOKEN) == {"google_embeddings", "openai_embeddings"}
