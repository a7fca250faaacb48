"""A Ray of one's own on this machine: for this user only, without a word on the terminal, gone when it is left.

Ray's processes end with this one, however it ends: the kernel sees to it. What they leave in the temporary folder is
removed by whoever leaves, or by the next start (`running.clear`).
"""

import contextlib
import logging
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from warmlane.errors import ConfigError
from warmlane.model import Value
from warmlane.settings.stages import StageSettings, StagesSettings
from warmlane_serve.running import TEMPORARY
from warmlane_serve.signals import Ended

_LONGEST: Final = 40
"""Characters of a temporary folder: Ray puts sockets deep into it, whose names end at 107."""

_SHARED_MEMORY: Final = 80 << 20
"""Bytes for objects. Ray wants that much; calls never go through it."""

_GLANCE: Final = 0.05  # seconds in which a signal, while Ray starts, may find Ray's handler in place of ours
_TOKEN: Final = "token"  # noqa: S105 - a file's name
_SILENT: Final = logging.CRITICAL + 1


class RayDied(Exception):
    """The Ray that was started here has lost a process that it cannot do without."""


class Needs(Value, frozen=True, kw_only=True):
    """What all stages take of a node when each has as many replicas as it may."""

    cpus: float
    resources: Mapping[str, float]


def needs(stages: StagesSettings) -> Needs:
    """Of all stages, each at its most."""
    cpus, resources = 0.0, dict[str, float]()
    for _, stage in stages.each():
        # An update starts new replicas before it ends the old ones.
        count = 2 * stage.most if isinstance(stage, StageSettings) else 1
        cpus += count * stage.num_cpus
        for name, share in stage.resources.items():
            resources[name] = resources.get(name, 0.0) + count * share
    return Needs(cpus=cpus, resources=resources)


@contextmanager
def ray_here(stages: StagesSettings, ended: Ended) -> Iterator[Path]:
    """Start it, with room for all `stages`; its temporary folder. Ends it at exit. Raises: ConfigError.

    In a process that has not imported Ray yet: when it is imported, it reads how it is to be.
    """
    folder = temporary_folder(Path(tempfile.gettempdir()))
    try:
        # Not in the main thread, which sees to signals meanwhile; and in one that lasts, since the kernel ends Ray's
        # processes with the thread that started them.
        with environment(folder), quiet(), ThreadPoolExecutor(1, "ray") as keeper:
            try:
                starting = keeper.submit(_start, folder, stages)
                while not starting.done():
                    wait([starting], _GLANCE)
                    ended.listen()
                starting.result()
                yield folder
            finally:
                keeper.submit(_end).result()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def quiet() -> Iterator[None]:
    """Have Ray say nothing here: what matters of it, we say. Imports it."""
    import ray
    from ray import serve

    loggers = [logging.getLogger(module.__name__) for module in (ray, serve)]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(_SILENT)
    try:
        with _no_descriptor_2():
            yield
    finally:
        for each, level in zip(loggers, before, strict=True):
            each.setLevel(level)


@contextmanager
def _no_descriptor_2() -> Iterator[None]:
    """Ray's C++ writes there. Python's standard error goes where it went."""
    usual = sys.stderr
    usual.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere, open(kept, "w", buffering=1, encoding="utf-8") as elsewhere:  # noqa: PTH123 - a descriptor
        os.dup2(nowhere.fileno(), 2)
        sys.stderr = elsewhere
        try:
            yield
        finally:
            os.dup2(kept, 2)
            sys.stderr = usual


def is_alive() -> bool:
    """Whether no process of Ray's that was started from here has died."""
    import ray

    node = ray._private.worker._global_node  # noqa: SLF001 - nothing public says so
    return node is None or not node.dead_processes()


def require_alive() -> None:
    """Raises: RayDied."""
    if not is_alive():
        raise RayDied


def temporary_folder(usual: Path) -> Path:
    """A new one for nobody else's eyes, in the `usual` one, or in /tmp where that is too deep."""
    above = usual if len(str(usual)) <= _LONGEST - len(TEMPORARY) - 8 else Path("/tmp")  # noqa: S108 - mkdtemp makes it safe
    return Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=above))


def told(folder: Path) -> dict[str, str]:
    """What the environment of its processes says, and of others that join it; `folder` is the temporary one."""
    return {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(folder / _TOKEN),
        "RAY_USAGE_STATS_ENABLED": "0",
        # Its name says when Ray itself does this: listen on the loopback address. Else Ray looks for one that others
        # can reach, also where it is told 127.0.0.1.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "TMPDIR": str(folder),
    }


@contextmanager
def environment(folder: Path) -> Iterator[None]:
    """What Ray and its workers read: a token of this start only, temporary files in `folder`, no report to anybody."""
    token = folder / _TOKEN
    token.touch(0o600)
    token.write_text(secrets.token_hex(32), encoding="ascii")
    ours = told(folder)
    without = ("RAY_ADDRESS", "RAY_AUTH_TOKEN", "RAY_NAMESPACE", "RAY_RUNTIME_ENV")
    before = {name: os.environ.get(name) for name in (*ours, *without)}
    for name in without:
        os.environ.pop(name, None)
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _start(folder: Path, stages: StagesSettings) -> None:
    needed = needs(stages)
    import ray  # only now, see above

    try:
        ray.init(
            "local",
            namespace="serve",
            num_cpus=max(os.cpu_count() or 1, int(needed.cpus) + 1),
            resources=dict(needed.resources),
            object_store_memory=_SHARED_MEMORY,
            include_dashboard=False,
            log_to_driver=False,
            configure_logging=False,
            _node_ip_address="127.0.0.1",
            _temp_dir=str(folder / "ray"),  # which Ray opens to everybody: it is the folder above that is closed
        )
    except Exception as error:  # noqa: BLE001 - Ray raises plain ones too, where it is out of time
        msg = f"Ray does not start on this machine ({type(error).__name__}); --solo does without"
        raise ConfigError(msg) from None


def _end() -> None:
    import ray

    node = ray._private.worker._global_node  # noqa: SLF001 - nothing public has the processes
    with contextlib.suppress(Exception):  # whatever is wrong with it, it goes
        if node is None or is_alive():
            ray.shutdown()
        else:  # without all of Ray there is nobody to say goodbye to, which would take a minute
            node.kill_all_processes(check_alive=False, allow_graceful=False)
