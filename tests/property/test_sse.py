"""Server-sent events: no cut of the bytes changes what is read."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from warmlane.dialects import sse
from warmlane.dialects.sse import Event, Reader

# Made of what decides: line endings, fields, colons, half characters, a byte order mark.
TOKENS = st.sampled_from(
    [
        b"\n",
        b"\r",
        b"\r\n",
        b"data",
        b"event",
        b"id",
        b"retry",
        b":",
        b" ",
        b"{}",
        b"\xf0\x9f",
        b"\x98\x80",
        b"\xef\xbb\xbf",
    ]
)
BODIES = st.lists(TOKENS, max_size=40).map(b"".join)
DATA = st.binary(max_size=60).map(lambda data: data.replace(b"\r", b""))
NAMES = st.binary(max_size=10).map(lambda name: name.replace(b"\r", b"").replace(b"\n", b""))


def reference(body: bytes) -> list[Event]:
    """The standard's algorithm, word for word, over a whole stream."""
    lines = body.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    events, name, data = [], b"", b""
    for line in lines[:-1]:  # what has no ending is no line
        if line == b"":
            if data:
                events.append(Event(name=name, data=data[:-1]))
            name, data = b"", b""
        elif not line.startswith(b":"):
            field, _, value = line.partition(b":")
            value = value[1:] if value.startswith(b" ") else value
            if field == b"data":
                data += value + b"\n"
            elif field == b"event":
                name = value
    return events


@given(BODIES, st.lists(st.integers(0, 120), max_size=20))
def test_any_cut_reads_as_the_standard_says(body: bytes, cuts: list[int]) -> None:
    """Inside a line ending, inside a character, with empty chunks between."""
    places = [0, *sorted(cuts), len(body)]
    reader = Reader()

    seen = [event for a, b in pairwise(places) for event in reader.feed(body[a:b])]

    assert seen == reference(body)


@given(BODIES)
def test_the_end_gives_at_most_one_more(body: bytes) -> None:
    """What a blank line would have given."""
    assert sse.read(body) == reference(body + b"\n\n")


@given(BODIES)
def test_blocks_lose_nothing(body: bytes) -> None:
    """Joined they are the body; each holds one event at most; read one by one they give the same events."""
    blocks = sse.blocks(body)

    assert b"".join(blocks) == body
    assert all(len(Reader().feed(block)) <= 1 for block in blocks)
    if b"\xef\xbb\xbf" not in body:  # a mark is taken at the start of a stream only, and each block starts one here
        assert [event for block in blocks for event in sse.read(block)] == sse.read(body)


@given(st.lists(st.tuples(DATA, NAMES), max_size=5), st.integers(1, 9))
def test_frames_are_read_back(events: list[tuple[bytes, bytes]], step: int) -> None:
    """Any data without a CR, in pieces of any size."""
    body = b"".join(sse.frame(data, name) for data, name in events)
    reader = Reader()

    seen = [event for at in range(0, len(body), step) for event in reader.feed(body[at : at + step])]

    assert seen == [Event(name=name, data=data) for data, name in events]
