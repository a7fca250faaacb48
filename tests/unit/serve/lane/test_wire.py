"""What goes between stages comes out as it went in."""

import msgspec
import numpy as np
import pytest

from samples import NOW
from warmlane import errors
from warmlane.errors import Loading, Overloaded, StageError, TooLarge, Unreachable, UpstreamError, UpstreamTimeout
from warmlane.events import CallArrived, Event, LookupDone, NoCache, NotNear, Outcome, ReplyFinished, Stage, StageFailed
from warmlane.model import Near, Probe, Row, Scope, Usage, Vector
from warmlane_serve.lane import wire
from warmlane_stores.testing import a_row

PROBE = Probe(
    tenant=b"t" * 16,
    partition=b"p" * 16,
    vector=np.array([0.6, 0.8, 0], np.float32),
    vector_key=b"k" * 32,
    floor=0.85,
)
EVENTS: list[Event] = [
    CallArrived(call_id="1", at=NOW, tenant="abcd", provider="openai", dialect="openai_chat", model="m", streamed=True),
    LookupDone(
        call_id="1", at=NOW, outcome=Outcome.MISS, why=NoCache.STAGE_FAILED, not_near=NotNear.TIME, similarity=0.5,
        entry_age=None, took=0.001,
    ),
    StageFailed(call_id="1", at=NOW, stage=Stage.NEAR, error="StageError"),
    ReplyFinished(
        call_id="1", at=NOW, provider="openai", model="m", status=200, complete=True, outcome=Outcome.MISS,
        first_byte=0.1, took=0.2, usage=Usage(input_tokens=1), size=7,
    ),
]  # fmt: skip


def test_rows_and_keys() -> None:
    """Bytes of any kind; no row is none."""
    row = a_row(vector=bytes(range(256)), answer=b"\x00\xff" * 1000, labels=("a", "b"))

    assert wire.FOUND.read(wire.FOUND.write([row, None])) == [row, None]
    assert wire.ROWS.read(wire.ROWS.write([row])) == [row]
    assert wire.KEYS.read(wire.KEYS.write((b"t", [b"a", b"b"]))) == (b"t", [b"a", b"b"])
    assert wire.SCOPE.read(wire.SCOPE.write(Scope(label=b"l"))) == Scope(label=b"l")
    assert wire.NEAR.read(wire.NEAR.write([Near(similarity=0.9, row=row)])) == [Near(similarity=0.9, row=row)]


def test_a_probe() -> None:
    """Its vector to the last bit."""
    probe, limit = wire.read_probe(wire.write_probe(PROBE, 3))

    assert limit == 3
    assert np.array_equal(probe.vector, PROBE.vector)
    assert probe.vector.dtype == np.float32
    fields = ("tenant", "partition", "vector_key", "floor")
    assert [getattr(probe, name) for name in fields] == [getattr(PROBE, name) for name in fields]


def test_vectors() -> None:
    """One after the other, also those that are views of something else."""
    square = np.arange(12, dtype=np.float32).reshape(3, 4)
    vectors: list[Vector] = list(square.T)
    read = wire.read_vectors(wire.write_vectors(vectors), 4, 3)

    assert all(np.array_equal(one, other) for one, other in zip(vectors, read, strict=True))
    assert wire.read_vectors(b"", 0, 3) == []


@pytest.mark.parametrize(("count", "dim"), [(3, 3), (4, 2), (0, 3), (4, 0)])
def test_vectors_of_another_model_are_trouble(count: int, dim: int) -> None:
    """Rather than vectors of another shape."""
    with pytest.raises(StageError):
        wire.read_vectors(bytes(48), count, dim)


def test_events() -> None:
    """In order, each of its class."""
    assert wire.read_events(wire.write_events(EVENTS)) == EVENTS


def test_events_of_a_later_version_are_left_out() -> None:
    """The others are not lost with them."""
    later = msgspec.msgpack.encode([("ThingOfTomorrow", {"call_id": "1"}), ("StageFailed", EVENTS[2])])

    assert wire.read_events(later) == [EVENTS[2]]


@pytest.mark.parametrize(
    "error",
    [
        StageError("a"), Loading("b"), UpstreamError("c"), Unreachable("d"), Overloaded("e", retry_after=1),
        UpstreamTimeout("f"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_errors(error: errors.WarmlaneError) -> None:
    """The same class and words."""
    read = wire.read_error(wire.write_error(error))

    assert (type(read), read.message, read.retry_after) == (type(error), error.message, error.retry_after)


def test_an_error_that_has_no_business_between_stages() -> None:
    """Is trouble of the stage's."""
    assert type(wire.read_error(wire.write_error(TooLarge("x")))) is StageError


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", b"\x92\x01\x02", b"\xa3abc", msgspec.msgpack.encode({"tenant": "secret"})]
)
def test_what_cannot_be_read_is_trouble_and_is_not_quoted(data: bytes) -> None:
    """Whoever sent it is of another version, or none of ours."""
    for read in (wire.ROWS.read, wire.read_probe, wire.read_events, wire.read_error, wire.START.read):
        with pytest.raises(StageError, match="version") as raised:
            read(data)
        assert "secret" not in str(raised.value)
        assert raised.value.__suppress_context__


def test_text_that_is_no_unicode_is_trouble() -> None:
    """A lone surrogate."""
    with pytest.raises(StageError, match="encoded"):
        wire.TEXTS.write(["\ud800"])


def test_a_call_shows_only_its_id() -> None:
    """It is on its way with the caller's key."""
    start = wire.Start(
        id="wl_1", method="POST", provider="p", base_url="b", dialect=None, path="/secret", query="secret", headers=(),
        secret=b"secret", keyless=False,
    )  # fmt: skip

    assert repr(start) == "Start(wl_1)"
    assert wire.START.read(wire.START.write(start)) == start


def test_rows_stay_small() -> None:
    """What is added to a row is under a hundred bytes."""
    row = Row(tenant=b"t" * 16, key=b"k" * 16, partition=b"", expires=1, vector=b"", answer=b"a" * 1000)

    assert len(wire.ROWS.write([row])) < 1000 + 32 + 100
