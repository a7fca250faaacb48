"""Answers that are lists of vectors, apart and together: byte for byte what the provider wrote of each."""

import json
from typing import Any

import pytest

from warmlane.dialects.google_embeddings import VECTORS as GOOGLE
from warmlane.dialects.openai_embeddings import VECTORS as OPENAI
from warmlane.dialects.vectors import Vectors
from warmlane.events import NoCache
from warmlane.model import Usage

# Spellings of numbers that a float would not survive, spaces, members that nobody knows.
WHOLE = (
    b'{"object": "list", "id": "x\\u00e9", "data": [{"object": "embedding", "index": 1, "embedding": [1.0,  -1e-7]},'
    b' {"embedding": [0.10, 2e+0], "index": 0, "extra": {"a": 1.50}}], "model": "m-1",'
    b' "usage": {"prompt_tokens": 10, "total_tokens": 10}}\n'
)
FIRST = b'{"embedding":[0.10, 2e+0],"index":0,"extra":{"a": 1.50}}'
SECOND = b'{"object":"embedding","index":0,"embedding":[1.0,  -1e-7]}'


def single(data: bytes, tokens: int) -> bytes:
    """The answer to one of them."""
    usage = b'{"prompt_tokens":%d,"total_tokens":%d}' % (tokens, tokens)
    return b'{"object":"list","id":"x\\u00e9","data":[%b],"model":"m-1","usage":%b}' % (data, usage)


def test_an_answer_comes_apart_in_the_order_of_its_indexes() -> None:
    """Each becomes an answer by itself, as its provider wrote it, with its share of the usage."""
    parts = OPENAI.apart(WHOLE)
    assert parts is not None

    assert (parts.model, parts.usage, len(parts.each)) == ("m-1", Usage(input_tokens=10), 2)
    assert list(OPENAI.singles(parts, [3, 7])) == [
        (single(FIRST, 3), Usage(input_tokens=3)),
        (single(SECOND, 7), Usage(input_tokens=7)),
    ]


def test_singles_go_together_again() -> None:
    """In any order, any of them twice; the usage is of each once."""
    parts = [OPENAI.apart(single(FIRST, 3)), OPENAI.apart(single(SECOND, 7))]
    joined = OPENAI.joined([part for part in parts if part], [1, 0, 1])

    first, second = FIRST.replace(b'"index":0', b'"index":1'), SECOND.replace(b'"index":0', b'"index":%d')
    assert joined == single(b",".join((second % 0, first, second % 2)), 10)


def test_a_place_is_given_only_where_there_was_one() -> None:
    """Not every vendor numbers them; nor counts."""
    parts = OPENAI.apart(b'{"data":[{"embedding":[1]},{"embedding":[2]}]}')
    assert parts is not None

    assert OPENAI.joined([parts], [1, 0]) == b'{"data":[{"embedding":[2]},{"embedding":[1]}]}'
    assert next(OPENAI.singles(parts, [1, 1])) == (b'{"data":[{"embedding":[1]}]}', None)


def test_usage_that_only_some_have_is_theirs() -> None:
    """And stands at the end, where the last one had none."""
    one, other = OPENAI.apart(single(FIRST, 3)), OPENAI.apart(b'{"data":[{"embedding":[2]}],"usage":null}')
    assert one is not None
    assert other is not None

    assert json.loads(OPENAI.joined([one, other], [0, 1]))["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert json.loads(OPENAI.joined([other], [0]))["usage"] is None
    assert b'"usage":{' in OPENAI.joined([one, OPENAI.apart(b'{"data":[{"embedding":[2]}]}') or one], [0, 1])


def test_one_outside_of_a_list() -> None:
    """Google has two forms: a list becomes single answers of the other form, and they a list."""
    whole = b'{"embeddings":[{"values":[0.10]},{"values":[2]}],"usageMetadata":{"promptTokenCount":4}}'
    parts = GOOGLE.apart(whole)
    assert parts is not None
    singles = [body for body, _ in GOOGLE.singles(parts, [1, 3])]

    assert singles == [
        b'{"embedding":{"values":[0.10]},"usageMetadata":{"promptTokenCount":1}}',
        b'{"embedding":{"values":[2]},"usageMetadata":{"promptTokenCount":3}}',
    ]
    assert GOOGLE.joined([part for part in map(GOOGLE.apart, singles) if part], [0, 1]) == whole


@pytest.mark.parametrize("vectors", [OPENAI, GOOGLE], ids=["openai", "google"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"data"',
        b"{}",
        b'{"data": {}}',
        b'{"data": null, "embeddings": null}',
        b'{"data": [], "embeddings": []}',
        b'{"data": [1], "embeddings": [1]}',
        b'{"data": [{}], "embeddings": [{}]}',
        b'{"data": [{"embedding": []}], "embedding": {"values": []}}',
        b'{"data": [{"embedding": ""}], "embedding": {}}',
        b'{"data": [{"embedding": null}], "embedding": null}',
        b'{"data": [{"embedding": [NaN]}], "embedding": {"values": [NaN]}}',
        b'{"data": [{"embedding": [1]}], "embedding": {"values": [1]}',
        b'{"data": [{"embedding": [1]}], "embedding": {"values": [1]}, "error": {"message": "no"}}',
        b'{"data": [{"embedding": [1], "index": 1}]}',
        b'{"data": [{"embedding": [1], "index": 0}, {"embedding": [1], "index": 0}]}',
        b'{"data": [{"embedding": [1], "index": 0}, {"embedding": [1]}]}',
        b'{"data": [{"embedding": [1], "index": "0"}]}',
        b'{"\xff": 1}',
        b'{"data": ' + b"[" * 100_000,
        b'{"data": [' + b'{"embedding": [1]},' * 3,
    ],
)
def test_what_is_no_list_of_vectors_does_not_come_apart(vectors: Vectors, body: bytes) -> None:
    """And never raises: a provider may say anything."""
    assert vectors.apart(body) is None
    assert vectors.finish(body, streamed=False).refuse is NoCache.MALFORMED


@pytest.mark.parametrize(
    "usage", ["null", "[]", "7", "{}", '{"prompt_tokens": -1}', '{"prompt_tokens": 1.5}', '{"prompt_tokens": "9"}']
)
def test_usage_that_says_nothing(usage: str) -> None:
    """Is no reason not to keep the vectors."""
    parts = OPENAI.apart(b'{"data": [{"embedding": [1]}], "usage": %b}' % usage.encode())

    assert parts is not None
    assert parts.usage is None or parts.usage.input_tokens is None


def test_a_usage_of_many_members_is_not_divided() -> None:
    """It would be multiplied by the number of items."""
    usage = json.dumps({f"count_{number}": 1 for number in range(1000)})
    parts = OPENAI.apart(b'{"data": [{"embedding": [1]}], "usage": %b}' % usage.encode())

    assert parts is not None
    assert parts.counted is None


@pytest.mark.parametrize("model", ["null", "7", '"\\ud800"', "[]"])
def test_a_model_without_a_name(model: str) -> None:
    """Is no reason either; of a string that is no Unicode nothing is told."""
    parts = OPENAI.apart(b'{"data": [{"embedding": [1]}], "model": %b}' % model.encode())

    assert parts is None or parts.model == ""


def test_a_request_is_narrowed_byte_for_byte() -> None:
    """Values stay as they were written."""
    body = b'{ "x": 1.0, "input" : ["a\\u00e9",  "b", "c" ],\n "dimensions":1e2 }'

    assert OPENAI.narrowed(body, [0, 2]) == b'{"x":1.0,"input":["a\\u00e9","c"],"dimensions":1e2}'
    assert GOOGLE.narrowed(b'{"requests": [{"a": 1.0}, {"b": 2}]}', [0]) == b'{"requests":[{"a": 1.0}]}'


@pytest.mark.parametrize(
    ("body", "streamed", "refuse"),
    [
        (single(FIRST, 3), False, None),
        (WHOLE, False, NoCache.MALFORMED),
        (single(FIRST, 3), True, NoCache.MALFORMED),
    ],
    ids=["one", "two", "stream"],
)
def test_the_answer_to_one_brings_one(body: bytes, *, streamed: bool, refuse: Any) -> None:
    """More than one, and whose they are cannot be said."""
    finish = OPENAI.finish(body, streamed=streamed)

    assert (finish.refuse, finish.exact_only) == (refuse, True)
