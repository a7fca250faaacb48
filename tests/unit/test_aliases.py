"""What the headers of other gateways say, each as its own gateway reads it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlane.aliases import Product, read_aliases
from warmlane.control_values import ESSENTIAL
from warmlane.headers import ALIASES, BIFROST, CLOUDFLARE, HELICONE, PORTKEY
from warmlane.lanes import Mode

ON = {"helicone_cache_enabled": "true"}


def of(max_age: int | None = None, **said: str) -> dict[str, Any]:
    """The wishes in header values; an underscore stands for a dash. The products are left out."""
    found = read_aliases({name.replace("_", "-").encode(): value for name, value in said.items()}, max_age=max_age)
    return {name: value for name, value in found.items() if name != "products"}


def config(**members: Any) -> dict[str, Any]:
    """What a Portkey config says that is written out."""
    return of(x_portkey_config=json.dumps(members))


@pytest.mark.parametrize(
    ("said", "wishes"),
    [
        ({"cf_aig_cache_ttl": "3600"}, {"ttl": 3600}),
        ({"cf_aig_cache_ttl": "2592000"}, {"ttl": 259_200}),
        ({"cf_aig_cache_ttl": "0"}, {"no_store": True}),
        ({"cf_aig_cache_ttl": "-1"}, {}),
        ({"cf_aig_cache_ttl": "soon"}, {}),
        ({"cf_aig_cache_ttl": "1.5"}, {}),
        ({"cf_aig_cache_ttl": "9" * 5000}, {}),
        ({"cf_aig_skip_cache": "true"}, {"mode": Mode.OFF}),
        ({"cf_aig_skip_cache": "True"}, {"mode": Mode.OFF}),
        ({"cf_aig_skip_cache": "false"}, {}),
        ({"cf_aig_skip_cache": ""}, {}),
        ({"cf_aig_cache_key": "faq"}, {"namespace": "faq", "wanted": True}),
        ({"cf_aig_cache_key": " "}, {}),
    ],
)
def test_cloudflare(said: dict[str, str], wishes: dict[str, Any]) -> None:
    """Seconds, clamped; a key of one's own keeps entries apart, and joins none that differ."""
    assert of(**said) == wishes


@pytest.mark.parametrize(
    ("said", "max_age", "wishes"),
    [
        (ON, None, {"mode": Mode.EXACT}),
        ({"helicone_cache_enabled": "True"}, None, {"mode": Mode.EXACT}),
        (ON, 3600, {"mode": Mode.EXACT, "ttl": 3600}),
        (ON, 604_800, {"mode": Mode.EXACT, "ttl": 259_200}),
        (ON, 0, {"mode": Mode.EXACT, "no_store": True}),
        ({"helicone_cache_enabled": "false"}, 3600, {"mode": Mode.OFF}),
        ({"helicone_cache_enabled": "maybe"}, 3600, {}),
        ({"helicone_cache_seed": "user-123"}, 3600, {"namespace": "user-123"}),
        ({"helicone_cache_ignore_keys": "request_id, timestamp,"}, None, {"ignore": ("request_id", "timestamp")}),
        ({"helicone_cache_ignore_keys": "seed,messages,model"}, None, {"ignore": ("seed",)}),
        ({"helicone_cache_ignore_keys": ",".join(sorted(ESSENTIAL))}, None, {"ignore": ()}),
    ],
)
def test_helicone(said: dict[str, str], max_age: int | None, wishes: dict[str, Any]) -> None:
    """It matches the very same request. What the answer depends on cannot be ignored here, and is not."""
    assert of(max_age, **said) == wishes


def test_helicone_s_list_has_an_end() -> None:
    """As ours has; what is beyond it counts as it stands."""
    assert len(of(helicone_cache_ignore_keys=",".join(f"k{n}" for n in range(1000)))["ignore"]) == 32


@pytest.mark.parametrize(
    ("cache", "wishes"),
    [
        ({"mode": "simple"}, {"mode": Mode.EXACT}),
        ({"mode": "semantic", "max_age": 60}, {"mode": Mode.SEMANTIC, "ttl": 60}),
        ({"mode": "simple", "max_age": 7_776_000}, {"mode": Mode.EXACT, "ttl": 259_200}),
        ({"mode": "simple", "max_age": 0}, {"mode": Mode.EXACT, "no_store": True}),
        ({"mode": "simple", "max_age": "60"}, {"mode": Mode.EXACT}),
        ({"mode": "simple", "max_age": True}, {"mode": Mode.EXACT}),
        ({"mode": "simple", "max_age": -5}, {"mode": Mode.EXACT}),
        ({"max_age": 60}, {}),
        ({"mode": "fuzzy", "max_age": 60}, {}),
        ({"mode": ["simple"]}, {}),
        ("semantic", {"mode": Mode.SEMANTIC}),
        (None, {}),
        ([], {}),
    ],
)
def test_portkey_s_config(cache: Any, wishes: dict[str, Any]) -> None:
    """Its `cache`, and of the rest nothing; a lifetime without a mode is none there."""
    assert config(cache=cache, retry={"attempts": 3}, virtual_key="k") == wishes


@pytest.mark.parametrize(
    "text", ["pc-faq-4f2a", "", "{", "[]", '"simple"', "{}", '{"cache":' + "[" * 100_000, '{"cache":1,"cache":2}', "ÿ"]
)
def test_a_config_that_is_not_written_out_says_nothing(text: str) -> None:
    """What stands behind its name is kept at Portkey."""
    assert of(x_portkey_config=text) == {}


@pytest.mark.parametrize(
    ("said", "wishes"),
    [
        ({"x_portkey_cache_force_refresh": "true"}, {"no_cache": True}),
        ({"x_portkey_cache_force_refresh": "True"}, {"no_cache": True}),
        ({"x_portkey_cache_force_refresh": "false"}, {}),
        ({"x_portkey_cache_namespace": "user-123"}, {"namespace": "user-123"}),
        ({"x_portkey_provider": "openai"}, {}),
    ],
)
def test_portkey(said: dict[str, str], wishes: dict[str, Any]) -> None:
    """A refresh does not read and does keep."""
    assert of(**said) == wishes


@pytest.mark.parametrize(
    ("said", "wishes"),
    [
        ({"x_bf_cache_key": "session-1"}, {"namespace": "session-1", "wanted": True}),
        ({"x_bf_cache_ttl": "300"}, {"ttl": 300}),
        ({"x_bf_cache_ttl": "30s"}, {"ttl": 30}),
        ({"x_bf_cache_ttl": "5m"}, {"ttl": 300}),
        ({"x_bf_cache_ttl": "1h30m"}, {"ttl": 5400}),
        ({"x_bf_cache_ttl": "1.5h"}, {"ttl": 5400}),
        ({"x_bf_cache_ttl": "500ms"}, {"ttl": 1}),
        ({"x_bf_cache_ttl": "1000h"}, {"ttl": 259_200}),
        ({"x_bf_cache_ttl": "0s"}, {"no_store": True}),
        ({"x_bf_cache_ttl": "-5m"}, {}),
        ({"x_bf_cache_ttl": "5 m"}, {}),
        ({"x_bf_cache_ttl": "5d"}, {}),
        ({"x_bf_cache_ttl": "m"}, {}),
        ({"x_bf_cache_ttl": "1.2.3s"}, {}),
        ({"x_bf_cache_ttl": "9" * 400 + "h"}, {}),
        ({"x_bf_cache_threshold": "0.9"}, {"threshold": 0.9}),
        ({"x_bf_cache_threshold": "7"}, {"threshold": 1.0}),
        ({"x_bf_cache_threshold": "-inf"}, {"threshold": 0.0}),
        ({"x_bf_cache_threshold": "nan"}, {}),
        ({"x_bf_cache_threshold": "high"}, {}),
        ({"x_bf_cache_type": "direct"}, {"mode": Mode.EXACT}),
        ({"x_bf_cache_type": "semantic"}, {"mode": Mode.SEMANTIC}),
        ({"x_bf_cache_type": "none"}, {}),
        ({"x_bf_cache_no_store": "true"}, {"no_store": True}),
        ({"x_bf_cache_no_store": "True"}, {}),
    ],
)
def test_bifrost(said: dict[str, str], wishes: dict[str, Any]) -> None:
    """Seconds or a duration as Go writes it; a threshold is clamped; only `true` is true."""
    assert of(**said) == wishes


@pytest.mark.parametrize(
    ("product", "names"),
    [
        (Product.CLOUDFLARE, CLOUDFLARE),
        (Product.HELICONE, HELICONE),
        (Product.PORTKEY, PORTKEY),
        (Product.BIFROST, BIFROST),
    ],
)
def test_each_header_says_whose_it_is(product: Product, names: frozenset[bytes]) -> None:
    """Whatever its value: the caller is answered in that gateway's words."""
    for name in names:
        assert read_aliases({name: "?"}, max_age=None)["products"] == (product,)


def test_without_any_nothing_is_said() -> None:
    """Nor for headers of theirs that are not about caching."""
    assert read_aliases({b"cache-control": "max-age=9", b"helicone-auth": "Bearer x"}, max_age=9) == {}


@given(st.dictionaries(st.sampled_from(sorted(ALIASES)), st.text(st.characters(max_codepoint=255), max_size=60)))
def test_no_value_is_an_error(said: dict[bytes, str]) -> None:
    """What cannot be read is ignored, as those gateways do."""
    read_aliases(said, max_age=None)
