"""Pairs of whole request bodies: what may not share an answer whatever the last message says, because more differs.

Keys and partitions are made by the gateway's own dialect and keys.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from eval.pairs import Pairs
from eval.policies import Policy
from eval.sources import Bodies, Pair
from warmlane.canonical import read
from warmlane.controls import NOTHING_SAID
from warmlane.dialects.base import Ask
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.keys import Asked, frame
from warmlane.lanes import Lane
from warmlane.model import Call
from warmlane.policy import Look, plan
from warmlane.seal import derive

_PATH = "/v1/chat/completions"
_PEPPER = bytes(32)


def served(bodies: Bodies, policy: Policy, pairs: Pairs) -> bool:
    """Whether the answer to `a` is served for `b`. Raises: KeyError for a text that was not embedded."""
    one, other = _asked(bodies.a, b"one"), _asked(bodies.b, b"other" if bodies.other_key else b"one")
    if one is None or other is None:
        return False
    if one[0].exact() == other[0].exact():
        return True
    texts = (one[1].text, other[1].text)
    if None in texts or one[0].partition("") != other[0].partition("") or not (_is_near(one[1]) and _is_near(other[1])):
        return False
    return pairs.serves(texts[0] or "", texts[1] or "", policy)


def texts(all_bodies: Iterable[Bodies]) -> Iterable[str]:
    """The last user texts, which may have to be embedded."""
    for bodies in all_bodies:
        for asked in (_asked(bodies.a, b"one"), _asked(bodies.b, b"one")):
            if asked is not None and asked[1].text is not None:
                yield asked[1].text


def conversation(bodies: Bodies) -> Pair:
    """The last messages of two conversations alone: what a cache sees that looks at no more."""
    return Pair(bodies.a["messages"][-1]["content"], bodies.b["messages"][-1]["content"], bodies.same, bodies.kind, "")


def _asked(body: Mapping[str, Any], secret: bytes) -> tuple[Asked, Ask] | None:
    raw = json.dumps({"model": "m", "temperature": 0, **body}).encode()
    call = Call(
        id="", method="POST", provider="openai", base_url="", dialect="openai_chat", path=_PATH, query="",
        headers=(), body=raw, secret=secret,
    )  # fmt: skip
    caller = derive(_PEPPER, secret, "openai", "default")
    ask = OpenAIChat().read(read(raw))
    if not isinstance(plan(ask, NOTHING_SAID, Lane(), caller), Look):
        return None
    return Asked(ask, caller, frame(call, Lane(), NOTHING_SAID, _PATH)), ask


def _is_near(ask: Ask) -> bool:
    return ask.not_near is None
