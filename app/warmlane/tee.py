"""A copy of an answer, taken while it passes by."""

from typing import Protocol

from warmlane.dialects.base import Assembling, Dialect, Finish, Whole
from warmlane.headers import find
from warmlane.model import Head


class Judge(Protocol):
    """Who can say what came of an answer: a Dialect, or a Batch."""

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer, decoded."""
        ...


class Tee:
    """Collects the body of one answer, as long as it is within `limit` bytes."""

    __slots__ = ("_chunks", "_finish", "_limit", "_short", "_whole", "complete", "encoding", "head", "size", "streamed")

    def __init__(self, limit: int, *, short: int | None = None) -> None:
        """Collect at most `limit` bytes; what is longer is let go. Up to `short`, by default the same, is short."""
        self._limit, self._short = limit, limit if short is None else short
        self._chunks: list[bytes] = []
        self._finish: Finish | None = None
        self._whole: Whole | None = None
        self.head: Head | None = None
        self.size, self.complete, self.streamed = 0, False, False
        self.encoding: bytes | None = None

    def start(self, head: Head) -> None:
        """The answer begins."""
        self.head = head
        self.streamed = (find(head.headers, b"content-type") or b"").lower().startswith(b"text/event-stream")
        encoding = (find(head.headers, b"content-encoding") or b"").strip().lower()
        self.encoding = None if encoding in {b"", b"identity"} else encoding

    @property
    def started(self) -> bool:
        """Whether an answer began at all."""
        return self.head is not None

    @property
    def is_short(self) -> bool:
        """Whether it is known to be whole soon: no stream, and of a length that is said and within the limit."""
        assert self.head is not None
        length = find(self.head.headers, b"content-length")
        return not self.streamed and length is not None and length.isdigit() and int(length) <= self._short

    @property
    def may_be_kept(self) -> bool:
        """Whether nothing in its head forbids that: it is not encoded, and not said to be longer than the limit."""
        assert self.head is not None
        length = find(self.head.headers, b"content-length") or b""
        return self.encoding is None and not (length.isdigit() and int(length) > self._limit)

    def clear(self) -> None:
        """Forget what was collected: another answer comes."""
        self._chunks, self._finish, self._whole, self.head = [], None, None, None
        self.size, self.complete, self.streamed, self.encoding = 0, False, False, None

    def add(self, chunk: bytes) -> None:
        """Take a copy of `chunk`."""
        self.size += len(chunk)
        if self.size <= self._limit:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()

    def leave(self, dialect: Dialect) -> None:
        """The client has left. It has read the whole answer all the same where a stream has said its end.

        SDKs hang up at the end marker, and then it is chance whether the body ends before they are gone.
        """
        if self.streamed and self.size <= self._limit and self.encoding is None:
            self._finish = self._judged(dialect)
            self.complete = self._finish.refuse is None and self._finish.ended

    @property
    def body(self) -> bytes:
        """What was collected; empty where it was too long."""
        if len(self._chunks) > 1:
            self._chunks = [b"".join(self._chunks)]
        return self._chunks[0] if self._chunks else b""

    def finish(self, judge: Judge) -> Finish | None:
        """What came of it, read once; None where it cannot be read: cut, too long, or encoded."""
        if not self.complete or self.size > self._limit or self.encoding is not None:
            return None
        if self._finish is None:
            self._finish = self._judged(judge)
        return self._finish

    def whole(self, judge: Judge) -> Whole | None:
        """The answer put together, once; None where `judge` puts none together. It must be `complete`."""
        if self._whole is None and isinstance(judge, Assembling):
            self._whole = judge.assemble(self.body, streamed=self.streamed)
        return self._whole

    def _judged(self, judge: Judge) -> Finish:
        whole = self.whole(judge)
        if whole is not None and isinstance(judge, Assembling):
            return judge.judge(whole)
        return judge.finish(self.body, streamed=self.streamed)
