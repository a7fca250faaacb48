"""Rows, vectors and probes to test with, made from names."""

import hashlib

import numpy as np

from warmlane.clock import ManualClock
from warmlane.model import Caller, Entry, Probe, Row, Vector
from warmlane.seal import derive, seal

START = int(ManualClock().now())
DIM = 16


def digest(name: str) -> bytes:
    """Sixteen bytes that `name` stands for."""
    return hashlib.blake2b(name.encode(), digest_size=16).digest()


def a_row(
    key: str = "key",
    *,
    tenant: str = "tenant",
    partition: str = "partition",
    ttl: int = 3600,
    answer: bytes = b"sealed",
    vector: bytes = b"",
    labels: tuple[str, ...] = (),
) -> Row:
    """A row whose digests are made from names, expiring `ttl` seconds after a ManualClock's start."""
    return Row(
        tenant=digest(tenant),
        key=digest(key),
        partition=digest(partition),
        expires=START + ttl,
        vector=vector,
        answer=answer,
        labels=tuple(digest(label) for label in labels),
    )


def a_vector(*components: float) -> Vector:
    """A unit vector of DIM components, the missing ones 0."""
    vector = np.zeros(DIM, dtype=np.float32)
    vector[: len(components)] = components
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def _caller(secret: bytes) -> Caller:
    return derive(b"p" * 32, secret, "demo", "default", durable=True)


CALLER = _caller(b"one caller's key, long enough")
OTHER = _caller(b"another caller's key, as long")


def a_sealed(
    key: str,
    vector: Vector | None,
    *,
    caller: Caller = CALLER,
    partition: str = "partition",
    ttl: int = 3600,
    labels: tuple[str, ...] = (),
) -> Row:
    """A really sealed row of `caller`."""
    entry = Entry(
        prompt="prompt",
        body=b"body",
        streamed=False,
        content_type="application/json",
        model="model",
        usage=None,
        made=START,
        expires=START + ttl,
    )
    return seal(
        caller,
        digest(key),
        entry,
        partition=digest(partition),
        vector=vector,
        labels=tuple(digest(label) for label in labels),
    )


def a_probe(vector: Vector, *, caller: Caller = CALLER, partition: str = "partition", floor: float = 0.5) -> Probe:
    """A lookup by `caller`."""
    return Probe(
        tenant=caller.tenant, partition=digest(partition), vector=vector, vector_key=caller.vector_key, floor=floor
    )
