"""The JSON of answers."""

import pytest

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import wire


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1.0}',
        b'{"a":1e-7}',
        b'{"a":1E+7}',
        b'{"a":-0.0}',
        b'{"a":0.10}',
        b'{"a":1e400}',
        b'{"a":18446744073709551617}',
        b'{"a":-0.30000000000000004123}',
        '{"ä":"😀\u2028 \\" \\\\ \\n / \u007f"}'.encode(),
        b'{"a":[null,true,false,{},[],""]}',
    ],
)
def test_what_is_written_is_what_was_read(text: bytes) -> None:
    """Numbers in their sender's spelling, text in UTF-8, nothing between."""
    assert wire.write(canonical.read(text)) == text


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b'"x"', b"1", b"{", b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":"\\ud800"}', b"\xef\xbb\xbf{}", b"{}x"],
)
def test_what_readers_differ_on_is_not_read(text: bytes) -> None:
    """And the error holds nothing of it."""
    with pytest.raises(Unreadable, match=r"not strict JSON|not an object"):
        canonical.read(text)


def test_what_is_no_json_is_not_written() -> None:
    """A mistake of ours is seen at once."""
    with pytest.raises(TypeError, match="no JSON value: complex"):
        wire.write({"a": 1j})
