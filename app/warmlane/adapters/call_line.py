"""The lines of the log. Their docstrings are their rows in `docs/reference/events.md`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from warmlane.adapters.names import told
from warmlane.events import (
    CallArrived,
    CallRefused,
    Event,
    ForwardFailed,
    LookupDone,
    ReplyFinished,
)
from warmlane.model import Usage

_NO_USAGE: Final = Usage()


class CallLine(msgspec.Struct, kw_only=True, gc=False, omit_defaults=True, tag_field="event", tag="call"):
    """A call that is over. Durations are seconds since it arrived; what does not apply is left out.

    `model` is the name asked for, `answered_by` the one that answered where it is another; a name that is none (it has
    spaces, or no end) is given as `other`. `cache_read_tokens` and `cache_write_tokens` are what the provider's own
    cache gave and took of the input; `estimated`: it counted nothing, and might count otherwise. `failed` names stages
    and the types of their exceptions.
    """

    time: datetime
    call_id: str
    lane: str
    tenant: str = ""
    provider: str = ""
    dialect: str = ""
    model: str = ""
    answered_by: str = ""
    streamed: bool = False
    outcome: str = ""
    why: str | None = None
    not_near: str | None = None
    similarity: float | None = None
    score: float | None = None
    veto: str | None = None
    entry_age: float | None = None
    lookup: float | None = None
    status: int = 0
    complete: bool | None = None
    refused: str | None = None
    upstream: str | None = None
    failed: tuple[str, ...] = ()
    first_byte: float | None = None
    took: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    estimated: bool = False
    size: int | None = None


class StageLine(msgspec.Struct, kw_only=True, tag_field="event", tag="stage_failed"):
    """A stage failed after the line of its call was written: the answer was not kept."""

    time: datetime
    call_id: str
    stage: str
    error: str


class LostLine(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="event", tag="lost"):
    """Events, or lines, that are missing above: too many waited."""

    events: int = 0
    lines: int = 0


def line_of(said: Sequence[Any], over: ReplyFinished) -> CallLine:
    """The line of a call. Built in one go, since this is done for each call; troubles, which are rare, are added."""
    usage = over.usage or _NO_USAGE
    line = CallLine(
        time=time_of(over),
        call_id=over.call_id,
        lane=over.lane,
        tenant=over.tenant,
        provider=over.provider,
        outcome=over.outcome,
        status=over.status,
        complete=over.complete,
        first_byte=_brief(over.first_byte),
        took=_brief(over.took),
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        estimated=usage.estimated,
        size=over.size,
    )
    asked = ""
    for event in said:
        kind = type(event)  # a third of the time that `match` takes
        if kind is CallArrived:
            asked = event.model
            line.dialect, line.model, line.streamed = event.dialect, told(asked), event.streamed
        elif kind is LookupDone:
            line.why, line.not_near, line.lookup = event.why, event.not_near, _brief(event.took)
            line.similarity, line.entry_age = _brief(event.similarity), _brief(event.entry_age)
            line.score, line.veto = _brief(event.score), event.veto
        elif kind is CallRefused:
            line.refused = event.why
        elif kind is ForwardFailed:
            line.upstream = event.why
        else:
            line.failed = (*line.failed, f"{event.stage}: {event.error}")
    if over.model != asked:
        line.answered_by = told(over.model)
    return line


def time_of(event: Event) -> datetime:
    """When it happened."""
    return datetime.fromtimestamp(event.at, UTC)


def _brief(number: float | None) -> float | None:
    """Six decimals, three times faster than `round`."""
    return None if number is None else int(number * 1e6 + 0.5) / 1e6
