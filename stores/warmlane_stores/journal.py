"""The truth: sealed rows in one SQLite file, durable before they are acknowledged, off the event loop.

One thread writes: everything that waits is one transaction and one fsync. One thread reads, on a connection of its own,
and never waits for the writer (WAL). Use is noted in RAM and written with the next commit.
"""

import logging
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from warmlane.clock import Clock
from warmlane.errors import ConfigError, StageError
from warmlane.model import Row, Scope
from warmlane_stores.journal_file import JournalFile, is_damage, is_sound
from warmlane_stores.journal_reader import Get, Scan, read_row, read_vectors
from warmlane_stores.journal_rows import JournalRows
from warmlane_stores.known import KnownKeys
from warmlane_stores.scopes import require_some
from warmlane_stores.urls import read_options
from warmlane_stores.worker import Worker

_log = logging.getLogger(__name__)

_MAX_WAITING = 64 << 20  # bytes of rows that wait for a commit: behind a slow disk rows are lost, not the memory
_SPARE_DISK = 8 << 20  # bytes that are left to the log, the indexes and everyone else on the disk
_LEAST_QUOTA = 1 << 20  # bytes: below that a put shall say that the disk is full, not find no room in the quota
_MAX_TOUCHES = 10_000
_LINGER = 0.005  # seconds: nobody waits for a row to be kept, and rows that share a commit cost less
_COMPLAIN_EVERY = 60.0  # seconds


class Delete(NamedTuple):
    """Forget these rows of a tenant."""

    tenant: bytes
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Forget what is past its time."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Commit nothing."""


Write: TypeAlias = Row | Delete | Scope | Sweep | Ping
Read: TypeAlias = Get | Scan


class Journal:
    """Store and Scannable in a folder that one process owns.

    A damaged file is set aside at the start or when it shows, and an empty one takes its place: `quarantined` says so.
    With the disk full, put raises, get goes on, and put works again by itself once there is room. A quota larger than
    the disk is cut to one that fits. The file does not shrink: what is forgotten leaves room in it for what comes.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        max_bytes: int = 1 << 30,
        max_entries: int = 1_000_000,
        sweep_every: float = 60.0,
        check_at_once: int = 128 << 20,
    ) -> None:
        """Open and check the file, which blocks; one of more than `check_at_once` bytes is checked in the background.

        Expired rows are swept every `sweep_every` seconds of `clock`. Raises: ConfigError when another process owns the
        folder or the disk does not let it.
        """
        self._clock, self._sweep_every = clock, sweep_every
        self._max_bytes, self._max_entries = max_bytes, max_entries
        self._file = JournalFile(folder)
        self.quarantined = False
        try:
            self._is_checked = self._file.size() <= check_at_once
            self._open(thorough=self._is_checked)
            self._read_db = self._file.connect()
        except BaseException:
            self._file.release()
            raise
        self._known: KnownKeys | None = None  # until the writer has listed them
        self._opened = self._read_from = 0  # which opening of the file the writer and the reader use
        self._suspect = False
        self._touched: deque[int] = deque(maxlen=_MAX_TOUCHES)
        self._waiting = 0
        self._next_sweep = clock.now() + sweep_every
        self._next_complaint = 0.0
        self._writer: Worker[Write, int] = Worker(
            "journal writer", self._write, idle=sweep_every, linger=_LINGER, finish=self._finish
        )
        self._reader: Worker[Read, Row | Sequence[Row] | None] = Worker("journal reader", self._read)

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The live row, or None. Raises: StageError."""
        if self._known is not None and not self._known.may_hold(key) and not self._reader.is_closed:
            return None
        found = await self._reader.ask(Get(tenant, key))
        assert not isinstance(found, Sequence)
        return found

    async def put(self, row: Row, /) -> None:
        """Keep `row`; it would survive a power cut when this returns. Raises: StageError."""
        if self._waiting + row.size > _MAX_WAITING:
            msg = "the journal is behind: too much waits for the disk"
            raise StageError(msg)
        self._waiting += row.size
        try:
            await self._writer.ask(row)
        finally:
            self._waiting -= row.size

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Forget these, also on the disk; how many there were. Raises: StageError."""
        return await self._writer.ask(Delete(tenant, tuple(keys)))

    async def purge(self, scope: Scope, /) -> int:
        """Forget every row in `scope`, also on the disk; how many there were.

        Raises: StageError; ValueError for an empty scope.
        """
        require_some(scope)
        return await self._writer.ask(scope)

    async def sweep(self) -> int:
        """Forget what is past its time now rather than at the next round; how many. Raises: StageError."""
        return await self._writer.ask(Sweep())

    async def scan(self, tenant: bytes, /) -> AsyncIterator[Sequence[Row]]:
        """Batches of the tenant's live rows that have a vector, without their answers. Raises: StageError."""
        after = b""
        while batch := await self._reader.ask(Scan(tenant, after)):
            assert isinstance(batch, Sequence)
            yield batch
            after = batch[-1].key

    async def ping(self) -> None:
        """Return when both threads answer. Raises: StageError."""
        await self._reader.ask(Get(b"", b""))
        await self._writer.ask(Ping())

    async def aclose(self) -> None:
        """Write what waits, close the file and let another process have it."""
        await self._reader.aclose()
        await self._writer.aclose()

    # From here on in the writer's thread.

    def _write(self, jobs: Sequence[Write]) -> Sequence[int | StageError]:
        try:
            if not self._is_checked:
                self._is_checked = True
                self._suspect = self._suspect or not is_sound(self._db)
            if self._suspect:
                self._reopen()
            if self._known is None:
                self._known = KnownKeys(self._rows.keys(), self._max_entries)
            return self._commit(jobs)
        except (sqlite3.Error, ConfigError) as error:
            self._complain(error)
            if isinstance(error, sqlite3.Error):
                self._suspect = is_damage(error)
                with suppress(sqlite3.Error):  # a full disk: what the log holds may find room in the file
                    self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            why = getattr(error, "sqlite_errorname", type(error).__name__)
            return [StageError(f"the journal cannot write: {why}") for _ in jobs]

    def _commit(self, jobs: Sequence[Write]) -> Sequence[int]:
        now = self._clock.now()
        is_due = now >= self._next_sweep
        if not jobs and not is_due and not self._touched:
            return []
        counts: list[int] = []
        forgot = 0
        with self._rows.change(now):
            self._rows.touch([self._touched.popleft() for _ in range(len(self._touched))])
            for kind, some in groupby(jobs, type):
                counts += self._apply(kind, list(some), now)
            if is_due:
                forgot = self._rows.expire(now)
        if is_due:
            self._next_sweep = now + self._sweep_every
            self._rows.max_bytes = self._quota(self._rows.bytes)
            if self._known is not None and self._known.is_crowded:
                self._known.rebuild(self._rows.keys())
        if forgot or any(counts):
            # What was deleted is overwritten in the file; this takes its copies out of the log.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return counts

    def _apply(self, kind: type[Write], jobs: Sequence[Write], now: float) -> Sequence[int]:
        if kind is Row:
            rows = [job for job in jobs if isinstance(job, Row)]
            self._rows.put(rows)
            if self._known is not None:
                for row in rows:
                    self._known.add(row.key)
            return [0] * len(jobs)
        return [self._apply_one(job, now) for job in jobs]

    def _apply_one(self, job: Write, now: float) -> int:
        match job:
            case Delete(tenant, keys):
                return self._rows.delete(tenant, keys, now)
            case Scope():
                return self._rows.purge(job, now)
            case Sweep():
                return self._rows.expire(now)
            case _:
                return 0

    def _reopen(self) -> None:
        """Damage showed while running: check the file, set it aside if it is so, and go on with a sound one."""
        self._db.close()
        self._open(thorough=True)
        self._suspect = False
        self._opened += 1

    def _open(self, *, thorough: bool) -> None:
        self._db, quarantined = self._file.open(thorough=thorough)
        self.quarantined = self.quarantined or quarantined
        try:
            self._rows = self._count_rows()
        except sqlite3.Error as error:
            self._db.close()
            if thorough or not is_damage(error):
                msg = f"the store's file cannot be read: {error.sqlite_errorname}; is the disk failing?"
                raise ConfigError(msg) from None
            self._open(thorough=True)

    def _count_rows(self) -> JournalRows:
        rows = JournalRows(self._db, max_bytes=self._max_bytes, max_entries=self._max_entries)
        rows.max_bytes = self._quota(rows.bytes)
        return rows

    def _quota(self, held: int) -> int:
        """The bound asked for, or less: growing by half of what the disk has left, a journal does not fill it."""
        with suppress(OSError):
            room = held + max(0, self._file.free() - _SPARE_DISK) // 2
            return min(self._max_bytes, max(room, _LEAST_QUOTA))
        return self._max_bytes

    def _complain(self, error: Exception) -> None:
        if self._clock.now() >= self._next_complaint:
            self._next_complaint = self._clock.now() + _COMPLAIN_EVERY
            _log.error("the journal cannot write: %s", getattr(error, "sqlite_errorname", type(error).__name__))

    def _finish(self) -> None:
        try:
            with suppress(sqlite3.Error):
                self._commit([Ping()])
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._read_db.close()
            self._db.close()
            self._file.release()

    # From here on in the reader's thread.

    def _read(self, jobs: Sequence[Read]) -> Sequence[Row | Sequence[Row] | StageError | None]:
        if self._read_from != self._opened:
            self._read_db.close()
            self._read_from = self._opened
            self._read_db = self._file.connect()
        now = self._clock.now()
        return [self._read_one(job, now) for job in jobs]

    def _read_one(self, job: Read, now: float) -> Row | Sequence[Row] | StageError | None:
        try:
            if isinstance(job, Scan):
                return read_vectors(self._read_db, job, now)
            found = read_row(self._read_db, job, now)
        except sqlite3.Error as error:
            self._suspect = self._suspect or is_damage(error)
            return StageError(f"the journal cannot read: {getattr(error, 'sqlite_errorname', type(error).__name__)}")
        if found is None:
            return None
        row, row_id, used = found
        # A row among the latest sixteenth is as good as new: noting each use of a hot one would be a write per read.
        if used < self._rows.step - self._rows.entries // 16:
            self._touched.append(row_id)
        return row


def open_url(url: str, clock: Clock) -> Journal:
    """The store of `sqlite:///absolute/folder?max_bytes=…&max_entries=…`. Raises: ConfigError."""
    options = read_options(url, ("max_bytes", "max_entries"))
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.netloc or not folder.is_absolute() or folder == Path("/"):
        msg = "a sqlite store needs an absolute folder: sqlite:///var/lib/warmlane"
        raise ConfigError(msg)
    return Journal(folder, clock, **options)
