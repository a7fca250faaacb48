"""`warmlane serve` with Ray: find or start it, put the stages there, tell how they come up, take them down."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Final, TextIO

from warmlane.clock import SystemClock
from warmlane.errors import ConfigError
from warmlane.settings import Settings, pepper
from warmlane_serve import logs
from warmlane_serve.deployed import Make, connected, deployed, ingress_hosts, is_deployed, states
from warmlane_serve.listening import listen
from warmlane_serve.options import require_token
from warmlane_serve.process import limit_process
from warmlane_serve.progress import Progress
from warmlane_serve.ray_here import RayDied, quiet, ray_here, require_alive
from warmlane_serve.running import Claim, Running, claim, clear
from warmlane_serve.signals import Ended
from warmlane_serve.welcome import base_url, welcome

if TYPE_CHECKING:
    from ray.serve import Application

_LOOK: Final = 0.25  # seconds between looks at what has come up
_WATCH: Final = 5.0  # seconds between looks at whether all is still there
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - read, not bound


def application(settings: Settings) -> "Application":
    """The gateway's, imported when Ray is there: Ray reads the environment when it is imported."""
    from warmlane_serve import main

    made: Application = main.application(settings)
    return made


def serve(settings: Settings, make: Make = application, out: TextIO = sys.stdout) -> int:
    """Serve what `make` makes until a signal comes, then drain; the exit code.

    It is 1 where a gateway serves there already, and where Ray or the application is lost. Raises: ConfigError.
    """
    limit_process()
    pepper(settings)  # a wrong secret is told before anything is started
    try:
        with Ended() as ended:
            return _serve(settings, make, out, ended)
    except RayDied:
        _refuse("Ray has died on this machine; start again")
        out.flush()
        sys.stderr.flush()
        # All is cleared away. Ray's library has nobody to talk to: at Python's end it would wait for minutes, or crash.
        os._exit(1)


def _serve(settings: Settings, make: Make, out: TextIO, ended: Ended) -> int:
    if settings.cluster.address is not None:
        return _serve_there(settings, settings.cluster.address, make, out, ended)
    claimed = claim(settings.data_dir)
    if isinstance(claimed, Running):
        return _refuse(claimed.told)
    with claimed:
        return _serve_here(settings, claimed, make, out, ended)


def _serve_here(settings: Settings, claimed: Claim, make: Make, out: TextIO, ended: Ended) -> int:
    if claimed.before is not None:
        clear(claimed.before)
    if _is_ours(settings.host, settings.port):
        url = base_url(settings.host, settings.port)
        return _refuse(f"a Warmlane is serving already on {url}; choose another port with --port")
    with reserved(settings.host, settings.port) as port:
        settings = settings.model_copy(update={"port": port})
        this = Running(pid=os.getpid(), url=base_url(settings.host, port))
        claimed.note(this)
        print("Starting Ray and the stages on this machine:", file=out, flush=True)
        progress = Progress(out, SystemClock())
        with ray_here(settings.stages, ended) as folder:
            logs.write_to(sys.stderr)
            claimed.note(this.at(ray=_address(), folder=str(folder)))
            progress.ready("ray")
            if ended:
                return 0
            with deployed(settings, make, ended, is_local=True):
                if not _come_up(progress, ended):
                    return 0
                print(f"\n{welcome(settings, port)}", end="", file=out, flush=True)
                return _watch(ended)


def _serve_there(settings: Settings, address: str, make: Make, out: TextIO, ended: Ended) -> int:
    require_token(settings, os.environ)
    if settings.port == 0:
        msg = "WARMLANE_PORT is 0, which is for one machine: on a cluster each ingress listens on the same port"
        raise ConfigError(msg)
    with quiet(), connected(address):
        ended.listen()
        logs.write_to(sys.stderr)
        if is_deployed():
            return _refuse(f"Warmlane is serving already on the cluster at {address}; `serve delete` ends it")
        print(f"Starting the stages on the cluster at {address}:", file=out, flush=True)
        with deployed(settings, make, ended, is_local=False):
            if not _come_up(Progress(out, SystemClock()), ended):
                return 0
            hosts = ingress_hosts() if settings.host in _EVERYWHERE else []
            shown = settings.model_copy(update={"host": hosts[0]}) if hosts else settings
            print(f"\n{welcome(shown, settings.port)}", end="", file=out, flush=True)
            return _watch(ended)


def _come_up(progress: Progress, ended: Ended) -> bool:
    """Tell of each stage as it is ready; False when a signal came first. Raises: ConfigError, RayDied."""
    from ray.exceptions import RayError

    while True:
        require_alive()
        with suppress(RayError):  # the controller is being started again
            if progress.look(states()):
                return not ended
        if ended.wait(_LOOK):
            return False


def _watch(ended: Ended) -> int:
    """Wait for a signal; the exit code. Raises: RayDied."""
    from ray.exceptions import RayError

    while not ended.wait(_WATCH):
        require_alive()
        with suppress(RayError):  # nobody who calls misses the controller
            if not is_deployed():
                return _refuse("the application was removed from Ray Serve")
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"warmlane: {why}\n")
    return 1


@contextmanager
def reserved(host: str, port: int) -> Iterator[int]:
    """Keep the port for this user's processes that share it (SO_REUSEPORT), without listening; its number.

    Raises: ConfigError, when somebody has it.
    """
    with listen(host, port) as first:
        family, address = first.family, first.getsockname()
    with socket.socket(family, socket.SOCK_STREAM) as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            kept.bind(address)
        except OSError:  # connections that a gateway in one process closed a moment ago; with this, others may bind too
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kept.bind(address)
        yield address[1]


def _is_ours(host: str, port: int) -> bool:
    """Whether a gateway answers there."""
    connection = HTTPConnection("127.0.0.1" if host in _EVERYWHERE else host, port, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read(64).startswith(b"Warmlane")
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _address() -> str:
    import ray

    return str(ray.get_runtime_context().gcs_address)
