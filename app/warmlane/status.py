"""What a response says about the cache: `Cache-Status` (RFC 9211) and its companions. Pure."""

from warmlane import headers as fields
from warmlane import ids
from warmlane.aliases import Product
from warmlane.events import Outcome
from warmlane.lanes import Mode
from warmlane.match.vetoes import VetoName
from warmlane.model import Head, Headers
from warmlane.policy import Bypass, Look
from warmlane.trip import Found, Trip

_OK = 200

_HIT = {
    Outcome.EXACT: (b"HIT", b""),
    Outcome.NORMALISED: (b"SEMANTIC_HIT", b"; detail=normalised"),
    Outcome.NEAR: (b"SEMANTIC_HIT", b"; detail=semantic"),
}


_VETOES = frozenset(VetoName)
_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})

_FORWARDED = {"bypass": b"BYPASS", "uri-miss": b"MISS", "partial": b"MISS"}

_THEIRS = {
    Product.CLOUDFLARE: b"cf-aig-cache-status",
    Product.HELICONE: b"helicone-cache",
    Product.PORTKEY: b"x-portkey-cache-status",
}
"""What those gateways call their status. Bifrost says it in no header."""

_PASSING = (
    b"cache-status: warmlane; hit; ttl=%d%b\r\nage: %d\r\n"
    b"x-request-id: %b\r\nrequest-id: %b\r\nserver-timing: lookup;dur=%.2f\r\n"
)
"""The fields of `_passing`, ready for the wire."""


def hit_head(trip: Trip, found: Found, now: float) -> Head:
    """The head of an answer from the cache. `now` is seconds since 1970."""
    timing = server_timing(lookup=trip.lookup_took or trip.first_byte, embed=trip.embed_took)
    stale = found.kept.entry.expires <= now
    passing = _passing(found, trip.call.id.encode(), now, timing)
    debug = _debug(trip, f"tier={found.outcome}") if trip.controls.debug else ()
    return Head(status=_OK, headers=(*lasting(trip, found, stale=stale), *passing, *debug))


def lasting(trip: Trip, found: Found, *, stale: bool = False) -> Headers:
    """The fields of a hit that are the same the next time. `stale`: it has expired, and the caller takes it so."""
    assert trip.dialect is not None
    assert trip.ask is not None
    likeness: Headers = () if trip.similarity is None else ((b"x-cache-similarity", b"%.4f" % trip.similarity),)
    return (
        (b"content-type", trip.dialect.content_type(trip.ask)),
        (b"content-length", b"%d" % len(found.body)),
        (b"x-cache", b"STALE" if stale else _HIT[found.outcome][0]),
        *(() if trip.batch is not None else ((b"x-cache-key", _id_of(trip, found)),)),
        *likeness,
        *_theirs(trip, found),
    )


def _id_of(trip: Trip, found: Found) -> bytes:
    if not found.pair:
        return ids.of_entry(found.key)
    assert trip.caller is not None  # whoever found something has a cache
    return ids.of_hit(trip.caller, found.key, found.pair, found.score)


def lasting_lines(trip: Trip, found: Found) -> bytes:
    """`lasting` as lines for the wire; written once for an exact hit in the mode that was stored, said in our words."""
    kept = found.kept
    usual = found.outcome is Outcome.EXACT and found.body is kept.entry.body and not trip.controls.products
    if not usual:
        return lines(lasting(trip, found))
    if not kept.lines:
        kept.lines = lines(lasting(trip, found))
    return kept.lines


def passing_lines(found: Found, call_id: bytes, now: float, took: float) -> bytes:
    """The other fields of a hit, as lines for the wire. `took` is in seconds."""
    entry, detail = found.kept.entry, _HIT[found.outcome][1]
    return _PASSING % (entry.expires - now, detail, max(0, now - entry.made), call_id, call_id, took * 1000)


def lines(headers: Headers) -> bytes:
    """Header fields as lines for the wire."""
    return b"".join([part for name, value in headers for part in (name, b": ", value, b"\r\n")])


def _passing(found: Found, call_id: bytes, now: float, timing: bytes) -> Headers:
    entry = found.kept.entry
    return (
        (b"cache-status", b"warmlane; hit; ttl=%d%b" % (entry.expires - now, _HIT[found.outcome][1])),
        (b"age", b"%d" % max(0, now - entry.made)),  # a clock may have been set back
        (b"x-request-id", call_id),
        (b"request-id", call_id),
        (b"server-timing", timing),
    )


def miss_head(trip: Trip, head: Head, *, stored: bool) -> Head:
    """The provider's own head with ours added. `stored`: the answer is being kept."""
    headers, theirs = fields.client_headers(head.headers), _theirs(trip)
    if theirs:  # and the provider may be such a gateway itself
        headers = tuple([field for field in headers if field[0] not in dict(theirs)])
    forwarded = _forwarded(trip)
    status = f"warmlane; fwd={forwarded}{'; stored' if stored else ''}{_detail(trip)}"
    own: list[tuple[bytes, bytes]] = [
        (b"cache-status", status.encode()),
        (b"x-cache", _FORWARDED.get(forwarded, b"REFRESH")),
    ]
    if stored and trip.batch is None:
        own.append((b"x-cache-key", ids.of_entry(trip.key)))
    own.extend(theirs)
    if trip.controls.debug:
        own.extend(_near_miss(trip))
    if fields.find(headers, b"x-request-id") is None:
        own.append((b"x-request-id", trip.call.id.encode()))
    timing = server_timing(lookup=trip.lookup_took, embed=trip.embed_took, upstream=trip.upstream_took)
    return Head(status=head.status, headers=(*headers, *own, (b"server-timing", timing)))


def _theirs(trip: Trip, found: Found | None = None) -> Headers:
    """The status as the gateways say it whose headers the caller used."""
    names = [(product, _THEIRS[product]) for product in trip.controls.products if product in _THEIRS]
    plain = b"MISS" if found is None else b"HIT"
    return tuple([(name, _of_portkey(trip, found) if by is Product.PORTKEY else plain) for by, name in names])


def _of_portkey(trip: Trip, found: Found | None) -> bytes:
    if found is not None:
        return b"HIT" if found.outcome is Outcome.EXACT else b"SEMANTIC HIT"
    if not isinstance(trip.plan, Look):
        return b"DISABLED"
    if not trip.plan.read:
        return b"REFRESH"
    return b"SEMANTIC MISS" if trip.controls.mode is Mode.SEMANTIC else b"MISS"


def of_length(head: Head, length: int | None) -> Head:
    """A provider's head, for a body of ours of so many bytes, or (None) of a length that nobody knows yet."""
    kept = tuple(field for field in head.headers if field[0] not in _LENGTHS)
    return Head(status=head.status, headers=kept if length is None else (*kept, (b"content-length", b"%d" % length)))


def _forwarded(trip: Trip) -> str:
    """Why the call went to the provider, in the words of RFC 9211 §2.2."""
    if not isinstance(trip.plan, Look):
        return "bypass"
    if not trip.plan.read:
        return "request"
    if trip.batch is not None and trip.batch.known:
        return "partial"
    return "stale" if trip.must_prove else "uri-miss"


def _detail(trip: Trip) -> str:
    if isinstance(trip.plan, Bypass):
        return f"; detail={trip.plan.why}"
    if trip.failed is not None:
        return f"; detail={trip.failed}_failed"
    if trip.batch is not None and trip.batch.known:
        return f'; detail="{trip.batch.share}"'  # of what was asked for, how much was known
    return ""


def _near_miss(trip: Trip) -> Headers:
    """The best near miss, and what refused it, for a caller who asked with `X-Cache-Debug: 1`."""
    best: Headers = () if trip.similarity is None else ((b"x-cache-similarity", b"%.4f" % trip.similarity),)
    gate = gate_of(trip.gate) or trip.not_near
    return (*best, *_debug(trip, f"gate={gate}")) if gate else best


def _debug(trip: Trip, first: str) -> Headers:
    """Numbers and names of classes only: what was compared is told in an explanation."""
    said = [first]
    if trip.score is not None:
        said.append(f"score={trip.score:.4f}")
        said.append(f"needed={trip.needed or 0:.4f}")
        if (known := trip.estimate) is not None:
            said.append(f"wrong={known.wrong:.4f}; wrong-low={known.low:.4f}; wrong-high={known.high:.4f}")
            said.append(f"labels={known.labels}")
    return ((b"x-cache-debug", "; ".join(said).encode()),)


def gate_of(refused: str | None) -> str | None:
    """What refused a candidate, as callers are told: a veto by its class, such as `veto:number`."""
    return f"veto:{refused}" if refused in _VETOES else refused


def server_timing(*, lookup: float | None = None, embed: float | None = None, upstream: float | None = None) -> bytes:
    """`Server-Timing` (W3C) in milliseconds, from seconds; stages that did not run are left out."""
    took = []
    if lookup is not None:
        took.append(b"lookup;dur=%.2f" % (lookup * 1000))
    if embed is not None:
        took.append(b"embed;dur=%.2f" % (embed * 1000))
    if upstream is not None:
        took.append(b"upstream;dur=%.2f" % (upstream * 1000))
    return b", ".join(took)
