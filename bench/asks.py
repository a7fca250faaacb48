"""The requests: about 800 bytes of chat completion each, built before or cheaply while the load runs."""

import json
import secrets
from collections.abc import Sequence

from bench.load import Maker

Fields = tuple[tuple[str, str], ...]
"""Header fields that a request has besides those of every SDK."""

PATH = b"/openai/v1/chat/completions"
MODEL = "gpt-bench"
_SYSTEM = "You are a careful assistant. Answer in one short paragraph, and say so when you do not know. " * 5
_MARK = "@@@@@@@@@@"
"""Stands for the number of a request, in as many characters as the number takes."""


def new_key() -> str:
    """A caller's key, as long and as random as a provider's."""
    return "sk-" + secrets.token_hex(24)


def framed(path: bytes, key: str, body: bytes, extra: Fields = ()) -> bytes:
    """A whole HTTP request with the headers that an SDK sends."""
    fields = [
        ("Host", "127.0.0.1"),
        ("Accept", "application/json"),
        ("Content-Type", "application/json"),
        ("User-Agent", "OpenAI/Python bench"),
        ("Authorization", f"Bearer {key}"),
        *extra,
        ("Content-Length", str(len(body))),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return b"POST %b HTTP/1.1\r\n%b\r\n%b" % (path, head.encode(), body)


def body(question: str, *, stream: bool = False, user: str | None = None) -> bytes:
    """A deterministic chat request."""
    asked: dict[str, object] = {
        "model": MODEL,
        "messages": [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": question}],
        "temperature": 0,
        "max_tokens": 256,
    }
    if stream:
        asked["stream"] = True
    if user is not None:
        asked["user"] = user
    return json.dumps(asked, separators=(",", ":")).encode()


def repeated(requests: Sequence[bytes]) -> Maker:
    """These requests, over and over."""
    ring, size = tuple(requests), len(requests)
    return lambda number: ring[number % size]


def numbered(template: bytes) -> Maker:
    """The request `template` with its number in place of the mark: all of one size, no two alike."""
    before, found, after = template.partition(_MARK.encode())
    if not found:
        msg = "the template has no place for a number"
        raise ValueError(msg)
    return lambda number: b"%b%010d%b" % (before, number, after)


def questions(key: str, count: int, extra: Fields = (), path: bytes = PATH) -> list[bytes]:
    """`count` requests that differ in what is asked."""
    return [framed(path, key, body(_question(f"{number:010d}")), extra) for number in range(count)]


def unique(key: str, *, stream: bool = False, extra: Fields = (), path: bytes = PATH) -> Maker:
    """A new question each time."""
    return numbered(framed(path, key, body(_question(_MARK), stream=stream), extra))


def same_but_bytes(key: str) -> Maker:
    """The first of `questions`, in bytes that never repeat: a field that is not in the key changes."""
    return numbered(framed(PATH, key, body(_question(f"{0:010d}"), user=f"user-{_MARK}")))


def _question(number: str) -> str:
    return (
        f"Please explain how the lane number {number} of a harbour is kept open through the winter. "
        + "Be brief. " * 12
    )
