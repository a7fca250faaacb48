"""The pepper: from the variable, or from a file that is nobody else's; never guessed, never lost."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warmlane.errors import ConfigError
from warmlane.settings.fields import Settings
from warmlane.settings.secret import pepper

HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2


def refusal(settings: Settings) -> str:
    """What the pepper says is wrong."""
    with pytest.raises(ConfigError) as caught:
        pepper(settings)
    assert "\n" not in caught.value.message
    return caught.value.message


def test_the_first_start_makes_a_secret(tmp_path: Path) -> None:
    """Readable by its owner only, in a folder that is, too; and the next start finds the same."""
    data = tmp_path / "deep" / "data"

    first = pepper(Settings(data_dir=data))

    assert len(first) == 32
    assert pepper(Settings(data_dir=data)) == first
    assert stat.S_IMODE((data / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert [path.name for path in data.iterdir()] == ["secret"]


def test_two_machines_have_two_secrets(tmp_path: Path) -> None:
    """It is drawn by chance."""
    assert pepper(Settings(data_dir=tmp_path / "a")) != pepper(Settings(data_dir=tmp_path / "b"))


def test_starts_at_the_same_time_agree(tmp_path: Path) -> None:
    """Whoever is first has made it; nobody reads half of it."""
    settings = Settings(data_dir=tmp_path / "data")

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: pepper(settings), range(64)))

    assert len(found) == 1
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret"]


def test_the_file_may_be_moved_into_the_variable(tmp_path: Path) -> None:
    """Going beyond this machine costs no entry: the same text gives the same pepper."""
    made = pepper(Settings(data_dir=tmp_path))
    text = (tmp_path / "secret").read_text()

    assert pepper(Settings(host="0.0.0.0", secret=text)) == made


def test_a_secret_that_is_set_needs_no_folder(tmp_path: Path) -> None:
    """Nothing is written."""
    settings = Settings(secret=HEX, data_dir=tmp_path / "none")

    assert len(pepper(settings)) == 32
    assert not settings.data_dir.exists()
    assert pepper(settings) != pepper(Settings(secret=HEX.upper()))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3"])
def test_beyond_this_machine_the_secret_must_be_set(host: str, tmp_path: Path) -> None:
    """Even where there is a file: nobody said that it is kept."""
    pepper(Settings(data_dir=tmp_path))

    assert refusal(Settings(host=host, data_dir=tmp_path)).startswith("WARMLANE_SECRET must be set")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_that_others_can_open_is_refused(mode: int, tmp_path: Path) -> None:
    """With the command that mends it."""
    pepper(Settings(data_dir=tmp_path))
    (tmp_path / "secret").chmod(mode)

    assert refusal(Settings(data_dir=tmp_path)).endswith(f"chmod 600 {tmp_path / 'secret'}")


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe\x00"])
def test_a_file_without_a_secret_is_refused(content: bytes, tmp_path: Path) -> None:
    """It is not replaced in silence: every answer that was kept would be lost."""
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(0o600)

    assert "holds no secret" in refusal(Settings(data_dir=tmp_path))
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    """Which one, and why."""
    (tmp_path / "file").write_text("")

    message = refusal(Settings(data_dir=tmp_path / "file" / "data"))

    assert message.startswith(f"WARMLANE_DATA_DIR: {tmp_path}/file/data/secret cannot be read or made (")
