"""What an embedding request to Google asks for, in both of its forms."""

import json
from typing import Any

import pytest

from samples import dump
from warmlane.canonical import read
from warmlane.dialects.base import Ask
from warmlane.dialects.google_embeddings import GoogleEmbeddings
from warmlane.errors import NotCached
from warmlane.events import NoCache

DIALECT = GoogleEmbeddings()
ONE = "/v1beta/models/gemini-embedding-001:embedContent"
SEVERAL = "/v1beta/models/gemini-embedding-001:batchEmbedContents"


def request(text: str = "a", **members: Any) -> dict[str, Any]:
    """One content to be embedded."""
    return {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}, **members}


def one(body: Any, path: str = ONE) -> Ask:
    """What the request for one asks for."""
    return DIALECT.read(read(dump(body)), path, "")


def several(*requests: Any, **members: Any) -> Ask:
    """What a request for several asks for."""
    return DIALECT.read(read(dump({"requests": list(requests), **members})), SEVERAL, "")


def test_both_forms_have_one_key() -> None:
    """One alone, one in a list, one among others: with the model of the path repeated or not."""
    bare = {name: value for name, value in request().items() if name != "model"}
    ask = several(request(), request("b"))
    assert ask.items is not None

    assert one(request()).keyed == one(bare).keyed == several(request()).keyed == ask.items.each[0] == bare
    assert one(request(model="gemini-embedding-001")).keyed == bare
    assert DIALECT.resource(ONE) == DIALECT.resource(SEVERAL) == ONE
    assert (one(request()).alone, several(request()).alone) == (True, False)
    assert ask.items.texts == ("a", "b")


def test_a_tuned_model_is_another() -> None:
    """The path says whose it is."""
    assert "model" not in one(request(model="tunedModels/x"), "/v1beta/tunedModels/x:embedContent").keyed
    assert one(request(model="models/other")).keyed["model"] == "models/other"


@pytest.mark.parametrize(
    "members",
    [
        {"taskType": "RETRIEVAL_QUERY"},
        {"title": "t"},
        {"outputDimensionality": 64},
        {"output_dimensionality": 64},
        {"content": {"parts": [{"text": "a"}], "role": "user"}},
        {"content": {"parts": [{"text": "a"}, {"text": "b"}]}},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_changes_the_vector_is_in_the_key(members: dict[str, Any]) -> None:
    """Each member of a request, known or not."""
    assert one(request(**members)).keyed != one(request()).keyed
    assert one(request(**members)).never is None


def test_members_beside_the_requests_are_of_each() -> None:
    """Nobody knows what they mean."""
    assert several(request(), new=1).keyed not in (several(request()).keyed, several(request(), new=2).keyed)


@pytest.mark.parametrize(
    ("part", "never"),
    [
        ({"inlineData": {"mimeType": "image/png", "data": "AA=="}}, NoCache.MEDIA),
        ({"inline_data": {}, "text": "a"}, NoCache.MEDIA),
        ({"fileData": {"fileUri": "gs://x"}}, NoCache.SERVER_STATE),
        ({"file_data": {}}, NoCache.SERVER_STATE),
        ({"text": None}, NoCache.UNREADABLE),
        ({}, NoCache.UNREADABLE),
        ("a", NoCache.UNREADABLE),
    ],
)
def test_what_is_no_text_is_passed_through(part: Any, never: NoCache) -> None:
    """With all that was asked for beside it."""
    content = {"parts": [{"text": "a"}, part]}

    assert one(request(content=content)).never is never
    assert several(request(), request(content=content)).never is never


@pytest.mark.parametrize(
    "body",
    [{}, {"content": None}, {"content": "a"}, {"content": []}, {"content": {}}, {"content": {"parts": []}},
     {"content": {"parts": {"text": "a"}}}, {"requests": []}],
)  # fmt: skip
def test_other_contents_are_not_read(body: Any) -> None:
    """And never raise."""
    assert one(body).never is NoCache.UNREADABLE
    assert several(body).never is NoCache.UNREADABLE


@pytest.mark.parametrize("requests", [None, {}, "a", [], [1], [None], [[]]])
def test_other_lists_are_not_read(requests: Any) -> None:
    """The same."""
    assert DIALECT.read({"requests": requests}, SEVERAL, "").never is NoCache.UNREADABLE
    assert DIALECT.read({}, "", "").never is NoCache.UNREADABLE


def test_the_model_is_the_paths() -> None:
    """A body need not name it."""
    assert (one(request()).model, several(request()).model) == ("gemini-embedding-001", "gemini-embedding-001")


ALONE = b'{"embedding": {"values": [0.10]}}'
LISTED = b'{"embeddings": [{"values": [0.10]}]}'


@pytest.mark.parametrize(
    ("stored", "alone", "given"),
    [
        (ALONE, True, ALONE),
        (LISTED, False, LISTED),
        (ALONE, False, b'{"embeddings":[{"values":[0.10]}]}'),
        (LISTED, True, b'{"embedding":{"values":[0.10]}}'),
    ],
)
def test_an_answer_is_given_in_the_form_that_was_asked_for(stored: bytes, alone: bool, given: bytes) -> None:  # noqa: FBT001 - a fact per row
    """The very bytes where it is so already, and no number is touched."""
    ask = one(request()) if alone else several(request())

    assert DIALECT.finish(stored, streamed=False).refuse is None
    assert DIALECT.render(stored, streamed=False, ask=ask) == given
    assert DIALECT.content_type(ask) == b"application/json; charset=UTF-8"


def test_what_is_no_answer_is_not_given() -> None:
    """A row of another version, or a stream, which there is none of."""
    assert DIALECT.render(b"{}", streamed=False, ask=one(request())) is None
    assert DIALECT.render(ALONE, streamed=True, ask=one(request())) is None


def test_errors_of_ours_are_googles() -> None:
    """As at all its endpoints."""
    assert json.loads(DIALECT.error(NotCached("no"))[1])["error"]["status"] == "DEADLINE_EXCEEDED"


def test_there_is_no_text_to_cut() -> None:
    """Nothing is matched by likeness."""
    ask = one(request())

    assert ask.rest == ask.keyed
