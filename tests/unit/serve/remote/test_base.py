"""What every remote port does alike."""

import pytest

from lanes import a_lane, calling, serving
from warmlane.errors import Loading, StageError
from warmlane_serve.lane.handlers.base import answering, pinging
from warmlane_serve.remote.base import RemotePort, raise_if_all_failed


async def loading(_: bytes) -> bytes:
    """Not yet."""
    msg = "still loading"
    raise Loading(msg)


async def test_one_replica_that_works_is_enough() -> None:
    """The calls of the others find out for themselves."""
    works, loads = {"/ping": pinging()}, {"/ping": answering(loading)}
    async with serving(works, loads) as servers:
        async with calling(*servers) as lane:
            await RemotePort(lane).ping()
        async with calling(servers[1]) as lane:
            with pytest.raises(Loading):
                await RemotePort(lane).ping()


async def test_nobody_is_trouble() -> None:
    """And so is a port that was closed; closing it twice is fine."""
    port = RemotePort(a_lane())
    with pytest.raises(StageError):
        await port.ping()
    await port.aclose()
    await port.aclose()


async def test_all_failed_only_where_nobody_answered() -> None:
    """The first of them says why."""
    async with serving({}, {}) as servers, calling(*servers) as lane:
        first, second = lane.members.values()

    raise_if_all_failed([(first, StageError("a")), (second, b"")])
    with pytest.raises(StageError, match="a"):
        raise_if_all_failed([(first, StageError("a")), (second, StageError("b"))])
