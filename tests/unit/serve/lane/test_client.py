"""Calling stages: who is called, what is repeated, what is said when it breaks."""

import asyncio
from collections import Counter

import pytest
from aiohttp import web

from lanes import BEARER, NODE, a_lane, a_server, calling, serving
from warmlane.errors import StageError
from warmlane.tasks import Tasks
from warmlane_serve.lane.client import Lane, Lost, Unsent
from warmlane_serve.lane.discovery import FixedMembers, Member
from warmlane_serve.lane.handlers.base import answering
from warmlane_serve.lane.server import Routes


class Replica:
    """Says its number; its connections break as often as it is told."""

    def __init__(self, number: int) -> None:
        """In order."""
        self.number, self.calls, self.breaks = number, 0, 0
        self.begun, self.open = asyncio.Event(), asyncio.Event()

    async def name(self, request: web.BaseRequest) -> web.StreamResponse:
        """The number."""
        self.calls += 1
        if self.breaks:
            self.breaks -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=b"%d" % self.number)

    async def hold(self, _: bytes) -> bytes:
        """The number, once it is let go."""
        self.begun.set()
        await self.open.wait()
        return b"%d" % self.number

    async def refuse(self, _: bytes) -> bytes:
        """Trouble."""
        self.calls += 1
        msg = "no"
        raise StageError(msg)

    @property
    def routes(self) -> Routes:
        """All of it."""
        return {"/name": self.name, "/hold": answering(self.hold), "/refuse": answering(self.refuse)}


def replicas(count: int) -> list[Replica]:
    """So many."""
    return [Replica(number) for number in range(count)]


KEYS = [b"key %d" % number for number in range(60)]


async def test_a_key_is_always_at_the_same_replica() -> None:
    """And the keys are shared out."""
    some = replicas(3)
    async with (
        serving(*(replica.routes for replica in some)) as servers,
        calling(*servers) as lane,
        calling(*reversed(servers), over="tcp") as other,
    ):
        first = [await lane.ask("/name", key=key) for key in KEYS]
        again = [await other.ask("/name", key=key) for key in KEYS]

    assert first == again
    assert min(Counter(first).values()) > 8


async def test_without_a_key_whoever_has_least_to_do_is_called() -> None:
    """One that is busy is passed over."""
    some, tasks = replicas(2), Tasks()
    async with serving(*(replica.routes for replica in some)) as servers, calling(*servers) as lane:
        held = tasks.spawn(lane.ask("/hold"), name="held")
        async with asyncio.timeout(10):
            waits = [tasks.spawn(replica.begun.wait(), name="begun") for replica in some]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        names = {await lane.ask("/name") for _ in range(5)}
        for replica in some:
            replica.open.set()
        assert names.isdisjoint({await held})
        assert len(names) == 1
        await tasks.cancel()


async def test_where_all_have_as_much_to_do_they_take_turns() -> None:
    """Else several callers would all begin with the same one."""
    some = replicas(3)
    async with serving(*(replica.routes for replica in some)) as servers, calling(*servers) as lane:
        assert len({await lane.ask("/name") for _ in range(3)}) == 3


async def test_the_same_node_is_preferred() -> None:
    """A Unix socket costs less."""
    some = replicas(2)
    async with (
        serving(some[0].routes, node="node-9") as far,
        serving(some[1].routes) as near,
        calling(*far, *near) as lane,
    ):
        assert {await lane.ask("/name") for _ in range(4)} == {b"1"}


@pytest.mark.parametrize("key", [None, b"k"])
async def test_what_may_be_repeated_is_repeated_once(key: bytes | None) -> None:
    """A broken connection is no answer; two of them are enough."""
    (replica,) = replicas(1)
    async with serving(replica.routes) as servers, calling(*servers) as lane:
        replica.breaks = 1
        assert await lane.ask("/name", key=key, again=True) == b"0"
        replica.breaks = 2
        with pytest.raises(Lost):
            await lane.ask("/name", key=key, again=True)

    assert replica.calls == 4


async def test_the_second_try_is_elsewhere() -> None:
    """Where any replica will do."""
    some = replicas(2)
    async with serving(*(replica.routes for replica in some)) as servers, calling(*servers) as lane:
        for replica in some:
            replica.breaks = 1
            while replica.breaks:
                assert await lane.ask("/name", again=True) != b"%d" % replica.number


async def test_what_may_not_be_repeated_is_not() -> None:
    """It may have been done."""
    (replica,) = replicas(1)
    async with serving(replica.routes) as servers, calling(*servers) as lane:
        replica.breaks = 1
        with pytest.raises(Lost) as raised:
            await lane.ask("/name")

    assert not isinstance(raised.value, Unsent)
    assert replica.calls == 1


async def test_an_answer_that_is_an_error_is_not_repeated() -> None:
    """The stage has spoken."""
    (replica,) = replicas(1)
    async with serving(replica.routes) as servers, calling(*servers) as lane:
        with pytest.raises(StageError, match="no"):
            await lane.ask("/refuse", again=True)

    assert replica.calls == 1


async def test_where_nothing_was_sent_another_one_is_called_whatever_it_is() -> None:
    """And the one that takes no connection is passed over for a while: it would always have least to do."""
    some = replicas(2)
    async with serving(*(replica.routes for replica in some)) as servers, calling(*servers) as lane:
        await servers[0].stop(0)

        assert {await lane.ask("/name") for _ in range(10)} == {b"1"}
        assert lane.in_flight == 0


async def test_one_that_hangs_is_passed_over_for_a_while() -> None:
    """Whoever gives it up has it do nothing, and it would be called again first."""
    some, tasks = replicas(2), Tasks()
    async with serving(*(replica.routes for replica in some)) as servers, calling(*servers) as lane:
        held = tasks.spawn(lane.ask("/hold"), name="held")
        waits = [tasks.spawn(replica.begun.wait(), name="begun") for replica in some]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        held.cancel()
        await asyncio.wait([held])
        (other,) = [replica for replica in some if not replica.begun.is_set()]

        assert {await lane.ask("/name") for _ in range(5)} == {b"%d" % other.number}
        await tasks.cancel()


async def test_a_holder_that_is_down_is_trouble_at_once() -> None:
    """Nobody else has its rows, and nobody waits for it: a miss costs less."""
    some = replicas(2)
    async with serving(*(replica.routes for replica in some)) as servers, calling(*servers) as lane:
        held = {key: await lane.ask("/name", key=key) for key in KEYS}
        await servers[0].stop(0)
        for key, name in held.items():
            if name == b"0":
                with pytest.raises(Unsent):
                    await lane.ask("/name", key=key, again=True)
            else:
                assert await lane.ask("/name", key=key, again=True) == b"1"


async def test_all_are_asked_at_once_and_the_trouble_of_one_is_its_own() -> None:
    """Each answer with who gave it."""
    some = replicas(3)
    async with serving(*(replica.routes for replica in some)) as servers, calling(*servers) as lane:
        await servers[1].stop(0)
        some[2].breaks = 1
        said = {member.rank: answer for member, answer in await lane.ask_all("/name")}

    assert (said[0], said[2]) == (b"0", b"2")
    assert isinstance(said[1], Unsent)


async def test_where_nobody_is_nothing_can_be_asked() -> None:
    """Neither one nor all, nor a stream; nor after the lane is closed."""
    for lane in (a_lane(), a_lane(Member(replica="r", node="n", uds="", host="127.0.0.1", port=1))):
        await lane.aclose()
        with pytest.raises(Unsent):
            await lane.ask("/name")
        with pytest.raises(Unsent):
            await lane.ask_all("/name")
        with pytest.raises(Unsent):
            await lane.stream("/name", b"").__aenter__()


async def test_a_replica_that_comes_is_called_and_one_that_goes_is_not() -> None:
    """As soon as it is known; what is under way there is not cut."""
    some, tasks = replicas(2), Tasks()
    members = FixedMembers()
    async with serving(*(replica.routes for replica in some)) as (old, new):
        lane = Lane(members, bearer="b" * 64, node=NODE)
        members.change(old.where)
        held = tasks.spawn(lane.ask("/hold"), name="held")
        await some[0].begun.wait()
        members.change(new.where)

        assert {await lane.ask("/name") for _ in range(3)} == {b"1"}
        some[0].open.set()
        assert await held == b"0"
        assert set(lane.members) == {"r1"}
        await lane.aclose()


async def test_a_replica_that_returns_elsewhere_is_called_there() -> None:
    """The same id at another place is another one."""
    some = replicas(2)
    members = FixedMembers()
    async with serving(some[0].routes) as (first,), serving(some[1].routes) as (second,):
        lane = Lane(members, bearer="b" * 64, node=NODE)
        for server, name in ((first, b"0"), (second, b"1")):
            members.change(server.where)
            assert await lane.ask("/name", key=b"k") == name
        await lane.aclose()


async def test_a_stream_is_read_as_it_comes() -> None:
    """And counted until it is left."""
    (replica,) = replicas(1)
    async with serving(replica.routes) as servers, calling(*servers) as lane:
        async with lane.stream("/name", b"") as exchange:
            assert lane.in_flight == 1
            assert await exchange.content.read() == b"0"

        assert lane.in_flight == 0


async def test_a_stream_that_is_refused_is_the_error_that_was_said() -> None:
    """Nothing is counted afterwards."""
    (replica,) = replicas(1)
    async with serving(replica.routes) as servers, calling(*servers) as lane:
        with pytest.raises(StageError, match="no"):
            async with lane.stream("/refuse", b""):
                pass
        replica.breaks = 1
        with pytest.raises(Lost):
            async with lane.stream("/name", b""):
                pass

        assert lane.in_flight == 0
    assert replica.calls == 2


async def test_many_at_once_leave_nothing_behind() -> None:
    """Half of them given up in the middle."""
    (replica,) = replicas(1)
    tasks = Tasks()
    async with serving(replica.routes) as servers, calling(*servers) as lane:
        held = [tasks.spawn(lane.ask("/hold"), name="held") for _ in range(50)]
        answers = await asyncio.gather(*(lane.ask("/name") for _ in range(50)))
        await replica.begun.wait()
        await tasks.cancel()

        assert answers == [b"0"] * 50
        assert all(call.cancelled() for call in held)
        assert lane.in_flight == 0
        async with asyncio.timeout(10):
            while servers[0].load.in_flight:  # until the stage has noticed that all its callers left
                await lane.ask("/name")


async def test_a_socket_that_has_gone_is_no_replica() -> None:
    """A node that is rebooted leaves such paths behind."""
    server = a_server({})
    await server.start()
    await server.stop(0)
    async with calling(server) as lane:
        with pytest.raises(Unsent):
            await lane.ask("/name", again=True)


async def test_a_stream_waits_for_a_replica_as_long_as_the_lane_has_patience() -> None:
    """One that was killed is replaced soon, and nothing was sent."""
    members = FixedMembers()
    lane = Lane(members, bearer=BEARER, node=NODE, patience=30.0)

    async def once() -> bytes:
        async with lane.stream("/echo", b"hello") as exchange:
            return await exchange.content.read()

    async def echo(body: bytes) -> bytes:
        return body

    waiting = Tasks().spawn(once(), name="waiting")
    async with serving({"/echo": answering(echo)}) as (server,):
        members.change(server.where)

        assert await waiting == b"hello"
    await lane.aclose()
