"""A call's line says what its events said."""

import json
from datetime import UTC, datetime

import msgspec

from warmlane.adapters.call_line import CallLine, LostLine, line_of
from warmlane.events import (
    CallArrived,
    CallRefused,
    ForwardFailed,
    LookupDone,
    NoCache,
    NotNear,
    Outcome,
    Refused,
    ReplyFinished,
    Stage,
    StageFailed,
)
from warmlane.model import Usage

ARRIVED = CallArrived(call_id="c1", at=10.0, provider="openai", dialect="openai_chat", model="gpt-4o", streamed=True)
LOOKED = LookupDone(
    call_id="c1", at=10.0, outcome=Outcome.NEAR, similarity=0.98765432, entry_age=61.0, took=0.0012345678
)
OVER = ReplyFinished(
    call_id="c1",
    at=1_800_000_000.25,
    tenant="0a1b2c3d",
    provider="openai",
    model="gpt-4o-2024-08-06",
    status=200,
    complete=True,
    outcome=Outcome.NEAR,
    first_byte=0.002,
    took=0.0025,
    usage=Usage(input_tokens=7, output_tokens=9),
    size=512,
)


def test_a_hit_in_full() -> None:
    """All that its three events say, once, in seconds, without what does not apply."""
    line = json.loads(msgspec.json.encode(line_of([ARRIVED, LOOKED], OVER)))

    assert line == {
        "event": "call",
        "time": "2027-01-15T08:00:00.250000Z",
        "call_id": "c1",
        "lane": "default",
        "tenant": "0a1b2c3d",
        "provider": "openai",
        "dialect": "openai_chat",
        "model": "gpt-4o",
        "answered_by": "gpt-4o-2024-08-06",
        "streamed": True,
        "outcome": "near",
        "similarity": 0.987654,
        "entry_age": 61.0,
        "lookup": 0.001235,
        "status": 200,
        "complete": True,
        "first_byte": 0.002,
        "took": 0.0025,
        "input_tokens": 7,
        "output_tokens": 9,
        "size": 512,
    }


def test_tokens_are_told_with_what_is_known_of_them() -> None:
    """What the provider's own cache gave and took, and whether it is a guess."""
    usage = Usage(input_tokens=7, cache_read_tokens=5, cache_write_tokens=0, estimated=True)
    line = line_of([ARRIVED, LOOKED], msgspec.structs.replace(OVER, usage=usage))

    assert (line.input_tokens, line.output_tokens) == (7, None)
    assert (line.cache_read_tokens, line.cache_write_tokens, line.estimated) == (5, 0, True)


def test_troubles_are_named() -> None:
    """Why the cache was no help, what the provider did, what was refused, which stages failed."""
    said = [
        ARRIVED,
        StageFailed(call_id="c1", at=1.0, stage=Stage.EMBED, error="TimeoutError"),
        StageFailed(call_id="c1", at=1.0, stage=Stage.LOOKUP, error="StageError"),
        LookupDone(
            call_id="c1", at=1.0, outcome=Outcome.MISS, why=NoCache.STAGE_FAILED, not_near=NotNear.TOOLS, took=0.1
        ),
        ForwardFailed(call_id="c1", at=1.0, provider="openai", why=Refused.UNREACHABLE, took=0.2),
        CallRefused(call_id="c1", at=1.0, why=Refused.UNREACHABLE, status=502),
    ]

    line = line_of(said, OVER)

    assert (line.why, line.not_near) == ("stage_failed", "tools")
    assert (line.upstream, line.refused) == ("upstream_unreachable", "upstream_unreachable")
    assert line.failed == ("embed: TimeoutError", "lookup: StageError")


def test_a_name_that_is_a_text_is_not_told() -> None:
    """A caller may put a prompt where the model's name belongs, and so may a provider."""
    asked = msgspec.structs.replace(ARRIVED, model="what is my canary")
    over = msgspec.structs.replace(OVER, model="canary says the provider")

    line = line_of([asked], over)

    assert (line.model, line.answered_by) == ("other", "other")


def test_the_model_that_answered_is_told_where_it_is_another() -> None:
    """The same name is not said twice."""
    assert line_of([ARRIVED], msgspec.structs.replace(OVER, model="gpt-4o")).answered_by == ""


def test_an_answer_without_usage_has_no_tokens() -> None:
    """Unknown is absent, never 0."""
    line = line_of([], msgspec.structs.replace(OVER, usage=None, first_byte=None))

    assert b"tokens" not in msgspec.json.encode(line)
    assert b"first_byte" not in msgspec.json.encode(line)


def test_lines_are_told_apart_by_their_event() -> None:
    """Whoever reads the log can tell a call from what is missing."""
    call = CallLine(time=datetime.fromtimestamp(0, UTC), call_id="c", lane="default")

    assert json.loads(msgspec.json.encode(call))["event"] == "call"
    assert json.loads(msgspec.json.encode(LostLine(lines=3))) == {"event": "lost", "lines": 3}
