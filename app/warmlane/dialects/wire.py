"""The JSON of answers: read strictly, written compactly, every number as its sender wrote it.

An answer that changes its mode is re-written, and its 1.0 must not come out as 1, nor its 1e-7 as 0.0000001.
"""

import jiter
import msgspec

from warmlane.canonical import Unreadable
from warmlane.model import Json, JsonObject


def read(text: bytes) -> JsonObject:
    """The object in `text`: integers are int, other numbers keep their spelling. Raises: canonical.Unreadable."""
    try:
        value = jiter.from_json(
            text, allow_inf_nan=False, cache_mode="keys", catch_duplicate_keys=True, float_mode="lossless-float"
        )
    except ValueError:
        msg = "not strict JSON"
        raise Unreadable(msg) from None
    if not isinstance(value, dict):
        msg = "not an object"
        raise Unreadable(msg)
    return value


def write(value: Json) -> bytes:
    """What `read` gave, without spaces, in UTF-8."""
    return _encoder.encode(value)


def _number(value: object) -> msgspec.Raw:
    if isinstance(value, jiter.LosslessFloat):
        return msgspec.Raw(bytes(value))
    msg = f"no JSON value: {type(value).__name__}"
    raise TypeError(msg)


_encoder = msgspec.json.Encoder(enc_hook=_number)
