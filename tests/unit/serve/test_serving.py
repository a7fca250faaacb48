"""A process that is a good citizen."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from drills.process import environment, serving


async def test_a_signal_ends_it_with_0(tmp_path: Path) -> None:
    """Until then it leaves no core dumps, and opens as many files as it may; at the end its connections are closed."""
    few = resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2
    code = (
        "import resource, sys; from warmlane_serve.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({few}, {2 * few}))\n"
        "sys.exit(main(['serve', '--solo']))"
    )
    async with serving(tmp_path, start=("-c", code)) as served:
        process = psutil.Process(served.process.pid)
        limits = [process.rlimit(which) for which in (psutil.RLIMIT_CORE, psutil.RLIMIT_NOFILE)]
        reader, writer = await served.open()
        assert await served.end(signal.SIGTERM) == 0
        assert await reader.read() == b""
        writer.close()

    assert limits == [(0, 0), (2 * few, 2 * few)]
    assert served.err == b""
    assert served.out.startswith(b"Warmlane is serving.")


def test_too_few_open_files_are_told_before_the_first_caller_meets_them(tmp_path: Path) -> None:
    """In one line, with the command that mends it."""
    code = (
        "import resource, sys; from warmlane_serve.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))\n"
        "sys.exit(main(['serve']))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"warmlane: at most 1024 files may be open: raise the limit (ulimit -Hn 4096)\n"
    assert not (tmp_path / "data").exists()
