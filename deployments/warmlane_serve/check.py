"""`warmlane check`: the settings in force, what is wrong with them or with this machine, and how to mend it."""

import importlib.util
import os
import re
import resource
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from pydantic import BaseModel, SecretStr

from warmlane.errors import ConfigError
from warmlane.model import Value
from warmlane.providers import table
from warmlane.settings import Settings, pepper
from warmlane.settings.secret import NAME as SECRET_FILE
from warmlane_serve.sharding import folder_of
from warmlane_stores.journal_file import is_owned

MIN_FILES: Final = 4096
"""Open files that the connections of the default limits need."""

_OTLP: Final = "opentelemetry.exporter.otlp.proto.http"


class Problem(Value, frozen=True, kw_only=True):
    """Something that is wrong, and how to mend it where `what` does not say. It may keep the gateway from starting."""

    what: str
    mend: str = ""
    stops: bool = True


def run(settings: Settings, out: TextIO) -> int:
    """Print the settings in force and what is wrong; the exit code: 0 when the gateway could start, else 1."""
    out.writelines(f"{key} = {value}\n" for key, value in shown(settings))
    problems = check(settings)
    out.write("\n")
    for problem in problems:
        out.write(f"{'problem' if problem.stops else 'note'}: {problem.what}\n")
        if problem.mend:
            out.write(f"    {problem.mend}\n")
    if not problems:
        out.write("All is well.\n")
    return int(any(problem.stops for problem in problems))


def check(settings: Settings) -> list[Problem]:
    """What is wrong. Looks only: nothing is made, opened for good or changed."""
    running = _running(settings)
    if running is not None:
        return [running, *_of_settings(settings)]
    return [*_of_machine(settings), *_of_settings(settings)]


def shown(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every setting by its TOML name, as text; secrets are not shown, nor what a URL may hold of them."""
    yield from _shown(settings, ())


def _shown(group: BaseModel | dict[str, BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, value in group if isinstance(group, BaseModel) else group.items():
        if isinstance(value, BaseModel) or name == "providers":
            yield from _shown(value, (*above, name))
        else:
            yield ".".join((*above, name)), _text(value)


def _text(value: Any) -> str:
    if value is None:
        return "(unset)"
    if isinstance(value, SecretStr):
        return "(set)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "(none)"
    text = re.sub(r"//[^/?#]*@", "//***@", str(value))
    return re.sub(r"\?.*", "?***", text) if "://" in text else text


def _running(settings: Settings) -> Problem | None:
    """A gateway that already serves here is no problem, and explains both its port and its store being in use."""
    if _is_owned(folder_of(settings)) and _why_no_port(settings) is not None:
        return Problem(
            what="Warmlane is running here already: the port and the store are in use",
            mend="nothing to mend; for a second one set WARMLANE_PORT and WARMLANE_DATA_DIR",
            stops=False,
        )
    return None


def _of_machine(settings: Settings) -> Iterator[Problem]:
    why = _why_no_port(settings)
    if why is not None:
        yield Problem(
            what=f"cannot listen on {settings.host}:{settings.port}: {why}",
            mend="choose another with --host and --port",
        )
    folder = folder_of(settings)
    if _is_owned(folder):
        yield Problem(
            what=f"the store in {folder} belongs to another gateway that is running",
            mend="stop that one, or give this one its own WARMLANE_DATA_DIR",
        )
    data = settings.data_dir.expanduser().absolute()
    for needed in [data] if folder is None or folder.is_relative_to(data) else [data, folder]:
        why = _why_not_writable(needed)
        if why is not None:
            yield Problem(
                what=f"{needed} cannot be written to: {why}",
                mend=f"make it writable for the user with id {os.geteuid()}, or set WARMLANE_DATA_DIR",
            )
    yield from _of_files()


def _of_files() -> Iterator[Problem]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < MIN_FILES:
        can_raise = hard == resource.RLIM_INFINITY or hard >= MIN_FILES
        yield Problem(
            what=f"this process may open {soft} files, and needs {MIN_FILES} for its connections",
            mend=f"`ulimit -n {MIN_FILES}` before the start"
            if can_raise
            else f"raise the hard limit: LimitNOFILE={MIN_FILES} for systemd, --ulimit nofile={MIN_FILES} for Docker",
        )


def _of_settings(settings: Settings) -> Iterator[Problem]:
    for look in (_look_at_providers, _look_at_secret):
        try:
            look(settings)
        except ConfigError as error:
            yield Problem(what=error.message)
    if settings.cache.index == "chroma" and not _is_installed("chromadb"):
        yield Problem(
            what="WARMLANE_CACHE__INDEX is chroma, which is not installed",
            mend="pip install 'warmlane[chroma]', or set it to auto",
        )
    if settings.telemetry.otlp_endpoint is not None and not _is_installed(_OTLP):
        yield Problem(
            what="WARMLANE_TELEMETRY__OTLP_ENDPOINT is set, and the exporter is not installed",
            mend="pip install 'warmlane[otlp]', or remove the setting",
        )


def _look_at_providers(settings: Settings) -> None:
    """Read the base URLs. Raises: ConfigError."""
    table(settings.base_urls)


def _look_at_secret(settings: Settings) -> None:
    """Read the secret where there is one, or ought to be. Raises: ConfigError."""
    is_made = (settings.data_dir.expanduser() / SECRET_FILE).exists()
    if is_made or not settings.is_loopback:
        pepper(settings)


def _is_owned(folder: Path | None) -> bool:
    return folder is not None and is_owned(folder)


def _why_no_port(settings: Settings) -> str | None:
    """Why the address cannot be listened on; None when it can."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return (error.strerror or "unknown").lower()
    return None


def _why_not_writable(folder: Path) -> str | None:
    """Why no file can be made in `folder`, or in the one that it would be made in; None when one can."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return (error.strerror or "unknown").lower()


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:  # not even the package above it
        return False
