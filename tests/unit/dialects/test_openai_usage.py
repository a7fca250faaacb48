"""The usage chunk: asked for, hidden from who did not ask, and never made up."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlane.dialects import sse
from warmlane.dialects.openai_usage import Hider, asking, fit, without_usage

USED = '{"id":"c","choices":[],"usage":{"prompt_tokens":3}}'


def frames(*parts: str, newline: str = "\n") -> bytes:
    """Chunks as they go over the wire, and the end."""
    return "".join(f"data: {part}{newline}{newline}" for part in [*parts, "[DONE]"]).encode()


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (b'{"model":"m","stream":true}', b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}'),
        (b'{"stream_options":null, "a":1.0}', b'{ "a":1.0,"stream_options":{"include_usage":true}}'),
        (b'{"a":1,"stream_options":{}}', b'{"a":1,"stream_options":{"include_usage":true}}'),
        (
            b'{"stream_options":{"include_usage":false,"x":1.50},"a":"\\u00e9"}\n',
            b'{"a":"\\u00e9","stream_options":{"include_usage":true,"x":1.50}}\n',
        ),
    ],
)
def test_usage_is_asked_for(body: bytes, asked: bytes) -> None:
    """And not a byte of the other members is changed."""
    assert asking(body) == asked


@pytest.mark.parametrize("body", [b'{"stream_options":[]}', b'{"stream_options":"x"}', b'{"a":1,"a":2}', b"[]", b"{"])
def test_a_request_that_cannot_be_read_is_left_alone(body: bytes) -> None:
    """It is the provider's to refuse."""
    assert asking(body) is None


@pytest.mark.parametrize(
    ("parts", "plain", "counted"),
    [
        pytest.param(['{"choices":[1]}'], True, False, id="not counted"),
        pytest.param(['{"choices":[1],"usage":{}}'], True, True, id="beside the last choice"),
        pytest.param(['{"choices":[1]}', '{"choices":[],"usage":{}}'], False, True, id="behind it"),
    ],
)
def test_usage_comes_where_it_is_wanted(parts: list[str], plain: bool, counted: bool) -> None:  # noqa: FBT001 - facts
    """And else goes, where it has a chunk of its own: whether each is the very bytes."""
    body = frames(*parts)

    assert (fit(body, wanted=False) is body, fit(body, wanted=True) is body) == (plain, counted)
    assert fit(body, wanted=False) == frames(parts[0])
    assert counted == (fit(body, wanted=True) is not None)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ('{"a":1,"usage":null}', '{"a":1}'),
        ('{"a":1, "usage" : null }', '{"a":1 }'),
        ('{"usage":null,"a":1}', '{"a":1}'),
        ('{"usage":null}', "{}"),
        ('{"a":{"b":1},"usage":null,"obfuscation":"x/+=","n":-1.5e3}', '{"a":{"b":1},"obfuscation":"x/+=","n":-1.5e3}'),
        ('{"a":1,"usage":null,"b":{"c":[1]}}', '{"a":1,"b":{"c":[1]}}'),
        ('{"a":1,"usage":null,"b":"\\"}"}', '{"a":1,"b":"\\"}"}'),
        (
            '{"choices":[{"usage":null,"x":"\\"usage\\":null"}],"usage":null}',
            '{"choices":[{"usage":null,"x":"\\"usage\\":null"}]}',
        ),
    ],
)
def test_a_usage_of_null_goes(given: str, left: str) -> None:
    """The member of the chunk itself, wherever it stands, with its comma."""
    assert without_usage(f"data: {given}\n\n".encode()) == f"data: {left}\n\n".encode()
    assert without_usage(f"data:{given}\r\n\r\n".encode()) == f"data:{left}\r\n\r\n".encode()


@pytest.mark.parametrize(
    "block",
    [
        b'data: {"choices":[{"delta":{"content":"\\"usage\\":null"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":",\\"usage\\":null}"}}]}\n\n',
        b'data: {"choices":[{"a":1,"usage":null}]}\n\n',
        b'data: {"x":{"b":1,"usage":null}}\n\n',
        b'data: {"choices":[{"a":1}],"usage":{"prompt_tokens":3}}\n\n',
        b'data: {"a":1,"usage":7}\n\n',
        b'data: {"a":1,"usage":nul\n\n',
        b': "usage"\n\n',
        b'data: {"a":1,\ndata: "usage":null}\n\n',
        b"data: [DONE]\n\n",
        b"",
    ],
)
def test_what_is_no_usage_chunk_stays(block: bytes) -> None:
    """Texts about usage, usage inside of other members, usage that came with a choice, and what cannot be read."""
    assert without_usage(block) == block


@pytest.mark.parametrize("chunk", [USED, '{"usage":{}}', '{"choices":null,"usage":{"x":[]}}'])
def test_a_chunk_of_nothing_but_usage_goes_whole(chunk: str) -> None:
    """Also where the choices are left out."""
    assert without_usage(f"data: {chunk}\n\n".encode()) == b""


CHUNKS = st.one_of(
    st.just(USED),
    st.just('{"choices":[{"delta":{"content":"Hé 🗼"}}],"usage":null}'),
    st.just('{"choices":[{"delta":{"content":"\\"usage\\":null"}}]}'),
    st.text(max_size=8).map(lambda text: json.dumps({"choices": [{"delta": {"content": text}}], "usage": None})),
)


@given(
    chunks=st.lists(CHUNKS, max_size=6),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    comments=st.booleans(),
    rest=st.sampled_from([b"", b"data: {", b'data: {"a":1,"usage":null}', b"\n"]),
    cuts=st.lists(st.integers(0, 600), max_size=12),
)
def test_a_stream_under_way_is_shown_as_a_whole_one(
    chunks: list[str],
    newline: str,
    comments: bool,  # noqa: FBT001 - drawn
    rest: bytes,
    cuts: list[int],
) -> None:
    """However it is cut; and every block goes out as soon as it is there."""
    comment = f": usage{newline}{newline}".encode() if comments else b""
    body = comment + frames(*chunks, newline=newline) + rest
    edges = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    hider, shown, given = Hider(), b"", b""

    for start, end in pairwise(edges):
        shown += hider.feed(body[start:end])
        given += body[start:end]
        ready = given[: sse.whole_blocks(given)]
        assert shown.startswith(b"".join(map(without_usage, sse.blocks(ready)))[: len(shown)])
        assert len(shown) >= len(b"".join(map(without_usage, sse.blocks(ready))))
    shown += hider.end()

    assert shown == fit(body, wanted=False)


def test_an_endless_event_is_not_held_back() -> None:
    """It goes on as it comes, up to its end; what follows is looked at again."""
    long = b'data: {"choices":[],"usage":{},"x":"' + b"x" * 300_000
    hider = Hider()

    assert hider.feed(long) == long
    assert hider.feed(b"yy") == b""
    assert hider.feed(b"\n" + frames(USED, USED)) == b"yy\n" + frames(USED)
    assert hider.end() == b""


def test_one_byte_at_a_time_is_no_work_for_hours() -> None:
    """A slow line of many line feeds is searched once, not from its beginning with each byte."""
    hider = Hider()
    block = b"data: 1\n" * 20_000

    assert b"".join(hider.feed(block[at : at + 4]) for at in range(0, len(block), 4)) == b""
    assert hider.end() == block


def test_a_block_that_ends_in_a_cr_is_shown_with_the_next_byte() -> None:
    """Until then a line feed might have followed; then it must not wait for the end of another line."""
    hider = Hider()
    assert hider.feed(b'data: {"a":1}\r\r') == b""
    assert hider.feed(b"d") == b'data: {"a":1}\r\r'
