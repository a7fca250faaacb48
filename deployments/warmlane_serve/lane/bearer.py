"""What stages of one cluster show each other: derived from the gateway's secret, so that nobody hands it round."""

import hashlib
from typing import Final

_BEARER: Final = b"warmlane/stage-bearer/v1"
_FINGERPRINT: Final = b"warmlane/secret-fingerprint/v1"


def bearer(pepper: bytes) -> str:
    """The token that a stage asks of whoever calls it, 64 hex digits; `pepper` is at most 64 bytes."""
    return _derived(pepper, _BEARER)


def fingerprint(pepper: bytes) -> str:
    """What tells whether two processes have the same secret, 64 hex digits; it opens nothing and may be shown."""
    return _derived(pepper, _FINGERPRINT)


def _derived(pepper: bytes, label: bytes) -> str:
    return hashlib.blake2b(label, key=pepper, digest_size=32).hexdigest()
