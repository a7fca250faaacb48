"""Whole requests share an answer only where nothing but the last message differs."""

from pathlib import Path
from typing import Any

import pytest
from eval.bodies import conversation, served, texts
from eval.gates import shipped
from eval.pairs import Pairs
from eval.policies import DEFAULT
from eval.sources import Bodies
from eval.vectors import embedded

ASKED, ALIKE = "How do I reset my password?", "how do I reset my password"
BRIEF = {"role": "system", "content": "Be brief."}


def a_body(text: str, *before: dict[str, str], **members: Any) -> dict[str, Any]:
    """One request."""
    return {"messages": [*before, {"role": "user", "content": text}], **members}


@pytest.fixture
async def pairs(tmp_path: Path) -> Pairs:
    """With vectors of both texts."""
    return Pairs(await embedded([ASKED, ALIKE], tmp_path), shipped())


@pytest.mark.parametrize(
    ("other", "other_key", "wanted"),
    [
        (a_body(ASKED, BRIEF), False, True),
        (a_body(ALIKE, BRIEF), False, True),
        (a_body(ALIKE), False, False),
        (a_body(ASKED, {"role": "system", "content": "Be long."}), False, False),
        (a_body(ASKED, BRIEF, model="another"), False, False),
        (a_body(ASKED, BRIEF, max_tokens=9), False, False),
        (a_body(ASKED, BRIEF), True, False),
        (a_body(ASKED, BRIEF, temperature=1), False, False),
    ],
)
async def test_only_the_last_message_may_differ(
    pairs: Pairs, *, other: dict[str, Any], wanted: bool, other_key: bool
) -> None:
    """And then only as far as the gates let it; a request that is not cached shares nothing."""
    bodies = Bodies(a_body(ASKED, BRIEF), other, same=wanted, kind="", other_key=other_key)

    assert served(bodies, DEFAULT, pairs) is wanted


def test_last_messages_are_what_is_embedded() -> None:
    """And what a cache sees that looks at no more."""
    bodies = Bodies(a_body(ASKED, BRIEF), a_body(ALIKE), same=False, kind="k")

    assert list(texts([bodies])) == [ASKED, ALIKE]
    assert (conversation(bodies).a, conversation(bodies).b) == (ASKED, ALIKE)
