"""How busy a stage is."""

from typing import Final

_WEIGHT: Final = 0.05  # of the newest call in the average


class Load:
    """Calls under way, and how long calls wait before they are looked at."""

    __slots__ = ("in_flight", "queue_ms")

    def __init__(self) -> None:
        """Nothing is going on. `queue_ms` is a moving average over about the last twenty calls, in milliseconds."""
        self.in_flight, self.queue_ms = 0, 0.0

    def waited(self, seconds: float) -> None:
        """A call had waited so long when it was looked at."""
        self.queue_ms += _WEIGHT * (seconds * 1000 - self.queue_ms)
