"""Tells when an HTTP/1.1 answer is whole, with little work: the load must cost less than what it loads."""

_END = b"\r\n0\r\n\r\n"
"""How a chunked body ends. No payload here can look like it: JSON and SSE lines have no bare carriage return."""


class Answer:
    """One answer to one request on a connection that has one request in flight."""

    __slots__ = ("_body", "_chunked", "_end", "_length", "head", "started")

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.head = b""
        """Status line and fields, without the blank line; empty until it is whole."""
        self.started = False
        """Whether a byte of the body has come."""
        self._body = b""
        self._length = 0
        self._chunked = False
        self._end = b""

    def feed(self, data: bytes) -> bool:
        """Take what was read; True when the answer is whole. Raises: ValueError when it does not say where it ends."""
        if not self.head:
            data = self._body + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._body = data
                return False
            self.head = data[:end]
            self._frame()
            data = data[end + 4 :]
        self.started = self.started or bool(data)
        if self._chunked:
            # With the line end before it, also where the body is empty or the end comes in pieces.
            self._end = (self._end + data)[-len(_END) :]
            return self._end == _END
        self._length -= len(data)
        return self._length <= 0

    def _frame(self) -> None:
        head = self.head.lower()
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            stop = head.find(b"\r\n", at + 2)
            self._length = int(head[at + 17 : stop if stop >= 0 else None])
        elif b"\r\ntransfer-encoding: chunked" in head:
            self._chunked, self._end = True, b"\r\n"
        else:
            msg = "an answer with neither a length nor chunks"
            raise ValueError(msg)
