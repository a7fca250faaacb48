"""What a response says about the cache."""

from typing import Any

import msgspec
import pytest

from samples import NOW, a_body, a_call, a_caller, a_find, a_look, a_trip, an_entry
from warmlane.aliases import Product
from warmlane.controls import Controls
from warmlane.events import NoCache, NotNear, Outcome, Stage
from warmlane.ids import of_entry, read
from warmlane.lanes import Mode
from warmlane.match.bound import Estimate
from warmlane.model import Head, Headers
from warmlane.policy import Bypass
from warmlane.status import (
    hit_head,
    lasting,
    lasting_lines,
    lines,
    miss_head,
    of_length,
    passing_lines,
    server_timing,
)
from warmlane.trip import Found, Trip

DEBUG = Controls(debug=True)


def of_hit(trip: Trip | None = None, found: Found | None = None, now: float = NOW + 60) -> dict[str, str]:
    """The fields of a hit's head."""
    return fields(hit_head(trip or a_trip(), found or a_find(), now))


def of_miss(trip: Trip | None = None, headers: Headers = (), *, stored: bool = False) -> dict[str, str]:
    """The fields of a miss's head."""
    return fields(miss_head(trip or a_trip(), Head(status=200, headers=headers), stored=stored))


def fields(head: Head) -> dict[str, str]:
    """Header fields by name, each of which came once."""
    names = [name for name, _ in head.headers]
    assert len(names) == len(set(names))
    return {name.decode(): value.decode() for name, value in head.headers}


def test_a_hit_says_whose_it_is_and_how_long_it_lives() -> None:
    """Status 200, its own request ids, the stored content type and length, and nothing else of the provider's."""
    head = hit_head(a_trip(first_byte=0.001), a_find(), NOW + 60)

    assert head.status == 200
    assert fields(head) == {
        "content-type": "application/json",
        "content-length": str(len(a_find().body)),
        "cache-status": "warmlane; hit; ttl=3540",
        "x-cache": "HIT",
        "x-cache-key": "k_" + "6b" * 16,
        "age": "60",
        "x-request-id": "wl_1",
        "request-id": "wl_1",
        "server-timing": "lookup;dur=1.00",
    }


@pytest.mark.parametrize("score", [None, 0.9])
def test_a_hit_that_another_text_led_to_says_of_which_pair_it_is(score: float | None) -> None:
    """So that feedback needs nothing but the id: whichever ingress gets it, after whichever restart."""
    found = msgspec.structs.replace(a_find(), pair=b"p" * 12, score=score)
    hit = read(of_hit(found=found)["x-cache-key"])

    assert hit is not None
    assert (hit.entry, hit.pair, hit.score) == (b"k" * 16, b"p" * 12, score)
    assert hit.is_of(a_caller())


def test_a_hit_comes_as_the_caller_asked_for_it() -> None:
    """The content type is that of the mode, whatever the mode the answer was stored in."""
    streamed = a_trip(a_call(a_body(stream=True)))

    assert of_hit(streamed)["content-type"] == "text/event-stream; charset=utf-8"
    assert of_hit(found=a_find(an_entry(streamed=True)))["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.NORMALISED, "warmlane; hit; ttl=3540; detail=normalised"),
     (Outcome.NEAR, "warmlane; hit; ttl=3540; detail=semantic")],
)  # fmt: skip
def test_a_hit_by_meaning_is_labelled(outcome: Outcome, status: str) -> None:
    """SEMANTIC_HIT, and how it was found, with the likeness to four decimals."""
    said = of_hit(a_trip(similarity=0.91239), a_find(outcome=outcome))

    assert (said["cache-status"], said["x-cache"], said["x-cache-similarity"]) == (status, "SEMANTIC_HIT", "0.9124")
    assert "x-cache-similarity" not in of_hit()


def test_an_age_is_never_negative() -> None:
    """RFC 9111 §5.1: it is a count of seconds, also where a clock was set back."""
    assert of_hit(now=NOW - 5)["age"] == "0"


def test_a_miss_passes_the_providers_head_on() -> None:
    """Its status and fields, less hop-by-hop ones and names that we set, with ours added."""
    sent: Headers = (
        (b"content-type", b"application/json"),
        (b"x-ratelimit-remaining-requests", b"9"),
        (b"set-cookie", b"a=b"),
        (b"connection", b"keep-alive"),
        (b"x-cache", b"HIT from somebody else"),
        (b"x-request-id", b"req_1"),
    )
    head = miss_head(a_trip(lookup_took=0.002, upstream_took=0.5), Head(status=201, headers=sent), stored=False)

    assert head.status == 201
    assert fields(head) == {
        "content-type": "application/json",
        "x-ratelimit-remaining-requests": "9",
        "set-cookie": "a=b",
        "x-request-id": "req_1",
        "cache-status": "warmlane; fwd=uri-miss",
        "x-cache": "MISS",
        "server-timing": "lookup;dur=2.00, upstream;dur=500.00",
    }


def test_a_miss_that_is_kept_says_under_which_name() -> None:
    """For delete and feedback."""
    trip = a_trip()
    said = of_miss(trip, stored=True)

    assert said["cache-status"] == "warmlane; fwd=uri-miss; stored"
    assert said["x-cache-key"] == of_entry(trip.key).decode()


def test_an_answer_without_a_request_id_gets_ours() -> None:
    """Every response has one."""
    assert of_miss()["x-request-id"] == "wl_1"


@pytest.mark.parametrize(
    ("given", "status", "name"),
    [
        ({"plan": Bypass(why=NoCache.TEMPERATURE)}, "warmlane; fwd=bypass; detail=temperature", "BYPASS"),
        ({"plan": a_look(read=False)}, "warmlane; fwd=request", "REFRESH"),
        ({"must_prove": True}, "warmlane; fwd=stale", "REFRESH"),
        ({"failed": Stage.LOOKUP}, "warmlane; fwd=uri-miss; detail=lookup_failed", "MISS"),
        ({"failed": Stage.EMBED}, "warmlane; fwd=uri-miss; detail=embed_failed", "MISS"),
    ],
)
def test_why_the_provider_was_asked(given: dict[str, Any], status: str, name: str) -> None:
    """In the words of RFC 9211 §2.2."""
    said = of_miss(a_trip(**given))

    assert (said["cache-status"], said["x-cache"]) == (status, name)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"controls": DEBUG}, {}),
        ({"controls": DEBUG, "similarity": 0.7}, {"x-cache-similarity": "0.7000"}),
        (
            {"controls": DEBUG, "similarity": 0.7, "gate": "threshold"},
            {"x-cache-similarity": "0.7000", "x-cache-debug": "gate=threshold"},
        ),
        (
            {"controls": DEBUG, "similarity": 0.9, "gate": "number", "score": 0.91234, "needed": 0.8},
            {"x-cache-similarity": "0.9000", "x-cache-debug": "gate=veto:number; score=0.9123; needed=0.8000"},
        ),
        ({"controls": DEBUG, "not_near": NotNear.TIME}, {"x-cache-debug": "gate=time"}),
        ({"similarity": 0.7, "gate": "threshold", "not_near": NotNear.TIME}, {}),
    ],
)
def test_who_wants_to_know_is_told_what_refused_the_nearest(given: dict[str, Any], said: dict[str, str]) -> None:
    """Only with X-Cache-Debug: 1."""
    shown = of_miss(a_trip(**given))

    assert {name: value for name, value in shown.items() if name in {"x-cache-similarity", "x-cache-debug"}} == said


def test_who_debugs_a_hit_is_told_which_tier_had_it() -> None:
    """And by meaning what it scored, and what was needed."""
    near = a_trip(controls=DEBUG, similarity=0.9, score=0.95, needed=0.8)
    known = Estimate(wrong=0.01234, low=0.002, high=0.03, labels=41)

    assert of_hit(a_trip(controls=DEBUG))["x-cache-debug"] == "tier=exact"
    assert of_hit(near, a_find(outcome=Outcome.NEAR))["x-cache-debug"] == "tier=near; score=0.9500; needed=0.8000"
    near.estimate = known
    assert of_hit(near, a_find(outcome=Outcome.NEAR))["x-cache-debug"] == (
        "tier=near; score=0.9500; needed=0.8000; wrong=0.0123; wrong-low=0.0020; wrong-high=0.0300; labels=41"
    )
    assert "x-cache-debug" not in of_hit(a_trip(score=0.95, needed=0.8), a_find(outcome=Outcome.NEAR))


def test_server_timing_leaves_out_what_did_not_run() -> None:
    """W3C's syntax, milliseconds."""
    assert server_timing(lookup=0.00011, embed=None, upstream=0.4125) == b"lookup;dur=0.11, upstream;dur=412.50"
    assert server_timing() == b""


def test_a_hit_for_the_wire_is_the_same_hit() -> None:
    """What lasts and what passes, as lines, are the fields of the head, each once."""
    trip, found = a_trip(similarity=0.9, first_byte=0.001), a_find(outcome=Outcome.NEAR)
    written = lines(lasting(trip, found)) + passing_lines(found, b"wl_1", NOW + 60, 0.001)

    assert sorted(written.split(b"\r\n")) == sorted(lines(hit_head(trip, found, NOW + 60).headers).split(b"\r\n"))
    assert b"id: wl_1" not in lines(lasting(trip, found))


def test_an_answer_that_has_expired_says_so() -> None:
    """For callers who take it so: `max-stale`. RFC 9211 §2.3 has a negative ttl for it."""
    said = of_hit(now=NOW + 3630)

    assert (said["x-cache"], said["cache-status"]) == ("STALE", "warmlane; hit; ttl=-30")
    assert of_hit(now=NOW + 3600)["x-cache"] == "STALE"
    assert of_hit(now=NOW + 3599)["x-cache"] == "HIT"


THEIRS = {
    Product.CLOUDFLARE: "cf-aig-cache-status",
    Product.HELICONE: "helicone-cache",
    Product.PORTKEY: "x-portkey-cache-status",
}


def using(*products: Product, **said: Any) -> Controls:
    """The wishes of a caller who used those gateways' headers."""
    return Controls(products=products, **said)


@pytest.mark.parametrize("product", list(Product))
def test_who_used_another_gateway_s_header_is_told_in_its_words(product: Product) -> None:
    """And nobody else is: one status header, of that gateway, on hits and on misses. Bifrost has none."""
    trip = a_trip(controls=using(product))
    wanted = {THEIRS[product]} if product in THEIRS else set()

    assert set(THEIRS.values()) & set(of_hit(trip)) == wanted
    assert set(THEIRS.values()) & set(of_miss(trip)) == wanted
    assert not set(THEIRS.values()) & {*of_hit(), *of_miss()}


@pytest.mark.parametrize(
    ("given", "plain", "portkey"),
    [
        ({}, "MISS", "MISS"),
        ({"controls": {"mode": Mode.EXACT}}, "MISS", "MISS"),
        ({"controls": {"mode": Mode.SEMANTIC}}, "MISS", "SEMANTIC MISS"),
        ({"plan": a_look(read=False), "controls": {"mode": Mode.SEMANTIC}}, "MISS", "REFRESH"),
        ({"plan": Bypass(why=NoCache.OFF)}, "MISS", "DISABLED"),
        ({"must_prove": True}, "MISS", "MISS"),
    ],
)
def test_a_miss_in_their_words(given: dict[str, Any], plain: str, portkey: str) -> None:
    """Portkey tells apart what the others do not."""
    wishes = given.pop("controls", {})
    said = of_miss(a_trip(controls=using(*Product, **wishes), **given))

    assert [said[name] for name in THEIRS.values()] == [plain, plain, portkey]


@pytest.mark.parametrize(
    ("outcome", "portkey"),
    [(Outcome.EXACT, "HIT"), (Outcome.NORMALISED, "SEMANTIC HIT"), (Outcome.NEAR, "SEMANTIC HIT")],
)
def test_a_hit_in_their_words(outcome: Outcome, portkey: str) -> None:
    """Whatever was found is a hit."""
    said = of_hit(a_trip(controls=using(*Product)), a_find(outcome=outcome))

    assert [said[name] for name in THEIRS.values()] == ["HIT", "HIT", portkey]


def test_a_provider_that_is_such_a_gateway_does_not_speak_for_us() -> None:
    """Its status reaches who asked nobody else for one; who asked us hears ours, once."""
    sent: Headers = ((b"cf-aig-cache-status", b"HIT"), (b"helicone-cache", b"HIT"))

    assert of_miss(headers=sent)["cf-aig-cache-status"] == "HIT"
    asked = of_miss(a_trip(controls=using(Product.CLOUDFLARE)), sent)
    assert (asked["cf-aig-cache-status"], asked["helicone-cache"]) == ("MISS", "HIT")


def test_lines_that_were_written_for_one_caller_are_not_given_to_another() -> None:
    """The lines of an entry are written once and shared; those with other gateways' words are not."""
    found = a_find()
    theirs, plain = a_trip(controls=using(Product.HELICONE)), a_trip()

    assert b"helicone-cache: HIT" in lasting_lines(theirs, found)
    assert b"helicone" not in lasting_lines(plain, found)
    assert b"helicone-cache: HIT" in lasting_lines(theirs, found)
    assert lasting_lines(plain, found) is lasting_lines(a_trip(), found)


@pytest.mark.parametrize(("length", "said"), [(7, {"content-length": "7"}), (None, {})])
def test_a_body_of_ours_has_a_length_of_its_own(length: int | None, said: dict[str, str]) -> None:
    """Or none yet, where it is a stream out of which something is taken; never the provider's."""
    head = Head(status=200, headers=((b"content-length", b"9"), (b"transfer-encoding", b"x"), (b"x-a", b"1")))

    assert fields(of_length(head, length)) == {"x-a": "1", **said}
