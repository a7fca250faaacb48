"""Settings reach the replicas whole, and no secret goes through Ray."""

import json
import os
from pathlib import Path

import pytest

from warmlane.errors import ConfigError
from warmlane.settings import Settings, load, pepper
from warmlane_serve.carried import carried, settings_of

CANARY = "canary-canary-0123456789-canary-canary"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
HIDDEN = {
    "WARMLANE_SECRET": CANARY,
    "WARMLANE_VERIFIER__API_KEY": CANARY,
    "WARMLANE_UPSTREAM__PROXY": f"http://user:{CANARY}@proxy:3128",
    "WARMLANE_CACHE__STORE": f"postgres://db/x?password={CANARY}",
    "WARMLANE_PROVIDERS__LOCAL__BASE_URL": f"http://{CANARY}@host",
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the machine that tests has set is not what is tested."""
    for name in list(os.environ):
        if name.startswith(("WARMLANE_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def set_all(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    """Into the environment."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_settings_arrive_as_they_were(tmp_path: Path) -> None:
    """Every group, and the folder where it was meant, wherever the replica works."""
    sent = load(
        overrides={
            "port": 0,
            "cache": {"ttl": 5, "max_bytes": "1 MiB", "vetoes_off": ["unit"]},
            "providers": {"x": {"base_url": "http://x"}},
        }
    )

    settings, key = settings_of(carried(sent, pepper(sent)))

    assert settings == sent.model_copy(update={"data_dir": tmp_path / ".warmlane"})
    assert key == pepper(sent)


def test_what_is_carried_is_plain() -> None:
    """It goes through a YAML file and through JSON as well."""
    what = carried(Settings(), b"k" * 32)

    assert json.loads(json.dumps(what)) == what


def test_no_secret_is_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what looks like one in an address; the node's own is taken."""
    set_all(monkeypatch, HIDDEN)
    sent = load()

    what = carried(sent, pepper(sent))

    assert CANARY not in repr(what)
    assert settings_of(what)[0].model_dump(exclude={"data_dir"}) == sent.model_dump(exclude={"data_dir"})


def test_what_a_node_has_set_besides_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The replicas of one application are alike."""
    sent = load()
    what = carried(sent, pepper(sent))

    set_all(monkeypatch, {"WARMLANE_CACHE__TTL": "7", "WARMLANE_PROVIDERS__X__BASE_URL": "http://x"})

    assert (settings_of(what)[0].cache.ttl, settings_of(what)[0].providers) == (86_400, {})


@pytest.mark.parametrize("name", [each for each in HIDDEN if each != "WARMLANE_SECRET"])
def test_a_node_that_lacks_a_secret_refuses(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says which."""
    set_all(monkeypatch, HIDDEN)
    what = carried(load(), pepper(load()))
    monkeypatch.delenv(name)

    with pytest.raises(ConfigError, match=f"^{name} must be set on this node too"):
        settings_of(what)


def test_a_node_with_another_secret_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """It could open nothing, and would be let in nowhere."""
    monkeypatch.setenv("WARMLANE_SECRET", SECRET)
    what = carried(load(), pepper(load()))
    monkeypatch.setenv("WARMLANE_SECRET", CANARY)

    with pytest.raises(ConfigError, match="another secret") as caught:
        settings_of(what)
    assert CANARY not in str(caught.value)


def test_a_node_without_a_secret_refuses_and_makes_none(tmp_path: Path) -> None:
    """One of its own would only hide that it was not handed round."""
    with pytest.raises(ConfigError, match="this node has no secret"):
        settings_of(carried(Settings(data_dir=tmp_path / "none"), b"k" * 32))
    assert not (tmp_path / "none").exists()


def test_a_secret_in_the_folder_is_as_good_as_one_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text on each node, wherever it lies."""
    made = pepper(Settings())
    what = carried(Settings(), made)
    monkeypatch.setenv("WARMLANE_SECRET", Path(".warmlane/secret").read_text())

    assert settings_of(what)[1] == made
