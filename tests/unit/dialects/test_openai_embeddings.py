"""What an embeddings request asks for, and how answers to it are given again."""

import json
from typing import Any

import pytest

from samples import dump
from warmlane.canonical import read
from warmlane.dialects.base import Ask
from warmlane.dialects.openai_embeddings import OpenAIEmbeddings
from warmlane.errors import NotCached
from warmlane.events import NoCache, NotNear

DIALECT = OpenAIEmbeddings()


def asked(given: Any, **members: Any) -> Ask:
    """What a request for these inputs asks for."""
    return DIALECT.read(read(dump({"model": "m", "input": given, **members})))


@pytest.mark.parametrize(
    ("given", "keyed", "texts"),
    [
        ("a", [{"model": "m", "input": "a"}], []),
        (["a"], [{"model": "m", "input": "a"}], []),
        ([1, 2], [{"model": "m", "input": [1, 2]}], []),
        ([[1, 2]], [{"model": "m", "input": [1, 2]}], []),
        (["a", "a"], [{"model": "m", "input": "a"}, {"model": "m", "input": "a"}], ["a", "a"]),
        ([[1], [2, 3]], [{"model": "m", "input": [1]}, {"model": "m", "input": [2, 3]}], [1, 2]),
        ("", [{"model": "m", "input": ""}], []),
    ],
)
def test_each_input_is_keyed_by_itself(given: Any, keyed: list[Any], texts: list[Any]) -> None:
    """One alone is what it is in a list of one; texts and tokens stay what they are."""
    ask = asked(given)

    assert ask.never is None
    if ask.items is None:
        assert [ask.keyed] == keyed
    else:
        assert list(ask.items.each) == keyed
        assert list(ask.items.texts) == texts


@pytest.mark.parametrize(
    "given",
    [None, 7, True, {}, [], [[]], [[], [1]], ["a", 1], ["a", [1]], [1, "a"], [1, True], [True], [1.5], [1, 2.0], [None],
     [{"text": "a"}], [[["a"]]], [["a"]], [[1], "a"]],
)  # fmt: skip
def test_other_inputs_are_not_read(given: Any) -> None:
    """The provider may know what to do with them."""
    assert asked(given).never is NoCache.UNREADABLE


@pytest.mark.parametrize("model", [None, "", 7, ["m"]])
def test_without_a_model_there_is_nothing_to_key(model: Any) -> None:
    """The same."""
    ask = asked("a", model=model)

    assert ask.never is NoCache.UNREADABLE
    assert ask.model == ""


def test_a_body_without_an_input_is_not_read() -> None:
    """Nor is an empty one."""
    assert DIALECT.read({}).never is NoCache.UNREADABLE
    assert DIALECT.read({"model": "m"}).never is NoCache.UNREADABLE


def test_all_members_are_in_the_key_but_names_of_users() -> None:
    """Members that nobody knows too."""
    ask = asked(["a", "b"], dimensions=3, encoding_format="float", user="u", task="x", safety_identifier="s")
    assert ask.items is not None

    assert ask.items.each[1] == {"model": "m", "input": "b", "dimensions": 3, "encoding_format": "float", "task": "x"}


def test_an_embedding_is_cached_without_asking_and_never_by_likeness() -> None:
    """The same text has the same vector."""
    ask = asked("a")

    assert (ask.deterministic, ask.not_near, ask.text, ask.streamed) == (True, NotNear.TEXT, None, False)
    assert ask.rest == ask.keyed


def test_an_answer_is_given_again_as_it_is() -> None:
    """There is one form, and no stream."""
    body = b'{"data": [{"embedding": [1.0], "index": 0}]}'

    assert DIALECT.render(body, streamed=False, ask=asked("a")) is body
    assert DIALECT.render(body, streamed=True, ask=asked("a")) is None
    assert DIALECT.finish(body, streamed=False).refuse is None
    assert DIALECT.content_type(asked("a")) == b"application/json"
    assert DIALECT.resource("/v1/embeddings") == "/v1/embeddings"


def test_errors_of_ours_are_openais() -> None:
    """As at all its endpoints."""
    content_type, body = DIALECT.error(NotCached("no"))

    assert content_type == b"application/problem+json"
    assert json.loads(body)["error"]["code"] == "not_cached"
