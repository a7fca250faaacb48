"""Stages as Serve makes them, without Serve."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from warmlane.settings import Settings, pepper
from warmlane_serve.carried import carried
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.discovery import FixedMembers
from warmlane_serve.placed import Placed
from warmlane_serve.stage import Here

T = TypeVar("T", bound=Placed)


@asynccontextmanager
async def replica(kind: type[T], settings: Settings, *others: Any, rank: int = 0) -> AsyncIterator[T]:
    """A replica of `kind`, on this machine, that ends as Serve ends one."""
    made = kind.__new__(kind)
    await made.__init__(carried(settings, pepper(settings)), *others, here=Here(rank=rank))  # type: ignore[misc]
    try:
        yield made
    finally:
        ending = made.__del__()
        assert ending is not None
        await ending


def lane_to(stage: Placed) -> Lane:
    """As another stage of the cluster calls it."""
    assert stage._server is not None
    return Lane(FixedMembers(stage._server.where), bearer=stage.bearer)
