"""Server-sent events: what the standard says, in every cut of the bytes."""

import pytest

from warmlane.dialects import sse
from warmlane.dialects.sse import Event, Oversize, Reader


def data(body: bytes) -> list[bytes]:
    """The data of the events that were ended by a blank line."""
    return [event.data for event in Reader().feed(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", [b"a", b"b"], id="LF"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"], id="CRLF"),
        pytest.param(b"data: a\r\rdata: b\r\r", [b"a", b"b"], id="CR"),
        pytest.param(b"data: a\n\r\ndata: b\r\n\n", [b"a", b"b"], id="mixed"),
        pytest.param(b"data:a\n\n", [b"a"], id="no space"),
        pytest.param(b"data:  a\n\n", [b" a"], id="one space only is taken"),
        pytest.param(b"data: a\ndata: b\n\n", [b"a\nb"], id="several lines"),
        pytest.param(b"data\n\n", [b""], id="no colon"),
        pytest.param(b"data: a:b\n\n", [b"a:b"], id="a colon in the data"),
        pytest.param(b": ping\n\n:\n\ndata: a\n: more\n\n", [b"a"], id="comments"),
        pytest.param(b"id: 1\nretry: 10\nother: x\ndata: a\n\n", [b"a"], id="other fields"),
        pytest.param(b"event: ping\n\ndata: a\n\n", [b"a"], id="no data, no event"),
        pytest.param(b"\n\n\ndata: a\n\n\n\n", [b"a"], id="blank lines"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [b"a"], id="byte order mark"),
        pytest.param(b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [b"a"], id="a mark later is part of a name"),
        pytest.param("data: über 😀\u2028x\n\n".encode(), ["über 😀\u2028x".encode()], id="only CR and LF end lines"),
        pytest.param(b"data: a\x0b\x0cb\x1c\n\n", [b"a\x0b\x0cb\x1c"], id="nor do other control characters"),
        pytest.param(b"data: a\n\ndata: b\n", [b"a"], id="no blank line, no event"),
    ],
)
def test_events_are_what_the_standard_says(body: bytes, expected: list[bytes]) -> None:
    """Whole, byte by byte, and with empty chunks between."""
    assert data(body) == expected

    reader = Reader()
    one_by_one = [
        event.data for at in range(len(body)) for event in (*reader.feed(body[at : at + 1]), *reader.feed(b""))
    ]
    assert one_by_one == expected


def test_an_event_has_the_last_name_given() -> None:
    """And the next event has none of it."""
    assert Reader().feed(b"event: a\nevent: b\ndata: 1\n\ndata: 2\n\n") == [
        Event(name=b"b", data=b"1"),
        Event(data=b"2"),
    ]


def test_an_event_is_given_when_its_blank_line_ends() -> None:
    """A CR ends a line at once; the LF that may follow is half of the same ending."""
    reader = Reader()

    assert reader.feed(b"data: a\r\r") == [Event(data=b"a")]
    assert reader.feed(b"\ndata: b\r") == []
    assert reader.feed(b"\n") == []
    assert reader.feed(b"\r") == [Event(data=b"b")]


@pytest.mark.parametrize("rest", [b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r"])
def test_the_end_gives_what_has_begun(rest: bytes) -> None:
    """Servers forget the last blank line, or the last line's end."""
    reader = Reader()

    assert reader.feed(rest) == []
    assert reader.end() == [Event(data=b"[DONE]")]
    assert reader.end() == []
    assert sse.read(rest) == [Event(data=b"[DONE]")]


def test_a_line_is_bounded() -> None:
    """In one chunk, in many, and at the limit."""
    assert Reader(16).feed(b"data: 0123456789\n\n") == [Event(data=b"0123456789")]
    with pytest.raises(Oversize):
        Reader(15).feed(b"data: 0123456789\n\n")
    with pytest.raises(Oversize):
        Reader(15).feed(b"\ndata: 0123456789")
    reader = Reader(15)
    assert [reader.feed(b"x") for _ in range(15)] == [[]] * 15
    with pytest.raises(Oversize):
        reader.feed(b"x")


def test_an_event_is_bounded() -> None:
    """Many short lines are a long event."""
    reader = Reader(100)
    assert [reader.feed(b"data: 012345678\n") for _ in range(10)] == [[]] * 10
    with pytest.raises(Oversize):
        reader.feed(b"data: 012345678\n")


def test_a_comment_is_not_kept() -> None:
    """An endless stream of comments is no event and takes no room."""
    reader = Reader(100)

    assert [reader.feed(b": still here\n\n") for _ in range(1000)] == [[]] * 1000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", []),
        (b"data: a\n\ndata: b\n\n", [b"data: a\n\n", b"data: b\n\n"]),
        (b"data: a\n\ndata: b", [b"data: a\n\n", b"data: b"]),
        (b"data: a\n\n\ndata: b\n\n", [b"data: a\n\n", b"\ndata: b\n\n"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"data: a\r\n\r\n", b"data: b\r\n\r\n"]),
        (b"data: a\r\rdata: b\n\r\nx", [b"data: a\r\r", b"data: b\n\r\n", b"x"]),
        (b"data: a\r\ndata: b\r\n\r\n", [b"data: a\r\ndata: b\r\n\r\n"]),
    ],
)
def test_blocks_end_with_blank_lines(body: bytes, expected: list[bytes]) -> None:
    """Each holds one event at most, and nothing is lost between them."""
    assert sse.blocks(body) == expected


def test_a_frame_is_read_back() -> None:
    """With a name, with lines, with nothing in it."""
    for event in (Event(data=b"{}"), Event(name=b"ping", data=b"a\n\nb"), Event(data=b"")):
        assert Reader().feed(sse.frame(event.data, event.name)) == [event]
    assert sse.frame(b"{}") == b"data: {}\n\n"


@pytest.mark.parametrize(("text", "name"), [(b"a\rb", b""), (b"a", b"b\rc"), (b"a", b"b\ndata: c")])
def test_a_frame_cannot_be_broken_out_of(text: bytes, name: bytes) -> None:
    """What no event can carry is refused, not changed."""
    with pytest.raises(ValueError, match="line ending"):
        sse.frame(text, name)


def test_an_event_is_silent_about_its_data() -> None:
    """Events end up in tracebacks."""
    assert "secret" not in repr(Event(data=b"secret"))


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (b"", 0),
        (b"data: 1\n", 0),
        (b"data: 1\n\n", 9),
        (b"data: 1\n\ndata: 2", 9),
        (b"data: 1\n\ndata: 2\n\n", 18),
        (b"data: 1\r\n\r\n", 11),
        (b"data: 1\r\n\r", 0),
        (b"data: 1\n\ndata: 2\r\n\r", 9),
        (b"data: 1\r\r.", 9),
    ],
)
def test_whole_blocks_end_with_the_last_blank_line(body: bytes, end: int) -> None:
    """But not with half of one: what comes next may belong to it."""
    assert sse.whole_blocks(body) == end
    assert sse.whole_blocks(bytearray(body), max(0, end - 4)) == end
