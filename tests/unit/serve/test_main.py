"""What is wrong is told before anything is deployed. What is deployed is in tests/serve."""

import pytest

from warmlane.errors import ConfigError
from warmlane_serve.main import build

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def test_an_unknown_option_of_a_stage_is_named() -> None:
    """As it stands in the application's arguments."""
    with pytest.raises(ConfigError, match=r"^stages\.embedder\.min_replica is no setting; did you mean min_replicas\?"):
        build({"stages": {"embedder": {"min_replica": 2}}})


def test_beyond_this_machine_a_token_is_a_must(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray would do whatever anybody tells it."""
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)

    with pytest.raises(ConfigError, match=r"^RAY_AUTH_MODE=token must be set"):
        build({"host": "0.0.0.0", "secret": SECRET})
