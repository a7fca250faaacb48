"""The texts of a call, by what their members are called."""

from typing import Any

import pytest

from samples import an_ask, dump
from warmlane.canonical import read
from warmlane.dialects import spoken

ANTHROPIC = {
    "model": "claude", "max_tokens": 9, "system": [{"type": "text", "text": "Be brief."}],
    "messages": [
        {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBOR"}},
        ]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
            {"type": "tool_use", "id": "t1", "name": "look", "input": {"n": 1.0}},
        ]},
    ],
    "tools": [{"name": "look", "input_schema": {}}],
}  # fmt: skip
GOOGLE = {
    "contents": [{"role": "user", "parts": [{"text": "Hi"}, {"inlineData": {"data": "iVBOR"}}]}],
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "generationConfig": {"temperature": 0, "stopSequences": ["."], "responseSchema": {"type": "OBJECT"}},
}
RESPONSES = {
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "function_call", "call_id": "c", "name": "look", "arguments": '{"n":1}'},
        {"type": "function_call_output", "call_id": "c", "output": "3"},
    ],
    "instructions": "Be brief.",
}


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        (ANTHROPIC, ["Be brief.", "What is this?", "Hm.", "look", '{"n":1.0}', '[{"name":"look","input_schema":{}}]']),
        (GOOGLE, ["Hi", "Be brief.", '{"type":"OBJECT"}']),
        (RESPONSES, ["Hi", "look", '{"n":1}', "3", "Be brief."]),
        ({"input": ["a", "b"], "model": "m", "user": "u"}, ["a", "b"]),
        ({"input": [1, 2], "text": None, "prompt": True}, []),
    ],
)  # fmt: skip
def test_what_a_model_reads(said: dict[str, Any], texts: list[str]) -> None:
    """In any vendor's words: no media, no signature, no id, and JSON as JSON."""
    assert list(spoken.texts(read(dump(said)))) == texts


def test_any_call_can_be_told_roughly() -> None:
    """Never as plain."""
    found = spoken.roughly(an_ask(), {"text": "5", "id": "x"})
    assert found == spoken.Spoken(asked=("What is 2+2?",), answered=("5",))


def test_texts_are_in_no_log() -> None:
    """Only how many there are."""
    assert repr(spoken.Spoken(asked=("secret",), answered=())) == "Spoken(1 asked, 0 answered)"
