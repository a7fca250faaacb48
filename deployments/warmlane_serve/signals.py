"""SIGINT and SIGTERM, noted while something goes on that must not be torn in the middle."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Final, Self

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Ended:
    """Whether a signal came that ends the program, and whether a second one came that does not want to wait.

    Entered in the main thread; leaving gives the signals back to whoever had them.
    """

    def __init__(self) -> None:
        """None yet."""
        self._first, self._second = threading.Event(), threading.Event()
        self._before: dict[signal.Signals, Any] = {}

    def __bool__(self) -> bool:
        """Whether one came."""
        return self._first.is_set()

    def wait(self, seconds: float) -> bool:
        """Return at once when one comes, or has come; else after `seconds`. Whether one came."""
        return self._first.wait(seconds)

    def wait_for_second(self, seconds: float) -> bool:
        """The same of a second one."""
        return self._second.wait(seconds)

    def listen(self) -> None:
        """Hear them again, where somebody else took them meanwhile: Ray does, to abort, when it starts."""
        for number in SIGNALS:
            signal.signal(number, self._note)

    def __enter__(self) -> Self:
        """Hear them from now on."""
        self._before = {number: signal.getsignal(number) for number in SIGNALS}
        self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hear them no more."""
        for number, before in self._before.items():
            signal.signal(number, before)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of handlers
        (self._second if self._first.is_set() else self._first).set()
