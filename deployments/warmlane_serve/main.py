"""The gateway on Ray Serve: from settings to an application, in which each stage is a deployment of its own.

`serve run warmlane_serve.main:build`, `serve deploy`, and `warmlane serve` all come here.
"""

import os
from collections.abc import Mapping
from typing import Any

from warmlane.settings import Settings, load, pepper
from warmlane_serve.caching import CacheStore
from warmlane_serve.carried import carried
from warmlane_serve.counting import Counter
from warmlane_serve.embedding import EmbeddingWorker
from warmlane_serve.forwarding import ProviderForwarder
from warmlane_serve.ingress import Ingress, behind_proxy
from warmlane_serve.options import deployment_options, require_reach, require_token
from warmlane_serve.recording import Recorder

_CALLED = {
    "embedder": EmbeddingWorker,
    "store": CacheStore,
    "forwarder": ProviderForwarder,
    "counter": Counter,
    "recorder": Recorder,
}
"""The stages that the ingress calls."""


def build(args: Mapping[str, Any]) -> Any:
    """A `ray.serve.Application`; `args` are settings as in the TOML file, which outrank the environment.

    Needs a Ray cluster to be connected to. Raises: ConfigError.
    """
    return application(load(overrides=args))


def application(settings: Settings) -> Any:
    """The same, of settings that are at hand. Raises: ConfigError."""
    require_token(settings, os.environ)

    import ray  # only with the ray extra
    from ray import serve

    require_reach(settings, nodes=_nodes(ray))
    what = carried(settings, pepper(settings))
    options = deployment_options(settings, has_gpu=_has_gpu(ray))
    called = {stage: _deployed(serve, kind, options[stage]).bind(what) for stage, kind in _CALLED.items()}
    ingress = Ingress if settings.cluster.front_door == "own" else behind_proxy(serve)
    return _deployed(serve, ingress, options["ingress"]).bind(what, **called)


# What Ray says of its own types is less than it does.


def _has_gpu(ray: Any) -> bool:
    return bool(ray.cluster_resources().get("GPU"))


def _nodes(ray: Any) -> int:
    return sum(bool(node["Alive"]) for node in ray.nodes())


def _deployed(serve: Any, kind: type, options: Mapping[str, Any]) -> Any:
    return serve.deployment(kind).options(**options)
