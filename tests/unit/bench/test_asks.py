"""The requests are what they say: alike, or never alike, and of one size."""

import json

import pytest
from bench import asks


def parts(request: bytes) -> tuple[str, dict[str, object]]:
    """Head and JSON body of a request, its length checked."""
    head, _, body = request.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}" in head.decode().lower()
    return head.decode(), json.loads(body)


def test_a_question_is_a_deterministic_chat() -> None:
    """About 800 bytes, as measured elsewhere."""
    head, body = parts(asks.questions("sk-test", 1)[0])

    assert head.startswith("POST /openai/v1/chat/completions HTTP/1.1\r\n")
    assert "Authorization: Bearer sk-test\r\n" in head
    assert body["temperature"] == 0
    assert 700 < len(json.dumps(body)) < 900


def test_unique_requests_differ_in_the_question_only() -> None:
    """And not in size, so that the length in the head holds."""
    make = asks.unique("sk-test", stream=True, extra=(("X-Cache-Mode", "exact_match"),))
    (head, one), (_, other) = parts(make(1)), parts(make(2_000_000_000))

    assert "X-Cache-Mode: exact_match" in head
    assert one["stream"] is True
    assert one.pop("messages") != other.pop("messages")
    assert one == other


def test_same_but_bytes_differ_in_the_user_only() -> None:
    """Which is not in the key: all of them are the first question."""
    make = asks.same_but_bytes("sk-test")
    bodies = [parts(make(number))[1] for number in (1, 2)]
    users = [body.pop("user") for body in bodies]

    assert users[0] != users[1]
    assert bodies[0] == bodies[1] == parts(asks.questions("sk-test", 1)[0])[1]


def test_repeated_goes_round() -> None:
    """The n-th modulo their number."""
    make = asks.repeated([b"a", b"b"])

    assert [make(number) for number in range(4)] == [b"a", b"b", b"a", b"b"]


def test_a_template_needs_a_place() -> None:
    """Else every request would be the same, and called unique."""
    with pytest.raises(ValueError, match="no place"):
        asks.numbered(b"POST / HTTP/1.1\r\n\r\n")


def test_keys_are_long_and_never_the_same() -> None:
    """A key that could be guessed would be cached elsewhere."""
    one, other = asks.new_key(), asks.new_key()

    assert one != other
    assert len(one) > 40
