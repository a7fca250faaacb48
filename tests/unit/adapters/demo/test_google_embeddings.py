"""The demo's embeddings, as Google has them."""

from typing import Any

import pytest

from unit.adapters.demo.asking import asked, kept, said
from warmlane.adapters.demo.answers import Asked, Unusable
from warmlane.adapters.demo.google_embeddings import answer
from warmlane.adapters.demo.vectors import vector

ONE = "/v1beta/models/gemini-embedding-001:embedContent"
SEVERAL = "/v1beta/models/gemini-embedding-001:batchEmbedContents"


def request(text: str = "Warm lane", **members: Any) -> dict[str, Any]:
    """What is asked for one content."""
    return {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}, **members}


def alone(**members: Any) -> Asked:
    """The same outside of a list."""
    return asked(request(**members), ONE)


def test_one_content_has_one_vector() -> None:
    """Which is the one that OpenAI's API has for the text."""
    told = said(answer(alone()))

    assert told == {"embedding": {"values": vector("Warm lane").tolist()}, "usageMetadata": {"promptTokenCount": 2}}
    assert kept("google_embeddings", answer(alone()), alone()) == told


@pytest.mark.parametrize("name", ["outputDimensionality", "output_dimensionality"])
def test_a_list_has_a_vector_for_each(name: str) -> None:
    """In order, each of its own size."""
    told = said(answer(asked({"requests": [request("One"), request("two", **{name: 7})]}, SEVERAL)))

    assert [each["values"] for each in told["embeddings"]] == [vector("One").tolist(), vector("two", 7).tolist()]
    assert told["usageMetadata"] == {"promptTokenCount": 2}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"content": None}, "content"),
        ({"content": {"parts": []}}, "content"),
        ({"text": " "}, "content"),
        ({"outputDimensionality": 0}, "outputDimensionality"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, Any], field: str) -> None:
    """Nothing has no vector."""
    assert answer(alone(**fields)) == Unusable(field=field)


@pytest.mark.parametrize("requests", [None, [], ["x"], {}])
def test_a_list_that_is_none_is_named(requests: Any) -> None:
    """Or that has nothing in it."""
    assert answer(asked({"requests": requests}, SEVERAL)) == Unusable(field="requests")
