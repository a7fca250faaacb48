"""The embedder over its workers."""

from collections.abc import Callable, Sequence

from warmlane.model import Vector
from warmlane_serve.lane import wire
from warmlane_serve.lane.client import Lane
from warmlane_serve.remote.base import RemotePort


class RemoteEmbedder(RemotePort):
    """Asks the worker that has least to do. What needs no model is answered here: a name, a length."""

    def __init__(self, lane: Lane, *, name: str, dim: int, window: int, fits: Callable[[str], bool]) -> None:
        """Take what the workers' model is called, its dimension and window, and what says whether a text fits it."""
        super().__init__(lane)
        self.name, self.dim, self.window, self._fits = name, dim, window, fits

    def fits(self, text: str, /) -> bool:
        """Whether the whole text is read."""
        return self._fits(text)

    @property
    def ready(self) -> bool:
        """Whether a worker is there: one is not until its model is loaded."""
        return bool(self._lane.members)

    async def embed(self, texts: Sequence[str], /) -> Sequence[Vector]:
        """One unit vector of shape (dim,) per text, in order. Raises: StageError."""
        if not texts:
            return []
        answer = await self._lane.ask("/embed", wire.TEXTS.write(list(texts)), again=True)
        return wire.read_vectors(answer, len(texts), self.dim)
