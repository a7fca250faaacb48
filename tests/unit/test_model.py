"""The values: immutable, picklable, and silent about what they hold."""

import pickle

import numpy as np
import pytest

from warmlane.model import Call, Caller, Entry, Near, Probe, Row, Usage

TEXT = "a prompt that nobody may read"
KEY = b"k" * 32

CALL = Call(
    id="c1",
    method="POST",
    provider="openai",
    base_url="https://api.example.com",
    dialect="openai_chat",
    path="/v1/chat/completions",
    query="key=" + TEXT,
    headers=((b"authorization", TEXT.encode()),),
    body=TEXT.encode(),
    secret=TEXT.encode(),
)
CALLER = Caller(tenant=b"t" * 16, index_key=KEY, entry_key=KEY, vector_key=KEY, durable=True)
ENTRY = Entry(
    prompt=TEXT,
    body=TEXT.encode(),
    streamed=False,
    content_type="application/json",
    model="m",
    usage=Usage(input_tokens=3),
    made=100.0,
    expires=200.0,
)
ROW = Row(
    tenant=b"t" * 16, key=b"i" * 16, partition=b"p" * 16, expires=300, vector=b"v" * 40, answer=b"a" * 60, labels=(KEY,)
)
PROBE = Probe(tenant=b"t" * 16, partition=b"p" * 16, vector=np.ones(3, np.float32), vector_key=KEY, floor=0.85)


@pytest.mark.parametrize("value", [CALL, CALLER, ENTRY, ROW, Near(similarity=0.9, row=ROW), ENTRY.usage])
def test_a_value_crosses_a_process(value: object) -> None:
    """What is pickled comes back equal."""
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("value", [CALL, CALLER, ENTRY, ROW, PROBE])
def test_a_value_does_not_change(value: Call | Caller | Entry | Row | Probe) -> None:
    """Values are passed around and kept: whoever has one can rely on it."""
    with pytest.raises(AttributeError):
        value.tenant = b"other"  # type: ignore[union-attr, misc] # that it does not work is the point


@pytest.mark.parametrize("value", [CALL, CALLER, ENTRY, ROW, PROBE])
def test_a_value_does_not_tell_what_it_holds(value: object) -> None:
    """A repr ends up in a log or a traceback: no text, no key, no vector."""
    shown = repr(value)

    assert TEXT not in shown
    assert KEY.decode() not in shown
    assert KEY.hex() not in shown
    assert "1." not in shown


def test_the_size_of_a_row_is_what_it_takes() -> None:
    """Sealed bytes, three digests and the labels count against a quota."""
    assert ROW.size == 40 + 60 + 16 * 4
