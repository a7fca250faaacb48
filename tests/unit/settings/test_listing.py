"""The list of settings is whole, and each can be set by the names it gives."""

import pytest

from warmlane.settings.fields import Settings
from warmlane.settings.listing import Setting, every_setting, variable
from warmlane.settings.sources import load


def test_every_leaf_is_listed_once_and_explained() -> None:
    """Top level and groups, providers under a name of their own, each with a meaning."""
    listed = {each.key: each for each in every_setting()}

    assert {"host", "secret", "cache.ttl", "providers.<name>.base_url", "telemetry.log"} <= listed.keys()
    assert listed["cache.ttl"].variable == "WARMLANE_CACHE__TTL"
    assert listed["cache.ttl"].default == 86_400
    assert len(listed) == len(list(every_setting()))
    assert [each.key for each in listed.values() if not each.meaning.endswith(".")] == []


@pytest.mark.parametrize("setting", [each for each in every_setting() if each.default is not None], ids=str)
def test_each_variable_sets_its_setting(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its default, written into the environment, is read back as the default."""
    default = setting.default
    monkeypatch.setenv(setting.variable, ",".join(default) if isinstance(default, tuple) else str(default))

    assert load() == Settings()


def test_a_variable_is_named_after_its_keys() -> None:
    """Prefix, double underscores, capitals."""
    assert variable(("providers", "openai", "base_url")) == "WARMLANE_PROVIDERS__OPENAI__BASE_URL"
