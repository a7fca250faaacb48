"""What is read alike in every API of the demo."""

from typing import Any

import pytest

from unit.adapters.demo.asking import QUESTION, asked
from warmlane.adapters.demo.answers import (
    Unusable,
    event,
    is_flag,
    is_history,
    is_limit,
    is_name,
    is_one,
    member,
    named_event,
    streamed,
    text_of,
    unusable,
    whole,
)


def test_an_answer_is_one_part_or_several() -> None:
    """Whole ones have a length to tell, streams have pieces to wait for."""
    one, several = whole({"a": "é"}), streamed([b"a", b"b"])

    assert (one.parts, one.streamed, one.content_type) == (('{"a":"é"}'.encode(),), False, b"application/json")
    assert (several.parts, several.streamed) == ((b"a", b"b"), True)


def test_events_are_framed() -> None:
    """With a name, where the API has names: clients skip an event of Anthropic's without one."""
    assert event({"a": 1}) == b'data: {"a":1}\n\n'
    assert named_event({"type": "ping"}) == b'event: ping\ndata: {"type":"ping"}\n\n'


def test_the_first_that_is_wrong_is_named() -> None:
    """One at a time, as providers do."""
    assert unusable({"a": True, "b": False, "c": False}) == Unusable(field="b")
    assert unusable({"a": True}) is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("One", "One"),
        ([{"text": "One"}, {"type": "image_url", "image_url": {}}, "odd", {"text": "two"}], "One two"),
        ({"text": "One"}, "One"),
        ([{"text": 1}], ""),
        ([], ""),
        (None, ""),
        (7, ""),
    ],
)
def test_the_text_of_a_content_is_found(content: Any, text: str) -> None:
    """Whatever else may be in it, or may be in its place."""
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_history, [[{}]], [[], {}, ["hi"], None, "hi", [{}, 1]]),
        (is_name, ["demo"], ["", None, 1, ["demo"]]),
        (is_flag, [None, True, False], ["yes", 1, [True]]),
        (is_limit, [None, 1, 4000], [0, -1, "9", True, 1.5]),
        (is_one, [None, 1], [0, 2, True, [1], "1"]),
    ],
)
def test_values_are_what_they_are_taken_for(check: Any, good: list[Any], bad: list[Any]) -> None:
    """Of any type that JSON has: nothing raises."""
    assert all(check(value) for value in good)
    assert not any(check(value) for value in bad)


def test_a_member_of_what_is_no_object_is_none() -> None:
    """So that nobody has to look first."""
    assert member({"a": 1}, "a") == 1
    assert member({"a": 1}, "b") is None
    assert member([1], "a") is None


def test_nothing_shows_what_was_asked_or_said() -> None:
    """Values end up in tracebacks."""
    shown = repr(asked({"text": QUESTION}, query="key=secret")) + repr(whole({"text": QUESTION}))

    assert "France" not in shown
    assert "secret" not in shown
