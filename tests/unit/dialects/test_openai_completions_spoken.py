"""The texts of a completion of the kind before chat."""

from typing import Any

import pytest

from samples import dump
from warmlane.canonical import read
from warmlane.dialects.openai_completions import OpenAICompletions
from warmlane.dialects.openai_completions_spoken import speak
from warmlane.dialects.spoken import Spoken

ANSWER = {"choices": [{"index": 0, "text": " there was", "finish_reason": "stop"}]}


def spoken(**members: Any) -> Spoken:
    """What was said."""
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": "Once", **members}
    return speak(OpenAICompletions().read(read(dump(body))), ANSWER)


@pytest.mark.parametrize(
    ("prompt", "asked", "framing"),
    [
        ("Once", ("Once",), 0),
        (["Once", "Twice"], ("Once", "Twice"), 0),
        ([1, 2, 3], (), 3),
        ([[1, 2], [3]], (), 3),
        (None, (), 0),
        ({"a": 1}, (), 0),
    ],
)
def test_a_prompt_in_any_form(prompt: Any, asked: tuple[str, ...], framing: int) -> None:
    """Texts, or tokens, which count themselves."""
    assert spoken(prompt=prompt) == Spoken(asked=asked, answered=(" there was",), framing=framing, plain=True)


def test_a_suffix_is_not_plain() -> None:
    """How it is put before the model, nobody says."""
    assert not spoken(suffix="end").plain
