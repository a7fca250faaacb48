"""A turn of a conversation."""

import copy
from typing import Any

import pytest

from warmlane.dialects.turns import TEXT_TAKEN, text, whole, without_text

IMAGE = {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Hello", "Hello"),
        ("  Hello\n", "  Hello\n"),
        ([{"type": "text", "text": "Hello"}], "Hello"),
        ([{"type": "text", "text": "Hello"}, IMAGE, {"type": "text", "text": "you"}], "Hello\nyou"),
        (None, None),
        ("", None),
        (" \n", None),
        ([], None),
        ([IMAGE], None),
        ([{"type": "text", "text": ""}], None),
        ([{"type": "input_text", "text": "Hello"}], None),
    ],
)
def test_the_text_is_what_the_parts_say(content: Any, expected: str | None) -> None:
    """A blank one is none: there is nothing to compare."""
    assert text(content, "text") == expected


def test_a_part_has_the_name_that_the_dialect_gives_it() -> None:
    """Not all call it `text`."""
    assert text([{"type": "input_text", "text": "Hello"}], "input_text") == "Hello"


@pytest.mark.parametrize(
    ("content", "left"),
    [
        ("Hello", TEXT_TAKEN),
        (
            [{"type": "text", "text": "Hello", "mark": 1}, IMAGE],
            [{"type": "text", "text": TEXT_TAKEN, "mark": 1}, IMAGE],
        ),
        (
            [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
            [{"type": "text", "text": TEXT_TAKEN}, {"type": "text", "text": TEXT_TAKEN}],
        ),
    ],
)
def test_only_the_text_is_taken(content: Any, left: Any) -> None:
    """Role, names, marks, images and the number of parts are still compared; what came is as it was."""
    message = {"role": "user", "content": content, "name": "ada"}
    before = copy.deepcopy(message)

    assert without_text(message, "text") == {**message, "content": left}
    assert message == before


def test_nothing_is_taken_where_there_is_no_text() -> None:
    """The same object."""
    keyed = {"messages": []}

    assert whole(keyed) is keyed
