"""What hypothesis draws for every dialect: texts that are easily torn, JSON with its numbers as they are spelled."""

import json
from typing import Any

from hypothesis import strategies as st

from warmlane.canonical import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.lists(
    st.sampled_from(
        ["word", " ", "\n", "\r\n", "é", "e\u0301", "👩‍👩‍👧", "東京", "\u00a0", "\u2028", '"', "\\", "\x00"]
    ),
    max_size=30,
).map("".join)
NUMBERS = st.sampled_from(
    ["0", "1", "-1", "1.0", "-0.0", "1e-7", "1E5", "0.10", "1e400", "18446744073709551617", "-1.50E+03"]
)


class Number:
    """A number as it is spelled: json.dumps writes it through `spelled`."""

    def __init__(self, text: str) -> None:
        """Keep the spelling."""
        self.text = text

    def __repr__(self) -> str:
        """For the failing example."""
        return self.text


VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS.map(Number) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def spelled(value: Any) -> bytes:
    """A completion as a provider sends it, every number in its own spelling."""
    match value:
        case Number():
            return value.text.encode()
        case dict():
            return b"{" + b",".join(spelled(name) + b":" + spelled(inner) for name, inner in value.items()) + b"}"
        case list():
            return b"[" + b",".join(map(spelled, value)) + b"]"
        case _:
            return json.dumps(value).encode()


def ordered(text: bytes) -> bytes:
    """The same JSON with its names in order, and its numbers as they are spelled there."""
    spelling = {"parse_float": lambda number: f"number {number}", "parse_int": lambda number: f"number {number}"}
    return canonical(json.loads(text, **spelling))  # type: ignore[arg-type]
