"""`warmlane serve` with an application of two stages that do next to nothing, set by the environment."""

import os
import sys
from typing import TYPE_CHECKING, Any

from warmlane.errors import ConfigError
from warmlane.settings import Settings, load
from warmlane_serve import cluster

if TYPE_CHECKING:
    from ray.serve import Application


class Store:
    """One that is there, or says why it cannot be."""

    def __init__(self, why: str) -> None:
        """Refuse, where there is a reason."""
        if why:
            raise ConfigError(why)


class Ingress:
    """One that has a store."""

    def __init__(self, store: Any) -> None:
        """Hold it."""
        self.store = store


def make(_: Settings) -> "Application":
    """The two; what the store says against itself is in the environment."""
    from ray import serve

    store = serve.deployment(Store, name="CacheStore", ray_actor_options={"num_cpus": 0.1})
    ingress = serve.deployment(Ingress, name="Ingress", ray_actor_options={"num_cpus": 0.1})
    return ingress.bind(store.bind(os.environ.get("TINY_WHY", "")))


if __name__ == "__main__":
    try:
        sys.exit(cluster.serve(load(), make))
    except ConfigError as error:
        sys.exit(f"warmlane: {error}")
