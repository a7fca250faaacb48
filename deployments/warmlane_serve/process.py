"""What every process of the gateway sees to when it starts."""

import resource

from warmlane.errors import ConfigError

_FEWEST_FILES = 4096


def limit_process() -> None:
    """No core dump, which would hold keys and prompts; as many open files as the system lets us have.

    Raises: ConfigError, when those are too few.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < _FEWEST_FILES and hard != resource.RLIM_INFINITY:
        msg = f"at most {hard} files may be open: raise the limit (ulimit -Hn {_FEWEST_FILES})"
        raise ConfigError(msg)
