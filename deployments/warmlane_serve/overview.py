"""`warmlane check --cluster`: which replicas of which stage run where, what they keep, and how busy they are."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.options import DEPLOYMENTS
from warmlane_serve.ray_here import quiet, told
from warmlane_serve.running import found

About: TypeAlias = Mapping[str, Any]
"""What a replica says of itself (`Placed.about`)."""

_PATIENCE = 10.0  # seconds that the replicas of a stage have to answer


def run(settings: Settings, out: TextIO) -> int:
    """Ask the running cluster and print it; the exit code: 0 when each stage has a replica. Raises: ConfigError."""
    stages = ask(settings)
    out.writelines(f"{line}\n" for line in lines(stages))
    return int(not all(stages.values()))


def lines(stages: Mapping[str, Sequence[About]]) -> Iterator[str]:
    """A block for each stage: its replicas by rank."""
    for stage, replicas in stages.items():
        yield f"{stage}: {len(replicas)} {'replica' if len(replicas) == 1 else 'replicas'}"
        for each in sorted(replicas, key=lambda each: each["rank"]):
            keeps = f"  keeps {each['keeps']}" if each.get("keeps") else ""
            yield (
                f"    {each['rank']}  node {each['node'][:8]} ({each['host']})  process {each['pid']}  "
                f"{each['in_flight']:g} in flight, waiting {each['queue_ms']:.1f} ms{keeps}"
            )


def ask(settings: Settings) -> Mapping[str, Sequence[About]]:
    """Stage to its replicas that answer. Raises: ConfigError, when there is no cluster or no gateway in it."""
    address = settings.cluster.address or _here(settings) or os.environ.get("RAY_ADDRESS") or "auto"
    try:
        import ray  # only with the ray extra
        from ray import serve
    except ImportError:
        msg = "--cluster needs the ray extra: pip install 'warmlane[ray]'"
        raise ConfigError(msg) from None
    with quiet():
        _connect(ray, address)
        return _ask(serve)


def _ask(serve: Any) -> Mapping[str, Sequence[About]]:
    for name, application in serve.status().applications.items():
        if set(DEPLOYMENTS.values()) <= set(application.deployments):
            handles = {stage: serve.get_deployment_handle(kind, name) for stage, kind in DEPLOYMENTS.items()}
            return {stage: _answers(handle) for stage, handle in handles.items()}
    msg = "no gateway is deployed on this Ray; `warmlane serve` deploys one"
    raise ConfigError(msg)


def _here(settings: Settings) -> str | None:
    """Where the Ray is that `warmlane serve` started with this data folder; with its token in our environment."""
    running = found(settings.data_dir)
    if running is None or running.ray is None or running.folder is None:
        return None
    os.environ.update(told(Path(running.folder)))
    return running.ray


def _connect(ray: Any, address: str) -> None:
    if ray.is_initialized():
        return
    try:
        ray.init(address=address, namespace="serve", log_to_driver=False, configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError):
        msg = f"no Ray answers at {address}; is it running, and is its token set here (RAY_AUTH_MODE, RAY_AUTH_TOKEN)?"
        raise ConfigError(msg) from None


def _answers(handle: Any) -> Sequence[About]:
    """What its replicas say; those that are ending say nothing."""
    from ray.serve.exceptions import RayServeException

    try:
        said = handle.broadcast("about").results(timeout_s=_PATIENCE, return_exceptions=True)
    except (TimeoutError, RayServeException):  # there is none
        return []
    return [each for each in said if isinstance(each, Mapping)]
