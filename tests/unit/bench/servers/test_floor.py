"""The floor repeats an answer, less what its server adds itself."""

import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from bench.servers.floor import constant, save


def test_an_answer_is_saved_without_the_server_s_own_fields(tmp_path: Path) -> None:
    """Else the floor would send them twice."""
    save(tmp_path / "a", b"HTTP/1.1 200 OK\r\nDate: now\r\nserver: x\r\nX-Cache: HIT\r\ncontent-length: 2\r\n\r\n{}")

    assert json.loads((tmp_path / "a").read_text()) == {
        "headers": [["x-cache", "HIT"], ["content-length", "2"]],
        "body": "{}",
    }


async def test_the_body_is_read_and_the_answer_sent() -> None:
    """The whole of the body, then head and body of the answer."""
    parts = iter([{"body": b"a", "more_body": True}, {"body": b"b"}])
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return next(parts)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await constant([(b"x-cache", b"HIT")], b"{}")({}, receive, send)

    assert next(parts, None) is None
    assert [message.get("headers", message.get("body")) for message in sent] == [[(b"x-cache", b"HIT")], b"{}"]
