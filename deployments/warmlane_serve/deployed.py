"""The application in Serve, as whoever deploys it sees it: put there, looked at, drained and removed."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.options import DEPLOYMENTS
from warmlane_serve.progress import Stages, StageState
from warmlane_serve.ray_here import is_alive
from warmlane_serve.signals import Ended

if TYPE_CHECKING:
    from ray.serve import Application

NAME: Final = "warmlane"
"""The application's name in Serve."""

Make = Callable[[Settings], "Application"]

_STAGES: Final = {deployment: stage for stage, deployment in DEPLOYMENTS.items()}
_INGRESS: Final = DEPLOYMENTS["ingress"]
_RAY_PORT: Final = 6379
_PATIENCE: Final = 5.0  # seconds for a connection to Ray
_LOOK: Final = 0.25  # seconds between looks
_SPARE: Final = 15.0  # seconds beyond the drain that Serve has to remove everything


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Be a driver of the Ray at `address`. Raises: ConfigError, when there is none or it does not let us in."""
    import ray

    try:
        _knock(address)
        ray.init(address, namespace="serve", log_to_driver=False, configure_logging=False)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError):
        token = "" if os.environ.get("RAY_AUTH_MODE") == "token" else ", and RAY_AUTH_MODE=token where it wants a token"
        msg = f"WARMLANE_CLUSTER__ADDRESS: no Ray answers at {address}; start one with `ray start`{token}"
        raise ConfigError(msg) from None
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Find out at once what Ray finds out in minutes: that nobody is there. Raises: OSError, ValueError."""
    if address != "auto":
        found = urlsplit(address if "://" in address else f"//{address}")
        socket.create_connection((found.hostname or "", found.port or _RAY_PORT), _PATIENCE).close()


@contextmanager
def deployed(settings: Settings, make: Make, ended: Ended, *, is_local: bool) -> Iterator[None]:
    """Have the application deployed, at first without waiting for it; drained and removed at exit.

    Raises: ConfigError.
    """
    try:
        _deploy(settings, make, is_local=is_local)
        yield
    finally:
        if is_alive():
            _remove(settings.drain_timeout + _SPARE, ended)


def _deploy(settings: Settings, make: Make, *, is_local: bool) -> None:
    from ray import serve
    from ray.exceptions import RayError

    try:
        serve.start(
            proxy_location=_proxies(settings, is_local=is_local),
            http_options={"host": settings.host, "port": settings.port},
            logging_config={"enable_access_log": False, "log_level": "WARNING"},
        )
        # Serve's `run` would wait without a word; its own `_run` is the same and leaves the waiting to us.
        serve.api._run(make(settings), _blocking=False, name=NAME, route_prefix="/")  # noqa: SLF001
    except (RayError, TimeoutError) as error:
        msg = f"Ray Serve does not take the application ({type(error).__name__}); `ray status` says how Ray is"
        raise ConfigError(msg) from None


def is_deployed() -> bool:
    """Whether Serve has the application."""
    from ray import serve

    return NAME in serve.status().applications


def states() -> Stages:
    """Each stage that Serve knows of."""
    from ray import serve

    application = serve.status().applications.get(NAME)
    return {} if application is None else read(application.deployments)


def read(deployments: Mapping[str, Any]) -> Stages:
    """The same, from Serve's own words."""
    return {
        _STAGES.get(name, name): StageState(
            status=each.status.value, running=each.replica_states.get("RUNNING", 0), message=each.message
        )
        for name, each in deployments.items()
    }


def ingress_hosts() -> list[str]:
    """Addresses of the nodes that an ingress runs on."""
    from ray.serve.context import _get_global_client

    client = _get_global_client()
    assert client is not None, "only asked where Serve runs"
    replicas = client.get_serve_details()["applications"][NAME]["deployments"][_INGRESS]["replicas"]
    return sorted({replica["node_ip"] for replica in replicas if replica["node_ip"]})


def _proxies(settings: Settings, *, is_local: bool) -> str:
    if settings.cluster.front_door == "own":
        return "Disabled"
    return "HeadOnly" if is_local else "EveryNode"


def _remove(patience: float, ended: Ended) -> None:
    """Delete the application, and wait for its drain, until that takes too long or another signal comes."""
    from ray import serve
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    try:
        serve.delete(NAME, _blocking=False)
        for _ in range(int(patience / _LOOK)):
            if not is_deployed() or ended.wait_for_second(_LOOK):
                return
    except (RayError, RayServeException):
        return  # there is no Serve any more, or not yet, and so no application
