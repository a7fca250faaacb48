"""What every remote port does alike."""

from collections.abc import Sequence

from warmlane.errors import StageError
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.discovery import Member


class RemotePort:
    """A port over `lane`."""

    def __init__(self, lane: Lane) -> None:
        """Close `lane` when closed."""
        self._lane = lane

    async def ping(self) -> None:
        """Return when at least one replica works: the calls of the others find out. Raises: StageError."""
        raise_if_all_failed(await self._lane.ask_all("/ping"))

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._lane.aclose()


def raise_if_all_failed(answers: Sequence[tuple[Member, bytes | StageError]]) -> None:
    """Raises: the first StageError, where there is nothing else."""
    errors = [answer for _, answer in answers if isinstance(answer, StageError)]
    if len(errors) == len(answers):
        raise errors[0]
