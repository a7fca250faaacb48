"""Sealing, for any entry."""

import math
import string

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from samples import NOW, a_caller, an_entry
from warmlane.model import Entry, Usage
from warmlane.seal import EXPIRY_STEP, NONCE, Tampered, open_entry, padded_length, seal

KEY, TAG = b"k" * 16, 16
CALLER = a_caller()
texts = st.text(st.characters(exclude_categories=["Cs"]))
counts = st.none() | st.integers(0, 2**40)
entries = st.builds(
    an_entry,
    st.binary(max_size=5000),
    prompt=texts,
    model=texts,
    streamed=st.booleans(),
    exact_only=st.booleans(),
    usage=st.none() | st.builds(Usage, input_tokens=counts, output_tokens=counts),
    made=st.floats(NOW, NOW + 1e6),
    expires=st.floats(NOW, NOW + 1e6),
    alias=st.none() | st.binary(min_size=16, max_size=16),
)


@given(entry=entries)
def test_what_is_sealed_opens_to_the_same(entry: Entry) -> None:
    """Every field, for its caller."""
    row = seal(CALLER, KEY, entry)

    assert open_entry(CALLER, row) == entry
    assert row.expires == math.ceil(entry.expires / EXPIRY_STEP) * EXPIRY_STEP


@given(entry=entries, at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_byte_can_be_changed(entry: Entry, at: int, bit: int) -> None:
    """Nonce, text, padding and tag alike."""
    row = seal(CALLER, KEY, entry)
    changed = bytearray(row.answer)
    changed[at % len(changed)] ^= 1 << bit

    try:
        opened = open_entry(CALLER, msgspec.structs.replace(row, answer=bytes(changed)))
    except Tampered:
        opened = None
    assert opened is None


@given(body=st.text(string.ascii_letters, min_size=24, max_size=200))
def test_no_text_shows(body: str) -> None:
    """Neither the answer nor the prompt is found in the sealed bytes."""
    row = seal(CALLER, KEY, an_entry(body.encode(), prompt=body[::-1]))

    assert body.encode() not in row.answer
    assert body[::-1].encode() not in row.answer


@given(size=st.integers(0, 2**24))
def test_padding_costs_little_and_never_takes(size: int) -> None:
    """At most 12 %; the same for all of a size class, so padding what is padded adds nothing."""
    padded = padded_length(size)

    assert size <= padded <= size * 1.125
    assert padded_length(padded) == padded


@given(entry=entries)
def test_a_sealed_length_is_a_size_class(entry: Entry) -> None:
    """Nothing finer than Padmé leaves the process."""
    plain = len(seal(CALLER, KEY, entry).answer) - NONCE - TAG

    assert padded_length(plain) == plain
