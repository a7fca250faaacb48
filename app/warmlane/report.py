"""Says what happens to a trip, as events."""

from typing import Any

from warmlane.bus import Bus
from warmlane.clock import Clock
from warmlane.errors import UpstreamError, WarmlaneError
from warmlane.events import (
    CallArrived,
    CallRefused,
    EntryRefused,
    EntryStored,
    ForwardFailed,
    LookupDone,
    NoCache,
    ReplyFinished,
    Source,
    Stage,
    StageFailed,
    VerdictGiven,
    WrongShareEstimated,
)
from warmlane.match.bound import Estimate
from warmlane.trip import Repeat, Trip


class Reporter:
    """Publishes the events of calls, each with the fields that all events have."""

    def __init__(self, *, bus: Bus, lane: str, clock: Clock) -> None:
        """Publish to `bus`, in the name of `lane`."""
        self._bus, self._lane, self._clock = bus, lane, clock

    def arrived(self, trip: Trip) -> None:
        """The call was routed and read."""
        call, ask = trip.call, trip.ask
        self._bus.publish(
            CallArrived(
                call_id=call.id,
                at=trip.at,
                lane=self._lane,
                tenant=trip.tenant,
                provider=call.provider,
                dialect=call.dialect or "",
                model="" if ask is None else ask.model,
                streamed=ask is not None and ask.streamed,
            )
        )

    def looked(self, trip: Trip, age: float | None = None) -> None:
        """The cache was asked; `age` is the hit's, in seconds."""
        self._bus.publish(
            LookupDone(
                call_id=trip.call.id,
                at=self._clock.now(),
                lane=self._lane,
                tenant=trip.tenant,
                outcome=trip.outcome,
                why=None if age is not None else trip.why,
                not_near=trip.not_near,
                similarity=trip.similarity,
                score=trip.score,
                veto=_veto(trip),
                entry_age=age,
                took=self._clock.monotonic() - trip.started,
            )
        )

    def repeated(self, repeat: Repeat, call_id: str, at: float, took: float) -> None:
        """Recent memory gave a hit: all that `arrived`, `looked` and `finished` say."""
        found, tenant, lane = repeat.found, repeat.pseudonym, self._lane
        entry = found.kept.entry
        self._bus.publish(
            CallArrived(
                call_id=call_id, at=at, lane=lane, tenant=tenant, provider=repeat.provider, dialect=repeat.dialect,
                model=repeat.model, streamed=repeat.streamed,
            ),
            LookupDone(
                call_id=call_id, at=at, lane=lane, tenant=tenant, outcome=found.outcome, entry_age=at - entry.made,
                took=took,
            ),
            ReplyFinished(
                call_id=call_id, at=at, lane=lane, tenant=tenant, provider=repeat.provider,
                model=entry.model or repeat.model, status=200, complete=True, outcome=found.outcome, first_byte=took,
                took=took, usage=entry.usage, size=len(found.body),
            ),
        )  # fmt: skip

    def refused(self, trip: Trip, error: WarmlaneError) -> None:
        """The call gets an error of ours."""
        self._bus.publish(CallRefused(**self._common(trip), why=error.why, status=error.status))

    def unrouted(self, call_id: str, error: WarmlaneError) -> None:
        """A call was refused before it could be routed."""
        self._bus.publish(CallRefused(call_id=call_id, at=self._clock.now(), why=error.why, status=error.status))

    def broke(self, trip: Trip, error: UpstreamError, took: float) -> None:
        """The provider gave no answer, or not all of it."""
        self._bus.publish(ForwardFailed(**self._common(trip), provider=trip.call.provider, why=error.why, took=took))

    def finished(self, trip: Trip) -> None:
        """The call is over."""
        self._bus.publish(
            ReplyFinished(
                call_id=trip.call.id,
                at=self._clock.now(),
                lane=self._lane,
                tenant=trip.tenant,
                provider=trip.call.provider,
                model=trip.answered_by or trip.model,
                status=trip.status,
                complete=trip.complete,
                outcome=trip.outcome,
                first_byte=trip.first_byte,
                took=trip.took or 0.0,
                usage=trip.usage,
                size=trip.size,
            )
        )

    def stage_failed(self, trip: Trip, stage: Stage, error: Exception) -> None:
        """A stage failed and the call went on; only the type of `error` is told."""
        self._bus.publish(StageFailed(**self._common(trip), stage=stage, error=type(error).__name__))

    def failed_later(self, call_id: str, tenant: str, stage: Stage, error: Exception) -> None:
        """The same of a stage that comes after a call: `tenant` is the pseudonym."""
        at, name = self._clock.now(), type(error).__name__
        self._bus.publish(StageFailed(call_id=call_id, at=at, lane=self._lane, tenant=tenant, stage=stage, error=name))

    def stored(self, trip: Trip, *, size: int, near: bool, took: float) -> None:
        """The answer is kept."""
        self._bus.publish(EntryStored(**self._common(trip), size=size, near=near, took=took))

    def not_stored(self, trip: Trip, why: NoCache) -> None:
        """The answer is not kept."""
        self._bus.publish(EntryRefused(**self._common(trip), why=why))

    def verdict(self, call_id: str, tenant: str, *, score: float | None, same: bool, source: Source) -> None:
        """It became known whether an answer was right; `tenant` is the pseudonym."""
        at = self._clock.now()
        self._bus.publish(
            VerdictGiven(call_id=call_id, at=at, lane=self._lane, tenant=tenant, score=score, same=same, source=source)
        )

    def estimated(self, estimate: Estimate, needed: float) -> None:
        """How wrong semantic hits are likely to be."""
        self._bus.publish(
            WrongShareEstimated(
                call_id="", at=self._clock.now(), lane=self._lane, wrong=estimate.wrong, low=estimate.low,
                high=estimate.high, needed=needed, labels=estimate.labels,
            )
        )  # fmt: skip

    def _common(self, trip: Trip) -> dict[str, Any]:
        return {"call_id": trip.call.id, "at": self._clock.now(), "lane": self._lane, "tenant": trip.tenant}


def _veto(trip: Trip) -> str | None:
    """The class of the first objection to the likeliest candidate."""
    objections = trip.neighbours[0].weighed.objections if trip.neighbours else ()
    return objections[0].veto if objections else None
