"""Storing an answer after its last byte has left: judged, sealed, put. Nothing here can delay or fail a call."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import TypeAlias

from msgspec.structs import replace

from warmlane.batch import Batch, Single
from warmlane.caches import Caches, Deadlines
from warmlane.clock import Clock
from warmlane.dialects.base import Finish
from warmlane.events import NoCache, Stage
from warmlane.keys import standing_key
from warmlane.lanes import Lane
from warmlane.model import Caller, Entry, Row, Vector
from warmlane.patience import Patience
from warmlane.policy import Look
from warmlane.ports import Embedder, Tracer
from warmlane.recent import Recent
from warmlane.report import Reporter
from warmlane.seal import Labels, seal
from warmlane.trip import Trip

Announce: TypeAlias = Callable[[], Awaitable[None]]
"""Tells other processes that what they remember of callers may have become wrong. Never raises."""


async def alone() -> None:
    """Tell nobody: there is no other process."""


TOGETHER = 16
"""Items of a batch that are sealed and put at once."""


def weights(texts: Sequence[str | int]) -> Sequence[int]:
    """What a count of all tokens is divided by: bytes of the texts. Numbers are tokens already."""
    return [text if isinstance(text, int) else len(text.encode()) for text in texts]


class Keeping:
    """Puts answers where `Lookup` finds them."""

    def __init__(
        self,
        *,
        caches: Caches,
        embedder: Embedder,
        recent: Recent,
        lane: Lane,
        pepper: bytes,
        deadlines: Deadlines,
        reporter: Reporter,
        tracer: Tracer,
        clock: Clock,
        announce: Announce = alone,
    ) -> None:
        """Take the ports that are written to; `pepper` keys the labels."""
        self._announce = announce
        self._caches, self._embedder, self._recent, self._lane = caches, embedder, recent, lane
        self._labels, self._patience = Labels(pepper), Patience(deadlines.keep)
        self._reporter, self._tracer, self._clock = reporter, tracer, clock

    async def keep(
        self, trip: Trip, look: Look, caller: Caller, body: bytes, finish: Finish, *, streamed: bool
    ) -> None:
        """Store `body`, the decoded answer. Where the store is in trouble: an event."""
        started = self._clock.monotonic()
        entry = self._entry(trip, look, body, finish, streamed=streamed)
        vector = None if finish.exact_only else await self._vector(trip)
        try:
            with self._tracer.span("store"):
                rows = self._rows(trip, caller, entry, vector)
                cache = self._caches.of(caller)
                self._recent.put(caller.tenant, trip.key, entry)  # before it is durable: whoever asks at once has it
                if len(rows) == 1:
                    await self._patience.wait(cache.put(rows[0]))
                else:  # at once, so that they share a commit
                    await self._patience.wait(asyncio.gather(*(cache.put(row) for row in rows)))
        except Exception as error:  # noqa: BLE001 - the cache may fail in any way, the call is over
            self._recent.forget(caller.tenant, trip.key)
            self._reporter.stage_failed(trip, Stage.STORE, error)
            self._reporter.not_stored(trip, NoCache.STAGE_FAILED)
            return
        size, took = sum(row.size for row in rows), self._clock.monotonic() - started
        self._reporter.stored(trip, size=size, near=vector is not None, took=took)

    async def keep_each(self, trip: Trip, batch: Batch, look: Look, caller: Caller) -> None:
        """Store what came of `batch`, each as an entry of its own, a few at a time: sealing holds up everybody else."""
        started, size = self._clock.monotonic(), 0
        try:
            with self._tracer.span("store"):
                singles = batch.singles(weights(batch.texts()))
                short = (one for one in singles if len(one[1]) <= self._lane.max_entry_bytes)
                while some := list(islice(short, TOGETHER)):
                    size += await self._put_each(trip, batch, look, caller, some)
        except Exception as error:  # noqa: BLE001 - the cache may fail in any way, the call is over
            self._reporter.stage_failed(trip, Stage.STORE, error)
            self._reporter.not_stored(trip, NoCache.STAGE_FAILED)
            return
        if not size:
            self._reporter.not_stored(trip, NoCache.SIZE)
            return
        self._reporter.stored(trip, size=size, near=False, took=self._clock.monotonic() - started)

    async def _put_each(self, trip: Trip, batch: Batch, look: Look, caller: Caller, singles: Sequence[Single]) -> int:
        """Put these; how many sealed bytes they are."""
        assert batch.fresh is not None
        finish = Finish(refuse=None, exact_only=True, usage=None, model=batch.fresh.model)
        entries = {
            batch.keys[number]: self._entry(trip, look, body, replace(finish, usage=usage), streamed=False)
            for number, body, usage in singles
        }
        labels, cache = self._labels_of(trip), self._caches.of(caller)
        rows = [seal(caller, key, entry, labels=labels) for key, entry in entries.items()]
        await self._patience.wait(asyncio.gather(*map(cache.put, rows)))
        for key, entry in entries.items():
            self._recent.put(caller.tenant, key, entry)
        return sum(row.size for row in rows)

    async def mark(self, trip: Trip, caller: Caller, *, rejected: bool) -> None:
        """Keep it beyond this process that the provider rejected the caller's key, or forget it again.

        A rejection is announced once it is kept: whoever hears of it and asks will find it. That a key works again need
        not be: where it was thought not to, its next call says so.
        """
        cache, key, now = self._caches.of(caller), standing_key(caller), self._clock.now()
        try:
            if rejected:
                mark = seal(caller, key, _sign(now, now + self._lane.max_ttl, key))
                await self._patience.wait(cache.put(mark))
            else:
                await self._patience.wait(cache.delete(caller.tenant, [key]))
        except Exception as error:  # noqa: BLE001 - this process knows it all the same
            self._reporter.stage_failed(trip, Stage.STORE, error)
        if rejected:
            await self._announce()

    async def point(self, caller: Caller, key: bytes, to: bytes, expires: float) -> None:
        """Lead from the normalised key `key` to the answer under `to`, until that expires. Raises: StageError."""
        sign = _sign(self._clock.now(), expires, to)
        await self._patience.wait(self._caches.of(caller).put(seal(caller, key, sign)))

    def _entry(self, trip: Trip, look: Look, body: bytes, finish: Finish, *, streamed: bool) -> Entry:
        now = self._clock.now()
        return Entry(
            prompt=trip.text,
            body=body,
            streamed=streamed,
            content_type="text/event-stream" if streamed else "application/json",
            model=finish.model,
            usage=finish.usage,
            made=now,
            expires=now + look.ttl,
            exact_only=finish.exact_only,
        )

    async def _vector(self, trip: Trip) -> Vector | None:
        """The vector under which the answer can be found by meaning, None where it may not or cannot be.

        The lookup made it, unless the embedder was still loading or out of time, or the cache was not to be read.
        """
        ready = trip.partition and trip.vector is None and self._embedder.ready
        if ready and self._embedder.fits(trip.text):
            try:
                (trip.vector,) = await self._patience.wait(self._embedder.embed([trip.text]))
            except Exception as error:  # noqa: BLE001 - the answer is still worth keeping
                self._reporter.stage_failed(trip, Stage.EMBED, error)
        return trip.vector

    def _rows(self, trip: Trip, caller: Caller, entry: Entry, vector: Vector | None) -> list[Row]:
        """The answer's own row, and a signpost under the normal form of its text."""
        partition = trip.partition if vector is not None else b""
        labels = self._labels_of(trip)
        rows = [seal(caller, trip.key, entry, partition=partition, vector=vector, labels=labels)]
        if trip.normal_key is not None and not entry.exact_only:
            sign = _sign(entry.made, entry.expires, trip.key)
            rows.append(seal(caller, trip.normal_key, sign))
        return rows

    def _labels_of(self, trip: Trip) -> tuple[bytes, ...]:
        said = [("lane", self._lane.name), ("model", trip.model)]
        if trip.controls.namespace:
            said.append(("namespace", trip.controls.namespace))
        said.extend(("tag", tag) for tag in trip.controls.tags)
        return tuple([self._labels.label(kind, value) for kind, value in said])


def _sign(made: float, expires: float, to: bytes) -> Entry:
    """An entry without an answer: it points to another key."""
    return Entry(
        prompt="",
        body=b"",
        streamed=False,
        content_type="",
        model="",
        usage=None,
        made=made,
        expires=expires,
        alias=to,
    )
