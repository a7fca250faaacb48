"""Answers in frames, however they are cut on the way."""

import pytest

from warmlane.errors import StageError, UpstreamTimeout
from warmlane.model import Head
from warmlane_serve.lane import frames
from warmlane_serve.lane.frames import Unframer

HEAD = Head(status=200, headers=((b"content-type", b"text/event-stream"), (b"x-a", b"\xff")))
CHUNKS = (b"a", b"", b"data: b\n\n", bytes(range(256)) * 8)
ANSWER = frames.head(HEAD) + b"".join(map(frames.data, CHUNKS)) + frames.END


def taken(*pieces: bytes) -> tuple[list[Head], bytes, Unframer]:
    """The heads, and the body, that these pieces give."""
    unframer = Unframer()
    items = [item for piece in pieces for item in unframer.feed(piece)]
    return (
        [item for item in items if isinstance(item, Head)],
        b"".join(item for item in items if isinstance(item, bytes)),
        unframer,
    )


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 1000, len(ANSWER)])
def test_pieces_of_every_size_give_the_same(size: int) -> None:
    """The cuts mean nothing."""
    heads, body, unframer = taken(*(ANSWER[at : at + size] for at in range(0, len(ANSWER), size)))

    assert (heads, body) == ([HEAD], b"".join(CHUNKS))
    assert (unframer.begun, unframer.ended) == (True, True)


def test_data_goes_on_before_its_frame_is_whole() -> None:
    """A large piece is not collected first; what came together goes on together."""
    unframer = Unframer()
    frame = frames.data(b"x" * 100)

    assert list(unframer.feed(frame[:50])) == [b"x" * 45]
    assert list(unframer.feed(frame[50:] + frames.data(b"y"))) == [b"x" * 55 + b"y"]


@pytest.mark.parametrize("length", range(0, len(ANSWER), 97))
def test_an_answer_that_breaks_off_has_not_ended(length: int) -> None:
    """Only the last frame ends it."""
    assert not taken(ANSWER[:length])[2].ended


def test_an_error_is_raised_after_what_came_before_it() -> None:
    """As what it was."""
    unframer = Unframer()
    items = unframer.feed(frames.head(HEAD) + frames.data(b"a") + frames.error(UpstreamTimeout("too late")))

    assert [next(items), next(items)] == [HEAD, b"a"]
    with pytest.raises(UpstreamTimeout, match="too late"):
        next(items)
    assert not unframer.ended


def test_another_version_is_a_stage_in_trouble() -> None:
    """Not an answer, and not a crash."""
    with pytest.raises(StageError, match="version"):
        taken(b"\x09\x00\x00\x00\x00")
