"""The stages are known by their titles, and several processes are measured as one."""

import os

import psutil
import pytest
from bench.graph import Group, memory, stage_of
from bench.processes import MOMENT, cpu_of


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("ray::ServeReplica:warmlane:Ingress", "Ingress"),
        ("ray::ServeReplica:warmlane:CacheStore.handle_request", "CacheStore"),
        ("ray::ServeReplica:warmlane:Stranger", None),
        ("ray::ServeController", None),
        ("ray::IDLE", None),
        ("grep ray::ServeReplica:warmlane:Ingress", None),
    ],
)
def test_a_stage_is_known_by_its_title(title: str, stage: str | None) -> None:
    """Nobody else's replicas are ours."""
    assert stage_of(title) == stage


def test_a_group_is_the_sum_of_its_processes() -> None:
    """CPU and memory, and it counts as quiet with what its processes always take."""
    me = os.getpid()
    before = cpu_of(me)
    group = Group("both", me, 0, 0.0, (me, me), idle=0.2)

    assert group.cpu() >= 2 * before > 0
    assert group.at_rest == 0.2
    assert group.quiet == pytest.approx(0.001 + 0.4 * MOMENT)
    assert memory(group) == pytest.approx(2 * psutil.Process(me).memory_full_info().pss, rel=0.1)


def test_a_process_that_ended_is_an_error() -> None:
    """Its CPU would be missing from the sum."""
    child = psutil.Popen(["true"])
    child.wait()

    with pytest.raises(OSError, match=r"No such process|Invalid argument"):
        Group("gone", child.pid, 0, 0.0, (child.pid,), idle=0.0).cpu()
