"""The texts of a chat completion, and the tokens between them."""

from typing import Any

import pytest

from samples import a_body, an_answer, an_ask
from warmlane.dialects.openai_chat_spoken import speak
from warmlane.dialects.spoken import Spoken


def spoken(body: dict[str, Any], answer: dict[str, Any] | None = None) -> Spoken:
    """What was said; the answer is "4" unless another is given."""
    found = speak(an_ask(body), answer or an_answer())
    assert found is not None
    return found


def test_a_plain_chat() -> None:
    """Roles, texts and names are read; three tokens a message, one a name, three before the answer."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "name": "Ann", "content": "Hi"}]

    assert spoken(a_body(messages=messages)) == Spoken(
        asked=("system", "Be brief.", "user", "Ann", "Hi"), answered=("4",), framing=10, plain=True
    )


@pytest.mark.parametrize(
    "members",
    [
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "s"}}},
        {"reasoning_effort": "low"},
        {"x_new": 1},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]},
        {"messages": [{"role": "user", "content": "Hi", "x_new": 1}]},
        {"messages": [{"role": "assistant", "content": None, "tool_calls": []}]},
    ],
)
def test_what_costs_nobody_knows_what_is_not_plain(members: dict[str, Any]) -> None:
    """Tools, schemas, parts, and whatever is new."""
    assert not spoken(a_body(**members)).plain


def test_tools_and_schemas_are_counted_as_they_are_written() -> None:
    """An estimate is better than nothing."""
    tools = [{"type": "function", "function": {"name": "f"}}]
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"n":1}'}}]
    choice = {"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": calls}}
    found = spoken(a_body(tools=tools), an_answer(choices=[choice]))

    assert '[{"type":"function","function":{"name":"f"}}]' in found.asked
    assert found.answered == ("f", '{"n":1}')
    assert not found.plain


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ({"role": "assistant", "content": "4", "refusal": None, "annotations": []}, True),
        ({"role": "assistant", "content": "4", "reasoning_content": "Hm."}, False),
        ({"role": "assistant", "content": None, "refusal": "No."}, False),
    ],
)
def test_an_answer_of_more_than_text_is_not_plain(message: dict[str, Any], plain: bool) -> None:  # noqa: FBT001 - a fact
    """Whether a model counts what it thought is its vendor's business."""
    found = spoken(a_body(), an_answer(choices=[{"index": 0, "message": message}]))

    assert found.plain is plain
    assert found.answered in {("4",), ("4", "Hm."), ("No.",)}


@pytest.mark.parametrize("answer", [{}, {"choices": [1]}, {"choices": 7}, {"choices": []}])
def test_what_is_no_chat_is_not_counted(answer: dict[str, Any]) -> None:
    """And nothing is raised."""
    assert speak(an_ask(), answer) is None


@pytest.mark.parametrize("messages", [[], "Hi", [1], None, [[]]])
def test_messages_of_another_shape_are_not_counted(messages: Any) -> None:
    """Nor is anything raised."""
    assert speak(an_ask(a_body(messages=messages)), an_answer()) is None


def test_odd_members_are_passed_over() -> None:
    """A role that is no text, a choice without a message."""
    found = speak(an_ask(a_body(messages=[{"role": 1, "content": "Hi"}])), {"choices": [{}]})

    assert found == Spoken(asked=("Hi",), answered=(), framing=6, plain=False)
