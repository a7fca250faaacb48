"""Where events go: one JSON line per call, and metrics. Both may be fed 100,000 events a second: a microsecond each."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from typing import Any, Final

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from warmlane.adapters.call_line import CallLine, LostLine, StageLine, line_of, time_of
from warmlane.adapters.lines import LineWriter, Stream
from warmlane.adapters.metrics import Metrics
from warmlane.adapters.names import OTHER
from warmlane.events import (
    CallArrived,
    CallRefused,
    EntryRefused,
    EntryStored,
    Event,
    EventsDropped,
    ForwardFailed,
    LookupDone,
    Outcome,
    ReplyFinished,
    StageFailed,
    VerdictGiven,
    WrongShareEstimated,
)
from warmlane.model import Usage

MAX_PROVIDERS: Final = 24
"""Providers with series of their own: with them all, and every other label value there is, it is under 2,000 series."""

_STATUS_CLASSES: Final = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
_MAX_SAID: Final = 16
_ESTIMATED: Final = ("false", "true")
_FORWARDED: Final = frozenset({Outcome.MISS, Outcome.BYPASS})


class MetricsSink:
    """Counts events. Labels are closed: enums, and the providers of the table; never a model, a path or a tenant."""

    def __init__(self, registry: CollectorRegistry, providers: Collection[str]) -> None:
        """Show the counts in `registry`; a call of none of the first `MAX_PROVIDERS` of `providers` counts as other."""
        self._providers = frozenset(islice(providers, MAX_PROVIDERS))
        self._metrics = Metrics()
        registry.register(self._metrics)
        self._count: dict[type[Event], Callable[[Any], None]] = {
            LookupDone: self._looked,
            ReplyFinished: self._finished,
            ForwardFailed: self._broke,
            CallRefused: self._refused,
            EntryStored: self._kept,
            EntryRefused: self._not_kept,
            StageFailed: self._failed,
            VerdictGiven: self._judged,
            WrongShareEstimated: self._estimated,
            EventsDropped: self._lost,
        }

    async def accept(self, events: Sequence[Event], /) -> None:
        """Count a batch."""
        for event in events:
            count = self._count.get(type(event))
            if count is not None:
                count(event)

    def _looked(self, event: LookupDone) -> None:
        self._metrics.lookup.observe((event.outcome,), event.took)
        if event.outcome is Outcome.BYPASS:
            self._metrics.bypasses.values[(event.why or OTHER,)] += 1
        elif event.veto is not None and event.outcome is Outcome.MISS:
            self._metrics.vetoes.values[(event.veto,)] += 1

    def _finished(self, event: ReplyFinished) -> None:
        provider, kind = self._provider(event.provider), event.status // 100
        forwarded = event.outcome in _FORWARDED
        source = "provider" if forwarded else "cache"
        status_class = _STATUS_CLASSES[kind if kind < len(_STATUS_CLASSES) else 0]
        self._metrics.requests.values[provider, event.outcome, status_class] += 1
        if event.first_byte is not None:
            self._metrics.first_byte.observe((source,), event.first_byte)
            if forwarded:
                self._metrics.upstream.observe((provider,), event.took)
        if event.usage is not None:
            self._used(provider, source, event.usage)

    def _used(self, provider: str, source: str, usage: Usage) -> None:
        estimated, tokens = _ESTIMATED[usage.estimated], self._metrics.tokens.values
        tokens[provider, "input", source, estimated] += usage.input_tokens or 0
        tokens[provider, "output", source, estimated] += usage.output_tokens or 0
        if usage.cache_read_tokens:
            tokens[provider, "cache_read", source, estimated] += usage.cache_read_tokens
        if usage.cache_write_tokens:
            tokens[provider, "cache_write", source, estimated] += usage.cache_write_tokens

    def _broke(self, event: ForwardFailed) -> None:
        self._metrics.upstream_failures.values[self._provider(event.provider), event.why] += 1

    def _refused(self, event: CallRefused) -> None:
        self._metrics.refusals.values[(event.why,)] += 1

    def _kept(self, _event: EntryStored) -> None:
        self._metrics.stored.values[()] += 1

    def _not_kept(self, event: EntryRefused) -> None:
        self._metrics.not_stored.values[(event.why,)] += 1

    def _failed(self, event: StageFailed) -> None:
        self._metrics.stage_failures.values[(event.stage,)] += 1

    def _judged(self, event: VerdictGiven) -> None:
        self._metrics.labels.values[event.source, "right" if event.same else "wrong"] += 1

    def _estimated(self, event: WrongShareEstimated) -> None:
        self._metrics.wrong_share.values.update({
            ("estimate",): event.wrong, ("low",): event.low, ("high",): event.high,
        })  # fmt: skip
        self._metrics.score_needed.values[()] = event.needed

    def _lost(self, event: EventsDropped) -> None:
        self._metrics.dropped.values[()] += event.count

    def _provider(self, name: str) -> str:
        return name if name in self._providers else OTHER


class LogSink:
    """Joins what the events of a call say into one line, and writes it. No text, no path, no key: events hold none."""

    def __init__(self, stream: Stream, *, max_calls: int = 10_000) -> None:
        """Write to `stream`, in a thread. Of more than `max_calls` calls under way the oldest are half told."""
        self._writer, self._max_calls = LineWriter(stream), max_calls
        self._said: OrderedDict[str, list[Event]] = OrderedDict()
        self._encode = msgspec.json.Encoder().encode
        self._read: dict[type[Event], Callable[[Any], msgspec.Struct | None]] = {
            CallArrived: self._remember,
            LookupDone: self._remember,
            ForwardFailed: self._remember,
            CallRefused: self._refused,
            StageFailed: self._failed,
            ReplyFinished: self._finished,
            EventsDropped: self._dropped,
        }

    async def accept(self, events: Sequence[Event], /) -> None:
        """Note what is said of each call, and write the lines of those that are over."""
        lines = []
        for event in events:
            read = self._read.get(type(event))
            line = None if read is None else read(event)
            if line is not None:
                lines.append(self._encode(line))
        if lines:
            if lost := self._writer.take_lost():
                lines.append(self._encode(LostLine(lines=lost)))
            self._writer.write(lines)

    async def aclose(self) -> None:
        """Write what waits, unless the reader is stuck; calling it twice is fine."""
        await self._writer.aclose()

    def _remember(self, event: Event) -> None:
        said = self._said.get(event.call_id)
        if said is not None:
            if len(said) < _MAX_SAID:
                said.append(event)
            return
        if len(self._said) >= self._max_calls:
            self._said.popitem(last=False)
        self._said[event.call_id] = [event]

    def _refused(self, event: CallRefused) -> CallLine | None:
        if event.call_id in self._said:
            self._remember(event)
            return None
        # One that nobody saw arrive could not be routed, and there is no more to come of it.
        return CallLine(
            time=time_of(event), call_id=event.call_id, lane=event.lane, status=event.status, refused=event.why
        )

    def _failed(self, event: StageFailed) -> StageLine | None:
        if event.call_id in self._said:
            self._remember(event)
            return None
        return StageLine(time=time_of(event), call_id=event.call_id, stage=event.stage, error=event.error)

    def _finished(self, event: ReplyFinished) -> CallLine:
        return line_of(self._said.pop(event.call_id, ()), event)

    def _dropped(self, event: EventsDropped) -> LostLine:
        return LostLine(events=event.count)


def exposition(registry: CollectorRegistry) -> tuple[str, bytes]:
    """Content type and body of a scrape, in Prometheus' text format."""
    return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(registry)
