"""An answer is whole exactly when its last byte has come, however it was cut."""

import pytest
from bench.framing import Answer

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Cache: HIT\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\n0\n\r\n0\r\n\r\n"
EMPTY_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("said", [LENGTH, CHUNKED, EMPTY_CHUNKED, EMPTY])
@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_whole_with_the_last_byte(said: bytes, step: int) -> None:
    """Not before it, whatever the reads are."""
    answer = Answer()
    pieces = [said[at : at + step] for at in range(0, len(said), step)]

    *early, last = [answer.feed(piece) for piece in pieces]

    assert (any(early), last) == (False, True)


def test_the_head_is_kept() -> None:
    """Whoever counts looks at it."""
    answer = Answer()
    answer.feed(LENGTH)

    assert answer.head == LENGTH.partition(b"\r\n\r\n")[0]


def test_started_with_the_first_byte_of_the_body() -> None:
    """A head alone is not the first chunk."""
    answer = Answer()
    seen = []
    for piece in (LENGTH[:20], LENGTH[20:-5], LENGTH[-5:-4]):
        answer.feed(piece)
        seen.append(answer.started)

    assert seen == [False, False, True]


def test_an_answer_that_does_not_say_where_it_ends() -> None:
    """Read until close would be counted wrongly."""
    with pytest.raises(ValueError, match="neither"):
        Answer().feed(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
