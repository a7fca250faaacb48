"""What every remote port does alike."""

from warmlane.errors import StageError
from warmlane_serve.lane.client import Lane


class RemotePort:
    """A port over `lane`."""

    def __init__(self, lane: Lane) -> None:
        """Close `lane` when closed."""
        self._lane = lane

    async def ping(self) -> None:
        """Return when at least one replica works: the calls of the others find out. Raises: StageError."""
        answers = [answer for _, answer in await self._lane.ask_all("/ping")]
        if not answers:
            await self._lane.ask("/ping")  # nobody is there, and the lane says so
        errors = [answer for answer in answers if isinstance(answer, StageError)]
        if len(errors) == len(answers) and errors:
            raise errors[0]

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._lane.aclose()
