"""Which gateway serves from a data folder: a file that says so, and a lock on it that ends with its process."""

import contextlib
import fcntl
import os
import shutil
import stat
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from warmlane.errors import ConfigError
from warmlane.model import Value

NAME: Final = "serving.json"
"""The file in the data folder. It names no secret, and where Ray's token lies."""

TEMPORARY: Final = "warmlane-"
"""How the names of the temporary folders begin that a gateway makes for itself."""

_LONGEST: Final = 1 << 16


class Running(Value, frozen=True, kw_only=True):
    """A gateway: its process, its base URL, and where its Ray is, with its temporary folder, if it started one."""

    pid: int = 0
    url: str = ""
    ray: str | None = None
    folder: str | None = None

    def at(self, *, ray: str, folder: str) -> "Running":
        """The same, with its Ray."""
        return Running(pid=self.pid, url=self.url, ray=ray, folder=folder)

    @property
    def told(self) -> str:
        """One line for whoever starts another one."""
        where = f"is serving already on {self.url}" if self.url else "is being started already"
        return f"Warmlane {where} (process {self.pid}); stop that one first, or give this one its own WARMLANE_DATA_DIR"


class Claim:
    """The right to serve from a data folder, until it is closed. `before` is what an ended process left in the file."""

    def __init__(self, file: int, before: Running | None) -> None:
        """Take over the locked `file`."""
        self._file, self.before = file, before

    def note(self, running: Running) -> None:
        """Say who has it."""
        text = msgspec.json.encode(running) + b"\n"
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def close(self) -> None:
        """Leave no trace but an empty file: were it removed, two could hold a lock on one name."""
        os.ftruncate(self._file, 0)
        os.close(self._file)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def claim(data_dir: Path) -> Claim | Running:
    """The claim, or who has it. Raises: ConfigError, when the folder cannot be written to."""
    path = data_dir.expanduser() / NAME
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        msg = f"WARMLANE_DATA_DIR: {path} cannot be read or made ({why}); mend it, or name another folder"
        raise ConfigError(msg) from None
    before = _read(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return before or Running()
    return Claim(file, before)


def found(data_dir: Path) -> Running | None:
    """Who serves from the data folder now. Looks only."""
    try:
        file = os.open(data_dir.expanduser() / NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(file)
    finally:
        os.close(file)
    return None


def clear(before: Running) -> None:
    """Remove the temporary folder of a process that was killed, if it is one of ours and its name is not another's."""
    if before.folder is None:
        return
    folder = Path(before.folder)
    with contextlib.suppress(OSError):
        what = folder.lstat()
        if folder.name.startswith(TEMPORARY) and stat.S_ISDIR(what.st_mode) and what.st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)


def _read(file: int) -> Running | None:
    try:
        return msgspec.json.decode(os.pread(file, _LONGEST, 0), type=Running)
    except (OSError, msgspec.DecodeError):
        return None
