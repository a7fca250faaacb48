"""The stage that makes vectors: one copy of the model a replica, on a GPU where Ray gives it one."""

from collections.abc import Mapping
from typing import Any

from warmlane.adapters.embedders import NoEmbedder
from warmlane_serve import local
from warmlane_serve.lane.handlers import embedder_routes
from warmlane_serve.placed import Placed
from warmlane_serve.stage import Here


class EmbeddingWorker(Placed):
    """An Embedder that embeds together what asks together."""

    async def __init__(self, what: Mapping[str, Any], here: Here | None = None) -> None:  # type: ignore[misc]
        """Load the model and begin to serve. Raises: ConfigError; StageError, where it does not load."""
        self._settle(what, here)
        gpu_granted = here is None and _gpu_granted()
        self._port = local.embedder(self.settings, self.clock, self.tracer, gpu_granted=gpu_granted)
        if not isinstance(self._port, NoEmbedder):
            self._port.start()
            await self._port.loaded()
        await self._serve("embedder", embedder_routes(self._port))

    def record_autoscaling_stats(self) -> dict[str, float]:
        """The same as of any stage; but what waits here waits for the model, not for the event loop."""
        stats = super().record_autoscaling_stats()
        backlog = 0.0 if isinstance(self._port, NoEmbedder) else self._port.backlog * 1000
        return {**stats, "queue_ms": max(stats["queue_ms"], backlog)}

    async def _close(self) -> None:
        await self._port.aclose()
        await super()._close()


def _gpu_granted() -> bool:
    import ray  # only with the ray extra

    return bool(ray.get_runtime_context().get_accelerator_ids().get("GPU"))
