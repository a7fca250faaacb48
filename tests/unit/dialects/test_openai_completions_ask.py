"""What an OpenAI completion request asks for."""

from typing import Any

import pytest

from warmlane.canonical import canonical
from warmlane.dialects.base import Ask
from warmlane.dialects.openai_completions_ask import read
from warmlane.dialects.turns import TEXT_TAKEN
from warmlane.events import NoCache, NotNear

TEXT = "Say this is a test"


def ask(**members: Any) -> Ask:
    """A completion request with these members; None takes one away."""
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": TEXT, **members}
    return read({name: value for name, value in body.items() if value is not None})


def test_a_usual_request() -> None:
    """Model, mode, text; all of the body is in the key, and the rest lacks the text only."""
    seen = ask(temperature=0, max_tokens=7)

    assert (seen.model, seen.streamed, seen.wants_usage, seen.deterministic) == (
        "gpt-3.5-turbo-instruct", False, False, True,
    )  # fmt: skip
    assert (seen.never, seen.not_near, seen.text) == (None, None, TEXT)
    assert seen.rest == {**seen.keyed, "prompt": TEXT_TAKEN}


def test_a_stream_with_usage() -> None:
    """As for chat; neither is in the key."""
    seen = ask(stream=True, stream_options={"include_usage": True}, user="u")

    assert (seen.streamed, seen.wants_usage) == (True, True)
    assert seen.keyed == ask().keyed
    assert not ask(stream_options={"include_usage": True}).wants_usage


@pytest.mark.parametrize("prompt", [[TEXT], [1, 2, 3], [[1, 2, 3]], " \n"])
def test_what_has_no_text_is_matched_exactly_only(prompt: Any) -> None:
    """Tokens are no text, and a list is of another shape."""
    seen = ask(prompt=prompt)

    assert (seen.never, seen.not_near, seen.text) == (None, NotNear.TEXT, None)
    assert seen.rest == seen.keyed


def test_an_answer_that_repeats_its_prompt_fits_no_other() -> None:
    """It would put words in the caller's mouth."""
    assert ask(echo=True).not_near is NotNear.TEXT
    assert ask(echo=False).not_near is None


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"n": 2}, NoCache.CHOICES),
        ({"best_of": 3}, NoCache.CHOICES),
        ({"n": 1, "best_of": 1}, None),
        ({"prompt": [TEXT, TEXT]}, NoCache.CHOICES),
        ({"prompt": [[1], [2]]}, NoCache.CHOICES),
        ({"store": True}, NoCache.SERVER_STATE),
        ({"tools": [{"type": "web_search"}]}, NoCache.HOSTED_TOOLS),
        ({"plugins": [{"id": "web"}]}, NoCache.HOSTED_TOOLS),
        ({"model": "m:online"}, NoCache.HOSTED_TOOLS),
        ({"modalities": ["audio"]}, NoCache.MEDIA),
    ],
)
def test_what_is_never_cached(members: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6."""
    assert ask(**members).never is expected


@pytest.mark.parametrize(
    "members",
    [
        {"model": 1}, {"model": ""}, {"prompt": 1}, {"prompt": {}}, {"prompt": []}, {"prompt": [TEXT, 1]},
        {"prompt": [None]}, {"prompt": [True, 1]}, {"prompt": TEXT_TAKEN}, {"stream": "true"}, {"n": "2"},
        {"best_of": []}, {"tools": {"type": "function"}}, {"modalities": "audio"},
    ],
)  # fmt: skip
def test_what_is_not_understood_is_not_cached(members: dict[str, Any]) -> None:
    """It is the provider's to judge, and read never raises."""
    seen = ask(**members)

    assert (seen.never, seen.not_near, seen.text) == (NoCache.UNREADABLE, NotNear.TEXT, None)


def test_an_empty_body_is_not_understood() -> None:
    """Nor is one without a prompt."""
    assert read({}).never is NoCache.UNREADABLE
    assert ask(prompt=None).never is NoCache.UNREADABLE


@pytest.mark.parametrize(
    "members",
    [
        {"model": "davinci-002"}, {"prompt": TEXT + "."}, {"prompt": [TEXT]}, {"suffix": "x"}, {"echo": True},
        {"best_of": 1}, {"n": 1}, {"logprobs": 3}, {"max_tokens": 5}, {"stop": "."}, {"seed": 7}, {"top_p": 1},
        {"temperature": 0}, {"invented_tomorrow": None, "x": 1},
    ],
)  # fmt: skip
def test_everything_else_is_in_the_key(members: dict[str, Any]) -> None:
    """A parameter that nobody knows yet must miss."""
    assert canonical(ask(**members).keyed) != canonical(ask().keyed)
