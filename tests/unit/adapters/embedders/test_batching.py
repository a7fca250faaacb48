"""What asks together is embedded together: no sooner refused than it must be, and nobody waits for nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_span_id

from warmlane.adapters.embedders.batching import BUCKETS, Batcher, Limits, Pace, Tokens, bucket, choose
from warmlane.adapters.otel import OtelTracer
from warmlane.adapters.telemetry import NullTracer
from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.model import Vector
from warmlane.ports import Tracer
from warmlane.tasks import Tasks


class Worker:
    """Gives each text its first token as its vector, once the gate is open; keeps what it was given."""

    def __init__(self) -> None:
        """The gate is shut."""
        self.gate, self.begun = threading.Event(), threading.Semaphore(0)
        self.runs: list[list[int]] = []
        self.error: Exception | None = None
        self.pool = ThreadPoolExecutor(max_workers=1)

    def run(self, texts: Sequence[Tokens]) -> Sequence[Vector]:
        """Work."""
        self.runs.append([text[0] for text in texts])
        self.begun.release()
        assert self.gate.wait(60)
        if self.error is not None:
            raise self.error
        return [np.array([text[0]], np.float32) for text in texts]

    def batcher(self, clock: ManualClock, limits: Limits | None = None, tracer: Tracer | None = None) -> Batcher:
        """A batcher with this worker."""
        return Batcher(self.run, self.pool, limits or Limits(), clock=clock, tracer=tracer or NullTracer())


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    """One that ends with the test."""
    made = Worker()
    yield made
    made.gate.set()
    made.pool.shutdown()


def text(name: int, length: int = 8) -> Tokens:
    """A text that begins with `name`."""
    return [name] * length


async def firsts(asked: Sequence[asyncio.Future[Vector]]) -> list[int]:
    """The names that came back."""
    return [int(vector[0]) for vector in await asyncio.gather(*asked)]


async def test_one_that_finds_nothing_under_way_is_embedded_at_once(worker: Worker, clock: ManualClock) -> None:
    """There is nobody to wait for."""
    worker.gate.set()
    batcher = worker.batcher(clock)
    assert await firsts(batcher.ask([text(1)])) == [1]
    assert await firsts(batcher.ask([])) == []
    assert batcher.backlog == 0


async def test_what_asks_while_a_run_is_under_way_makes_the_next(worker: Worker, clock: ManualClock) -> None:
    """All together, in order."""
    batcher = worker.batcher(clock)
    asked = [*batcher.ask([text(1)]), *batcher.ask([text(2)]), *batcher.ask([text(3), text(4)])]
    worker.gate.set()
    assert await firsts(asked) == [1, 2, 3, 4]
    assert worker.runs == [[1], [2, 3, 4]]


async def test_a_run_is_of_like_lengths_and_bounded(worker: Worker, clock: ManualClock) -> None:
    """So many as it may hold; the others come next, the longest waiting first."""
    batcher = worker.batcher(clock, Limits(texts=3, cells=256))
    asked = batcher.ask([text(1), text(2, 200), text(3), text(4), text(5, 250), text(6), text(7), text(8)])
    worker.gate.set()
    assert await firsts(asked) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert worker.runs == [[1, 3, 4], [2], [5], [6, 7, 8]]


async def test_there_may_be_more_room_than_was_thought(worker: Worker, clock: ManualClock) -> None:
    """Once it is known what it runs on."""
    batcher = worker.batcher(clock, Limits(cells=32))
    asked = batcher.ask([text(name) for name in (1, 2, 3)])
    batcher.widen(64)
    worker.gate.set()
    assert await firsts(asked) == [1, 2, 3]
    assert worker.runs == [[1], [2, 3]]


async def test_who_gave_up_is_left_out(worker: Worker, clock: ManualClock) -> None:
    """Also in a run under way, where it is too late to be left out."""
    batcher = worker.batcher(clock)
    first, second, third = (batcher.ask([text(name)])[0] for name in (1, 2, 3))
    first.cancel()
    second.cancel()
    worker.gate.set()
    assert await firsts([third]) == [3]
    assert worker.runs == [[1], [3]]
    assert batcher.backlog == 0


async def test_a_run_that_fails_fails_its_own(worker: Worker, clock: ManualClock) -> None:
    """Each of those who asked, by type alone; the next is tried again."""
    batcher = worker.batcher(clock)
    worker.error = RuntimeError("it quotes: secret")
    worker.gate.set()
    given_up, *asked = batcher.ask([text(0), text(1), text(2)])
    given_up.cancel()
    for each in asked:
        with pytest.raises(StageError, match=r"^embedding failed: RuntimeError$"):
            await each
    worker.error = None
    assert await firsts(batcher.ask([text(3)])) == [3]


async def test_company_is_waited_for_where_that_is_wanted(worker: Worker, clock: ManualClock) -> None:
    """Until a run is full, or time is up, or nothing more can come."""
    worker.gate.set()
    batcher = worker.batcher(clock, Limits(texts=3, wait=3600))
    asked = batcher.ask([text(1)]) + batcher.ask([text(2)])
    assert not worker.runs
    assert await firsts(asked + batcher.ask([text(3)])) == [1, 2, 3]

    late = batcher.ask([text(4)])
    clock.advance(3600)
    assert await firsts(late + batcher.ask([text(5)])) == [4, 5]

    last = batcher.ask([text(6)])
    batcher.close()
    assert await firsts(last) == [6]
    assert worker.runs == [[1, 2, 3], [4, 5], [6]]


async def test_the_wait_ends_by_itself(worker: Worker, clock: ManualClock) -> None:
    """Nobody else comes; and where the one that waited has left, nothing is done."""
    worker.gate.set()
    batcher = worker.batcher(clock, Limits(wait=0.001))
    assert await firsts(batcher.ask([text(1)])) == [1]
    (left,) = batcher.ask([text(2)])
    left.cancel()
    batcher.close()
    assert worker.runs == [[1]]


async def test_too_long_a_queue_is_refused_at_once(worker: Worker, clock: ManualClock) -> None:
    """What could not begin in time would only keep others waiting."""
    batcher = worker.batcher(clock, Limits(texts=1, patience=0.25))
    (running,) = batcher.ask([text(1, 200)])
    assert batcher.backlog < 0.25
    queued = [batcher.ask([text(2, 200)])[0] for _ in range(12)]
    assert batcher.backlog > 0.25
    with pytest.raises(StageError, match="more to do than can wait"):
        batcher.ask([text(3)])
    for each in queued:
        each.cancel()
    (waiting,) = batcher.ask([text(4)])
    worker.gate.set()
    assert await firsts([running, waiting]) == [1, 4]


async def test_a_run_that_hangs_is_waited_for_by_nobody(worker: Worker, clock: ManualClock) -> None:
    """Whatever runs used to take."""
    batcher = worker.batcher(clock)
    (hanging,) = batcher.ask([text(1)])
    clock.advance(0.3)
    assert batcher.backlog == pytest.approx(0.3)
    with pytest.raises(StageError, match="more to do than can wait"):
        batcher.ask([text(2)])
    worker.gate.set()
    await hanging


async def test_what_was_accepted_is_finished(worker: Worker, clock: ManualClock) -> None:
    """Then the worker ends, and nothing more is accepted."""
    batcher = worker.batcher(clock)
    asked = batcher.ask([text(1)]) + batcher.ask([text(2)])
    batcher.close()
    with pytest.raises(StageError, match="not running"):
        batcher.ask([text(3)])
    worker.gate.set()
    assert await firsts(asked) == [1, 2]
    with pytest.raises(RuntimeError, match="shutdown"):
        worker.pool.submit(print)


async def test_a_run_is_linked_to_the_calls_in_it(worker: Worker, clock: ManualClock) -> None:
    """Those that are sampled; it is in the trace of the first of them, and leaves no span in force behind."""
    exporter = InMemorySpanExporter()
    tracer = OtelTracer(SimpleSpanProcessor(exporter))
    batcher = worker.batcher(clock, tracer=tracer)

    async def call(name: int, parent: bytes | None) -> None:
        with tracer.span(f"call {name}", parent=parent):
            here = tracer.inject()
            await batcher.ask([text(name)])[0]
            assert tracer.inject() == here

    unsampled = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    calls = [Tasks().spawn(call(name, unsampled if name in {1, 2} else None), name="call") for name in range(1, 5)]
    await asyncio.wait(calls, timeout=0)
    worker.gate.set()
    await asyncio.gather(*calls)

    assert worker.runs == [[1], [2, 3, 4]]
    spans = {span.name: span for span in exporter.get_finished_spans()}
    run, third, fourth = spans["embed run"], spans["call 3"], spans["call 4"]
    assert {link.context.span_id for link in run.links} == {third.context.span_id, fourth.context.span_id}
    assert run.parent is not None
    assert format_span_id(run.parent.span_id) == format_span_id(third.context.span_id)
    assert run.attributes == {"warmlane.texts": 3, "warmlane.tokens": 24}
    assert set(spans) == {"embed run", "call 3", "call 4"}
    tracer.close()


def test_choosing_takes_the_first_and_its_like() -> None:
    """At most so many texts, at most so many cells."""
    assert choose([300 // 2], texts=8, cells=1) == [0]
    assert choose([10, 32, 33, 2, 256], texts=8, cells=256) == [0, 1, 3]
    assert choose([10] * 20, texts=8, cells=10_000) == list(range(8))
    assert choose([60] * 20, texts=8, cells=256) == [0, 1, 2, 3]
    assert [bucket(length) for length in (2, 32, 33, 256)] == [32, 32, 64, 256]
    assert BUCKETS[-1] == 256


def test_the_pace_is_learned() -> None:
    """A run weighs a fifth."""
    pace = Pace()
    for _ in range(50):
        pace.took(100, 0.05)
    assert pace.of(1000) == pytest.approx(0.5, rel=0.01)
