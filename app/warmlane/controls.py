"""What the caller says about caching.

Body `cache`, native headers, `Cache-Control` (RFC 9111 §5.2.1), in that order of rank.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from jiter import LosslessFloat

from warmlane.errors import BadRequest
from warmlane.lanes import Mode
from warmlane.model import Headers, Json, Value

MAX_TTL: Final = 259_200
BODY_TTL: Final = 1800
"""Seconds an answer lives when the body gives a `type` and nobody gives a `ttl`."""

STRIPPED: Final = frozenset({"cache", "orq"})
"""Members of a body that are ours and no provider knows."""

ESSENTIAL: Final = frozenset({"model", "messages", "input", "prompt", "tools", "functions", "response_format"})
"""Fields that cannot be ignored: without them a hit would answer another question."""

_MAX_TEXT = 256
_MAX_ITEMS = 32
_DIRECTIVE = re.compile(r'(?:[^,"]++|"[^"]*+"?)++')  # up to a comma that is not quoted


class Controls(Value, frozen=True, kw_only=True):
    """The caller's wishes; None where nothing was said.

    `ttl`, `max_age`, `min_fresh` are seconds, `threshold` a cosine.
    """

    mode: Mode | None = None
    ttl: int | None = None
    max_age: int | None = None
    min_fresh: int | None = None
    no_cache: bool = False
    no_store: bool = False
    only_if_cached: bool = False
    threshold: float | None = None
    namespace: str = ""
    tags: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    debug: bool = False

    @property
    def opted_in(self) -> bool:
        """Whether the caller asked for caching, so that temperature does not matter."""
        return self.ttl is not None or self.mode not in {None, Mode.OFF}


NOTHING_SAID: Final = Controls()


def read_controls(headers: Headers, cache: Json = None) -> Controls:
    """The wishes in a request; `cache` is the body's member of that name.

    Raises: BadRequest, naming the field in `param`.
    """
    said: dict[bytes, str] = {}
    for name, value in headers:
        if name == b"cache-control" or name[:8] == b"x-cache-":
            text = value.decode("latin-1")
            said[name] = f"{said[name]}, {text}" if name in said else text  # RFC 9110 §5.3: several fields are one list
    if cache is None and not said:
        return NOTHING_SAID
    wishes: dict[str, object] = {}
    wishes.update(_standard(said.get(b"cache-control", "")))
    wishes.update(_native(said))
    wishes.update(body := _body(cache))
    if "mode" in body:
        wishes.setdefault("ttl", BODY_TTL)
    return Controls(**wishes)  # type: ignore[arg-type] # each reader gives the field's own type


def _standard(text: str) -> dict[str, object]:
    """Unknown and malformed directives are ignored, as the RFC wants."""
    pairs = (directive.partition("=") for directive in _DIRECTIVE.findall(text))
    said = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    wishes: dict[str, object] = {}
    for name in ("no-cache", "no-store", "only-if-cached"):
        if name in said:
            wishes[name.replace("-", "_")] = True
    for name in ("max-age", "min-fresh"):
        if re.fullmatch(r"[0-9]+", said.get(name, "")):
            wishes[name.replace("-", "_")] = min(int(said[name][:12]), 2**31)
    return wishes


def _native(said: Mapping[bytes, str]) -> dict[str, object]:
    wishes: dict[str, object] = {}
    if (mode := said.get(b"x-cache-mode")) is not None:
        if mode.strip().lower() == "replay":
            wishes["only_if_cached"] = True
        else:
            wishes["mode"] = _mode(mode.strip().lower(), "X-Cache-Mode")
    if (ttl := said.get(b"x-cache-ttl")) is not None:
        wishes["ttl"] = max(1, min(MAX_TTL, _integer(ttl, "X-Cache-TTL")))
    if (threshold := said.get(b"x-cache-threshold")) is not None:
        wishes["threshold"] = _cosine(_float(threshold, "X-Cache-Threshold"), "X-Cache-Threshold")
    if (namespace := said.get(b"x-cache-namespace")) is not None:
        wishes["namespace"] = _text(namespace.strip(), "X-Cache-Namespace")
    for header, field, read in ((b"x-cache-tags", "tags", _names), (b"x-cache-ignore-keys", "ignore", _ignorable)):
        if (listed := said.get(header)) is not None:
            names = [name.strip() for name in listed.split(",") if name.strip()]
            wishes[field] = read(names, header.decode().title())
    if said.get(b"x-cache-debug", "0").strip() == "1":
        wishes["debug"] = True
    return wishes


def _body(cache: Json) -> dict[str, object]:
    if cache is None:
        return {}
    if not isinstance(cache, dict):
        msg = "cache must be an object"
        raise BadRequest(msg, param="cache")
    return {field: read(cache[name], f"cache.{name}") for name, field, read in _MEMBERS if name in cache}


def _mode(value: Json, param: str) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        msg = f"{param} must be one of {', '.join(Mode)}"
        raise BadRequest(msg, param=param) from None


def _seconds(value: Json, param: str, low: int = 0, high: int = 2**31) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        msg = f"{param} must be a whole number of seconds from {low} to {high}"
        raise BadRequest(msg, param=param)
    return value


def _ttl(value: Json, param: str) -> int:
    return _seconds(value, param, 1, MAX_TTL)


def _integer(text: str, param: str) -> int:
    if not re.fullmatch(r"\s*-?\d{1,12}\s*", text):
        msg = f"{param} must be a whole number of seconds"
        raise BadRequest(msg, param=param)
    return int(text)


def _float(text: str, param: str) -> float:
    try:
        return float(text)
    except ValueError:
        msg = f"{param} must be a number from 0 to 1"
        raise BadRequest(msg, param=param) from None


def _cosine(value: Json, param: str) -> float:
    number = isinstance(value, (int, float, LosslessFloat)) and not isinstance(value, bool)
    cosine = _as_float(value) if number else math.nan
    if not 0 <= cosine <= 1:  # which no NaN is
        msg = f"{param} must be a number from 0 to 1"
        raise BadRequest(msg, param=param)
    return cosine


def _as_float(value: Json) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of 400 digits
        return math.inf


def _truth(value: Json, param: str) -> bool:
    if not isinstance(value, bool):
        msg = f"{param} must be true or false"
        raise BadRequest(msg, param=param)
    return value


def _text(value: Json, param: str) -> str:
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        msg = f"{param} must be a string of at most {_MAX_TEXT} characters"
        raise BadRequest(msg, param=param)
    return value


def _names(value: Json, param: str) -> tuple[str, ...]:
    texts = isinstance(value, list) and all(isinstance(item, str) and len(item) <= _MAX_TEXT for item in value)
    if not texts or len(value) > _MAX_ITEMS:
        msg = f"{param} must be a list of at most {_MAX_ITEMS} strings of at most {_MAX_TEXT} characters"
        raise BadRequest(msg, param=param)
    return tuple(sorted(set(value)))


def _ignorable(value: Json, param: str) -> tuple[str, ...]:
    names = _names(value, param)
    if needed := ESSENTIAL.intersection(names):
        msg = f"{param} must not name what the answer depends on: {', '.join(sorted(needed))}"
        raise BadRequest(msg, param=param)
    return names


_MEMBERS: Final[tuple[tuple[str, str, Callable[[Json, str], object]], ...]] = (
    ("type", "mode", _mode),
    ("ttl", "ttl", _ttl),
    ("max_age", "max_age", _seconds),
    ("no-cache", "no_cache", _truth),
    ("no-store", "no_store", _truth),
    ("threshold", "threshold", _cosine),
    ("namespace", "namespace", _text),
    ("tags", "tags", _names),
    ("ignore", "ignore", _ignorable),
)
"""Member of the body's `cache`, the field it fills, and how it is read."""
