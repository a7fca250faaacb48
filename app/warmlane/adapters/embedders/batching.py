"""Embedding what asks together in one run: while a run is under way others gather, and the next one takes them all."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from contextvars import Context
from functools import partial
from typing import Final

import msgspec

from warmlane.clock import Clock
from warmlane.errors import StageError
from warmlane.model import Value, Vector
from warmlane.ports import Span, Tracer

Tokens = Sequence[int]
Run = Callable[[Sequence[Tokens]], Sequence[Vector]]

BUCKETS: Final = (32, 64, 128, 256)
"""Texts of one run have lengths, in tokens, of the same bucket: at most half of what attention works on is padding."""

_FIRST_GUESS: Final = 0.0001  # seconds a token
_WEIGHT: Final = 0.2  # of the newest run in the average
_SAMPLED: Final = 1  # the flag in a traceparent


class Limits(Value, frozen=True, kw_only=True):
    """How much goes into one run: `texts`, and `cells`, which are tokens with padding.

    `wait` is how long the first of a run waits for company, in seconds: 0 sends it at once where nothing is under way.
    `patience` is how long a text may be expected to wait for its turn, in seconds, before it is refused at once.
    """

    texts: int = 32
    cells: int = 256
    wait: float = 0.0
    patience: float = 0.25


class Pace:
    """How long a token takes, as a moving average."""

    def __init__(self) -> None:
        """Guess."""
        self._each = _FIRST_GUESS

    def took(self, tokens: int, seconds: float) -> None:
        """Learn of a run."""
        self._each += _WEIGHT * (seconds / tokens - self._each)

    def of(self, tokens: int) -> float:
        """Seconds that `tokens` will take."""
        return tokens * self._each


class _Asked:
    """A text whose vector is awaited."""

    __slots__ = ("answer", "since", "tokens", "trace")

    def __init__(self, tokens: Tokens, answer: asyncio.Future[Vector], since: float, trace: bytes | None) -> None:
        """`trace` is the traceparent of whoever asks."""
        self.tokens, self.answer, self.since, self.trace = tokens, answer, since, trace


class _Running:
    """A run under way, and since when."""

    __slots__ = ("batch", "since", "span", "tokens")

    def __init__(self, batch: Sequence[_Asked], since: float, span: AbstractContextManager[Span] | None) -> None:
        """Its texts; `span` is entered."""
        self.batch, self.since, self.span = batch, since, span
        self.tokens = sum(len(asked.tokens) for asked in batch)


class Batcher:
    """Collects texts while its worker is busy, and gives it what fits together in the order in which it came.

    One that asks while nothing is under way waits for nobody. Who gave up meanwhile is left out. All methods belong to
    one event loop; only `run` is called in `worker`, one call at a time.
    """

    def __init__(self, run: Run, worker: Executor, limits: Limits, *, clock: Clock, tracer: Tracer) -> None:
        """`run` gives one vector per text, in order; `worker` is shut down at the end."""
        self._run, self._worker, self._limits, self._clock, self._tracer = run, worker, limits, clock, tracer
        self._queue: list[_Asked] = []
        self._running: _Running | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pace, self._closed = Pace(), False

    def ask(self, texts: Sequence[Tokens]) -> list[asyncio.Future[Vector]]:
        """What will be the vectors of `texts`. Cancelling one that has not begun leaves it out.

        Raises: StageError, where the queue is longer than `patience`, or it is closed; the futures too, where the run
        failed.
        """
        if self._closed:
            msg = "the embedder is not running"
            raise StageError(msg)
        if self.backlog > self._limits.patience:
            msg = "the embedder has more to do than can wait"
            raise StageError(msg)
        loop, now = asyncio.get_running_loop(), self._clock.monotonic()
        trace = self._tracer.inject().get(b"traceparent")
        asked = [_Asked(tokens, loop.create_future(), now, trace) for tokens in texts]
        self._queue += asked
        self._next()
        return [each.answer for each in asked]

    @property
    def backlog(self) -> float:
        """Seconds until a text that asks now is likely to begin, or that a run is under way already: 0 when idle."""
        waiting = self._pace.of(sum(len(asked.tokens) for asked in self._queue if not asked.answer.done()))
        if self._running is None:
            return waiting
        elapsed = self._clock.monotonic() - self._running.since
        return waiting + max(elapsed, self._pace.of(self._running.tokens))

    def widen(self, cells: int) -> None:
        """From the next run on, let so many cells in. May be called from any thread."""
        self._limits = msgspec.structs.replace(self._limits, cells=cells)

    def close(self) -> None:
        """Take no more, finish what waits, then let the worker end."""
        self._closed = True
        self._next()

    def _next(self) -> None:
        """Begin a run, if there is something to do and nothing under way."""
        if self._running is not None:
            return
        self._queue = [asked for asked in self._queue if not asked.answer.done()]
        if not self._queue:
            if self._closed:
                self._worker.shutdown(wait=False)
        elif not self._awaits_company():
            self._begin()

    def _awaits_company(self) -> bool:
        limits = self._limits
        if not limits.wait or self._closed or len(self._queue) >= limits.texts:
            return False
        left = self._queue[0].since + limits.wait - self._clock.monotonic()
        if left <= 0:
            return False
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(left, self._begin)
        return True

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._queue = [asked for asked in self._queue if not asked.answer.done()]
        if self._running is not None or not self._queue:
            return
        chosen = choose([len(asked.tokens) for asked in self._queue], self._limits.texts, self._limits.cells)
        batch = [self._queue[index] for index in chosen]
        taken = set(chosen)
        self._queue = [asked for index, asked in enumerate(self._queue) if index not in taken]
        # A context of its own: the span in force is nobody's who asked, and nobody's who asks next.
        context = Context()
        running = _Running(batch, self._clock.monotonic(), context.run(self._span, batch))
        self._running = running
        work = asyncio.get_running_loop().run_in_executor(self._worker, self._run, [asked.tokens for asked in batch])
        work.add_done_callback(partial(self._done, running), context=context)

    def _done(self, running: _Running, work: asyncio.Future[Sequence[Vector]]) -> None:
        self._running = None
        self._pace.took(running.tokens, self._clock.monotonic() - running.since)
        error = asyncio.CancelledError() if work.cancelled() else work.exception()
        if running.span is not None:
            running.span.__exit__(None if error is None else type(error), error, None)
        if error is None:
            for asked, vector in zip(running.batch, work.result(), strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(vector)
        else:
            for asked in running.batch:
                if not asked.answer.done():
                    # Its type alone: the runtime's text may quote what was asked.
                    asked.answer.set_exception(StageError(f"embedding failed: {type(error).__name__}"))
        self._next()

    def _span(self, batch: Sequence[_Asked]) -> AbstractContextManager[Span] | None:
        """A span of the run, in the trace of the first whose call is sampled, with links to all that are."""
        traces = [asked.trace for asked in batch if asked.trace is not None and int(asked.trace[-2:], 16) & _SAMPLED]
        if not traces:
            return None
        span = self._tracer.span("embed run", parent=traces[0], links=traces)
        tokens = sum(len(asked.tokens) for asked in batch)
        span.__enter__().set({"warmlane.texts": len(batch), "warmlane.tokens": tokens})
        return span


def bucket(tokens: int) -> int:
    """The longest that a text of this length shares a run with, in tokens."""
    return next(bound for bound in BUCKETS if tokens <= bound)


def choose(lengths: Sequence[int], texts: int, cells: int) -> list[int]:
    """Which of the waiting, by their lengths in tokens, go into the next run: at least the first.

    Then those of its bucket, in their order: at most `texts`, and so many that their bucket's length times their number
    is at most `cells`.
    """
    shared = bucket(lengths[0])
    most = max(1, min(texts, cells // shared))
    return [index for index, length in enumerate(lengths) if bucket(length) == shared][:most]
