"""A key that no longer works no longer reads its cache."""

import asyncio
from pathlib import Path

import pytest

from flow.house import House
from flow.talk import Talk, ask, forwarded, reply, upstream
from samples import OTHER_SECRET
from warmlane.clock import ManualClock
from warmlane.lanes import Lane
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.journal import Journal
from warmlane_stores.shard import Shard

DENIED = {"error": {"message": "no such key", "type": "invalid_request_error", "code": "invalid_api_key"}}
OTHER = "What is 3+3?"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_ends_the_reuse_until_a_call_succeeds(gw: House, status: int) -> None:
    """Also of what is in RAM; the refusal passes, is not kept, and touches no other tenant."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(key=OTHER_SECRET)
        << upstream("theirs")
        >> ask(OTHER)
        << upstream(status=status, json=DENIED)
        << reply(status=status, x_cache="MISS", cache_status="warmlane; fwd=uri-miss", x_cache_key=None)
        >> ask()
        << upstream(status=status, json=DENIED)
        << reply(status=status, x_cache="REFRESH", cache_status="warmlane; fwd=stale")
        >> ask(key=OTHER_SECRET)
        << reply("theirs", x_cache="HIT")
        >> ask(OTHER)
        << upstream("6")
        << reply("6", x_cache="MISS")
        >> ask()
        << reply("4", x_cache="HIT")
    )


async def test_any_call_that_succeeds_proves_the_key(gw: House) -> None:
    """Also one that is not cached."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(OTHER)
        << upstream(status=401, json=DENIED)
        >> ask(b"{}", call={"dialect": None, "path": "/v1/models"})
        << upstream(json={"data": []})
        >> ask()
        << reply("4", x_cache="HIT")
    )


@pytest.mark.parametrize("status", [400, 429, 500])
async def test_other_errors_say_nothing_of_the_key(gw: House, status: int) -> None:
    """The provider may be down for weeks: what is kept is served."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(OTHER)
        << upstream(status=status, json=DENIED)
        >> ask()
        << reply("4", x_cache="HIT")
    )


async def test_a_key_not_seen_to_work_for_an_hour_shows_itself_once(gw: House) -> None:
    """Then its entries serve again."""
    await (
        Talk(gw)
        >> ask()
        << upstream("4")
        >> ask(OTHER)
        << upstream("6")
        >> 3600
        >> ask()
        << reply("4", x_cache="HIT")
        >> 1
        >> ask()
        << upstream("new")
        << reply("new", x_cache="REFRESH", cache_status="warmlane; fwd=stale; stored")
        << forwarded()
        >> ask(OTHER)
        << reply("6", x_cache="HIT", age="3601")
    )


async def test_a_revoked_key_is_found_out_within_the_hour(gw: House) -> None:
    """From then on it reads nothing, whatever it had."""
    talk = Talk(gw) >> ask() << upstream("4") >> 3601
    for _ in range(3):
        talk = talk >> ask() << upstream(status=401, json=DENIED) << reply(status=401)
    await talk


async def test_the_lane_says_how_long_a_key_is_trusted(clock: ManualClock) -> None:
    """`revalidate_after`, in seconds."""
    async with House(clock, lane=Lane(revalidate_after=60)) as gw:
        await (
            Talk(gw)
            >> ask()
            << upstream("4")
            >> 60
            >> ask()
            << reply("4", x_cache="HIT")
            >> 1
            >> ask()
            << upstream("5")
            << reply("5", x_cache="REFRESH")
        )


async def test_a_key_that_must_prove_itself_gets_no_answer_by_meaning(gw: House) -> None:
    """Every tier asks first."""
    text = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"
    await (
        Talk(gw)
        >> ask(text)
        << upstream("one")
        >> ask(OTHER)
        << upstream(status=401, json=DENIED)
        >> ask(text.lower())
        << upstream(status=401, json=DENIED)
        << reply(status=401)
        >> ask(text.replace("Explain how", "Describe how"))
        << upstream(status=401, json=DENIED)
        << reply(status=401)
    )


async def opened(folder: Path, clock: ManualClock) -> Shard:
    """The cache of `folder`, on a disk."""
    return Shard(await asyncio.to_thread(Journal, folder, clock), FlatIndex, clock)


async def test_a_restart_does_not_forgive(clock: ManualClock, tmp_path: Path) -> None:
    """The rejection is kept beside the entries, sealed like them, and goes with the next call that succeeds."""
    async with House(clock, durable=await opened(tmp_path, clock)) as before:
        await (Talk(before) >> ask() << upstream("4") >> ask(OTHER) << upstream(status=401, json=DENIED))
    async with House(clock, durable=await opened(tmp_path, clock)) as after:
        await (
            Talk(after)
            >> ask()
            << upstream(status=401, json=DENIED)
            << reply(status=401, x_cache="REFRESH", cache_status="warmlane; fwd=stale")
            >> ask(OTHER)
            << upstream("6")
            >> ask()
            << reply("4", x_cache="HIT")
        )
    async with House(clock, durable=await opened(tmp_path, clock)) as later:
        await (Talk(later) >> ask() << reply("4", x_cache="HIT"))


async def test_a_guessable_key_is_remembered_as_rejected_elsewhere_too(clock: ManualClock) -> None:
    """As long as the memory that its answers are in lives: every process that is new to the key asks it."""
    announced: list[str] = []

    async def announce() -> None:
        announced.append("rejected")

    async with House(clock, announce=announce) as gw:
        await (
            Talk(gw)
            >> ask(key=b"guess-me")
            << upstream("4")
            >> ask(OTHER, key=b"guess-me")
            << upstream(status=401, json=DENIED)
        )
        assert announced == ["rejected"]
        async with House(clock, volatile=gw.volatile) as other:
            await (
                Talk(other)
                >> ask(key=b"guess-me")
                << upstream(status=401, json=DENIED)
                << reply(status=401, x_cache="REFRESH", cache_status="warmlane; fwd=stale")
                >> ask(OTHER, key=b"guess-me")
                << upstream("6")
            )
        assert announced == ["rejected"]  # that a key works again need not be
