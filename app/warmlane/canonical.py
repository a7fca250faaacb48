"""Strict reading of JSON, and one canonical form for what means the same.

Reading is strict where parsers differ: a body with duplicate keys, NaN, a lone surrogate, a byte order mark or 200
levels means different things to different readers, so it is never cached (it is still forwarded, untouched).
"""

from collections.abc import Callable
from decimal import Decimal
from json.encoder import encode_basestring

import jiter

from warmlane.model import Json, JsonObject

_WORDS = {True: "true", False: "false", None: "null"}


class Unreadable(ValueError):
    """Not strict JSON, or not an object. Its text says nothing of the content."""


def read(body: bytes) -> JsonObject:
    """The object in `body`, with numbers as int or Decimal, exactly as written. Raises: Unreadable."""
    try:
        value = jiter.from_json(
            body, allow_inf_nan=False, cache_mode="keys", catch_duplicate_keys=True, float_mode="decimal"
        )
    except ValueError:
        msg = "not strict JSON"
        raise Unreadable(msg) from None
    if not isinstance(value, dict):
        msg = "not an object"
        raise Unreadable(msg)
    return value


def canonical(value: Json) -> bytes:
    """The canonical form of a value that `read` gave.

    RFC 8785 (keys sorted by UTF-16 code units, no spaces, strings untouched), but for numbers, which are written by
    their exact decimal value instead of being rounded to doubles: `0`, `0.0` and `-0.0` are one, `2**64` and
    `2**64 + 1` are two. Raises: TypeError for what `read` never gives.
    """
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts).encode()


def _write(value: Json, put: Callable[[str], None]) -> None:
    kind = type(value)  # exactly these come out of `read`; a subclass is refused below
    if kind is str:
        put(encode_basestring(value))
    elif kind is dict:
        mark = "{"
        for key in _sorted(value):
            item = value[key]
            if type(item) is str:  # most are: spares a call
                put(f"{mark}{encode_basestring(key)}:{encode_basestring(item)}")
            else:
                put(f"{mark}{encode_basestring(key)}:")
                _write(item, put)
            mark = ","
        put("}" if mark == "," else "{}")
    elif kind is list:
        mark = "["
        for item in value:
            put(mark)
            _write(item, put)
            mark = ","
        put("]" if mark == "," else "[]")
    elif kind is int or kind is Decimal:
        put(_number(Decimal(value)))
    elif kind is bool or value is None:
        put(_WORDS[value])
    else:
        msg = f"no JSON value: {kind.__name__}"
        raise TypeError(msg)


def _sorted(value: JsonObject) -> list[str]:
    if all(map(str.isascii, value)):
        return sorted(value)  # the same order, and the usual case
    return sorted(value, key=lambda key: key.encode("utf-16-be"))


def _number(value: Decimal) -> str:
    """Digits and exponent, without trailing zeros: no padding, so that 1e999999 costs no megabyte."""
    text = str(value)  # not as_tuple: a million digits are a million objects there
    mantissa, _, exponent = text.lstrip("-").partition("E")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    bare = digits.rstrip("0")
    if not bare:
        return "0"
    shift = int(exponent or 0) - len(fraction) + len(digits) - len(bare)
    return f"{'-' if text[0] == '-' else ''}{bare}{f'e{shift}' if shift else ''}"
