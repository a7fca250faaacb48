"""The path of a request: read, plan, look, forward, keep. Start with `Gateway.handle`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeAlias

from msgspec.structs import replace

from warmlane import headers as fields
from warmlane.batch import Batch
from warmlane.clock import Clock
from warmlane.dialects.base import Finish
from warmlane.dialects.openai_usage import Hider
from warmlane.errors import NotCached, Unreachable, UpstreamError, WarmlaneError
from warmlane.events import NoCache, Outcome
from warmlane.explaining import explain
from warmlane.keeping import Keeping
from warmlane.labelling import Labelling
from warmlane.lanes import Lane
from warmlane.lookup import Lookup
from warmlane.metering import Metering
from warmlane.model import Call, Head
from warmlane.policy import Look, admit
from warmlane.ports import Forwarder, Outlet, Span, Tracer
from warmlane.reading import Reader, Sender
from warmlane.recent import Recent
from warmlane.report import Reporter
from warmlane.shadowing import Shadows
from warmlane.standing import Standings, Turn
from warmlane.status import hit_head, lasting_lines, miss_head, of_length, passing_lines
from warmlane.tasks import Tasks
from warmlane.tee import Tee
from warmlane.telling import attributes, attributes_of_repeat
from warmlane.trip import Found, Repeat, Trip
from warmlane.verifying import Verifying

_OK = 200

_MOST_OF_A_BATCH = 67_108_864
"""Bytes of an answer to a batch that is taken apart: 2,048 vectors of 3,072 numbers, in base64, are 34 MB."""

Chunks: TypeAlias = AsyncGenerator[Head | bytes, None]
"""What a Forwarder gives."""


class Gateway:
    """Answers calls from the cache or from the provider."""

    def __init__(  # noqa: PLR0913 - the root of everything on the path names its parts
        self,
        *,
        lane: Lane,
        reader: Reader,
        lookup: Lookup,
        forwarder: Forwarder,
        keeping: Keeping,
        metering: Metering,
        labelling: Labelling,
        shadows: Shadows,
        recent: Recent,
        standings: Standings,
        reporter: Reporter,
        tracer: Tracer,
        tasks: Tasks,
        clock: Clock,
        verifying: Verifying | None = None,
    ) -> None:
        """Take the parts; `tasks` holds what goes on after an answer has left."""
        self._lane, self._reader, self._lookup, self._forwarder, self._keeping = (
            lane, reader, lookup, forwarder, keeping,
        )  # fmt: skip
        self._metering, self._recent, self._standings, self._reporter = metering, recent, standings, reporter
        self._labelling, self._shadows = labelling, shadows
        self._tracer, self._tasks, self._clock, self._verifying = tracer, tasks, clock, verifying

    def greet(self, call: Call) -> Sender:
        """What the head of a call says, for `begin` to be told with each call that has such a head."""
        return self._reader.greet(call)

    def begin(self, call: Call, sender: Sender | None = None) -> Trip:
        """Read the call and decide what the cache may do with it. Never waits, never raises."""
        return self._reader.read(call, sender)

    def glance(self, trip: Trip, parent: bytes | None) -> tuple[bytes, Repeat] | None:
        """The header lines of the answer, and the answer, when recent memory has it. Never waits.

        `parent` is the request's `traceparent`. None: `handle` is to be asked.
        """
        ordinary = trip.error is None and not trip.controls.debug  # who debugs has time
        found = self._lookup.recent(trip) if ordinary else None
        if found is None:
            return None
        repeat = repeat_of(trip, found)
        return self._given(repeat, trip.call.id, parent, trip.started), repeat

    def again(self, repeat: Repeat, *, call_id: str, parent: bytes | None) -> bytes | None:
        """The header lines of the answer to the very same bytes, if it may still be given. Never waits."""
        started = self._clock.monotonic()
        if not self._lookup.still(repeat, self._clock.now()):
            return None
        return self._given(repeat, call_id, parent, started)

    def _given(self, repeat: Repeat, call_id: str, parent: bytes | None, started: float) -> bytes:
        """Tell of a hit that is over as it begins; its header lines."""
        with self._tracer.span("gateway", parent=parent) as span:
            now, took = self._clock.now(), self._clock.monotonic() - started
            self._reporter.repeated(repeat, call_id, now, took)
            if span.is_recording:
                span.set(attributes_of_repeat(repeat))
        return repeat.lasting + passing_lines(repeat.found, call_id.encode(), now, took)

    async def handle(self, trip: Trip, out: Outlet) -> None:
        """Send the answer to `out`: a Head, then its body. Cancelling this cancels the call upstream.

        Raises: WarmlaneError, before the Head (nothing was answered) or after it (the provider broke off: so must we).
        """
        if trip.controls.debug:
            trip.estimate = self._labelling.estimate()
        if trip.controls.explain and trip.error is None:
            with self._tracer.span("gateway", parent=_parent(trip)):
                await out.whole(*await explain(trip, self._lookup, lane=self._lane.name))
            return
        self._reporter.arrived(trip)
        tee = self._tee_for(trip)
        with self._tracer.span("gateway", parent=_parent(trip)) as span:
            try:
                await self._answer(trip, tee, out)
                trip.complete = True
            except WarmlaneError as error:
                trip.error = error
                if not trip.begun:  # then this is the answer
                    trip.status, trip.complete, tee = error.status, False, None
                    self._reporter.refused(trip, error)
                raise
            finally:
                self._over(trip, span)
                # A task of its own: the last byte leaves before anything is judged, sealed or stored.
                self._tasks.spawn(self._settle(trip, tee), name="settle")

    async def _answer(self, trip: Trip, tee: Tee | None, out: Outlet) -> None:
        if trip.error is not None:
            raise trip.error
        found = await self._find(trip)
        if found is not None:
            now = self._hit(trip, found)
            trip.begun = True
            await out.whole(hit_head(trip, found, now), found.body)
            self._doubt(trip, found)
            return
        trip.outcome = Outcome.MISS if isinstance(trip.plan, Look) else Outcome.BYPASS
        self._reporter.looked(trip)
        if trip.controls.only_if_cached:
            msg = "the caller wants a cached answer or none, and there is none"
            raise NotCached(msg)
        await self._forward(trip, tee, out)

    def _doubt(self, trip: Trip, found: Found) -> None:
        """Have a hit by meaning checked, where it is drawn: in a task of its own, which the caller never sees."""
        if found.outcome is Outcome.NEAR and self._shadows.wants(trip):
            with self._tracer.span("shadow") as span:
                again = self._outbound(trip, span)
            self._tasks.spawn(self._shadows.check(trip, found.key, again), name="shadow")

    async def _find(self, trip: Trip) -> Found | None:
        if not isinstance(trip.plan, Look) or trip.caller is None:
            return None
        if trip.batch is not None:
            return await self._lookup.find_each(trip, trip.batch, trip.plan, trip.caller)
        return self._lookup.recent(trip) or await self._lookup.find(trip, trip.plan, trip.caller)

    async def _forward(self, trip: Trip, tee: Tee | None, out: Outlet) -> None:
        if not await self._try(trip, tee, out):
            assert trip.batch is not None
            assert tee is not None
            trip.batch.forget()
            tee.clear()
            await self._try(trip, tee, out)

    async def _try(self, trip: Trip, tee: Tee | None, out: Outlet) -> bool:
        """Ask the provider. False: what it said to a part of the call is of no use, and nothing was answered yet."""
        started = self._clock.monotonic()
        with self._tracer.span("forward") as span:
            try:
                async with aclosing(self._forwarder.forward(self._outbound(trip, span))) as stream:
                    head = await _head_of(stream)
                    trip.upstream_took = self._clock.monotonic() - started
                    self._answered(trip, head)
                    span.set({"http.response.status_code": head.status})
                    if tee is None:
                        await self._pass(trip, head, stream, out)
                    elif trip.batch is not None and trip.batch.asks_less and head.status == _OK:
                        return await self._complete(trip, trip.batch, head, stream, tee, out)
                    else:
                        await self._tee(trip, head, stream, tee, out)
                    return True
            except UpstreamError as error:
                self._reporter.broke(trip, error, self._clock.monotonic() - started)
                raise

    async def _pass(self, trip: Trip, head: Head, stream: Chunks, out: Outlet) -> None:
        """Pass on what is never cached, as it comes."""
        trip.begun = True
        await out.send(miss_head(trip, head, stored=False))
        async for chunk in stream:
            trip.size += len(chunk)  # type: ignore[arg-type] # only the first item is a Head
            await out.send(chunk)

    async def _tee(self, trip: Trip, head: Head, stream: Chunks, tee: Tee, out: Outlet) -> None:
        """Pass on as it comes, and copy. A short whole answer is read first: its headers say what becomes of it."""
        tee.start(head)
        if tee.is_short:
            async for chunk in stream:
                tee.add(chunk)  # type: ignore[arg-type] # only the first item is a Head
            tee.complete = True
            trip.begun = True
            await out.whole(miss_head(trip, head, stored=self._refusal(trip, tee) is None), tee.body)
        else:
            hoped = isinstance(trip.plan, Look) and trip.plan.write and head.status == _OK and tee.may_be_kept
            trip.begun = True
            if trip.hides_usage and tee.streamed and tee.encoding is None:
                await self._hide(miss_head(trip, of_length(head, None), stored=hoped), stream, tee, out)
                return
            await out.send(miss_head(trip, head, stored=hoped))
            async for chunk in stream:
                tee.add(chunk)  # type: ignore[arg-type] # only the first item is a Head
                await out.send(chunk)
            tee.complete = True

    async def _hide(self, head: Head, stream: Chunks, tee: Tee, out: Outlet) -> None:
        """Pass on as it comes, but for the usage that the caller did not ask for. The copy has it."""
        hider = Hider()
        await out.send(head)
        async for chunk in stream:
            tee.add(chunk)  # type: ignore[arg-type] # only the first item is a Head
            if shown := hider.feed(chunk):  # type: ignore[arg-type]
                await out.send(shown)
        if shown := hider.end():
            await out.send(shown)
        tee.complete = True

    async def _complete(self, trip: Trip, batch: Batch, head: Head, stream: Chunks, tee: Tee, out: Outlet) -> bool:
        """Answer the whole call with what comes and what is known. False: they do not go together."""
        tee.start(head)
        async for chunk in stream:
            tee.add(chunk)  # type: ignore[arg-type] # only the first item is a Head
        tee.complete = True
        finish = tee.finish(batch)
        body = batch.answer() if finish is not None and finish.refuse is None else None
        if body is None:
            return False
        trip.begun, trip.size = True, len(body)
        await out.whole(miss_head(trip, of_length(head, len(body)), stored=self._refusal(trip, tee) is None), body)
        return True

    def _tee_for(self, trip: Trip) -> Tee | None:
        if trip.dialect is None:
            return None
        most = self._lane.max_entry_bytes
        return Tee(most) if trip.batch is None else Tee(max(_MOST_OF_A_BATCH, most), short=most)

    def _hit(self, trip: Trip, found: Found) -> float:
        """Note that this is the answer; the time of it."""
        entry, now = found.kept.entry, self._clock.now()
        trip.outcome, trip.status, trip.size = found.outcome, _OK, len(found.body)
        trip.usage, trip.answered_by = entry.usage, entry.model
        trip.first_byte = self._clock.monotonic() - trip.started
        self._reporter.looked(trip, age=now - entry.made)
        return now

    def _answered(self, trip: Trip, head: Head) -> None:
        trip.status = head.status
        trip.first_byte = self._clock.monotonic() - trip.started
        if trip.caller is None:
            return
        turn = self._standings.note(trip.caller.tenant, head.status)
        if turn is not None:
            self._recent.forget_tenant(trip.caller.tenant)
            self._tasks.spawn(self._keeping.mark(trip, trip.caller, rejected=turn is Turn.REJECTED), name="mark")

    def _refusal(self, trip: Trip, tee: Tee) -> NoCache | None:
        """Why the answer is not kept; None when it is."""
        assert trip.dialect is not None
        if not isinstance(trip.plan, Look):
            return trip.plan.why
        if not trip.plan.write:
            return NoCache.NO_STORE
        if not tee.complete:
            return NoCache.CLIENT_LEFT if trip.error is None else NoCache.INCOMPLETE
        finish = tee.finish(trip.batch or trip.dialect) if trip.status == _OK else None
        size = tee.size if trip.batch is None else 0  # each of a batch is measured by itself
        return admit(trip.status, tee.encoding, size, finish, self._lane)

    async def _settle(self, trip: Trip, tee: Tee | None) -> None:
        """Read what the answer used, keep it and learn from it, after its last byte has left."""
        self._labelling.note(trip)
        answered = tee is not None and tee.started and trip.dialect is not None
        if not answered:
            self._reporter.finished(trip)
            self._verify(trip, NoCache.INCOMPLETE)
            return
        assert tee is not None
        assert trip.dialect is not None
        if not tee.complete and trip.error is None:
            tee.leave(trip.dialect)
            trip.complete = tee.complete
        trip.size = trip.size or tee.size
        finish = tee.finish(trip.batch or trip.dialect) if trip.status == _OK else None
        if finish is not None:
            finish = await self._metered(trip, tee, finish)
            trip.usage, trip.answered_by = finish.usage, finish.model
        self._reporter.finished(trip)
        if not isinstance(trip.plan, Look) or trip.caller is None:
            return
        why = self._refusal(trip, tee)
        if why is not None or finish is None:
            self._reporter.not_stored(trip, why or NoCache.INCOMPLETE)
            self._verify(trip, why or NoCache.INCOMPLETE)
            return
        if trip.batch is not None:
            await self._keeping.keep_each(trip, trip.batch, trip.plan, trip.caller)
            return
        await self._keeping.keep(trip, trip.plan, trip.caller, tee.body, finish, streamed=tee.streamed)
        whole = None if finish.exact_only else tee.whole(trip.dialect)
        if whole is None or not await self._labelling.missed(trip, whole.said):
            self._verify(trip, None)

    def _verify(self, trip: Trip, why: NoCache | None) -> None:
        """Have a near miss judged, where that is wanted: in a task of its own, which holds no call."""
        case = None if self._verifying is None else self._verifying.case(trip, why)
        if case is not None and self._verifying is not None:
            self._tasks.spawn(self._verifying.judge(case), name="verify")

    async def _metered(self, trip: Trip, tee: Tee, finish: Finish) -> Finish:
        """`finish` with what was used, counted here where the provider did not say it."""
        if finish.usage is not None:
            return finish
        whole = None if trip.dialect is None else tee.whole(trip.dialect)
        used = await self._metering.count(trip, None if whole is None else whole.said, model=finish.model)
        return replace(finish, usage=used)

    def _outbound(self, trip: Trip, span: Span) -> Call:
        """The call as the provider gets it. A cacheable answer is asked for unencoded, so that it can be read."""
        streamed = not isinstance(trip.call.body, bytes)
        headers = fields.upstream_headers(trip.call.headers, identity=trip.dialect is not None, streamed=streamed)
        body, asking = trip.call.body, self._metering.asking(trip)
        if asking is not None:
            body, trip.hides_usage = asking, True
        if trip.batch is not None and trip.batch.asks_less:
            assert isinstance(body, bytes)
            body = trip.batch.narrowed(body)
        context = span.inject()
        if context:
            headers = (*((name, value) for name, value in headers if name not in context), *context.items())
        return replace(trip.call, headers=headers, body=body)

    def _over(self, trip: Trip, span: Span) -> None:
        trip.took = self._clock.monotonic() - trip.started
        if span.is_recording:
            span.set(attributes(trip))


def repeat_of(trip: Trip, found: Found) -> Repeat:
    """What `again` needs of a trip that was a hit."""
    assert trip.caller is not None  # a hit has all three
    assert trip.ask is not None
    assert trip.dialect is not None
    return Repeat(
        found=found,
        lasting=lasting_lines(trip, found),
        controls=trip.controls,
        tenant=trip.caller.tenant,
        pseudonym=trip.tenant,
        provider=trip.call.provider,
        dialect=trip.dialect.name,
        operation=trip.dialect.operation,
        model=trip.ask.model,
        streamed=trip.ask.streamed,
    )


def _parent(trip: Trip) -> bytes | None:
    return fields.find(trip.call.headers, b"traceparent")


async def _head_of(stream: AsyncGenerator[Head | bytes, None]) -> Head:
    async for item in stream:
        assert isinstance(item, Head)
        return item
    msg = "the provider gave no answer"
    raise Unreachable(msg)
