"""A provider that costs next to nothing: chat completions, whole or as 52 chunks, each answer with an id of its own.

Run: python -m bench.servers.upstream PORT
"""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from typing import cast

import uvloop

CHUNKS = 52
PACE = 0.003
"""Seconds between chunks: apart enough that each is a read of its own for whoever stands between."""

_TEXT = "Warm lanes are short. " * 20
_JSON_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_%08d\r\ncontent-length: %d\r\n\r\n"
)
_SSE_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_%08d\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
_COMMON = b'"created":1800000000,"model":"gpt-bench","system_fingerprint":"fp_0"'
_WHOLE = (
    b'{"id":"chatcmpl-%08d","object":"chat.completion",' + _COMMON + b',"choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"' + _TEXT.encode() + b'","refusal":null},"logprobs":null,"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":150,"completion_tokens":100,"total_tokens":250}}'
)


def whole(number: int) -> bytes:
    """The JSON answer to request `number`, head included, about 730 bytes of body."""
    body = _WHOLE % number
    return _JSON_HEAD % (number, len(body)) + body


def chunks(number: int) -> list[bytes]:
    """The streamed answer to request `number`: the head, then `CHUNKS` HTTP chunks of one event each, `[DONE]` last."""
    frame = b'data: {"id":"chatcmpl-%08d","object":"chat.completion.chunk",' % number + _COMMON
    events = [frame + b',"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n']
    events += [
        frame + b',"choices":[{"index":0,"delta":{"content":" word%02d"},"finish_reason":null}]}\n\n' % index
        for index in range(CHUNKS - 3)
    ]
    events += [frame + b',"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n', b"data: [DONE]\n\n"]
    framed = [b"%x\r\n%b\r\n" % (len(event), event) for event in events]
    framed[-1] += b"0\r\n\r\n"
    return [_SSE_HEAD % number, *framed]


class Provider(asyncio.Protocol):
    """One connection, one request at a time on it."""

    def __init__(self, numbers: "itertools.count[int]") -> None:
        """Number answers from `numbers`, which all connections share."""
        self._numbers = numbers
        self._data = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer on `transport`."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """Whoever hung up gets no more chunks."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer once the request is whole."""
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0 or not self._is_whole(end):
            return
        request, self._data = self._data, b""
        number = next(self._numbers)
        assert self._transport is not None
        if b'"stream":true' in request:
            head, *rest = chunks(number)
            self._transport.write(head)
            self._pace(iter(rest))
        else:
            self._transport.write(whole(number))

    def _is_whole(self, end: int) -> bool:
        head = self._data[:end].lower()
        at = head.find(b"\r\ncontent-length:")
        if at < 0:
            return b"chunked" not in head or self._data.endswith(b"\r\n0\r\n\r\n")
        stop = head.find(b"\r\n", at + 2)
        return len(self._data) - end - 4 >= int(head[at + 17 : stop if stop >= 0 else None])

    def _pace(self, rest: Iterator[bytes]) -> None:
        chunk = next(rest, None)
        if chunk is not None and self._transport is not None:
            self._transport.write(chunk)
            asyncio.get_running_loop().call_later(PACE, self._pace, rest)


async def _serve(port: int) -> None:
    numbers = itertools.count()
    server = await asyncio.get_running_loop().create_server(lambda: Provider(numbers), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
