"""From settings to what Serve is told of each stage: replicas, resources, scaling, health, shutdown. No Ray in here."""

from collections.abc import Mapping
from typing import Any, Final

from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane.settings.stages import PlacedSettings, StageSettings
from warmlane_serve.lane.discovery import ROUTER

DEPLOYMENTS: Final = {
    "ingress": "Ingress",
    "embedder": "EmbeddingWorker",
    "store": "CacheStore",
    "forwarder": "ProviderForwarder",
    "counter": "Counter",
    "recorder": "Recorder",
}
"""Stage to the name of its deployment."""

POLICY: Final = "warmlane_serve.autoscaling:StagePolicy"

_HEALTH_PERIOD = 2.0  # seconds
_HEALTH_TIMEOUT = 10.0  # seconds: two busy cores make anyone slow; the store's own watchdog is for what hangs
_FAREWELL = 1.0  # seconds in which callers hear that a replica is leaving, before it begins to
_HURRY = 0.1  # the same, where the next one can only begin when this one is gone
_SPARE = 10.0  # seconds beyond the drain, to write what waits and let go of files
_LOOK_BACK = 15.0  # seconds; Serve collects figures every ten
_REPLACED = frozenset({"ingress", "embedder", "forwarder"})
"""Stages whose old replicas leave an update only when the new ones are there. Two shards cannot hold one journal, and
two counters would count apart."""
_MAX_CALLS = 1000  # through a handle at a time: control only, the calls proper come another way

_Options = dict[str, Any]


def deployment_options(settings: Settings, *, has_gpu: bool) -> dict[str, _Options]:
    """Stage to the arguments of `serve.deployment(…).options(…)`; `has_gpu`: some node of the cluster has one.

    Replicas are spread over the nodes, which is what Serve does unless told otherwise.
    """
    gpus = {"embedder": _gpus(settings, has_gpu=has_gpu)}
    return {
        name: {
            "name": DEPLOYMENTS[name],
            **_replicas(settings, stage),
            "ray_actor_options": _resources(stage, gpus.get(name, 0.0)),
            "request_router_config": {"request_router_class": ROUTER},
            "max_ongoing_requests": settings.limits.max_connections if name == "ingress" else _MAX_CALLS,
            "max_surge_percent": 100 if name in _REPLACED else 0,
            "health_check_period_s": _HEALTH_PERIOD,
            "health_check_timeout_s": _HEALTH_TIMEOUT,
            "graceful_shutdown_wait_loop_s": _FAREWELL if name in _REPLACED else _HURRY,
            "graceful_shutdown_timeout_s": _FAREWELL + settings.drain_timeout + _SPARE,
            "logging_config": {"enable_access_log": False},
        }
        for name, stage in settings.stages.each()
    }


def require_token(settings: Settings, environment: Mapping[str, str]) -> None:
    """Refuse a cluster that others can reach and anybody may command. Raises: ConfigError."""
    if not settings.is_loopback and environment.get("RAY_AUTH_MODE") != "token":
        msg = (
            f"RAY_AUTH_MODE=token must be set where the gateway listens beyond this machine ({settings.host}), on "
            "every node: without one, whoever reaches Ray may run anything; `ray get-auth-token --generate` makes one"
        )
        raise ConfigError(msg)


def require_reach(settings: Settings, *, nodes: int) -> None:
    """Refuse a cluster of several nodes whose stages could not call each other. Raises: ConfigError."""
    if settings.is_loopback and nodes > 1:
        msg = (
            f"WARMLANE_HOST is {settings.host}, and this cluster has {nodes} nodes, which cannot reach each other "
            "there: set it to 0.0.0.0, and WARMLANE_SECRET on every node"
        )
        raise ConfigError(msg)


def _replicas(settings: Settings, stage: PlacedSettings) -> _Options:
    if not isinstance(stage, StageSettings):
        return {"num_replicas": 1}
    if stage.most == stage.min_replicas:
        return {"num_replicas": stage.min_replicas}
    # Half of what a question may wait for its vector: a queue that long is more than a burst.
    kwargs = {"target_in_flight": stage.target_in_flight, "patience_ms": settings.embedding.timeout_ms / 2}
    return {
        "num_replicas": None,
        "autoscaling_config": {
            "min_replicas": stage.min_replicas,
            "max_replicas": stage.most,
            "look_back_period_s": _LOOK_BACK,
            "upscale_delay_s": 0.0,
            "downscale_delay_s": settings.stages.idle_after,
            "policy": {"policy_function": POLICY, "policy_kwargs": kwargs},
        },
    }


def _resources(stage: PlacedSettings, gpus: float) -> _Options:
    taken: _Options = {"num_cpus": stage.num_cpus}
    if gpus:
        taken["num_gpus"] = gpus
    if stage.resources:
        taken["resources"] = dict(stage.resources)
    return taken


def _gpus(settings: Settings, *, has_gpu: bool) -> float:
    asked, device = settings.stages.embedder.num_gpus, settings.embedding.device
    if asked is not None:
        return asked
    return 1.0 if device == "cuda" or (device == "auto" and has_gpu) else 0.0
