"""An environment in which nothing is set."""

import os

import pytest


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine that tests has set, it is not what is tested."""
    for name in list(os.environ):
        if name.upper().startswith(("WARMLANE_", "OTEL_")):
            monkeypatch.delenv(name)
