"""How many replicas there may be, and what they take."""

import math
from typing import Any

import pytest
from pydantic import ValidationError

from warmlane.errors import ConfigError
from warmlane.settings.sources import load
from warmlane.settings.stages import ClusterSettings, StageSettings, StagesSettings

TWO_CORES = 2


def at_most(stages: StagesSettings) -> dict[str, int]:
    """Stage to the replicas it may have."""
    return {name: stage.most if isinstance(stage, StageSettings) else 1 for name, stage in stages.each()}


def test_the_defaults() -> None:
    """Embedders and forwarders grow; the others do not unless told, a shard least of all."""
    assert at_most(StagesSettings()) == {
        "ingress": 1, "embedder": 4, "store": 1, "forwarder": 4, "counter": 1, "recorder": 1,
    }  # fmt: skip


def test_everything_fits_two_cores() -> None:
    """With each stage at its most, and three quarters of it at the start."""
    stages = StagesSettings()
    most = at_most(stages)

    assert math.fsum(stage.num_cpus * most[name] for name, stage in stages.each()) <= TWO_CORES
    assert math.fsum(stage.num_cpus for _, stage in stages.each()) <= 1.5


def test_more_at_least_are_more_at_most() -> None:
    """One number says how many shards there are."""
    assert StagesSettings.model_validate({"store": {"min_replicas": 3}}).store.most == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"embedder": {"min_replicas": 5}},
        {"store": {"min_replicas": 3, "max_replicas": 2}},
        {"ingress": {"min_replicas": 0}},
        {"ingress": {"num_cpus": -1}},
        {"ingress": {"num_gpus": 1}},
        {"forwarder": {"resources": {"edge": -1}}},
        {"counter": {"min_replicas": 2}},
        {"recorder": {"max_replicas": 2}},
        {"idle_after": 0},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """Fewer at most than at least, less than nothing, two of what there is one of."""
    with pytest.raises(ValidationError):
        StagesSettings.model_validate(wrong)


def test_an_unknown_option_of_a_stage_is_named() -> None:
    """Where it stands, and what was meant."""
    with pytest.raises(ConfigError, match=r"^stages\.embedder\.min_replica is no setting; did you mean min_replicas\?"):
        load(overrides={"stages": {"embedder": {"min_replica": 2}}})


def test_an_unknown_option_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its variable."""
    monkeypatch.setenv("WARMLANE_STAGES__STORE__SHARDS", "2")

    with pytest.raises(ConfigError, match=r"^WARMLANE_STAGES__STORE__SHARDS is no setting"):
        load()


def test_a_certificate_needs_all_of_its_files() -> None:
    """Half of TLS is none."""
    with pytest.raises(ValidationError, match="set together"):
        ClusterSettings.model_validate({"tls_cert": "cert.pem"})
