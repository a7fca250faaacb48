"""Changing members of a body that is otherwise forwarded byte for byte."""

import re
from collections.abc import Collection

import jiter

# Possessive: a pattern that could go back remembers each character of a string, 120 bytes for one.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\],]', re.DOTALL)
_CHARACTER = re.compile(rb'\\u[0-9A-Fa-f]{4}|\\.|[^\\"]')
_FIRST_COMMA = re.compile(rb"^(\s*\{)\s*,")


def without(body: bytes, names: Collection[str]) -> bytes:
    """`body`, a JSON object that was read strictly, less these members of it; every other byte is left as it was."""
    kept: list[bytes] = []
    copied = 0
    for name, start, end in _members(body):
        if name in names:
            kept.append(body[copied:start])
            copied = end
    kept.append(body[copied:])
    return _FIRST_COMMA.sub(rb"\1", b"".join(kept))


def beheaded(body: bytes, name: str, count: int) -> bytes:
    """`body`, a JSON object that was read strictly, less `count` ASCII characters at the head of its text `name`."""
    start = end = _text(body, name)
    for _ in range(count):
        character = _CHARACTER.match(body, end)
        assert character is not None
        end = character.end()
    return body[:start] + body[end:]


def added(body: bytes, name: str, value: bytes) -> bytes:
    """`body`, a JSON object that was read strictly, with `value`, which is JSON, as this member of it, at the end."""
    body = without(body, {name})
    end = body.rindex(b"}")
    comma = b"" if body[:end].rstrip().endswith(b"{") else b","
    return b'%b%b"%b":%b%b' % (body[:end], comma, name.encode(), value, body[end:])


def _text(body: bytes, wanted: str) -> int:
    """Where the text of a member of the top object begins, behind the quote."""
    depth = 0
    name: str | None = None
    for token in _TOKEN.finditer(body):
        mark = token.group()
        if mark in {b"{", b"["}:
            depth += 1
        elif mark in {b"}", b"]"}:
            depth -= 1
        elif depth == 1 and mark == b",":
            name = None
        elif depth == 1 and name == wanted:
            return token.start() + 1
        elif depth == 1 and name is None:
            name = str(jiter.from_json(mark))
    msg = "no such text"
    raise AssertionError(msg)


def _members(body: bytes) -> list[tuple[str, int, int]]:
    """Name, start and end of each member of the top object; the comma in front belongs to it."""
    members: list[tuple[str, int, int]] = []
    depth, start = 0, 0
    name: str | None = None
    for token in _TOKEN.finditer(body):
        mark = token.group()
        if depth == 1 and name is None and mark.startswith(b'"'):
            name = str(jiter.from_json(mark))
        elif depth == 1 and mark in {b",", b"}"}:
            if name is not None:
                members.append((name, start, token.start()))
            name, start = None, token.start()
        if mark in {b"{", b"["}:
            depth += 1
            start = token.end() if depth == 1 else start
        elif mark in {b"}", b"]"}:
            depth -= 1
    return members
