"""Many at once."""

import asyncio

import pytest

from sdk.house import Listening
from sdk.ways import Async

pytestmark = pytest.mark.slow  # hundreds of calls

MANY = 64


async def test_sixty_four_at_once_get_each_their_own(gw: Listening, openai: Async) -> None:
    """Whole and streamed, misses first and then hits: nobody gets another's answer."""
    questions = [(f"Question number {number}?", bool(number % 2)) for number in range(MANY)]
    first = await asyncio.gather(*(openai.ask(text, stream=stream) for text, stream in questions))
    await gw.settled()
    second = await asyncio.gather(*(openai.ask(text, stream=stream) for text, stream in questions))
    texts = [reply.text for reply in first]

    assert {reply.x_cache for reply in first} == {"MISS"}
    assert {reply.x_cache for reply in second} == {"HIT"}
    assert [reply.text for reply in second] == texts
    assert len(set(texts)) == MANY
    assert gw.calls == MANY


async def test_sixty_four_callers_at_once_share_nothing(gw: Listening) -> None:
    """The same question under as many keys: as many answers, and each key keeps its own."""
    keys = [f"sk-proj-{number:02d}-aZ4kQ9xW7vB2nM5cR8tY" for number in range(MANY)]

    async def ask_twice(key: str) -> tuple[str | None, str | None, str]:
        async with Async(f"{gw.base_url}/openai", key) as way:
            before = await way.ask()
            await gw.settled()
            after = await way.ask()
        return before.text, after.text, after.x_cache

    said = await asyncio.gather(*map(ask_twice, keys))

    assert all(before == after for before, after, _ in said)
    assert {x_cache for *_, x_cache in said} == {"HIT"}
    assert len({before for before, *_ in said}) == MANY
