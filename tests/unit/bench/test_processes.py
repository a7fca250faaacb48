"""A child runs on the core it was given, is measured by the kernel's count, and ends with its block."""

import os
import sys

import psutil
import pytest
from bench.processes import Broken, Cores, free_port, module, running


@pytest.fixture
def core() -> frozenset[int]:
    """The core where servers are measured."""
    return frozenset({Cores.split().measured})


def test_a_server_is_kept_to_its_core_and_ends(core: frozenset[int]) -> None:
    """And what starts it keeps its own cores."""
    port, before = free_port(), os.sched_getaffinity(0)
    with running("upstream", module("upstream", port), port, core) as server:
        assert os.sched_getaffinity(server.pid) == set(core)
        assert os.sched_getaffinity(0) == before

    assert not psutil.pid_exists(server.pid)


def test_cpu_and_memory_are_the_kernel_s(core: frozenset[int]) -> None:
    """As another reader of the same process sees them, to the resolution of that reader."""
    port = free_port()
    with running("upstream", module("upstream", port), port, core) as server:
        settled, process = server.settled(), psutil.Process(server.pid)
        times = process.cpu_times()
        assert settled == pytest.approx(times.user + times.system, abs=0.05)
        assert server.resident() == process.memory_info().rss


def test_a_child_that_ends_early_says_why(core: frozenset[int]) -> None:
    """The last of what it wrote is in the error."""
    with (
        pytest.raises(Broken, match="sick ended with code 3: not today"),
        running("sick", [sys.executable, "-c", "print('not today'); exit(3)"], free_port(), core),
    ):
        pass


def test_load_and_servers_do_not_share_a_core() -> None:
    """Where there is more than one."""
    cores = Cores.split()

    assert cores.measured not in cores.rest or len(os.sched_getaffinity(0)) == 1
    assert cores.rest | {cores.measured} == os.sched_getaffinity(0)
