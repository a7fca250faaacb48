"""Strict reading of JSON, and one canonical form for what means the same.

Reading is strict where parsers differ: a body with duplicate keys, NaN, a lone surrogate, a byte order mark or 200
levels means different things to different readers, so it is never cached (it is still forwarded, untouched). Nor is one
of so many values that reading it would hold up every other caller.
"""

from typing import Final

import jiter
import msgspec

from warmlane.model import Json, JsonObject

_PLAIN: Final = 64
"""Digits up to which a whole number that was written as a fraction is written out: `1e999999` costs no megabyte."""

_MOST_COMMAS: Final = 250_000
"""A quarter of a second for the worst object; no model takes a prompt in which so many commas stand."""


class Unreadable(ValueError):
    """Not strict JSON, not an object where one has to be, or too much. Its text says nothing of the content."""


class Unfinished(Unreadable):
    """It ends before its value does: more of it could have been strict JSON."""


def read(body: bytes) -> JsonObject:
    """The object in `body`; numbers are int, or `jiter.LosslessFloat` as they were written. Raises: Unreadable."""
    value = _parse(body)
    if not isinstance(value, dict):
        msg = "not an object"
        raise Unreadable(msg)
    return value


def read_array(body: bytes) -> list[Json]:
    """The values of the array in `body`, as strictly. Raises: Unreadable."""
    value = _parse(body)
    if not isinstance(value, list):
        msg = "not an array"
        raise Unreadable(msg)
    return value


def _parse(body: bytes) -> Json:
    if len(body) > _MOST_COMMAS and body.count(b",") > _MOST_COMMAS:
        msg = "too many values"
        raise Unreadable(msg)
    try:
        return jiter.from_json(
            body, allow_inf_nan=False, cache_mode="keys", catch_duplicate_keys=True, float_mode="lossless-float"
        )
    except ValueError as error:
        msg = "not strict JSON"
        kind = Unfinished if str(error).startswith("EOF ") else Unreadable
        raise kind(msg) from None


def canonical(value: Json) -> bytes:
    """The canonical form of a value that `read` gave.

    RFC 8785 (keys sorted, here by code points; no spaces; strings untouched), but for numbers, which are written by
    their exact decimal value instead of being rounded to doubles: `0`, `0.0` and `-0.0` are one, `2**64` and
    `2**64 + 1` are two. Of more than 64 digits, a whole number and its spelling as a fraction stay apart.
    A Python float has no exact spelling: give it nothing but what `read` gave.
    """
    return _encode(value)


def number(value: jiter.LosslessFloat) -> bytes:
    """The exact value in one spelling: digits, or digits and exponent, without zeros at the end."""
    text = str(value).lower()  # as it was written; no Decimal of a million digits is made
    mantissa, _, exponent = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    bare = digits.rstrip("0")
    if not bare:
        return b"0"
    shift = int(exponent or 0) - len(fraction) + len(digits) - len(bare)
    sign = "-" if text.startswith("-") else ""
    if shift >= 0 and len(bare) + shift <= _PLAIN:
        return f"{sign}{bare}{'0' * shift}".encode()
    return f"{sign}{bare}e{shift}".encode()


def _spell(value: object) -> msgspec.Raw:
    if isinstance(value, jiter.LosslessFloat):
        return msgspec.Raw(number(value))
    msg = f"no JSON value: {type(value).__name__}"
    raise TypeError(msg)


_encode: Final = msgspec.json.Encoder(enc_hook=_spell, order="deterministic").encode
