"""The demo's completions."""

from typing import Any

import pytest

from unit.adapters.demo.asking import ANSWER, QUESTION, asked, data, kept, said
from warmlane.adapters.demo.answers import Unusable
from warmlane.adapters.demo.openai_completions import answer

ASKED: dict[str, Any] = {"model": "gpt-3.5-turbo-instruct", "prompt": QUESTION}
USAGE = {"stream_options": {"include_usage": True}}


@pytest.mark.parametrize("prompt", [QUESTION, [QUESTION]])
def test_an_answer_is_a_completion(prompt: Any) -> None:
    """A prompt alone in a list is that prompt."""
    told = said(answer(asked({**ASKED, "prompt": prompt})))

    assert told["choices"] == [{"text": ANSWER, "index": 0, "logprobs": None, "finish_reason": "stop"}]
    assert (told["object"], told["id"], told["usage"]["prompt_tokens"]) == ("text_completion", "cmpl-wl_1", 7)


def test_a_stream_says_the_same_as_a_whole_answer() -> None:
    """And is kept as that is."""
    told, whole = answer(asked({**ASKED, "stream": True, **USAGE})), answer(asked(ASKED))
    *chunks, end = data(told)
    plain = data(answer(asked({**ASKED, "stream": True})))[:-1]

    assert end == "[DONE]"
    assert kept("openai_completions", told, asked(ASKED)) == said(whole)
    assert chunks[-1]["usage"] == said(whole)["usage"]
    assert not any("usage" in chunk for chunk in plain)


def test_a_limit_cuts_the_answer() -> None:
    """With finish_reason `length`, in both modes."""
    told = said(answer(asked({**ASKED, "max_tokens": 4})))
    *_, last, _ = data(answer(asked({**ASKED, "max_tokens": 4, "stream": True})))

    assert (told["choices"][0]["text"], told["choices"][0]["finish_reason"]) == ("This is Warmlane'", "length")
    assert last["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": None}, "model"),
        ({"prompt": None}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"stream": 1}, "stream"),
        ({"n": 2}, "n"),
        ({"best_of": 3}, "best_of"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"echo": True}, "echo"),
        ({"suffix": "."}, "suffix"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, Any], field: str) -> None:
    """What would be answered wrongly is refused."""
    assert answer(asked({**ASKED, **fields})) == Unusable(field=field)
