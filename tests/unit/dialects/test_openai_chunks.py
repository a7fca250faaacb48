"""Streams of chunks, whatever their choices hold."""

import pytest

from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_chunks import Folded, fold
from warmlane.model import JsonObject


def put(body: bytes) -> Folded:
    """What comes of a stream, where a choice is what the last chunk said of it."""
    return fold(body, "kind", lambda index: {"index": index}, JsonObject.update)


def frames(*parts: str, end: str = "data: [DONE]\n\n") -> bytes:
    """Chunks as they go over the wire."""
    return ("".join(f"data: {part}\n\n" for part in parts) + end).encode()


def test_choices_are_put_in_their_places() -> None:
    """And what is beside them is kept, but for the padding; usage goes last."""
    folded = put(
        frames(
            '{"id":"c","object":"chunk","choices":[{"index":1,"a":1}],"obfuscation":"xx"}',
            '{"id":"","object":"chunk","choices":[{"a":2}],"usage":null}',
            '{"id":"","choices":[],"usage":{"total_tokens":3},"tier":"flex"}',
        )
    )

    assert folded.done
    assert list(folded.completion.items()) == [
        ("id", "c"),
        ("object", "kind"),
        ("tier", "flex"),
        ("choices", [{"index": 0, "a": 2}, {"index": 1, "a": 1}]),
        ("usage", {"total_tokens": 3}),
    ]


def test_a_stream_without_its_end_is_not_done() -> None:
    """What came of it is told all the same."""
    folded = put(frames('{"choices":[{"a":1}]}', end=""))

    assert (folded.done, folded.completion["choices"]) == (False, [{"index": 0, "a": 1}])


@pytest.mark.parametrize(
    "body",
    [
        frames("{"),
        frames("[]"),
        frames("{}"),
        frames('{"choices":null}'),
        frames('{"choices":["a"]}'),
        frames('{"choices":[{"index":"0"}]}'),
        frames('{"choices":[],"error":{"message":"boom"}}'),
        frames("[DONE]", '{"choices":[]}'),
        b"data: " + b"x" * (1 << 20) + b"\n\n",
    ],
)
def test_what_is_no_chunk_is_malformed(body: bytes) -> None:
    """An error inside a 200 too, and whatever comes behind the end."""
    with pytest.raises(Malformed):
        put(body)


def test_a_folded_answer_is_not_shown() -> None:
    """In no log."""
    assert repr(put(frames('{"choices":[{"text":"secret"}]}'))) == "Folded(done=True)"
