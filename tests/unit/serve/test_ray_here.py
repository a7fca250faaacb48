"""What a Ray of one's own is told. That it starts and goes is in tests/serve."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from warmlane.settings import Settings
from warmlane_serve.ray_here import environment, needs, temporary_folder


def test_there_is_room_for_all_stages_at_their_most() -> None:
    """Twice, since an update starts replicas before it ends others; the counter and the recorder are ended first."""
    stages = Settings(
        stages={
            "ingress": {"num_cpus": 0.25, "min_replicas": 2},
            "embedder": {"num_cpus": 0.5, "max_replicas": 4, "resources": {"wide": 0.5}},
            "store": {"num_cpus": 0, "resources": {"disk": 1}},
            "forwarder": {"num_cpus": 0, "resources": {"disk": 1}},
            "counter": {"num_cpus": 0.25},
            "recorder": {"num_cpus": 0.25, "resources": {"disk": 1}},
        }
    ).stages

    needed = needs(stages)

    assert needed.cpus == pytest.approx(2 * 2 * 0.25 + 2 * 4 * 0.5 + 0.5)
    assert needed.resources == {"wide": 4.0, "disk": 2.0 + 2 * 4 + 1}


def test_the_folder_is_for_its_owner_only() -> None:
    """And short enough for Ray's sockets, wherever temporary files go."""
    folder = temporary_folder(Path(tempfile.gettempdir()))
    try:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder)) <= 40
        assert folder.name.startswith("warmlane-")
    finally:
        folder.rmdir()


def test_a_deep_place_for_temporary_files_is_left_out(tmp_path: Path) -> None:
    """The names of sockets end after 107 characters."""
    deep = tmp_path / ("d" * 60)
    deep.mkdir()

    folder = temporary_folder(deep)

    folder.rmdir()
    assert folder.parent == Path("/tmp")


def test_ray_gets_a_token_of_this_start_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file of the folder, in place of what the user has set; all of it is put back."""
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.delenv("RAY_AUTH_TOKEN_PATH", raising=False)
    before = dict(os.environ)

    with environment(tmp_path):
        token = Path(os.environ["RAY_AUTH_TOKEN_PATH"])
        assert (os.environ["RAY_AUTH_MODE"], "RAY_ADDRESS" in os.environ) == ("token", False)
        assert (stat.S_IMODE(token.stat().st_mode), len(token.read_text())) == (0o600, 64)
        assert token.parent == tmp_path == Path(os.environ["TMPDIR"])

    assert dict(os.environ) == before
