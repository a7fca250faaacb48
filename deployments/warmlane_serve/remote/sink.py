"""The recorder, which every ingress tells what happened."""

from collections.abc import Sequence

from warmlane.events import Event
from warmlane_serve.lane import wire
from warmlane_serve.remote.base import RemotePort


class RemoteSink(RemotePort):
    """A Sink. A batch is told once, or lost."""

    async def accept(self, events: Sequence[Event], /) -> None:
        """Tell a batch. Raises: StageError."""
        await self._lane.ask("/accept", wire.write_events(events))

    async def exposition(self) -> tuple[str, bytes]:
        """Content type and body of a scrape of all that was told. Raises: StageError."""
        return wire.EXPOSITION.read(await self._lane.ask("/metrics", again=True))
