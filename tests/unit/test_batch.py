"""Which of several things are known, and what is made of it."""

import json
from typing import Any

from samples import NOW, an_entry, dump
from warmlane.batch import Batch, Known
from warmlane.canonical import read
from warmlane.dialects.openai_embeddings import VECTORS, OpenAIEmbeddings
from warmlane.events import NoCache
from warmlane.model import Usage

KEYS = {"a": b"A" * 16, "b": b"B" * 16, "c": b"C" * 16}


def a_batch(texts: str) -> Batch:
    """A batch of these letters."""
    items = OpenAIEmbeddings().read(read(body(texts))).items
    assert items is not None
    return Batch(items, [KEYS[text] for text in texts])


def body(texts: str) -> bytes:
    """The request for them."""
    return dump({"model": "m", "input": list(texts)})


def answer(texts: str, model: str = "m", tokens: int = 12) -> bytes:
    """A provider's answer: the vector of a letter is its number."""
    data = [{"index": at, "embedding": [ord(text)]} for at, text in enumerate(texts)]
    return dump({"data": data, "model": model, "usage": {"prompt_tokens": tokens}})


def known(text: str, *, model: str = "m", **fields: Any) -> Known:
    """What the cache has of one."""
    said = answer(text, model, tokens=5)
    parts = VECTORS.apart(said)
    assert parts is not None
    entry = an_entry(said, model=model, **{"usage": Usage(input_tokens=5), **fields})
    return Known(entry=entry, parts=parts)


def letters(said: bytes | None) -> tuple[str, int]:
    """Whose vectors an answer has, and how many tokens it counts."""
    assert said is not None
    whole = json.loads(said)
    assert [each["index"] for each in whole["data"]] == list(range(len(whole["data"])))
    return "".join(chr(each["embedding"][0]) for each in whole["data"]), whole["usage"]["prompt_tokens"]


def test_equal_ones_have_one_key() -> None:
    """And then less is asked for, though nothing is known."""
    batch = a_batch("abab")

    assert batch.keys == [KEYS["a"], KEYS["b"]]
    assert batch.asks_less
    assert json.loads(batch.narrowed(body("abab")))["input"] == ["a", "b"]
    assert batch.texts() == ["a", "b"]


def test_where_all_differ_and_none_is_known_nothing_is_less() -> None:
    """The request goes out as it came."""
    batch = a_batch("ab")

    assert not batch.asks_less
    assert not batch.is_known
    assert batch.share == "0/2"


def test_what_comes_fills_the_places_of_what_is_missing() -> None:
    """Wherever they are, and however often."""
    batch = a_batch("cabca")
    batch.known[batch.keys.index(KEYS["a"])] = known("a")
    finish = batch.finish(answer("cb"), streamed=False)

    assert (finish.refuse, finish.usage) == (None, Usage(input_tokens=12))
    assert letters(batch.answer()) == ("cabca", 17)
    assert batch.share == "2/5"
    assert [(batch.keys[number], json.loads(said)["usage"]) for number, said, _ in batch.singles([1, 2])] == [
        (KEYS["c"], {"prompt_tokens": 4}),
        (KEYS["b"], {"prompt_tokens": 8}),
    ]


def test_what_is_all_known_needs_nobody() -> None:
    """One entry is made of it: as old as its oldest part, gone with the first."""
    batch = a_batch("ab")
    batch.known = {0: known("a"), 1: known("b", made=NOW - 9, expires=NOW + 1)}
    said = batch.answer()
    assert said is not None
    entry = batch.entry(said)

    assert batch.is_known
    assert letters(said) == ("ab", 10)
    assert (entry.made, entry.expires, entry.model, entry.usage) == (NOW - 9, NOW + 1, "m", Usage(input_tokens=10))
    assert entry.body is said


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    """Never too little."""
    batch = a_batch("ab")
    batch.known = {0: known("a"), 1: known("b", usage=None)}

    assert batch.entry(b"").usage is None


def test_models_are_not_mixed() -> None:
    """Neither among what is known, nor with what comes."""
    batch = a_batch("abc")
    batch.known = {0: known("a", model="old", made=NOW - 1), 1: known("b", model="new")}
    batch.agree()
    assert list(batch.known) == [1]

    batch.finish(answer("ac", "newer"), streamed=False)
    assert batch.answer() is None


def test_to_forget_is_to_ask_as_it_came() -> None:
    """Equal ones too, each of which then has a vector."""
    batch = a_batch("aba")
    batch.known = {0: known("a")}
    batch.forget()

    assert not batch.asks_less
    assert batch.finish(answer("aba"), streamed=False).refuse is None
    assert batch.texts() == ["a", "b", "a"]
    assert [number for number, _, _ in batch.singles([1, 1, 1])] == [0, 1]


def test_a_wrong_number_is_refused() -> None:
    """And a stream, and what is no answer; of what was counted something may be told."""
    batch = a_batch("ab")

    assert batch.finish(answer("abc"), streamed=False).refuse is NoCache.MALFORMED
    assert batch.finish(answer("abc"), streamed=False).usage == Usage(input_tokens=12)
    assert batch.finish(answer("ab"), streamed=True).refuse is NoCache.MALFORMED
    assert batch.finish(b"{}", streamed=False).refuse is NoCache.MALFORMED
    assert batch.fresh is None


def test_nothing_known_agrees() -> None:
    """There is nobody to disagree with."""
    batch = a_batch("ab")
    batch.agree()

    assert batch.known == {}
