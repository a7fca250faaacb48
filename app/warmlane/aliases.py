"""What the headers of other gateways say about caching, for callers who come from there. Pure.

Each is read as its own gateway reads it, as far as that can be said with the controls here; a value that cannot be read
is ignored, as they do. Those that are understood end here (`headers.ALIASES`); all others of theirs pass through.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from warmlane import control_values as values
from warmlane.canonical import Unreadable, read
from warmlane.headers import ALIASES, BIFROST, CLOUDFLARE, HELICONE, PORTKEY
from warmlane.lanes import Mode
from warmlane.model import Json

Said: TypeAlias = Mapping[bytes, str]
"""Values by name, without spaces around them."""

Wishes: TypeAlias = Iterator[tuple[str, object]]
"""Fields of `Controls`."""

_WHOLE = re.compile(r"[0-9]{1,12}")
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|ms|s|m|h))+")
_PART = re.compile(r"([0-9.]+)([a-z]+)")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST: Final = 32
_MODES: Final = {"simple": Mode.EXACT, "direct": Mode.EXACT, "semantic": Mode.SEMANTIC}


class Product(StrEnum):
    """A gateway whose headers are understood."""

    CLOUDFLARE = "cloudflare"
    HELICONE = "helicone"
    PORTKEY = "portkey"
    BIFROST = "bifrost"


def read_aliases(said: Said, *, max_age: int | None) -> dict[str, object]:
    """Fields of `Controls`, from header values by name. `max_age` is what `Cache-Control` says. Never raises."""
    if ALIASES.isdisjoint(said):
        return {}
    wishes: dict[str, object] = {}
    products = []
    for product, names, wishes_of in _PRODUCTS:
        theirs = {name: said[name].strip() for name in names if name in said}
        if theirs:
            products.append(product)
            wishes.update(wishes_of(theirs, max_age))
    return {**wishes, "products": tuple(products)}


def _cloudflare(said: Said, _: int | None) -> Wishes:
    """A key of one's own would there be all that counts, and here is a namespace: it never joins different requests."""
    yield from _living(_whole(said.get(b"cf-aig-cache-ttl", "")))
    if key := said.get(b"cf-aig-cache-key"):
        yield "namespace", key
        yield "wanted", True
    if _is_true(said, b"cf-aig-skip-cache"):
        yield "mode", Mode.OFF


def _helicone(said: Said, max_age: int | None) -> Wishes:
    """What `Cache-Control: max-age` means to Helicone is how long to keep; it stays what it means to everyone too."""
    if _is_true(said, b"helicone-cache-enabled"):
        yield "mode", Mode.EXACT
        yield from _living(max_age)
    elif said.get(b"helicone-cache-enabled", "").lower() == "false":
        yield "mode", Mode.OFF
    if seed := said.get(b"helicone-cache-seed"):
        yield "namespace", seed
    if ignored := said.get(b"helicone-cache-ignore-keys"):
        names = [name for name in values.parts(ignored) if name not in values.ESSENTIAL]
        yield "ignore", tuple(sorted(set(names))[: values.MAX_ITEMS])


def _portkey(said: Said, _: int | None) -> Wishes:
    """Of a config that is written out its `cache`; one that is only named is kept at Portkey."""
    cache = _config(said.get(b"x-portkey-config", "")).get("cache")
    cache = {"mode": cache} if isinstance(cache, str) else cache
    if isinstance(cache, dict) and (mode := _mode(cache.get("mode"))) is not None:
        yield "mode", mode
        age = cache.get("max_age")
        yield from _living(age if isinstance(age, int) and not isinstance(age, bool) and age >= 0 else None)
    if _is_true(said, b"x-portkey-cache-force-refresh"):
        yield "no_cache", True
    if namespace := said.get(b"x-portkey-cache-namespace"):
        yield "namespace", namespace


def _bifrost(said: Said, _: int | None) -> Wishes:
    """Its key is what turns caching on there, and keeps entries apart."""
    ttl = said.get(b"x-bf-cache-ttl", "")
    yield from _living(_whole(ttl) if _whole(ttl) is not None else _duration(ttl))
    if (mode := _mode(said.get(b"x-bf-cache-type"))) is not None:
        yield "mode", mode
    if (threshold := _cosine(said.get(b"x-bf-cache-threshold", ""))) is not None:
        yield "threshold", threshold
    if said.get(b"x-bf-cache-no-store") == "true":
        yield "no_store", True
    if key := said.get(b"x-bf-cache-key"):
        yield "namespace", key
        yield "wanted", True


def _living(seconds: int | None) -> Wishes:
    """How long to keep an answer; for no time is not at all."""
    if seconds == 0:
        yield "no_store", True
    elif seconds is not None:
        yield "ttl", min(values.MAX_TTL, seconds)


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def _duration(text: str) -> int | None:
    """Seconds in `1h30m` and the like, rounded up."""
    if len(text) > _LONGEST or not _DURATION.fullmatch(text):
        return None
    return math.ceil(sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)))


def _cosine(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else max(0.0, min(1.0, number))


def _mode(value: Json) -> Mode | None:
    return _MODES.get(value.lower()) if isinstance(value, str) else None


def _is_true(said: Said, name: bytes) -> bool:
    return said.get(name, "").lower() == "true"


def _config(text: str) -> dict[str, Json]:
    try:
        return read(text.encode("latin-1"))
    except Unreadable:
        return {}


_PRODUCTS: Final[tuple[tuple[Product, frozenset[bytes], Callable[[Said, int | None], Wishes]], ...]] = (
    (Product.CLOUDFLARE, CLOUDFLARE, _cloudflare),
    (Product.HELICONE, HELICONE, _helicone),
    (Product.PORTKEY, PORTKEY, _portkey),
    (Product.BIFROST, BIFROST, _bifrost),
)
"""Where two say the same, the later wins."""
