"""Settings come from options, the environment and a file, in this order; a mistake is one line that helps."""

from pathlib import Path
from typing import Any

import pytest

from warmlane.errors import ConfigError
from warmlane.lanes import Mode
from warmlane.settings.sources import load

CANARY = "canary-canary"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file with some settings."""
    path = tmp_path / "warmlane.toml"
    path.write_text('port = 1000\n[cache]\nttl = 11\nmode = "off"\n[providers.local]\nbase_url = "http://file"\n')
    return path


def refusal(config: Path | None = None, overrides: dict[str, Any] | None = None) -> str:
    """What loading says is wrong."""
    with pytest.raises(ConfigError) as caught:
        load(config, overrides)
    # No library's error goes along, whose text would show the value.
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    message = caught.value.message
    assert "\n" not in message
    return message


def test_nothing_set_is_the_defaults() -> None:
    """It runs without any setting."""
    assert load().port == 8000


def test_the_order_of_sources(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Option over environment over file, setting by setting, also inside a group."""
    monkeypatch.setenv("WARMLANE_PORT", "2000")
    monkeypatch.setenv("WARMLANE_CACHE__TTL", "22")

    settings = load(config, {"port": 3000})

    assert (settings.port, settings.cache.ttl, settings.cache.mode) == (3000, 22, Mode.OFF)


def test_providers_of_file_and_environment_add_up(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names from the environment are in lower case."""
    monkeypatch.setenv("WARMLANE_PROVIDERS__OPENAI__BASE_URL", "http://env")

    assert load(config).base_urls == {"local": "http://file", "openai": "http://env"}


def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a compose file passes on what nobody set."""
    monkeypatch.setenv("WARMLANE_SECRET", "")
    monkeypatch.setenv("WARMLANE_PROVIDERS__OPENAI__BASE_URL", "")

    assert load().secret is None
    assert load().base_urls == {}


def test_the_standard_name_of_the_collector_counts(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ours is not set."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://standard:4318")
    standard = load(config).telemetry.otlp_endpoint
    monkeypatch.setenv("WARMLANE_TELEMETRY__OTLP_ENDPOINT", "http://ours:4318")

    assert (standard, load().telemetry.otlp_endpoint) == ("http://standard:4318", "http://ours:4318")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WARMLANE_PORT", CANARY, "WARMLANE_PORT should be a valid integer"),
        ("WARMLANE_PORT", "70000", "WARMLANE_PORT should be less than or equal to 65535"),
        ("WARMLANE_PORT", "tcp://10.0.0.1:8000", "WARMLANE_PORT was set by Kubernetes"),
        ("WARMLANE_SECRET", CANARY, "WARMLANE_SECRET should be at least 32 characters"),
        ("WARMLANE_CACHE__TTL", "0", "WARMLANE_CACHE__TTL should be greater than 0. It is: Seconds an answer lives"),
        ("WARMLANE_CACHE__TTL", "259201", "WARMLANE_CACHE__TTL should be less than or equal to 259200"),
        ("WARMLANE_CACHE__MODE", CANARY, "WARMLANE_CACHE__MODE should be 'auto', 'semantic', 'exact_match' or 'off'"),
        ("WARMLANE_CACHE__MAX_BYTES", CANARY, "WARMLANE_CACHE__MAX_BYTES should be a number of bytes"),
        ("WARMLANE_CACHE__STORE", CANARY, "WARMLANE_CACHE__STORE should be a URL"),
        ("WARMLANE_CACHE", CANARY, "WARMLANE_CACHE is a group of settings"),
        ("WARMLANE_UPSTREAM__PROXY", f"ftp://u:{CANARY}@p", "WARMLANE_UPSTREAM__PROXY should be an address"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", CANARY, "OTEL_EXPORTER_OTLP_ENDPOINT should be an address"),
        ("WARMLANE_PROVIDERS__X", "{}", "WARMLANE_PROVIDERS__X__BASE_URL"),
        ("WARMLANE_PROVIDERS__X__URL", CANARY, "WARMLANE_PROVIDERS__X__URL is no setting"),
        ("WARMLANE_CACHE__TTLS", CANARY, "WARMLANE_CACHE__TTLS is no setting; did you mean ttl?"),
        ("WARMLANE_CACHE_TTL", "5", "WARMLANE_CACHE_TTL is no setting; did you mean WARMLANE_CACHE__TTL?"),
        ("WARMLANE_SECRT", CANARY, "WARMLANE_SECRT is no setting; did you mean WARMLANE_SECRET?"),
        ("WARMLANE_XYZZY", CANARY, "WARMLANE_XYZZY is no setting; docs/reference/settings.md has them all"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own name, with what it should be, and never with its value."""
    monkeypatch.setenv(name, value)

    message = refusal()

    assert message.startswith(said)
    assert CANARY not in message


@pytest.mark.parametrize(
    "name",
    ["WARMLANE_SERVICE_HOST", "WARMLANE_SERVICE_PORT_HTTP", "WARMLANE_PORT_8000_TCP_ADDR", "WARMLANE_ADMIN_PORT"],
)
def test_what_kubernetes_sets_is_no_mistake(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Service named warmlane puts these into every container."""
    monkeypatch.setenv(name, "tcp://10.0.0.1:8000")

    assert load().port == 8000


def test_a_wrong_line_of_the_file_is_named(tmp_path: Path) -> None:
    """By its key and the file."""
    path = tmp_path / "w.toml"
    path.write_text('[cache]\nttl = "soon"\n')

    assert refusal(path).startswith(f"cache.ttl in {path} should be a valid integer")


def test_a_wrong_option_is_named() -> None:
    """As it was typed."""
    assert refusal(None, {"port": -1}).startswith("--port should be greater than or equal to 0")


def test_a_wrong_default_of_two_is_named_by_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two settings that do not fit together."""
    monkeypatch.setenv("WARMLANE_CACHE__MAX_TTL", "10")

    assert refusal() == "WARMLANE_CACHE ttl (86400 s) should not be over max_ttl (10 s)"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"port = = 1", "is no TOML: "), (b"\xff\xfe", "is no text in UTF-8"), (None, "cannot be read: no such file")],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    """Not there, not text, not TOML."""
    path = tmp_path / "w.toml"
    if content is not None:
        path.write_bytes(content)

    assert refusal(path).startswith(f"{path} {said}")


def test_an_unknown_table_is_told(tmp_path: Path) -> None:
    """A setting that is spelled wrong is not ignored."""
    path = tmp_path / "w.toml"
    path.write_text("[chace]\nttl = 1\n")

    assert refusal(path) == f"chace in {path} is no setting; did you mean cache?"


def test_a_class_of_disagreement_that_is_none_is_told_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable that was set: in a list nobody wants to hear of places."""
    monkeypatch.setenv("WARMLANE_CACHE__VETOES_OFF", f"number,{CANARY}")

    said = refusal()

    assert said.startswith("WARMLANE_CACHE__VETOES_OFF should be 'number', ")
    assert "'direction'" in said
    assert CANARY not in said
