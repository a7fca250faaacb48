"""The journal's tables: SQL and quotas, in transactions. Knows nothing of threads, files and the event loop."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from warmlane.model import Row, Scope

Dropped: TypeAlias = tuple[int, int, bytes]
"""id, size, labels of a row that goes."""

_DIGEST = 16
_CHUNK = 200  # rows looked at in one query
_ROWS = "INSERT INTO rows (id, tenant, key, partition, expires, used, size, labels, vector, answer) VALUES "
_LABELS = "INSERT INTO labels (label, id) VALUES "
_AT_ONCE = 64  # rows in one statement: the interpreter's lock is let go and fought for once for each statement


class JournalRows:
    """The rows as the writing connection sees them, with a quota: the least recently used leave first.

    Use is counted in steps, not in time: each write and each touch takes the next number. Every method but `change`
    runs inside a `change`. Raises: sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection, *, max_bytes: int, max_entries: int) -> None:
        """Hold at most `max_bytes` (by `Row.size`) and `max_entries`. How much there is, one narrow index tells."""
        self._db, self.max_bytes, self._max_entries = connection, max_bytes, max_entries
        counts: tuple[int, int, int] = connection.execute(
            "SELECT count(*), coalesce(sum(size), 0), coalesce(max(used), 0) FROM rows"
        ).fetchone()
        self.entries, self.bytes, used = counts
        newest: tuple[int] = connection.execute("SELECT coalesce(max(id), 0) FROM rows").fetchone()
        self.step = max(used, *newest)

    @contextmanager
    def change(self, now: float) -> Iterator[None]:
        """One transaction: durable after it; on an error nothing has happened. Makes room at its end."""
        before = self.entries, self.bytes, self.step
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._make_room(now)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self.entries, self.bytes, self.step = before
            raise

    def keys(self) -> Iterator[bytes]:
        """The key of every row, expired ones included."""
        for (key,) in self._db.execute("SELECT key FROM rows"):
            yield key

    def put(self, rows: Iterable[Row]) -> None:
        """Keep these, the later of two under one key; one that alone is over the quota is not kept."""
        latest = {(row.tenant, row.key): row for row in rows}
        too_big = [name for name, row in latest.items() if row.size > self.max_bytes]
        self._drop(self._find(too_big))
        for name in too_big:
            del latest[name]
        kept: list[tuple[object, ...]] = []
        labels: list[tuple[object, ...]] = []
        for row in latest.values():
            self.step += 1
            kept.append(_values(self.step, row))
            labels += [(label, self.step) for label in set(row.labels)]
        self._db.execute("SAVEPOINT puts")
        try:
            self._insert(_ROWS, kept)
        except sqlite3.IntegrityError:  # seldom: some replace older ones, which to look for first would double the cost
            self._db.execute("ROLLBACK TO puts")
            self._drop(self._find(latest))
            self._insert(_ROWS, kept)
        self._db.execute("RELEASE puts")
        self._insert(_LABELS, labels)
        self.entries += len(kept)
        self.bytes += sum(row.size for row in latest.values())

    def delete(self, tenant: bytes, keys: Iterable[bytes], now: float) -> int:
        """Forget these; how many were live."""
        names = [(tenant, key) for key in dict.fromkeys(keys)]
        return self._forget("tenant = ? AND key = ?", names, now)

    def purge(self, scope: Scope, now: float) -> int:
        """Forget the rows in `scope`; how many were live."""
        terms = {
            "tenant = ?": scope.tenant,
            "partition = ?": scope.partition,
            "id IN (SELECT id FROM labels WHERE label = ?)": scope.label,
        }
        used = {term: value for term, value in terms.items() if value is not None}
        return self._forget(" AND ".join(used), [tuple(used.values())], now)

    def expire(self, now: float) -> int:
        """Forget what is past its time; how many."""
        count = 0
        while doomed := self._db.execute(
            "SELECT id, size, labels FROM rows WHERE expires <= ? LIMIT ?", (now, _CHUNK)
        ).fetchall():
            self._drop(doomed)
            count += len(doomed)
        return count

    def touch(self, ids: Iterable[int]) -> None:
        """Count these as used now; one that has gone is no matter."""
        touched = []
        for row_id in dict.fromkeys(ids):
            self.step += 1
            touched.append((self.step, row_id))
        self._db.executemany("UPDATE rows SET used = ? WHERE id = ?", touched)

    def _insert(self, into: str, rows: Sequence[tuple[object, ...]]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            marks = f"({', '.join('?' * len(some[0]))})"
            values = [value for row in some for value in row]
            self._db.execute(into + ", ".join([marks] * len(some)), values)

    def _find(self, names: Iterable[tuple[bytes, bytes]]) -> list[Dropped]:
        query = "SELECT id, size, labels FROM rows WHERE tenant = ? AND key = ?"
        return [row for name in names for row in self._db.execute(query, name)]

    def _forget(self, where: str, values: Iterable[tuple[bytes, ...]], now: float) -> int:
        query = f"SELECT id, size, labels, expires > ? FROM rows WHERE {where}"  # noqa: S608 - `where` is one of our own constants
        live = 0
        for value in values:
            found = self._db.execute(query, (now, *value)).fetchall()
            self._drop([(row_id, size, labels) for row_id, size, labels, _ in found])
            live += sum(is_live for _, _, _, is_live in found)
        return live

    def _make_room(self, now: float) -> None:
        if not self._is_over():
            return
        self.expire(now)
        while self._is_over():
            oldest = self._db.execute("SELECT id, size, labels FROM rows ORDER BY used LIMIT ?", (_CHUNK,)).fetchall()
            self._drop(list(self._enough(oldest)))

    def _is_over(self) -> bool:
        return self.bytes > self.max_bytes or self.entries > self._max_entries

    def _enough(self, oldest: Iterable[Dropped]) -> Iterator[Dropped]:
        """As many as bring the rest under the quota."""
        left, entries = self.bytes, self.entries
        for row in oldest:
            if left <= self.max_bytes and entries <= self._max_entries:
                return
            left, entries = left - row[1], entries - 1
            yield row

    def _drop(self, rows: Sequence[Dropped]) -> None:
        if not rows:
            return
        self.entries -= len(rows)
        self.bytes -= sum(size for _, size, _ in rows)
        self._db.executemany("DELETE FROM rows WHERE id = ?", [(row_id,) for row_id, _, _ in rows])
        marks = [(label, row_id) for row_id, _, packed in rows for label in split_labels(packed)]
        self._db.executemany("DELETE FROM labels WHERE label = ? AND id = ?", marks)


def _values(step: int, row: Row) -> tuple[object, ...]:
    """The columns of a new row, in the order of _INSERT."""
    name = (step, row.tenant, row.key, row.partition)
    return (*name, row.expires, step, row.size, b"".join(row.labels), row.vector, row.answer)


def split_labels(packed: bytes) -> tuple[bytes, ...]:
    """The 16-byte digests that were joined."""
    return tuple(packed[start : start + _DIGEST] for start in range(0, len(packed), _DIGEST))
