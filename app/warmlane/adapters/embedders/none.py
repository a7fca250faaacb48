"""The embedder that is none."""

from collections.abc import Sequence

from warmlane.errors import StageError
from warmlane.model import Vector


class NoEmbedder:
    """Where semantic matching is switched off: never ready."""

    name, dim, window = "none", 0, 0

    @property
    def ready(self) -> bool:
        """Never."""
        return False

    def fits(self, text: str) -> bool:  # noqa: ARG002 - the port's signature
        """Nothing does."""
        return False

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:  # noqa: ARG002 - the port's signature
        """Raises: StageError, always."""
        msg = "semantic matching is switched off"
        raise StageError(msg)

    async def ping(self) -> None:
        """Nothing is wrong: it was meant to be off."""

    async def aclose(self) -> None:
        """Nothing is held."""
