"""The settings: their defaults, what follows from them, and what is never shown."""

import pickle
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from warmlane.lanes import Lane
from warmlane.match.vetoes import VetoName
from warmlane.settings.fields import LimitSettings, Settings
from warmlane.web.limits import Limits
from warmlane_stores.urls import read_options

SECRET = "0123456789abcdef" * 4
CANARY = "canary-canary-0123456789-canary-canary"


def test_the_defaults_are_the_documented_ones() -> None:
    """What the contract names."""
    settings = Settings()

    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path(".warmlane"))
    assert (settings.cache.ttl, settings.cache.max_ttl, settings.cache.threshold) == (86_400, 259_200, 0.85)
    assert (settings.limits.max_body_bytes, settings.limits.max_header_bytes, settings.limits.max_headers) == (
        20_000_000, 32_768, 100,
    )  # fmt: skip
    assert settings.embedding.timeout_ms == 250


def test_the_defaults_agree_with_the_domain() -> None:
    """A lane or a limit made without settings is the one made with the default ones."""
    cache, lane = Settings().cache, Lane()
    limits, own = LimitSettings(), Limits()

    for name in (
        "when",
        "mode",
        "ttl",
        "max_ttl",
        "threshold",
        "max_error_rate",
        "max_entry_bytes",
        "revalidate_after",
    ):
        assert getattr(cache, name) == getattr(lane, name), name
    usage = Settings().usage
    assert (usage.count, usage.ask) == (lane.count_usage, lane.ask_usage)
    for name in ("max_body_bytes", "max_header_bytes", "max_headers", "max_connections"):
        assert getattr(limits, name) == getattr(own, name), name
    assert limits.header_timeout == own.arrival_timeout


def test_the_constructor_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read at one place, once."""
    monkeypatch.setenv("WARMLANE_PORT", "9000")

    assert Settings().port == 8000


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("localhost.example.com", False), ("box", False),
    ],
)  # fmt: skip
def test_only_this_machine_is_loopback(host: str, is_loopback: bool) -> None:  # noqa: FBT001 - a table
    """A name that we cannot tell counts as reachable from outside."""
    assert Settings(host=host).is_loopback is is_loopback


def test_the_store_is_in_the_data_folder(tmp_path: Path) -> None:
    """As a URL that the store understands, with the quotas, whatever the folder is called."""
    folder = tmp_path / "a b?#%"

    url = Settings(data_dir=folder, cache={"max_bytes": "1 MiB", "max_entries": 7}).store_url

    assert url.startswith("sqlite:///")
    assert read_options(url, ("max_bytes", "max_entries")) == {"max_bytes": 1_048_576, "max_entries": 7}


def test_a_relative_data_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The store wants to know where it is."""
    monkeypatch.chdir(tmp_path)

    assert Settings().store_url.startswith(f"sqlite://{tmp_path}/.warmlane/cache?")


def test_a_store_that_is_named_is_taken_as_it_is() -> None:
    """With its own quotas."""
    assert Settings(cache={"store": "memory://?max_entries=5"}).store_url == "memory://?max_entries=5"


def test_base_urls_are_what_the_provider_table_wants() -> None:
    """Name to address."""
    settings = Settings(providers={"openai": {"base_url": "http://a"}, "local": {"base_url": "http://b"}})

    assert settings.base_urls == {"openai": "http://a", "local": "http://b"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": -1},
        {"host": ""},
        {"drain_timeout": 0},
        {"drain_timeout": float("inf")},
        {"secret": "x" * 31},
        {"secret": "ab" * 40},
        {"cache": {"ttl": 0}},
        {"cache": {"ttl": 100, "max_ttl": 50}},
        {"cache": {"max_ttl": 259_201}},
        {"cache": {"threshold": 1.1}},
        {"cache": {"threshold": float("nan")}},
        {"cache": {"max_bytes": "much"}},
        {"cache": {"store": "/var/lib"}},
        {"cache": {"index": "hnsw"}},
        {"cache": {"max_error_rate": 0.3}},
        {"cache": {"vetoes_off": ["nonsense"]}},
        {"verifier": {"base_url": "https://judge"}},
        {"verifier": {"base_url": "judge:8080", "model": "m"}},
        {"verifier": {"low": 0.9, "high": 0.1}},
        {"upstream": {"proxy": "socks5://x"}},
        {"telemetry": {"otlp_endpoint": "localhost:4318"}},
        {"telemetry": {"sample_ratio": 2}},
        {"providers": {"openai": {}}},
        {"nonsense": 1},
        {"cache": {"nonsense": 1}},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """Out of bounds, of another kind, or unknown."""
    with pytest.raises(ValidationError):
        Settings(**wrong)


@pytest.mark.parametrize("said", ["number, unit,", ["number", "unit"]])
def test_vetoes_are_switched_off_by_name(said: Any) -> None:
    """As the environment writes a list, and as TOML does."""
    assert Settings(cache={"vetoes_off": said}).cache.vetoes_off == (VetoName.NUMBER, VetoName.UNIT)


def test_nobody_is_asked_for_a_verdict_unless_that_is_set() -> None:
    """Questions of callers go to no third party by themselves."""
    assert Settings().verifier.base_url is None


def test_secrets_are_never_shown() -> None:
    """Not in a repr, a str, a dump or an error; and a proxy's address may hold one."""
    settings = Settings(secret=CANARY, upstream={"proxy": f"http://user:{CANARY}@proxy"}, verifier={"api_key": CANARY})

    assert CANARY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    with pytest.raises(ValidationError) as caught:
        Settings(secret=SECRET, upstream={"proxy": f"ftp://user:{CANARY}@proxy"})
    assert CANARY not in str(caught.value)


def test_settings_cross_processes() -> None:
    """They pickle, secret included, and nobody changes them on the way."""
    settings = Settings(secret=SECRET)

    assert pickle.loads(pickle.dumps(settings)) == settings
    with pytest.raises(ValidationError):
        settings.port = 1
