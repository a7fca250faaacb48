"""What the caller says about caching, and who wins when they say it twice."""

import pytest

from warmlane.aliases import Product
from warmlane.canonical import read
from warmlane.control_values import ESSENTIAL
from warmlane.controls import BODY_TTL, NOTHING_SAID, Controls, read_controls
from warmlane.errors import BadRequest
from warmlane.lanes import Mode
from warmlane.model import Headers


def of_body(text: str) -> Controls:
    """The wishes in a body whose `cache` is `text`."""
    return read_controls((), read(b'{"cache": %b}' % text.encode()))


def of_headers(**fields: str) -> Controls:
    """The wishes in header fields; an underscore stands for a dash."""
    return read_controls(tuple((name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()))


@pytest.mark.parametrize(
    ("cache", "said"),
    [
        ('{"type": "auto"}', Controls(mode=Mode.AUTO, ttl=BODY_TTL)),
        ('{"type": "semantic"}', Controls(mode=Mode.SEMANTIC, ttl=BODY_TTL)),
        ('{"type": "exact_match", "ttl": 60}', Controls(mode=Mode.EXACT, ttl=60)),
        ('{"type": "off"}', Controls(mode=Mode.OFF, ttl=BODY_TTL)),
        ('{"ttl": 1}', Controls(ttl=1)),
        ('{"ttl": 259200}', Controls(ttl=259_200)),
        ('{"max_age": 0}', Controls(max_age=0)),
        ('{"no-cache": true, "no-store": false}', Controls(no_cache=True)),
        ('{"no-store": true}', Controls(no_store=True)),
        ('{"threshold": 0.9}', Controls(threshold=0.9)),
        ('{"threshold": 1}', Controls(threshold=1.0)),
        ('{"max_error_rate": 0.01}', Controls(max_error_rate=0.01)),
        ('{"namespace": "blau"}', Controls(namespace="blau")),
        ('{"s-maxage": 600}', Controls(max_age=600)),
        ('{"s-maxage": 600, "max_age": 60}', Controls(max_age=60)),
        ('{"max_age": 60, "s-maxage": 600}', Controls(max_age=60)),
        ('{"tags": ["b", "a", "b"]}', Controls(tags=("a", "b"))),
        ('{"ignore": ["seed"]}', Controls(ignore=("seed",))),
        ('{"unheard_of": 1}', Controls()),
        ("{}", Controls()),
        ("null", Controls()),
    ],
)
def test_the_body_says(cache: str, said: Controls) -> None:
    """Unknown members are ignored; `s-maxage` is LiteLLM's name. orq's clients say the same inside of `orq`."""
    assert of_body(cache) == said
    assert read_controls((), read(b'{"orq": {"cache": %b, "fallbacks": []}}' % cache.encode())) == said


@pytest.mark.parametrize("orq", ["{}", "null", '{"retry": {"count": 3}}'])
def test_the_rest_of_orq_says_nothing(orq: str) -> None:
    """Its other members are not for the cache."""
    assert read_controls((), read(b'{"orq": %b}' % orq.encode())) == NOTHING_SAID


def test_the_body_outranks_what_is_inside_of_orq() -> None:
    """Member by member."""
    body = read(b'{"orq": {"cache": {"type": "exact_match", "ttl": 60}}, "cache": {"ttl": 5}}')

    assert read_controls((), body) == Controls(mode=Mode.EXACT, ttl=5)


@pytest.mark.parametrize(
    ("cache", "param"),
    [
        ('"exact_match"', "cache"),
        ("[]", "cache"),
        ("true", "cache"),
        ('{"type": "fuzzy"}', "cache.type"),
        ('{"type": null}', "cache.type"),
        ('{"type": []}', "cache.type"),
        ('{"ttl": 0}', "cache.ttl"),
        ('{"ttl": 259201}', "cache.ttl"),
        ('{"ttl": 60.0}', "cache.ttl"),
        ('{"ttl": "60"}', "cache.ttl"),
        ('{"ttl": true}', "cache.ttl"),
        ('{"ttl": null}', "cache.ttl"),
        ('{"max_age": -1}', "cache.max_age"),
        ('{"s-maxage": "600"}', "cache.s-maxage"),
        ('{"no-cache": "yes"}', "cache.no-cache"),
        ('{"no-store": 1}', "cache.no-store"),
        ('{"threshold": 1.1}', "cache.threshold"),
        ('{"threshold": -0.1}', "cache.threshold"),
        ('{"max_error_rate": 0.21}', "cache.max_error_rate"),
        ('{"max_error_rate": "0.1"}', "cache.max_error_rate"),
        ('{"threshold": true}', "cache.threshold"),
        ('{"threshold": "0.9"}', "cache.threshold"),
        ('{"threshold": 1e999999}', "cache.threshold"),
        ('{"threshold": 1' + "0" * 400 + "}", "cache.threshold"),
        ('{"namespace": 7}', "cache.namespace"),
        ('{"namespace": "' + "n" * 257 + '"}', "cache.namespace"),
        ('{"tags": "a"}', "cache.tags"),
        ('{"tags": [1]}', "cache.tags"),
        ('{"tags": ["' + "t" * 257 + '"]}', "cache.tags"),
        ('{"tags": [' + ",".join(f'"{n}"' for n in range(33)) + "]}", "cache.tags"),
        ('{"ignore": ["seed", "messages"]}', "cache.ignore"),
    ],
)
def test_a_malformed_member_is_named(cache: str, param: str) -> None:
    """400 with `param`, and nothing of what the caller sent in the message."""
    with pytest.raises(BadRequest) as refused:
        of_body(cache)

    assert refused.value.param == param
    assert refused.value.status == 400
    with pytest.raises(BadRequest) as inside:
        read_controls((), read(b'{"orq": {"cache": %b}}' % cache.encode()))
    assert inside.value.param == f"orq.{param}"


@pytest.mark.parametrize("orq", ["[]", '"cache"', "7", "false"])
def test_an_orq_that_is_no_object_is_named(orq: str) -> None:
    """As a `cache` that is none."""
    with pytest.raises(BadRequest) as refused:
        read_controls((), read(b'{"orq": %b}' % orq.encode()))

    assert refused.value.param == "orq"


@pytest.mark.parametrize("name", sorted(ESSENTIAL))
def test_what_the_answer_depends_on_cannot_be_ignored(name: str) -> None:
    """A hit would answer another question."""
    with pytest.raises(BadRequest):
        read_controls((), {"cache": {"ignore": [name]}})
    with pytest.raises(BadRequest) as refused:
        of_headers(x_cache_ignore_keys=f"seed, {name}")
    assert refused.value.param == "X-Cache-Ignore-Keys"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"x_cache_mode": " Exact_Match "}, Controls(mode=Mode.EXACT)),
        ({"x_cache_mode": "off"}, Controls(mode=Mode.OFF)),
        ({"x_cache_mode": "replay"}, Controls(only_if_cached=True)),
        ({"x_cache_ttl": "60"}, Controls(ttl=60)),
        ({"x_cache_ttl": "0"}, Controls(ttl=1)),
        ({"x_cache_ttl": "-5"}, Controls(ttl=1)),
        ({"x_cache_ttl": "99999999"}, Controls(ttl=259_200)),
        ({"x_cache_threshold": "0.95"}, Controls(threshold=0.95)),
        ({"x_cache_max_error_rate": "0"}, Controls(max_error_rate=0.0)),
        ({"x_cache_namespace": " blau "}, Controls(namespace="blau")),
        ({"x_cache_tags": "b, a,, b"}, Controls(tags=("a", "b"))),
        ({"x_cache_ignore_keys": "seed"}, Controls(ignore=("seed",))),
        ({"x_cache_debug": "1"}, Controls(debug=True)),
        ({"x_cache_debug": " Explain"}, Controls(debug=True, explain=True)),
        ({"x_cache_debug": "0"}, Controls()),
        ({"x_cache_what": "ever"}, Controls()),
    ],
)
def test_native_headers_say(fields: dict[str, str], said: Controls) -> None:
    """Contract §5, third column; a TTL is clamped."""
    assert of_headers(**fields) == said


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"x_cache_mode": "fuzzy"}, "X-Cache-Mode"),
        ({"x_cache_ttl": "an hour"}, "X-Cache-TTL"),
        ({"x_cache_ttl": "1.5"}, "X-Cache-TTL"),
        ({"x_cache_ttl": "9" * 5000}, "X-Cache-TTL"),
        ({"x_cache_threshold": "high"}, "X-Cache-Threshold"),
        ({"x_cache_max_error_rate": "1"}, "X-Cache-Max-Error-Rate"),
        ({"x_cache_max_error_rate": "few"}, "X-Cache-Max-Error-Rate"),
        ({"x_cache_threshold": "nan"}, "X-Cache-Threshold"),
        ({"x_cache_threshold": "inf"}, "X-Cache-Threshold"),
        ({"x_cache_threshold": "2"}, "X-Cache-Threshold"),
        ({"x_cache_namespace": "n" * 257}, "X-Cache-Namespace"),
        ({"x_cache_tags": ",".join(map(str, range(33)))}, "X-Cache-Tags"),
    ],
)
def test_a_malformed_header_is_named(fields: dict[str, str], param: str) -> None:
    """As in the body: a control that cannot be read is no control that can be ignored."""
    with pytest.raises(BadRequest) as refused:
        of_headers(**fields)

    assert refused.value.param == param


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("no-cache", Controls(no_cache=True)),
        ("No-Store", Controls(no_store=True)),
        ("no-cache, no-store", Controls(no_cache=True, no_store=True)),
        ("only-if-cached", Controls(only_if_cached=True)),
        ("max-age=60", Controls(max_age=60)),
        ('max-age="60" , min-fresh=5', Controls(max_age=60, min_fresh=5)),
        ("max-age=99999999999999999999", Controls(max_age=2**31)),
        ("max-stale=30", Controls(max_stale=30)),
        ("Max-Stale", Controls(max_stale=2**31)),
        ("max-stale=soon", Controls()),
        ("min-fresh", Controls()),
        ("max-age", Controls()),
        ("max-age=soon", Controls()),
        ("stale-while-revalidate=9, no-transform", Controls()),
        ("", Controls()),
    ],
)
def test_cache_control_says(value: str, said: Controls) -> None:
    """RFC 9111 §5.2.1; what is unknown or malformed there is ignored, as the RFC wants."""
    assert of_headers(cache_control=value) == said


@pytest.mark.parametrize("value", ["ext=no-store", 'community="no-store, no-cache"', "ext=no-cache, max-age=60x"])
def test_an_unknown_directive_says_nothing_by_its_value(value: str) -> None:
    """RFC 9111 §5.2.3: an extension that is not understood is ignored whole."""
    assert of_headers(cache_control=value) == NOTHING_SAID


def test_several_cache_control_fields_are_one() -> None:
    """RFC 9110 §5.3: a list may come in several fields."""
    headers: Headers = ((b"cache-control", b"no-cache"), (b"cache-control", b"no-store, max-age=5"))

    assert read_controls(headers) == Controls(no_cache=True, no_store=True, max_age=5)


def test_nothing_said_costs_nothing() -> None:
    """Nearly every request: one value, always the same."""
    assert read_controls(((b"authorization", b"Bearer x"),)) is NOTHING_SAID


def test_the_body_outranks_headers_and_native_headers_outrank_cache_control() -> None:
    """Contract §5: body > native header > Cache-Control."""
    headers: Headers = (
        (b"x-cache-mode", b"semantic"),
        (b"x-cache-ttl", b"60"),
        (b"cache-control", b"no-cache, max-age=9"),
    )

    assert read_controls(headers) == Controls(mode=Mode.SEMANTIC, ttl=60, no_cache=True, max_age=9)
    body = read(b'{"cache":{"type":"exact_match","no-cache":false,"max_age":7,"threshold":0.9}}')
    assert read_controls(headers, body) == Controls(mode=Mode.EXACT, ttl=60, max_age=7, threshold=0.9)


ALIASED: Headers = (
    (b"cf-aig-cache-ttl", b"10"),
    (b"x-portkey-cache-namespace", b"theirs"),
    (b"x-bf-cache-type", b"direct"),
    (b"x-bf-cache-threshold", b"0.9"),
)


def test_headers_of_others_come_last() -> None:
    """Contract §5: body > native header > Cache-Control > aliases."""
    products = (Product.CLOUDFLARE, Product.PORTKEY, Product.BIFROST)
    native: Headers = ((b"x-cache-ttl", b"20"), (b"x-cache-namespace", b"ours"))
    body = read(b'{"cache": {"ttl": 30, "type": "semantic"}}')

    alone = Controls(mode=Mode.EXACT, ttl=10, namespace="theirs", threshold=0.9, products=products)
    assert read_controls(ALIASED) == alone
    outranked = Controls(mode=Mode.EXACT, ttl=20, namespace="ours", threshold=0.9, products=products)
    assert read_controls((*native, *ALIASED)) == outranked
    outranked = Controls(mode=Mode.SEMANTIC, ttl=30, namespace="ours", threshold=0.9, products=products)
    assert read_controls((*native, *ALIASED), body) == outranked


def test_a_lifetime_of_others_outranks_the_one_that_a_type_alone_gives() -> None:
    """1800 seconds is for whoever says nothing of it."""
    assert read_controls(ALIASED, read(b'{"cache": {"type": "auto"}}')).ttl == 10


def test_only_with_helicone_s_header_is_a_max_age_a_lifetime() -> None:
    """Else it is what the RFC says: no entry that is older."""
    aged = (b"cache-control", b"max-age=600")

    assert read_controls((aged,)) == Controls(max_age=600)
    said = read_controls(((b"helicone-cache-enabled", b"true"), aged))
    assert said == Controls(mode=Mode.EXACT, ttl=600, max_age=600, products=(Product.HELICONE,))


@pytest.mark.parametrize(
    ("controls", "opted_in"),
    [
        (Controls(), False),
        (Controls(mode=Mode.OFF), False),
        (Controls(mode=Mode.AUTO), True),
        (Controls(ttl=5), True),
        (Controls(max_age=5), False),
        (Controls(namespace="n"), False),
        (Controls(wanted=True), True),
    ],
)
def test_asking_for_caching_is_an_opt_in(controls: Controls, *, opted_in: bool) -> None:
    """A mode or a lifetime asks for it; other wishes only say how."""
    assert controls.opted_in is opted_in
