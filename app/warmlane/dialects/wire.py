"""The JSON of answers, which `canonical.read` reads: written compactly, every number as its sender wrote it.

An answer that changes its mode is re-written, and its 1.0 must not come out as 1, nor its 1e-7 as 0.0000001.
"""

import jiter
import msgspec

from warmlane.model import Json


def write(value: Json) -> bytes:
    """What `read` gave, without spaces, in UTF-8."""
    return _encoder.encode(value)


def _number(value: object) -> msgspec.Raw:
    if isinstance(value, jiter.LosslessFloat):
        return msgspec.Raw(bytes(value))
    msg = f"no JSON value: {type(value).__name__}"
    raise TypeError(msg)


_encoder = msgspec.json.Encoder(enc_hook=_number)
