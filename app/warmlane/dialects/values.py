"""JSON values as requests and answers carry them: what a value is, said without raising whatever it is."""

import jiter
from jiter import LosslessFloat

from warmlane.canonical import number
from warmlane.model import Json

_MOST = 1 << 53  # every reader of JSON has integers up to here, and what we write them down with
_LONGEST_NAME = 256  # characters of a model's name that are told; all of it is in the key


def is_number(value: Json) -> bool:
    """Whether `value` is a number; true and false are none."""
    return isinstance(value, int | LosslessFloat) and not isinstance(value, bool)


def is_exactly(value: Json, whole: int) -> bool:
    """Whether `value` is this number, exactly: 1e-999 is not 0, though a float cannot hold it."""
    if type(value) is int:  # and no bool
        return value == whole
    return isinstance(value, LosslessFloat) and number(value) == b"%d" % whole


def count(value: Json) -> int | None:
    """`value`, where something can be that many; None where not."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def model_name(value: Json) -> str:
    """A model's name as it may be told, of 256 characters at most; "" where `value` is no name."""
    return value[:_LONGEST_NAME] if isinstance(value, str) else ""


def is_arguments(value: Json) -> bool:
    """Whether a function can be called with `value`: a string of strict JSON, or an empty one."""
    if not isinstance(value, str):
        return False
    try:
        jiter.from_json(value.encode() or b"{}", allow_inf_nan=False)
    except ValueError:
        return False
    return True
