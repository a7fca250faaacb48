"""Time as an argument: nothing else in the product may call `time` for a date."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> float:
        """Wall time in seconds since 1970; expiry is reckoned in it."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never step back; durations are reckoned in it."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Wall time in seconds since 1970."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return time.perf_counter()


class ManualClock:
    """A clock that stands still until it is moved: for tests, ours and third parties'."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        """Start at `start`, in seconds since 1970."""
        self._now = start

    def now(self) -> float:
        """Seconds since 1970, as last set."""
        return self._now

    def monotonic(self) -> float:
        """The same instant: a manual clock never steps back either."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        if seconds < 0:
            msg = f"time does not run backwards: {seconds}"
            raise ValueError(msg)
        self._now += seconds
