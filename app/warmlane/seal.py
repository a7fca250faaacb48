"""Sealed lanes: what is kept can be opened only with the caller's own key and this gateway's pepper.

    okm       HKDF-SHA256(salt=pepper, ikm=secret, info="warmlane/v1/" + provider + "/" + lane)
              -> tenant 16 (a pseudonym) | index key 32 | entry key 32 | vector key 32
    one key   BLAKE2b-256(key=entry or vector key, row key | nonce): no nonce is ever used twice under one key
    answer    AES-256-GCM(entry, deflated if long, Padmé-padded)     aad = "v1" | tenant | row key | expires
    vector    AES-256-GCM(float16 vector)                            the same aad

A row moved to another tenant, key or expiry does not open. Secrets are never kept: a caller is cached under a keyed
digest.
"""

import hmac
import math
import os
import zlib
from collections import Counter, OrderedDict
from hashlib import blake2b

import msgspec
import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from warmlane.model import Caller, Entry, Row, Vector

VERSION = b"v1"
NONCE = 12
EXPIRY_STEP = 300
"""Seconds to which an expiry in clear is rounded up, so that it does not tell when a row was made."""

_LENGTH = 4  # bytes that say how much of the padded text is text
_DEFLATED = 1 << 31
_WORTH = 2048
_WINDOW = -12  # 2**12 bytes, without zlib's header
_MIN_SECRET = 20
_MIN_BITS = 64.0

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


class Tampered(ValueError):
    """The bytes do not open: another key, another row, or changed on the disk."""


def derive(pepper: bytes, secret: bytes, provider: str, lane: str, *, durable: bool | None = None) -> Caller:
    """Who sends `secret`: the same secret at another provider or lane is another tenant.

    `durable` None: decided by whether the secret could be guessed.
    """
    info = b"/".join((b"warmlane/v1", provider.encode(), lane.encode()))
    okm = HKDF(algorithm=SHA256(), length=112, salt=pepper, info=info).derive(secret)
    return Caller(
        tenant=okm[:16],
        index_key=okm[16:48],
        entry_key=okm[48:80],
        vector_key=okm[80:112],
        durable=not is_guessable(secret) if durable is None else durable,
    )


def is_guessable(secret: bytes) -> bool:
    """Whether someone with the disk and the pepper could find `secret` by trying.

    Short, or of few different characters.
    """
    if len(secret) < _MIN_SECRET:
        return True
    counts = Counter(secret).values()
    bits = -sum(n * math.log2(n / len(secret)) for n in counts)
    return bits < _MIN_BITS


class Callers:
    """`derive`, remembered for the callers seen lately, without their secrets."""

    def __init__(self, pepper: bytes, limit: int = 1000) -> None:
        """Remember at most `limit` callers."""
        self._pepper, self._limit = pepper, limit
        self._known: OrderedDict[bytes, Caller] = OrderedDict()

    def derive(self, secret: bytes, provider: str, lane: str) -> Caller:
        """The same as `derive` with this gateway's pepper."""
        digest = blake2b(b"\0".join((provider.encode(), lane.encode(), secret)), key=self._pepper[:64], digest_size=16)
        name = digest.digest()
        known = self._known.get(name)
        if known is not None:
            self._known.move_to_end(name)
            return known
        caller = derive(self._pepper, secret, provider, lane)
        self._known[name] = caller
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
        return caller


def label(pepper: bytes, kind: str, value: str) -> bytes:
    """What an operator can invalidate by, unreadable to whoever has the disk but not the pepper."""
    key = hmac.digest(pepper, b"labels", "sha256")
    return blake2b(f"{kind}|{value}".encode(), key=key, digest_size=16).digest()


class Labels:
    """`label`, remembered for the values seen lately: most answers bear the same few."""

    def __init__(self, pepper: bytes, limit: int = 1000) -> None:
        """Remember at most `limit` values."""
        self._pepper, self._limit = pepper, limit
        self._known: dict[tuple[str, str], bytes] = {}

    def label(self, kind: str, value: str) -> bytes:
        """The same as `label` with this gateway's pepper."""
        known = self._known.get((kind, value))
        if known is None:
            if len(self._known) >= self._limit:
                self._known.clear()
            known = self._known[kind, value] = label(self._pepper, kind, value)
        return known


def seal(
    caller: Caller,
    key: bytes,
    entry: Entry,
    *,
    partition: bytes = b"",
    vector: Vector | None = None,
    labels: tuple[bytes, ...] = (),
) -> Row:
    """The row that keeps `entry` under `key`; with a vector it can be found in `partition` by meaning."""
    expires = math.ceil(entry.expires / EXPIRY_STEP) * EXPIRY_STEP
    aad = _aad(caller.tenant, key, expires)
    packed = _encoder.encode(entry)
    return Row(
        tenant=caller.tenant,
        key=key,
        partition=partition,
        expires=expires,
        vector=b"" if vector is None else _close(caller.vector_key, key, vector.astype("<f2").tobytes(), aad),
        answer=_close(caller.entry_key, key, _pack(packed), aad),
        labels=labels,
    )


def open_entry(caller: Caller, row: Row) -> Entry:
    """The entry in `row`. Raises: Tampered."""
    padded = _open(caller.entry_key, row.key, row.answer, _aad(row.tenant, row.key, row.expires))
    try:
        return _decoder.decode(_unpack(padded))
    except (zlib.error, msgspec.DecodeError):
        msg = "the entry was written by another version"
        raise Tampered(msg) from None


def open_vector(vector_key: bytes, row: Row) -> Vector:
    """The unit vector in `row`, shape (dim,), float32. Raises: Tampered."""
    plain = _open(vector_key, row.key, row.vector, _aad(row.tenant, row.key, row.expires))
    return np.frombuffer(plain, dtype="<f2").astype(np.float32)


def padded_length(size: int) -> int:
    """Padmé (Nikitin et al., PETS 2019, §4.1).

    At most 12 % more, and only O(log log size) bits of the size are told.
    """
    if size < 2:  # noqa: PLR2004 - log2 of less has no meaning here
        return size
    exponent = size.bit_length() - 1
    kept = exponent.bit_length()
    mask = (1 << (exponent - kept)) - 1
    return (size + mask) & ~mask


def _pack(plain: bytes) -> bytes:
    """What is sealed: four bytes that say how long it is and whether it is deflated, itself, and padding.

    Deflated (raw, level 1) from `_WORTH` bytes on: below, a database page holds as many rows as makes no difference.
    With tables of 24 KB: the usual 268 KB are taken from the system anew for each answer.
    """
    flag = 0
    if len(plain) >= _WORTH:
        deflate = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, 4)
        plain, flag = deflate.compress(plain) + deflate.flush(), _DEFLATED
    framed = (len(plain) | flag).to_bytes(_LENGTH, "big") + plain
    return framed.ljust(padded_length(len(framed)), b"\0")


def _unpack(padded: bytes) -> bytes:
    """What `_pack` packed. Raises: zlib.error."""
    said = int.from_bytes(padded[:_LENGTH], "big")
    plain = padded[_LENGTH : _LENGTH + (said & ~_DEFLATED)]
    return zlib.decompress(plain, _WINDOW) if said & _DEFLATED else plain


def _aad(tenant: bytes, key: bytes, expires: int) -> bytes:
    return b"".join((VERSION, tenant, key, expires.to_bytes(8, "big")))


def _one_key(secret: bytes, key: bytes, nonce: bytes) -> bytes:
    """The key of one sealing. BLAKE2b keyed is a PRF (RFC 7693 §2.9), at less than half of HMAC-SHA256's cost here."""
    return blake2b(key + nonce, key=secret, digest_size=32).digest()


def _close(secret: bytes, key: bytes, plain: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_one_key(secret, key, nonce)).encrypt(nonce, plain, aad)


def _open(secret: bytes, key: bytes, sealed: bytes, aad: bytes) -> bytes:
    nonce = sealed[:NONCE]
    try:
        return AESGCM(_one_key(secret, key, nonce)).decrypt(nonce, sealed[NONCE:], aad)
    except (InvalidTag, ValueError):
        msg = "sealed bytes do not open"
        raise Tampered(msg) from None
