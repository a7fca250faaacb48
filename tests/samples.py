"""Values that tests start from: whole and plausible, so that a test names only what it is about."""

import json
from collections.abc import Sequence
from typing import Any

from warmlane.canonical import read
from warmlane.controls import NOTHING_SAID, Controls
from warmlane.dialects.base import Ask
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.events import Outcome
from warmlane.keys import Asked, frame
from warmlane.lanes import Lane
from warmlane.match.bound import Prior
from warmlane.match.facts import Facts, Objection
from warmlane.match.judge import Candidate
from warmlane.model import Call, Caller, Entry, Headers, Usage
from warmlane.policy import Look, Plan
from warmlane.recent import Kept
from warmlane.seal import derive
from warmlane.trip import Found, Trip

PEPPER = bytes(range(32))
SECRET = b"sk-proj-4f7Qz81LmX0cVbNaE2rT6yUi"
OTHER_SECRET = b"sk-proj-Jw93hPk5sDgRtYq7ZxCvB1nM"
CHAT = "/v1/chat/completions"
NOW = 1_800_000_000.0
"""Where a ManualClock starts."""


def a_body(text: str = "What is 2+2?", **members: Any) -> dict[str, Any]:
    """A chat request that is cached without asking: its temperature is 0."""
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], "temperature": 0, **members}


def an_answer(text: str = "4", **members: Any) -> dict[str, Any]:
    """A whole chat completion that may be kept."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "gpt-4o-2024-08-06",
        "choices": [choice], "usage": usage, **members,
    }  # fmt: skip


def dump(value: Any) -> bytes:
    """JSON as a client sends it."""
    return json.dumps(value, ensure_ascii=False).encode()


def a_call(body: Any = None, *, secret: bytes = SECRET, headers: Headers = (), **fields: Any) -> Call:
    """A routed call; `body` is bytes, or what is to be sent as JSON."""
    raw = body if isinstance(body, bytes) else dump(a_body() if body is None else body)
    sent = ((b"authorization", b"Bearer " + secret), *headers) if secret else headers
    given: dict[str, Any] = {
        "id": "wl_1", "method": "POST", "provider": "openai", "base_url": "https://api.openai.com",
        "dialect": "openai_chat", "path": CHAT, "query": "", **fields,
    }  # fmt: skip
    return Call(headers=sent, body=raw, secret=secret, **given)


def a_caller(secret: bytes = SECRET) -> Caller:
    """The caller with that key at openai."""
    return derive(PEPPER, secret, "openai", "default")


def an_ask(body: dict[str, Any] | None = None) -> Ask:
    """What a chat request asks for."""
    return OpenAIChat().read(read(dump(a_body() if body is None else body)))


def an_entry(body: bytes | None = None, **fields: Any) -> Entry:
    """An answer made at NOW that lives an hour."""
    given: dict[str, Any] = {
        "prompt": "What is 2+2?", "streamed": False, "content_type": "application/json", "model": "gpt-4o-2024-08-06",
        "usage": Usage(input_tokens=9, output_tokens=2), "made": NOW, "expires": NOW + 3600, **fields,
    }  # fmt: skip
    return Entry(body=dump(an_answer()) if body is None else body, **given)


def a_look(**fields: Any) -> Look:
    """A plan to ask the cache and to keep the answer for an hour."""
    return Look(
        **{"read": True, "write": True, "ttl": 3600, "not_near": None, "threshold": 0.85, "bound": 0.02, **fields}
    )


def a_trip(
    call: Call | None = None, *, plan: Plan | None = None, controls: Controls = NOTHING_SAID, **fields: Any
) -> Trip:
    """A call that was read at NOW, with its keys."""
    call = call or a_call()
    caller, body = a_caller(call.secret), call.body
    assert isinstance(body, bytes)
    ask = OpenAIChat().read(read(body))
    asked = Asked(ask, caller, frame(call, Lane(), controls, call.path), controls.ignore)
    given: dict[str, Any] = {
        "dialect": OpenAIChat(), "ask": ask, "caller": caller, "asked": asked, "key": asked.exact(), "started": NOW,
        "at": NOW, **fields,
    }  # fmt: skip
    return Trip(call=call, controls=controls, plan=plan or a_look(), **given)


def a_find(entry: Entry | None = None, *, outcome: Outcome = Outcome.EXACT, key: bytes = b"k" * 16) -> Found:
    """What the cache had."""
    entry = entry or an_entry()
    return Found(outcome=outcome, kept=Kept(entry, entry.expires), key=key, body=entry.body)


BY_HAND = Prior(
    seen=tuple([0.0] * 10 + [30, 30, 30, 22, 18, 18, 16, 16, 16, 14, 14, 8, 8, 8, 8, 4, 4, 3, 3, 3]),
    right=tuple([0.0] * 10 + [75, 79, 84, 90, 92, 95, 97, 98, 98.6, 99, 99.2, 99.3, 99.4, 99.5, 99.6] + [99.7] * 5),
    wrong=tuple([100.0] * 10 + [25, 21, 16, 10, 8, 5, 3, 2, 1.4, 1, 0.8, 0.7, 0.6, 0.5, 0.4] + [0.3] * 5),
    normal=166.0,
)
"""For scores that are cosines of MiniLM after the vetoes. Made by hand from two measurements on reworded questions of
many kinds (from 0.85 on 5.7 % of such hits were wrong, from 0.90 on 3.0 %; 166 of 1,000 lookups were normalised hits),
and careful: about half as many again are said to be wrong."""


class Cosine:
    """Scores by nearness alone: what a test can tell beforehand."""

    def score(self, asked: Facts, pairs: Sequence[tuple[Candidate, tuple[Objection, ...]]]) -> Sequence[float]:
        """The cosines."""
        return [candidate.similarity for candidate, _ in pairs]
