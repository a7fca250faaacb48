"""The body of a request, within its limit."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from warmlane.errors import TooLarge
from warmlane.tasks import Tasks
from warmlane.web.inlet import ClientGone, Inlet, Presence

GONE = {"type": "http.disconnect"}


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    """One ASGI message."""
    return {"type": "http.request", "body": body, "more_body": more}


def inlet(*messages: dict[str, Any], length: bytes | None = None, limit: int = 10) -> Inlet:
    """An inlet that receives these, then nothing for ever."""
    waiting = list(messages)

    async def receive() -> MutableMapping[str, Any]:
        turn = asyncio.Event()
        if waiting:
            asyncio.get_running_loop().call_soon(turn.set)  # whoever else is ready goes first
        await turn.wait()
        return waiting.pop(0)

    return Inlet(receive, length=length, limit=limit)


@pytest.mark.parametrize(
    ("messages", "body"),
    [
        ([part(b"", more=False)], b""),
        ([part(b"abc", more=False)], b"abc"),
        ([part(b"ab"), part(b""), part(b"cd"), part(b"", more=False)], b"abcd"),
        ([{"type": "http.request"}], b""),
        ([part(b"0123456789", more=False)], b"0123456789"),
    ],
)
async def test_the_whole_body_is_what_came(messages: list[dict[str, Any]], body: bytes) -> None:
    """In however many pieces."""
    assert await inlet(*messages).whole() == body


async def test_a_body_can_be_had_as_it_comes() -> None:
    """Piece by piece, without the empty ones."""
    chunks = inlet(part(b"ab"), part(b""), part(b"cd", more=False)).chunks()

    assert [chunk async for chunk in chunks] == [b"ab", b"cd"]


async def test_a_body_over_the_limit_is_refused_as_soon_as_it_is() -> None:
    """Nobody waits for its end, and no more of it is kept."""
    with pytest.raises(TooLarge):
        await inlet(part(b"012345"), part(b"67890")).whole()


@pytest.mark.parametrize("length", [b"11", b"99999999999999999999"])
async def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(length: bytes) -> None:
    """The header already says it."""
    with pytest.raises(TooLarge, match="10 bytes"):
        inlet(length=length)


@pytest.mark.parametrize("length", [None, b"10", b"0", b"ten", b"-1"])
async def test_any_other_length_is_not_judged_here(length: bytes | None) -> None:
    """The parser did; what counts is what comes."""
    assert await inlet(part(b"abc", more=False), length=length).whole() == b"abc"


async def test_a_client_that_leaves_before_the_end_is_noticed() -> None:
    """Half a request is none."""
    with pytest.raises(ClientGone):
        await inlet(part(b"ab"), GONE).whole()


async def test_after_the_body_it_tells_when_the_client_has_gone() -> None:
    """And not before: a piece of the body is no such news."""
    source = inlet(part(b"ab", more=False), part(b"", more=False), GONE)
    await source.whole()

    await source.gone()


async def test_the_news_waits_for_the_body() -> None:
    """Whoever watches takes no piece of a body that is still being read, and hears of a client gone after it."""
    tasks, source = Tasks(), inlet(part(b"ab"), part(b"cd", more=False), GONE)
    watching = tasks.spawn(source.gone(), name="watch")
    chunks = [chunk async for chunk in source.chunks()]
    await watching

    assert chunks == [b"ab", b"cd"]


async def test_a_body_that_was_had_otherwise_is_not_waited_for() -> None:
    """Then only the client's going is of interest."""
    messages = iter([part(b"ab", more=False), GONE])

    async def receive() -> MutableMapping[str, Any]:
        return next(messages)

    await Inlet.drained(receive).gone()


async def for_ever() -> None:
    """Work that ends when it is cancelled."""
    await asyncio.Event().wait()


async def test_work_ends_when_its_client_leaves() -> None:
    """Also when the client left before it began."""
    tasks = Tasks()
    for left_before in (False, True):
        presence, work = Presence(), tasks.spawn(for_ever(), name="work")
        if left_before:
            presence.leave()
        presence.hold(work)
        presence.leave()
        await asyncio.wait([work])

        assert work.cancelled()
        assert presence.gone


async def test_work_that_is_done_is_left_alone() -> None:
    """The task may have gone on to something else."""
    tasks, presence = Tasks(), Presence()
    work = tasks.spawn(for_ever(), name="work")
    presence.hold(work)
    presence.release()
    presence.leave()

    assert work.cancelling() == 0
    await tasks.cancel()
