"""Vectors of many inputs: taken apart, kept one by one and put together, they are what the provider said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.drawn import NUMBERS, TEXT, VALUES, Number, ordered, spelled
from samples import an_entry
from warmlane.batch import Batch, Known
from warmlane.canonical import canonical, read
from warmlane.dialects.google_embeddings import VECTORS as GOOGLE
from warmlane.dialects.openai_embeddings import VECTORS as OPENAI
from warmlane.dialects.openai_embeddings import OpenAIEmbeddings
from warmlane.dialects.shares import apportioned, summed

pytestmark = pytest.mark.slow

COUNTS = st.integers(0, 10**6)
USAGE = st.fixed_dictionaries(
    {"prompt_tokens": COUNTS, "total_tokens": COUNTS},
    optional={"details": st.dictionaries(TEXT, COUNTS | st.none(), max_size=3), "x": st.none() | TEXT},
)
VECTOR = st.lists(NUMBERS.map(Number), min_size=1, max_size=4) | TEXT.filter(bool)
OTHERS = st.dictionaries(TEXT.filter(lambda name: name not in {"embedding", "index", "values"}), VALUES, max_size=2)
EACH = st.lists(st.tuples(VECTOR, OTHERS), min_size=1, max_size=6)
FRAME = st.dictionaries(
    TEXT.filter(lambda name: name not in {"data", "usage", "error", "model", "embedding", "embeddings"}),
    VALUES,
    max_size=3,
)


def whole(frame: dict[str, Any], each: list[tuple[Any, dict[str, Any]]], usage: dict[str, Any]) -> dict[str, Any]:
    """A provider's answer."""
    data = [{**others, "embedding": vector, "index": at} for at, (vector, others) in enumerate(each)]
    return {**frame, "data": data, "model": "m", "usage": usage}


@given(FRAME, EACH, USAGE, st.data())
def test_singles_put_together_are_the_whole(
    frame: dict[str, Any], each: list[tuple[Any, dict[str, Any]]], usage: dict[str, Any], data: st.DataObject
) -> None:
    """Every member, known or not, every number in its spelling, and the usage to the last token."""
    body = spelled(whole(frame, each, usage))
    parts = OPENAI.apart(body)
    assert parts is not None
    weights = data.draw(st.lists(st.integers(0, 50), min_size=len(each), max_size=len(each)))
    singles = [OPENAI.apart(single) for single, _ in OPENAI.singles(parts, weights)]
    joined = OPENAI.joined([one for one in singles if one is not None], range(len(each)))

    assert ordered(joined) == ordered(body)


@given(EACH, st.data())
def test_googles_two_forms_are_one(each: list[tuple[Any, dict[str, Any]]], data: st.DataObject) -> None:
    """Alone or in a list, the same vector in the same spelling."""
    listed = [{**others, "values": vector} for vector, others in each]
    body = spelled({"embeddings": listed})
    parts = GOOGLE.apart(body)
    assert parts is not None
    singles = [single for single, _ in GOOGLE.singles(parts, [1] * len(each))]
    at = data.draw(st.integers(0, len(each) - 1))
    apart = [GOOGLE.apart(single) for single in singles]

    assert ordered(singles[at]) == ordered(spelled({"embedding": listed[at]}))
    assert ordered(GOOGLE.joined([one for one in apart if one is not None], range(len(each)))) == ordered(body)


@given(USAGE, st.lists(st.integers(0, 10**9), min_size=1, max_size=8))
def test_shares_add_up(usage: dict[str, Any], weights: list[int]) -> None:
    """To exactly what was counted, whatever the weights."""
    assert canonical(summed(apportioned(usage, weights))) == canonical(usage)


@given(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=12), st.sets(st.sampled_from("abcdef")))
def test_each_place_has_the_vector_of_its_text(texts: list[str], cached: set[str]) -> None:
    """Whatever is known, and however often a text is asked for; the provider is asked for the rest, each once."""
    raw = json.dumps({"model": "m", "input": texts}).encode()
    items = OpenAIEmbeddings().read(read(raw)).items
    assert items is not None
    batch = Batch(items, [text.encode() for text in texts])
    for number, key in enumerate(batch.keys):
        said = answer([key.decode()])
        parts = OPENAI.apart(said)
        if key.decode() in cached and parts is not None:
            batch.known[number] = Known(entry=an_entry(said, model="m"), parts=parts)
    if not batch.is_known:
        asked = json.loads(batch.narrowed(raw) if batch.asks_less else raw)["input"]
        assert asked == [text for text in dict.fromkeys(texts) if text not in cached]
        assert batch.finish(answer(asked), streamed=False).refuse is None
    said = batch.answer()
    assert said is not None

    assert json.loads(said)["data"] == json.loads(answer(texts))["data"]


def answer(texts: list[str]) -> bytes:
    """The vector of a text is the text."""
    data = [{"embedding": text, "index": at} for at, text in enumerate(texts)]
    return json.dumps({"data": data, "model": "m"}).encode()


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_nothing_that_comes_raises(body: bytes, inside: bytes) -> None:
    """A provider may say anything."""
    for vectors in (OPENAI, GOOGLE):
        vectors.finish(body, streamed=False)
        vectors.finish(b'{"data": [{"embedding": ' + inside + b'}], "usage": ' + inside + b"}", streamed=False)
