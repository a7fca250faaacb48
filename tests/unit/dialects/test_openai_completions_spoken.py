"""The texts of a completion of the kind before chat."""

from typing import Any

import pytest

from samples import dump
from warmlane.canonical import read
from warmlane.dialects.openai_completions import OpenAICompletions
from warmlane.dialects.openai_completions_spoken import speak
from warmlane.dialects.spoken import Spoken

ANSWER = b'{"choices":[{"index":0,"text":" there was","finish_reason":"stop"}]}'


def spoken(answer: bytes = ANSWER, *, streamed: bool = False, **members: Any) -> Spoken | None:
    """What was said."""
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": "Once", **members}
    return speak(OpenAICompletions().read(read(dump(body))), answer, streamed=streamed)


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


def test_a_stream_is_put_together_first() -> None:
    """Tokens do not end where chunks do."""
    stream = b'data: {"choices":[{"text":" th"}]}\n\ndata: {"choices":[{"text":"ere"}]}\n\ndata: [DONE]\n\n'
    found = spoken(stream, streamed=True)

    assert found is not None
    assert found.answered == (" there",)


def test_a_suffix_is_not_plain() -> None:
    """How it is put before the model, nobody says."""
    found = spoken(suffix="end")

    assert found is not None
    assert not found.plain


def test_what_is_no_completion_is_not_counted() -> None:
    """And nothing is raised."""
    assert spoken(b"{") is None
    assert spoken(b"data: {\n\n", streamed=True) is None
