"""How an API of the demo is asked, without the forwarder around it."""

import json
from typing import Any

from warmlane.adapters.demo.answers import Asked, Told, Unusable
from warmlane.canonical import read
from warmlane.dialects.registry import DIALECTS

QUESTION = "What is the capital of France?"
ANSWER = (
    "This is Warmlane's built-in demo, not a language model. You asked in 6 words: “What is the capital of France?” "
    "Ask the same again, or in other words, and this answer comes from the cache."
)


def asked(body: Any, path: str = "/v1/any", query: str = "") -> Asked:
    """A request, as the forwarder reads it."""
    return Asked(id="wl_1", path=path, query=query, now=1_800_000_000, body=read(json.dumps(body).encode()))


def said(told: Told | Unusable) -> Any:
    """The value of a whole answer."""
    assert isinstance(told, Told)
    assert not told.streamed
    (part,) = told.parts
    return json.loads(part)


def data(told: Told | Unusable) -> list[Any]:
    """The value of each event of a stream; one that is no JSON as text."""
    assert isinstance(told, Told)
    assert told.streamed
    lines = [line for part in told.parts for line in part.decode().splitlines() if line.startswith("data: ")]
    return [line[6:] if line[6:] == "[DONE]" else json.loads(line[6:]) for line in lines]


def kept(dialect: str, told: Told | Unusable, wanted: Asked) -> Any:
    """What the gateway makes of an answer, whole or not, for who wants it whole. It has to be one that is stored."""
    assert isinstance(told, Told)
    body, way = b"".join(told.parts), DIALECTS[dialect]
    ask = way.read(wanted.body, wanted.path, wanted.query)
    assert way.finish(body, streamed=told.streamed).refuse is None
    rendered = way.render(body, streamed=told.streamed, ask=ask)
    assert rendered is not None
    return json.loads(rendered)
