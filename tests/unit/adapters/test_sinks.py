"""One line per call, and metrics whose series are bounded."""

import io
import itertools
import json
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from warmlane.adapters.sinks import MAX_PROVIDERS, LogSink, MetricsSink, exposition
from warmlane.events import (
    CallArrived,
    CallRefused,
    EntryRefused,
    EntryStored,
    Event,
    EventsDropped,
    ForwardFailed,
    LookupDone,
    NoCache,
    Outcome,
    Refused,
    ReplyFinished,
    Source,
    Stage,
    StageFailed,
    VerdictGiven,
    WrongShareEstimated,
)
from warmlane.model import Usage


def arrived(call: str = "c1", model: str = "m") -> Event:
    """A call came."""
    return CallArrived(call_id=call, at=1.0, provider="openai", dialect="openai_chat", model=model, streamed=False)


def looked(call: str = "c1", outcome: Outcome = Outcome.MISS, **more: Any) -> Event:
    """The cache spoke."""
    return LookupDone(call_id=call, at=1.0, outcome=outcome, took=0.003, **more)


def finished(
    call: str = "c1", *, outcome: Outcome = Outcome.MISS, status: int = 200, provider: str = "openai", **more: Any
) -> Event:
    """The call is over."""
    fields: dict[str, Any] = {"model": "m", "first_byte": 0.2, "took": 0.7, "usage": None, "size": 1, **more}
    return ReplyFinished(
        call_id=call, at=1.0, provider=provider, status=status, complete=True, outcome=outcome, **fields
    )


class Metered:
    """A metrics sink and its registry."""

    def __init__(self) -> None:
        """With two providers."""
        self.registry = CollectorRegistry()
        self.sink = MetricsSink(self.registry, ["openai", "demo"])

    async def samples(self, *events: Event) -> dict[str, float]:
        """What a scrape says after these: `name{values, in the order of their labels' names}`, zeros left out."""
        await self.sink.accept(events)
        _, body = exposition(self.registry)
        families = text_string_to_metric_families(body.decode())
        return {
            f"{sample.name}{{{','.join(value for _, value in sorted(sample.labels.items()))}}}": sample.value
            for family in families
            for sample in family.samples
            if sample.value
        }


@pytest.fixture
def metered() -> Metered:
    """Nothing counted yet."""
    return Metered()


async def test_a_miss_is_counted(metered: Metered) -> None:
    """By provider, outcome and status; the provider's tokens are the provider's."""
    usage = Usage(input_tokens=5, output_tokens=8)

    found = await metered.samples(arrived(), looked(), finished(usage=usage), EntryStored(
        call_id="c1", at=1.0, size=9, near=True, took=0.001,
    ))  # fmt: skip

    assert found["warmlane_requests_total{miss,openai,2xx}"] == 1
    assert found["warmlane_tokens_total{false,input,openai,provider}"] == 5
    assert found["warmlane_tokens_total{false,output,openai,provider}"] == 8
    assert found["warmlane_entries_stored_total{}"] == 1
    assert found["warmlane_lookup_seconds_sum{miss}"] == pytest.approx(0.003)
    assert found["warmlane_first_byte_seconds_sum{provider}"] == pytest.approx(0.2)
    assert found["warmlane_upstream_seconds_sum{openai}"] == pytest.approx(0.7)


async def test_a_hit_is_the_caches(metered: Metered) -> None:
    """Tokens that the cache answered are told apart, and no time is booked on the provider."""
    found = await metered.samples(
        looked(outcome=Outcome.EXACT, entry_age=3.0),
        finished(outcome=Outcome.EXACT, usage=Usage(input_tokens=5, output_tokens=None)),
    )

    assert found["warmlane_requests_total{exact,openai,2xx}"] == 1
    assert found["warmlane_tokens_total{false,input,openai,cache}"] == 5
    assert found["warmlane_first_byte_seconds_count{cache}"] == 1
    assert not any(name.startswith("warmlane_upstream_seconds") for name in found)


async def test_what_was_learnt_is_counted(metered: Metered) -> None:
    """Labels by who said so, vetoes of misses by their class, and the estimate as it stands."""

    def verdict(source: Source, *, same: bool) -> Event:
        return VerdictGiven(call_id="c1", at=1.0, score=0.9, same=same, source=source)

    def estimate(wrong: float) -> Event:
        return WrongShareEstimated(
            call_id="", at=1.0, wrong=wrong, low=wrong / 2, high=wrong * 2, needed=0.91, labels=3
        )

    found = await metered.samples(
        verdict(Source.FREE, same=True), verdict(Source.FREE, same=True), verdict(Source.FEEDBACK, same=False),
        looked(veto="number", score=0.8), looked(veto="number", outcome=Outcome.NEAR, entry_age=1.0),
        estimate(0.5), estimate(0.01),
    )  # fmt: skip

    assert found["warmlane_labels_total{free,right}"] == 2
    assert found["warmlane_labels_total{feedback,wrong}"] == 1
    assert found["warmlane_vetoes_total{number}"] == 1
    assert {limit: found[f"warmlane_wrong_share{{{limit}}}"] for limit in ("estimate", "low", "high")} == {
        "estimate": 0.01, "low": 0.005, "high": 0.02,
    }  # fmt: skip
    assert found["warmlane_score_needed{}"] == 0.91


async def test_estimates_and_what_a_provider_had_cached_are_told_apart(metered: Metered) -> None:
    """A bill is checked against what was counted, not against guesses."""
    cached = Usage(input_tokens=9, output_tokens=1, cache_read_tokens=4, cache_write_tokens=3)
    found = await metered.samples(
        finished(usage=Usage(input_tokens=5, output_tokens=8, estimated=True)), finished("c2", usage=cached)
    )

    assert {name: value for name, value in found.items() if name.startswith("warmlane_tokens")} == {
        "warmlane_tokens_total{true,input,openai,provider}": 5,
        "warmlane_tokens_total{true,output,openai,provider}": 8,
        "warmlane_tokens_total{false,input,openai,provider}": 9,
        "warmlane_tokens_total{false,output,openai,provider}": 1,
        "warmlane_tokens_total{false,cache_read,openai,provider}": 4,
        "warmlane_tokens_total{false,cache_write,openai,provider}": 3,
    }


async def test_a_call_without_an_answer_has_no_times(metered: Metered) -> None:
    """It is counted, but nobody waited for a first byte that came."""
    found = await metered.samples(finished(status=502, first_byte=None))

    assert found == {"warmlane_requests_total{miss,openai,5xx}": 1}


async def test_every_no_is_counted_by_its_name(metered: Metered) -> None:
    """Bypasses, refusals, answers not kept, failed stages, lost events."""
    found = await metered.samples(
        looked(outcome=Outcome.BYPASS, why=NoCache.TEMPERATURE),
        CallRefused(call_id="c", at=1.0, why=Refused.TOO_LARGE, status=413),
        EntryRefused(call_id="c", at=1.0, why=NoCache.NOT_FINAL),
        StageFailed(call_id="c", at=1.0, stage=Stage.NEAR, error="StageError"),
        ForwardFailed(call_id="c", at=1.0, provider="demo", why=Refused.UNREACHABLE, took=1.0),
        EventsDropped(call_id="", at=1.0, count=7),
    )

    assert found["warmlane_bypasses_total{temperature}"] == 1
    assert found["warmlane_refusals_total{too_large}"] == 1
    assert found["warmlane_entries_refused_total{not_final}"] == 1
    assert found["warmlane_stage_failures_total{near}"] == 1
    assert found["warmlane_upstream_failures_total{demo,upstream_unreachable}"] == 1
    assert found["warmlane_events_dropped_total{}"] == 7


@pytest.mark.parametrize(("status", "word"), [(0, "none"), (204, "2xx"), (404, "4xx"), (529, "5xx"), (999, "none")])
async def test_a_status_is_counted_by_its_class(metered: Metered, status: int, word: str) -> None:
    """Also where there was none, or none that HTTP knows."""
    assert f"warmlane_requests_total{{miss,openai,{word}}}" in await metered.samples(finished(status=status))


async def test_no_caller_can_make_series() -> None:
    """5,000 models, and every value of every label at as many providers as may be: under 2,000 series."""
    registry = CollectorRegistry()
    names = [f"p{number}" for number in range(500)]
    sink = MetricsSink(registry, names)

    def everything() -> Sequence[Event]:
        usage = Usage(input_tokens=1, output_tokens=1, cache_read_tokens=1, cache_write_tokens=1)
        guess = Usage(input_tokens=1, output_tokens=1, estimated=True)
        calls = itertools.product(names, Outcome, (0, 100, 200, 300, 400, 500))
        return [
            *(finished(provider=who, outcome=what, status=status, usage=usage) for who, what, status in calls),
            *(finished(provider=who, outcome=what, usage=guess) for who in names for what in Outcome),
            *(ForwardFailed(call_id="c", at=1.0, provider=who, why=why, took=1.0) for who in names for why in Refused),
            *(looked(outcome=outcome, why=why) for outcome in Outcome for why in NoCache),
            *(CallRefused(call_id="c", at=1.0, why=why, status=400) for why in Refused),
            *(EntryRefused(call_id="c", at=1.0, why=why) for why in NoCache),
            *(StageFailed(call_id="c", at=1.0, stage=stage, error=f"E{n}") for stage in Stage for n in range(100)),
            *(finished(model=f"canary-{number}") for number in range(5000)),
        ]

    await sink.accept(everything())
    kind, body = exposition(registry)

    series = [line for line in body.decode().splitlines() if line and not line.startswith("#")]
    assert len(series) <= 2000
    assert b"canary" not in body
    assert len({line for line in series if line.startswith("warmlane_upstream_seconds_count")}) == MAX_PROVIDERS + 1
    assert kind.startswith("text/plain; version=0.0.4")


class Stuck(io.BytesIO):
    """A pipe that nobody reads, until somebody does."""

    def __init__(self) -> None:
        """Stuck from the start."""
        super().__init__()
        self.open = threading.Event()

    def write(self, data: Any, /) -> int:
        """Wait for the reader."""
        self.open.wait(30)
        return super().write(data)


class Logged:
    """A log sink and what it wrote."""

    def __init__(self) -> None:
        """Nothing written yet."""
        self.stream = io.BytesIO()
        self.sink = LogSink(self.stream, max_calls=100)

    async def lines(self, *events: Event) -> list[dict[str, Any]]:
        """All lines, once these are through."""
        await self.sink.accept(events)
        await self.sink.aclose()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
async def logged() -> AsyncIterator[Logged]:
    """A log whose thread has ended when the test has."""
    log = Logged()
    yield log
    await log.sink.aclose()


async def test_one_line_per_call(logged: Logged) -> None:
    """Calls that run at the same time have a line each, when they are over."""
    lines = await logged.lines(
        arrived("a"), arrived("b"), looked("b"), looked("a"), finished("b"), arrived("c"), finished("a"),
        EntryStored(call_id="b", at=1.0, size=1, near=False, took=0.1),
    )  # fmt: skip

    assert [(line["event"], line["call_id"]) for line in lines] == [("call", "b"), ("call", "a")]
    assert all(line["model"] == "m" and line["lookup"] == 0.003 for line in lines)


async def test_events_of_one_call_may_come_in_several_batches(logged: Logged) -> None:
    """A call may take longer than a flush."""
    await logged.sink.accept([arrived()])
    await logged.sink.accept([looked()])

    (line,) = await logged.lines(finished())

    assert (line["dialect"], line["outcome"]) == ("openai_chat", "miss")


async def test_a_call_refused_before_it_was_routed_has_a_line(logged: Logged) -> None:
    """Nothing more will be heard of it."""
    (line,) = await logged.lines(CallRefused(call_id="x", at=1.0, why=Refused.UNKNOWN_ROUTE, status=404))

    assert (line["refused"], line["status"], line["call_id"]) == ("unknown_route", 404, "x")


async def test_a_refused_call_that_arrived_has_one_line(logged: Logged) -> None:
    """The refusal is joined into the call's line."""
    refused = CallRefused(call_id="c1", at=1.0, why=Refused.UNREACHABLE, status=502)

    (line,) = await logged.lines(arrived(), looked(), refused, finished(status=502))

    assert (line["refused"], line["status"]) == ("upstream_unreachable", 502)


async def test_a_stage_that_fails_after_the_call_has_its_own_line(logged: Logged) -> None:
    """A store in trouble is seen, although the call was over when it happened."""
    early = StageFailed(call_id="c1", at=1.0, stage=Stage.LOOKUP, error="StageError")
    late = StageFailed(call_id="c1", at=1.0, stage=Stage.STORE, error="StageError")

    call, stage = await logged.lines(arrived(), early, finished(), late)

    assert call["failed"] == ["lookup: StageError"]
    assert (stage["event"], stage["stage"], stage["call_id"]) == ("stage_failed", "store", "c1")


async def test_lost_events_are_told(logged: Logged) -> None:
    """Whoever counts lines must know that some are missing."""
    assert await logged.lines(EventsDropped(call_id="", at=1.0, count=9)) == [{"event": "lost", "events": 9}]


async def test_calls_that_never_end_do_not_pile_up(logged: Logged) -> None:
    """Of more calls than it may remember, the oldest are half told; the others are whole."""
    await logged.sink.accept([arrived(str(number)) for number in range(150)])

    old, new = await logged.lines(finished("0"), finished("149"))

    assert ("dialect" in old, "dialect" in new) == (False, True)


async def test_a_call_that_says_too_much_is_cut(logged: Logged) -> None:
    """What is remembered of one call is bounded."""
    failures = [StageFailed(call_id="c1", at=1.0, stage=Stage.NEAR, error="E")] * 1000

    (line,) = await logged.lines(arrived(), *failures, finished())

    assert len(line["failed"]) == 15


async def test_lost_lines_are_told() -> None:
    """A reader that was stuck learns how many lines it missed."""
    stream = Stuck()
    sink = LogSink(stream)
    many = [finished(str(number)) for number in range(100_000)]  # more than 16 MiB of lines
    await sink.accept([finished("first")])
    await sink.accept(many)
    stream.open.set()
    await sink.accept([finished("last")])
    await sink.aclose()

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("call_id") for line in lines] == ["first", "last", None]
    assert lines[-1] == {"event": "lost", "lines": 100_000}
