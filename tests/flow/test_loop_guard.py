"""The guard that all flow tests stand under."""

import os
from pathlib import Path

import pytest
from blockbuster import BlockingError

import warmlane


async def test_a_blocking_call_of_ours_fails_the_test(tmp_path: Path) -> None:
    """Code of the product that blocks the event loop does not get past a flow test; a test's own code may block."""
    ours = Path(warmlane.__file__).parent / "blocks.py"
    scope = {"os": os}
    exec(compile("def block(path):\n    return os.listdir(path)\n", ours, "exec"), scope)

    assert os.listdir(tmp_path) == []  # noqa: PTH208 - the very call that the guard watches
    with pytest.raises(BlockingError):
        scope["block"](tmp_path)  # type: ignore[operator] # the function compiled above
