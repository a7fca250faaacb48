"""What a process of the gateway may do, and may not."""

import subprocess
import sys

SHOW = """
import resource, sys
sys.path[:] = {path!r}
from warmlane_serve.process import limit_process
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
limit_process()
print(resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def shown(soft: int, hard: int) -> subprocess.CompletedProcess[str]:
    """What a process with these limits on open files makes of them."""
    code = SHOW.format(path=sys.path, soft=soft, hard=hard)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_no_core_is_dumped_and_all_files_may_be_open() -> None:
    """A core would hold keys and prompts."""
    assert shown(256, 4096).stdout == "(0, 0) (4096, 4096)\n"


def test_too_few_files_are_a_mistake_of_the_settings() -> None:
    """With the command that mends it."""
    assert "ConfigError" in shown(256, 1024).stderr
    assert "at most 1024 files may be open: raise the limit (ulimit -Hn 4096)" in shown(256, 1024).stderr
