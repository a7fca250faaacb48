"""Reading one value of a control that is ours: of a member of the body, or of an `X-Cache-*` header.

Each takes the value and its name. What it cannot read it refuses by that name, and says nothing of the value. Pure.
"""

import math
import re
from typing import Final

from jiter import LosslessFloat

from warmlane.errors import BadRequest
from warmlane.lanes import Mode
from warmlane.model import Json

MAX_RATE: Final = 0.2
MAX_TTL: Final = 259_200

ESSENTIAL: Final = frozenset({
    "model", "tools", "functions",
    "messages", "input", "prompt", "suffix", "contents", "content", "requests",
    "system", "instructions", "systemInstruction", "system_instruction",
    "response_format", "text", "output_format", "output_config", "generationConfig", "generation_config",
})  # fmt: skip
"""Fields that cannot be ignored: without them a hit would answer another question, or in another form."""

MAX_TEXT: Final = 256
MAX_ITEMS: Final = 32


def mode(value: Json, param: str) -> Mode:
    """How an answer may be found. Raises: BadRequest."""
    try:
        return Mode(value)
    except ValueError:
        msg = f"{param} must be one of {', '.join(Mode)}"
        raise BadRequest(msg, param=param) from None


def ttl(value: Json, param: str) -> int:
    """Seconds to live, within their bounds. Raises: BadRequest."""
    return seconds(value, param, 1, MAX_TTL)


def seconds(value: Json, param: str, low: int = 0, high: int = 2**31) -> int:
    """Whole seconds. Raises: BadRequest."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        msg = f"{param} must be a whole number of seconds from {low} to {high}"
        raise BadRequest(msg, param=param)
    return value


def clamped_ttl(text: str, param: str) -> int:
    """Seconds to live, brought within their bounds. Raises: BadRequest."""
    if not re.fullmatch(r"\s*-?\d{1,12}\s*", text):
        msg = f"{param} must be a whole number of seconds"
        raise BadRequest(msg, param=param)
    return max(1, min(MAX_TTL, int(text)))


def cosine(value: Json, param: str) -> float:
    """From 0 to 1. Raises: BadRequest."""
    return _share(value, param, 1.0)


def written_cosine(text: str, param: str) -> float:
    """The same, from text. Raises: BadRequest."""
    return _written(text, param, 1.0)


def rate(value: Json, param: str) -> float:
    """A share of wrong answers, from 0 to 0.2. Raises: BadRequest."""
    return _share(value, param, MAX_RATE)


def written_rate(text: str, param: str) -> float:
    """The same, from text. Raises: BadRequest."""
    return _written(text, param, MAX_RATE)


def truth(value: Json, param: str) -> bool:
    """Yes or no. Raises: BadRequest."""
    if not isinstance(value, bool):
        msg = f"{param} must be true or false"
        raise BadRequest(msg, param=param)
    return value


def text(value: Json, param: str) -> str:
    """A short text. Raises: BadRequest."""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        msg = f"{param} must be a string of at most {MAX_TEXT} characters"
        raise BadRequest(msg, param=param)
    return value


def names(value: Json, param: str) -> tuple[str, ...]:
    """A few short texts, each once, in order. Raises: BadRequest."""
    texts = isinstance(value, list) and all(isinstance(item, str) and len(item) <= MAX_TEXT for item in value)
    if not texts or len(value) > MAX_ITEMS:
        msg = f"{param} must be a list of at most {MAX_ITEMS} strings of at most {MAX_TEXT} characters"
        raise BadRequest(msg, param=param)
    return tuple(sorted(set(value)))


def ignorable(value: Json, param: str) -> tuple[str, ...]:
    """Names of fields that can be ignored. Raises: BadRequest."""
    found = names(value, param)
    if needed := ESSENTIAL.intersection(found):
        msg = f"{param} must not name what the answer depends on: {', '.join(sorted(needed))}"
        raise BadRequest(msg, param=param)
    return found


def parts(text: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _as_float(value: Json) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of 400 digits
        return math.inf


def _share(value: Json, param: str, most: float) -> float:
    number = isinstance(value, (int, float, LosslessFloat)) and not isinstance(value, bool)
    found = _as_float(value) if number else math.nan
    if not 0 <= found <= most:  # which no NaN is
        raise _no_share(param, most)
    return found


def _written(text: str, param: str, most: float) -> float:
    try:
        return _share(float(text), param, most)
    except ValueError:
        raise _no_share(param, most) from None


def _no_share(param: str, most: float) -> BadRequest:
    return BadRequest(f"{param} must be a number from 0 to {most:g}", param=param)
