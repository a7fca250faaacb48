"""What the caller says about caching.

In order of rank: the body (`cache`, then orq's `orq.cache`), native headers, `Cache-Control` (RFC 9111 §5.2.1), and the
headers of other gateways (see `aliases`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from warmlane import control_values as values
from warmlane.aliases import Product, read_aliases
from warmlane.errors import BadRequest
from warmlane.headers import ALIASES
from warmlane.lanes import Mode
from warmlane.model import Headers, Json, JsonObject, Value

BODY_TTL: Final = 1800
"""Seconds an answer lives when the body gives a `type` and nobody gives a `ttl`."""

STRIPPED: Final = frozenset({"cache", "orq"})
"""Members of a body that are ours and no provider knows."""

NATIVE: Final = frozenset({
    b"x-cache-mode", b"x-cache-ttl", b"x-cache-threshold", b"x-cache-max-error-rate", b"x-cache-namespace",
    b"x-cache-tags", b"x-cache-ignore-keys", b"x-cache-debug",
})  # fmt: skip
"""Our own headers."""

_READ: Final = NATIVE | ALIASES | {b"cache-control"}
_DIRECTIVE = re.compile(r'(?:[^,"]++|"[^"]*+"?)++')  # up to a comma that is not quoted
_ANY = 2**31


class Controls(Value, frozen=True, kw_only=True):
    """The caller's wishes; None where nothing was said.

    `ttl`, `max_age`, `max_stale`, `min_fresh` are seconds, `threshold` a cosine,
    `max_error_rate` a share of near answers. `wanted`: caching was asked for in
    words that say nothing of how. `debug`: say what was judged; `explain`: say it instead of answering. `products` are
    the gateways whose headers the caller used.
    """

    mode: Mode | None = None
    ttl: int | None = None
    max_age: int | None = None
    max_stale: int | None = None
    min_fresh: int | None = None
    no_cache: bool = False
    no_store: bool = False
    only_if_cached: bool = False
    threshold: float | None = None
    max_error_rate: float | None = None
    namespace: str = ""
    tags: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    debug: bool = False
    explain: bool = False
    wanted: bool = False
    products: tuple[Product, ...] = ()

    @property
    def opted_in(self) -> bool:
        """Whether the caller asked for caching, so that temperature does not matter."""
        return self.wanted or self.ttl is not None or self.mode not in {None, Mode.OFF}


NOTHING_SAID: Final = Controls()


def read_controls(headers: Headers, body: JsonObject | None = None) -> Controls:
    """The wishes in a request.

    Raises: BadRequest, naming the field in `param`, for one of ours that cannot be read. Directives of `Cache-Control`
    and headers of others that cannot are ignored, as the RFC wants and as their own gateways do.
    """
    said: dict[bytes, str] = {}
    for name, value in headers:
        if name in _READ:
            text = value.decode("latin-1")
            said[name] = f"{said[name]}, {text}" if name in said else text  # RFC 9110 §5.3: several fields are one list
    if body is not None and STRIPPED.isdisjoint(body):
        body = None
    if body is None and not said:
        return NOTHING_SAID
    standard = _standard(said.get(b"cache-control", ""))
    wishes = {**read_aliases(said, max_age=standard.get("max_age")), **standard, **dict(_native(said))}
    if body is not None:
        inside = _body(body)
        wishes.update(inside)
        if "mode" in inside:
            wishes.setdefault("ttl", BODY_TTL)
    return Controls(**wishes)  # type: ignore[arg-type] # each reader gives the field's own type


def _standard(text: str) -> dict[str, int]:
    """Unknown and malformed directives are ignored."""
    pairs = (directive.partition("=") for directive in _DIRECTIVE.findall(text))
    said = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    wishes: dict[str, int] = {}
    for name in ("no-cache", "no-store", "only-if-cached"):
        if name in said:
            wishes[name.replace("-", "_")] = True
    for name in ("max-age", "max-stale", "min-fresh"):
        if re.fullmatch(r"[0-9]+", said.get(name, "")):
            wishes[name.replace("-", "_")] = min(int(said[name][:12]), _ANY)
    if said.get("max-stale") == "":  # RFC 9111 §5.2.1.2: of any age
        wishes["max_stale"] = _ANY
    return wishes


def _native(said: Mapping[bytes, str]) -> Iterator[tuple[str, object]]:
    if (mode := said.get(b"x-cache-mode")) is not None:
        if mode.strip().lower() == "replay":
            yield "only_if_cached", True
        else:
            yield "mode", values.mode(mode.strip().lower(), "X-Cache-Mode")
    if (ttl := said.get(b"x-cache-ttl")) is not None:
        yield "ttl", values.clamped_ttl(ttl, "X-Cache-TTL")
    if (threshold := said.get(b"x-cache-threshold")) is not None:
        yield "threshold", values.written_cosine(threshold, "X-Cache-Threshold")
    if (rate := said.get(b"x-cache-max-error-rate")) is not None:
        yield "max_error_rate", values.written_rate(rate, "X-Cache-Max-Error-Rate")
    if (namespace := said.get(b"x-cache-namespace")) is not None:
        yield "namespace", values.text(namespace.strip(), "X-Cache-Namespace")
    if (tags := said.get(b"x-cache-tags")) is not None:
        yield "tags", values.names(values.parts(tags), "X-Cache-Tags")
    if (ignore := said.get(b"x-cache-ignore-keys")) is not None:
        yield "ignore", values.ignorable(values.parts(ignore), "X-Cache-Ignore-Keys")
    debug = said.get(b"x-cache-debug", "").strip().lower()
    if debug in {"1", "explain"}:
        yield "debug", True
        yield "explain", debug == "explain"


def _body(body: JsonObject) -> dict[str, object]:
    orq = _object(body.get("orq"), "orq")
    theirs = _members(orq.get("cache"), "orq.cache")
    return {**theirs, **_members(body.get("cache"), "cache")}


def _members(cache: Json, param: str) -> dict[str, object]:
    said = _object(cache, param)
    return {field: read(said[name], f"{param}.{name}") for name, field, read in MEMBERS if name in said}


def _object(value: Json, param: str) -> JsonObject:
    if value is None:
        return {}
    if not isinstance(value, dict):
        msg = f"{param} must be an object"
        raise BadRequest(msg, param=param)
    return value


MEMBERS: Final[tuple[tuple[str, str, Callable[[Json, str], object]], ...]] = (
    ("type", "mode", values.mode),
    ("ttl", "ttl", values.ttl),
    ("s-maxage", "max_age", values.seconds),  # as LiteLLM calls it
    ("max_age", "max_age", values.seconds),
    ("no-cache", "no_cache", values.truth),
    ("no-store", "no_store", values.truth),
    ("threshold", "threshold", values.cosine),
    ("max_error_rate", "max_error_rate", values.rate),
    ("namespace", "namespace", values.text),
    ("tags", "tags", values.names),
    ("ignore", "ignore", values.ignorable),
)
"""Member of the body's `cache`, the field it fills, and how it is read. Of two for one field the later wins."""
