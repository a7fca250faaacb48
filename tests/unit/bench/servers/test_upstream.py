"""The provider answers what a real one would, each answer with an id of its own."""

import json

from bench.servers.upstream import CHUNKS, chunks, whole


def test_a_whole_answer() -> None:
    """Finished, about 730 bytes, as long as it says."""
    head, _, body = whole(7).partition(b"\r\n\r\n")
    answer = json.loads(body)

    assert b"content-length: %d" % len(body) in head
    assert answer["id"] == "chatcmpl-00000007"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert 650 < len(body) < 800


def test_a_streamed_answer() -> None:
    """One event a chunk, finished and done, then the end of the body."""
    head, *framed = chunks(7)
    last = framed[-1].removesuffix(b"0\r\n\r\n")
    sized = [chunk.partition(b"\r\n") for chunk in (*framed[:-1], last)]
    events = [payload.removesuffix(b"\r\n") for _, _, payload in sized]

    assert b"transfer-encoding: chunked" in head
    assert [int(size, 16) for size, _, _ in sized] == [len(event) for event in events]
    assert len(events) == CHUNKS
    assert events[-1] == b"data: [DONE]\n\n"
    read = [json.loads(event.removeprefix(b"data: ")) for event in events[:-1]]
    assert {event["id"] for event in read} == {"chatcmpl-00000007"}
    assert [event["choices"][0]["finish_reason"] for event in read] == [None] * (CHUNKS - 2) + ["stop"]
