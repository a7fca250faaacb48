"""A copy of an answer, taken while it passes by."""

import pytest

from samples import an_answer, dump
from warmlane.dialects.google_generate import GoogleGenerate
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.dialects.openai_embeddings import OpenAIEmbeddings
from warmlane.events import NoCache
from warmlane.model import Head, Headers
from warmlane.tee import Tee

JSON: Headers = ((b"content-type", b"application/json"),)
STREAM: Headers = ((b"content-type", b"Text/Event-Stream; charset=utf-8"),)
LENGTH: Headers = ((b"content-length", b"10"),)


def begun(headers: Headers = JSON, limit: int = 1000) -> Tee:
    """A tee that has seen the head."""
    tee = Tee(limit)
    tee.start(Head(status=200, headers=headers))
    return tee


def filled(body: bytes, headers: Headers = JSON, limit: int = 1000) -> Tee:
    """A tee that has seen all."""
    tee = begun(headers, limit)
    tee.add(body)
    tee.complete = True
    return tee


def dump_stream(text: str) -> tuple[bytes, bytes]:
    """A stream that says `text`, in two pieces."""
    said = {"id": "1", "object": "chat.completion.chunk", "model": "m"}
    piece = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    first, last = (b"data: " + dump({**said, "choices": [choice]}) + b"\n\n" for choice in (piece, end))
    return first, last + b"data: [DONE]\n\n"


def test_it_has_started_when_there_is_a_head() -> None:
    """Before it, nothing was answered."""
    assert not Tee(10).started
    assert begun().started


@pytest.mark.parametrize(
    ("headers", "short"),
    [
        ((*JSON, *LENGTH), True),
        ((*JSON, (b"content-length", b"1000")), True),
        ((*JSON, (b"content-length", b"1001")), False),
        ((*JSON, (b"content-length", b"ten")), False),
        (JSON, False),
        ((*STREAM, *LENGTH), False),
    ],
)
def test_only_a_short_whole_answer_is_read_before_its_head_leaves(headers: Headers, *, short: bool) -> None:
    """A stream never waits, nor does what is long or of unknown length."""
    assert begun(headers).is_short is short


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        (JSON, True),
        ((*STREAM, *LENGTH), True),
        ((*JSON, (b"content-length", b"1001")), False),
        ((*JSON, (b"content-encoding", b"gzip")), False),
    ],
)
def test_a_head_can_forbid_that_the_answer_is_kept(headers: Headers, *, kept: bool) -> None:
    """Then nothing is promised to the caller."""
    assert begun(headers).may_be_kept is kept


def test_it_holds_what_passed_by() -> None:
    """In order, and as often as it is asked for."""
    tee = begun()
    assert tee.body == b""
    for piece in (b"a", b"bc", b"", b"d"):
        tee.add(piece)

    assert (tee.body, tee.body, tee.size) == (b"abcd", b"abcd", 4)


def test_what_is_too_long_is_let_go_but_counted() -> None:
    """An endless answer costs no memory."""
    tee = begun(limit=3)
    for piece in (b"ab", b"cd", b"e"):
        tee.add(piece)
    tee.complete = True

    assert (tee.body, tee.size) == (b"", 5)
    assert tee.finish(OpenAIChat()) is None


def test_short_may_be_less_than_it_holds() -> None:
    """A long answer is passed on as it comes, and held all the same."""
    tee = Tee(1000, short=9)
    tee.start(Head(status=200, headers=(*JSON, *LENGTH)))
    tee.add(b"0123456789")

    assert (tee.is_short, tee.may_be_kept, tee.body) == (False, True, b"0123456789")


def test_it_can_begin_anew() -> None:
    """Another answer to the same call leaves nothing of the first."""
    tee = filled(b"0123456789", (*STREAM, (b"content-encoding", b"gzip")))
    tee.clear()
    assert (tee.started, tee.complete, tee.streamed, tee.encoding, tee.size, tee.body) == (
        False, False, False, None, 0, b"",
    )  # fmt: skip

    tee.start(Head(status=200, headers=JSON))
    tee.add(dump(an_answer()))
    tee.complete = True
    finish = tee.finish(OpenAIChat())

    assert finish is not None
    assert finish.refuse is None


def test_a_whole_answer_is_judged() -> None:
    """By the dialect, once, in the mode that its content type names."""
    tee = filled(dump(an_answer()))
    finish = tee.finish(OpenAIChat())

    assert finish is not None
    assert finish.refuse is None
    assert tee.finish(OpenAIChat()) is finish
    in_stream = filled(b"data: [DONE]\n\n", STREAM).finish(OpenAIChat())
    assert in_stream is not None
    assert in_stream.refuse is NoCache.EMPTY


@pytest.mark.parametrize("encoding", [b"identity", b"", b"Identity"])
def test_no_encoding_has_several_spellings(encoding: bytes) -> None:
    """They all mean that the bytes are the answer."""
    assert filled(dump(an_answer()), (*JSON, (b"content-encoding", encoding))).finish(OpenAIChat()) is not None


def test_a_stream_that_said_its_end_is_whole_though_its_reader_left() -> None:
    """SDKs hang up at the end marker, often before the body has ended."""
    chat, said = OpenAIChat(), b"".join(dump_stream("4"))
    tee = begun(STREAM)
    tee.add(said)
    tee.leave(chat)
    finish = tee.finish(chat)

    assert tee.complete
    assert finish is not None
    assert finish.refuse is None


def test_a_stream_without_an_end_of_its_own_is_whole_only_when_its_body_has_ended() -> None:
    """Google's: some models say STOP in every chunk, so who left after one has perhaps not read it all."""
    google, tee = GoogleGenerate(), begun(STREAM)
    tee.add(b'data: {"candidates": [{"content": {"parts": [{"text": "4"}]}, "finishReason": "STOP"}]}\r\n\r\n')
    tee.leave(google)

    assert not tee.complete
    assert tee.finish(google) is None
    tee.complete = True
    finish = tee.finish(google)
    assert finish is not None
    assert finish.refuse is None


@pytest.mark.parametrize(
    ("headers", "body", "limit"),
    [
        (STREAM, dump_stream("4")[0], 1000),
        (STREAM, b"".join(dump_stream("4")), 10),
        ((*STREAM, (b"content-encoding", b"gzip")), b"".join(dump_stream("4")), 1000),
        (JSON, dump(an_answer()), 1000),
    ],
    ids=["cut", "too long", "encoded", "no stream"],
)
def test_what_else_its_reader_left_is_not(headers: Headers, body: bytes, limit: int) -> None:
    """A half, and what cannot be read; a whole JSON text that has not ended is one that nobody hung up on."""
    tee = begun(headers, limit)
    tee.add(body)
    tee.leave(OpenAIChat())

    assert not tee.complete
    assert tee.finish(OpenAIChat()) is None


def test_what_was_cut_or_encoded_is_not_judged() -> None:
    """It cannot be read, so nothing can be said of it."""
    cut = begun()
    cut.add(dump(an_answer()))

    assert cut.finish(OpenAIChat()) is None
    assert filled(dump(an_answer()), (*JSON, (b"content-encoding", b"gzip"))).finish(OpenAIChat()) is None


def test_an_answer_is_put_together_once() -> None:
    """It is judged, counted and compared: folding a stream is what costs most of that."""
    tee = filled(b"".join(dump_stream("Hi")), STREAM)
    chat = OpenAIChat()
    finish, whole = tee.finish(chat), tee.whole(chat)

    assert finish is not None
    assert finish.refuse is None
    assert whole is not None
    assert whole.said is not None
    assert whole.said["choices"][0]["message"]["content"] == "Hi"
    assert tee.whole(chat) is whole


def test_vectors_are_not_put_together() -> None:
    """They are never read."""
    tee = filled(b'{"data":[{"index":0,"embedding":[1]}]}')

    assert tee.whole(OpenAIEmbeddings()) is None
    assert tee.finish(OpenAIEmbeddings()) is not None


def test_what_cannot_be_read_is_put_together_as_nothing() -> None:
    """And is refused for it."""
    tee = filled(b"{")
    whole, finish = tee.whole(OpenAIChat()), tee.finish(OpenAIChat())

    assert whole is not None
    assert whole.said is None
    assert finish is not None
    assert finish.refuse is NoCache.MALFORMED
