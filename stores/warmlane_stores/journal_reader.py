"""The journal's reading side: one connection, used by one thread."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from warmlane.model import Row
from warmlane_stores.journal_rows import split_labels

SCAN = 200
"""Rows in one batch of a scan: a few milliseconds, which an exact hit may have to wait."""


class Get(NamedTuple):
    """One row, if it is live."""

    tenant: bytes
    key: bytes


class Scan(NamedTuple):
    """The next live rows of a tenant that have a vector, in the order of their keys, after one key."""

    tenant: bytes
    after: bytes


def read_row(connection: sqlite3.Connection, get: Get, now: float) -> tuple[Row, int, int] | None:
    """The live row, its id, and the step at which it was last used. Raises: sqlite3.Error."""
    found = connection.execute(
        "SELECT partition, expires, vector, answer, labels, id, used FROM rows"
        " WHERE tenant = ? AND key = ? AND expires > ?",
        (get.tenant, get.key, now),
    ).fetchone()
    if found is None:
        return None
    partition, expires, vector, answer, labels, row_id, used = found
    row = Row(
        tenant=get.tenant,
        key=get.key,
        partition=partition,
        expires=expires,
        vector=vector,
        answer=answer,
        labels=split_labels(labels),
    )
    return row, row_id, used


def read_vectors(connection: sqlite3.Connection, scan: Scan, now: float) -> Sequence[Row]:
    """At most SCAN rows without their answers; none when the scan is at its end. Raises: sqlite3.Error."""
    found = connection.execute(
        "SELECT key, partition, expires, vector FROM rows"
        " WHERE tenant = ? AND key > ? AND expires > ? AND length(vector) > 0 ORDER BY key LIMIT ?",
        (scan.tenant, scan.after, now, SCAN),
    ).fetchall()
    return [
        Row(tenant=scan.tenant, key=key, partition=partition, expires=expires, vector=vector, answer=b"")
        for key, partition, expires, vector in found
    ]
