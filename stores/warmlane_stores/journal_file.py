"""The file behind a journal: one owner, checked before it is used, set aside when it is damaged."""

import fcntl
import logging
import os
import sqlite3
from pathlib import Path

from warmlane.errors import ConfigError

_log = logging.getLogger(__name__)

NAME = "journal.db"
LOCK = "journal.lock"
DAMAGED = "journal.damaged"
APPLICATION = 0x57524D4C  # "WRML", in the file's header
VERSION = 1

SCHEMA = """
CREATE TABLE rows (
  id INTEGER PRIMARY KEY, tenant BLOB NOT NULL, key BLOB NOT NULL, partition BLOB NOT NULL, expires INTEGER NOT NULL,
  used INTEGER NOT NULL, size INTEGER NOT NULL, labels BLOB NOT NULL, vector BLOB NOT NULL, answer BLOB NOT NULL);
CREATE UNIQUE INDEX by_key ON rows (tenant, key);
CREATE INDEX by_use ON rows (used, size);
CREATE INDEX by_expiry ON rows (expires);
CREATE TABLE labels (label BLOB NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (label, id)) WITHOUT ROWID;
"""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


class Damaged(Exception):
    """The file is there, and is no sound journal."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether `error` says that the file is broken, rather than the disk full or the database busy."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in _DAMAGE or code == sqlite3.SQLITE_IOERR_SHORT_READ


def is_sound(connection: sqlite3.Connection) -> bool:
    """Read every page of the file: one to two seconds for a gigabyte in the page cache.

    Raises: sqlite3.Error, unless it says that the file is damaged.
    """
    try:
        return _ask(connection, "PRAGMA quick_check(1)") == "ok"
    except sqlite3.Error as error:
        if is_damage(error):
            return False
        raise


def is_owned(folder: Path) -> bool:
    """Whether a process holds the lock of the journal in `folder`, which ends with the process."""
    try:
        with (folder / LOCK).open("rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # there is none, or it is not ours to read
    return False


class JournalFile:
    """A folder with one SQLite file in it, held by one process at a time."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where it is missing, and own it.

        Raises: ConfigError when another process owns it, or it cannot be made.
        """
        self._path = folder / NAME
        self._damaged = folder / DAMAGED
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            msg = f"the store's folder {folder} cannot be used: {error.strerror}; make it writable, or name another"
            raise ConfigError(msg) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            msg = f"the store's folder {folder} is in use by another process; stop that one, or name another folder"
            raise ConfigError(msg) from None

    def open(self, *, thorough: bool = True) -> tuple[sqlite3.Connection, bool]:
        """The writing connection to a sound file, and whether a damaged one had to be set aside for it.

        Not `thorough`, only the header and the schema are looked at; `is_sound` does the rest. Raises: ConfigError when
        the disk does not let it.
        """
        try:
            try:
                return self._open_checked(thorough=thorough), False
            except Damaged:
                self._set_aside()
                return self._open_checked(thorough=thorough), True
        except (OSError, sqlite3.Error) as error:
            why = getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", "")
            msg = f"the store's file {self._path} cannot be opened: {why}; is the disk full or read-only?"
            raise ConfigError(msg) from None

    def connect(self) -> sqlite3.Connection:
        """One more connection to the file that `open` made. Raises: sqlite3.Error."""
        # Made in one thread and then used in another, by one at a time.
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            # FULL: a commit survives a power cut. secure_delete: what is forgotten is overwritten.
            connection.executescript(
                "PRAGMA busy_timeout=5000; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
                "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
            )
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def size(self) -> int:
        """Bytes of the main file; 0 where there is none."""
        return self._path.stat().st_size if self._path.exists() else 0

    def free(self) -> int:
        """Bytes that the disk has left. Raises: OSError."""
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def release(self) -> None:
        """Let another process have the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _open_checked(self, *, thorough: bool) -> sqlite3.Connection:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        elif self._path.stat().st_size == 0:  # SQLite would take it for a new one, and never say that rows were lost
            raise Damaged
        try:
            return self._prepared(thorough=thorough)
        except sqlite3.Error as error:
            if is_damage(error):
                raise Damaged from None
            raise

    def _prepared(self, *, thorough: bool) -> sqlite3.Connection:
        connection = self.connect()
        try:
            _prepare(connection)
            if thorough:
                _require_soundness(connection)
        except (Damaged, sqlite3.Error):
            connection.close()
            raise
        return connection

    def _set_aside(self) -> None:
        """Rename the file and its companions; only the latest damaged one is kept, for whoever wants to look at it."""
        _log.error("the journal is damaged: it is set aside as %s, and an empty one takes its place", DAMAGED)
        for tail in ("", "-wal", "-shm"):
            kept = self._damaged.with_name(self._damaged.name + tail)
            kept.unlink(missing_ok=True)
            source = self._path.with_name(self._path.name + tail)
            if source.exists():
                source.rename(kept)


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file; any other must be a sound journal of this version.

    Raises: Damaged, sqlite3.Error.
    """
    if _ask(connection, "SELECT count(*) FROM sqlite_schema") == 0:
        _ask(connection, "PRAGMA journal_mode=WAL")
        connection.executescript(
            f"BEGIN IMMEDIATE; PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; {SCHEMA} COMMIT;"
        )
    made_by = _ask(connection, "PRAGMA application_id"), _ask(connection, "PRAGMA user_version")
    if made_by != (APPLICATION, VERSION):
        raise Damaged


def _require_soundness(connection: sqlite3.Connection) -> None:
    if not is_sound(connection):
        raise Damaged


def _ask(connection: sqlite3.Connection, query: str) -> object:
    """The one value that `query` answers, read to its end: a statement left open would hold a lock."""
    ((value,),) = connection.execute(query).fetchall()
    return value
