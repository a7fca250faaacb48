"""What Serve is told of each stage."""

import math
from typing import Any

import pytest

from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.autoscaling import StagePolicy
from warmlane_serve.options import DEPLOYMENTS, deployment_options, require_reach, require_token

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def options(*, has_gpu: bool = False, **settings: Any) -> dict[str, dict[str, Any]]:
    """The options that follow from `settings`."""
    return deployment_options(Settings.model_validate(settings), has_gpu=has_gpu)


def test_each_stage_has_its_options() -> None:
    """By stage, named as its deployment."""
    assert {stage: each["name"] for stage, each in options().items()} == DEPLOYMENTS


def test_what_has_a_fixed_number_is_not_scaled() -> None:
    """Shards least of all: a shard that comes or goes moves answers."""
    fixed = {stage: each["num_replicas"] for stage, each in options().items() if "autoscaling_config" not in each}

    assert fixed == {"ingress": 1, "store": 1, "counter": 1, "recorder": 1}
    assert options(stages={"store": {"min_replicas": 3}})["store"]["num_replicas"] == 3


def test_what_scales_has_a_policy_of_its_own() -> None:
    """With its bounds, its target, and the delay to give replicas back."""
    scaled = options(stages={"idle_after": 7, "embedder": {"min_replicas": 2, "target_in_flight": 5}})["embedder"]

    config = scaled["autoscaling_config"]
    assert (config["min_replicas"], config["max_replicas"], config["downscale_delay_s"]) == (2, 4, 7)
    assert config["policy"]["policy_kwargs"] == {"target_in_flight": 5, "patience_ms": 125}
    StagePolicy(**config["policy"]["policy_kwargs"])


def test_shards_scale_when_told() -> None:
    """Whoever sets two numbers means it."""
    config = options(stages={"store": {"min_replicas": 1, "max_replicas": 3}})["store"]["autoscaling_config"]

    assert config["max_replicas"] == 3


def test_resources_are_taken_as_set() -> None:
    """Cores, and what binds a stage to its nodes."""
    taken = options(stages={"forwarder": {"num_cpus": 0.5, "resources": {"edge": 0.01}}})["forwarder"]

    assert taken["ray_actor_options"] == {"num_cpus": 0.5, "resources": {"edge": 0.01}}


def test_at_the_start_everything_fits() -> None:
    """Into a core and a half."""
    assert math.fsum(each["ray_actor_options"]["num_cpus"] for each in options().values()) <= 1.5


@pytest.mark.parametrize(
    ("device", "has_gpu", "asked", "gpus"),
    [
        ("cpu", True, None, 0.0),
        ("auto", False, None, 0.0),
        ("auto", True, None, 1.0),
        ("cuda", False, None, 1.0),
        ("auto", True, 0.25, 0.25),
        ("auto", True, 0.0, 0.0),
    ],
)
def test_embedders_take_a_gpu_where_one_is_wanted(device: str, has_gpu: bool, asked: float | None, gpus: float) -> None:  # noqa: FBT001 - a table
    """Asked for outright, or there and welcome; and nobody else takes one."""
    made = options(has_gpu=has_gpu, embedding={"device": device}, stages={"embedder": {"num_gpus": asked}})

    assert made["embedder"]["ray_actor_options"].get("num_gpus", 0.0) == gpus
    assert [stage for stage, each in made.items() if each["ray_actor_options"].get("num_gpus")] == ["embedder"] * bool(
        gpus
    )


def test_a_replica_has_its_drain_before_it_is_ended() -> None:
    """And a moment before it to be left by callers, and one after it to write what waits."""
    told = options(drain_timeout=30)["ingress"]

    assert told["graceful_shutdown_timeout_s"] > 30 + told["graceful_shutdown_wait_loop_s"]


def test_only_what_may_be_there_twice_is_there_twice() -> None:
    """During an update; a journal has one owner, and a count is in one place."""
    twice = {stage for stage, each in options().items() if each["max_surge_percent"]}

    assert twice == {"ingress", "embedder", "forwarder"}


def test_beyond_this_machine_ray_wants_a_token() -> None:
    """Else whoever reaches it runs what he likes."""
    outside = Settings(host="0.0.0.0", secret=SECRET)

    with pytest.raises(ConfigError, match=r"^RAY_AUTH_MODE=token must be set") as caught:
        require_token(outside, {})
    assert "\n" not in caught.value.message
    require_token(outside, {"RAY_AUTH_MODE": "token"})
    require_token(Settings(), {})


def test_several_nodes_need_an_address_that_they_share() -> None:
    """On loopback each of them would be alone."""
    with pytest.raises(ConfigError, match=r"^WARMLANE_HOST is 127\.0\.0\.1, and this cluster has 3 nodes"):
        require_reach(Settings(), nodes=3)
    require_reach(Settings(), nodes=1)
    require_reach(Settings(host="0.0.0.0", secret=SECRET), nodes=3)
