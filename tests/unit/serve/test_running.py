"""One gateway for a data folder, and whoever comes second hears of the first."""

import stat
from pathlib import Path

import pytest

from warmlane.errors import ConfigError
from warmlane_serve.running import NAME, Claim, Running, claim, clear, found

THIS = Running(pid=4711, url="http://127.0.0.1:8000", ray="127.0.0.1:6379", folder="/tmp/warmlane-x")


def claimed(folder: Path) -> Claim:
    """The claim, which nobody else has."""
    got = claim(folder)
    assert isinstance(got, Claim)
    return got


def test_the_second_one_hears_of_the_first(tmp_path: Path) -> None:
    """With all that it noted, as long as it is there."""
    with claimed(tmp_path / "data") as first:
        assert claim(tmp_path / "data") == Running()
        first.note(THIS)
        first.note(Running(pid=4711, url="http://127.0.0.1:8000").at(ray="127.0.0.1:6379", folder="/tmp/warmlane-x"))

        assert claim(tmp_path / "data") == THIS
        assert found(tmp_path / "data") == THIS

    assert found(tmp_path / "data") is None
    with claimed(tmp_path / "data") as next_one:
        assert next_one.before is None


def test_nobody_serves_where_nothing_is(tmp_path: Path) -> None:
    """And looking makes nothing."""
    assert found(tmp_path / "data") is None
    assert not (tmp_path / "data").exists()


def test_one_that_was_killed_is_remembered(tmp_path: Path) -> None:
    """By the next one, which has the claim nevertheless."""
    path = tmp_path / NAME
    path.write_bytes(b'{"pid": 4711, "url": "http://127.0.0.1:8000", "folder": "/tmp/warmlane-x"}\n')

    assert found(tmp_path) is None
    with claimed(tmp_path) as next_one:
        assert next_one.before == Running(pid=4711, url="http://127.0.0.1:8000", folder="/tmp/warmlane-x")


def test_a_torn_file_says_nothing(tmp_path: Path) -> None:
    """The claim is the lock's."""
    (tmp_path / NAME).write_bytes(b'{"pid": 47')

    with claimed(tmp_path) as first:
        assert first.before is None


def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    """The folder, too, where it was not there."""
    with claimed(tmp_path / "data"):
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data", tmp_path / "data" / NAME)]

    assert modes == [0o700, 0o600]


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    """With the setting."""
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(ConfigError, match="WARMLANE_DATA_DIR") as caught:
        claim(tmp_path / "file" / "data")

    assert str(tmp_path / "file" / "data") in caught.value.message


@pytest.mark.parametrize(
    ("running", "said"),
    [(THIS, "is serving already on http://127.0.0.1:8000 (process 4711)"), (Running(), "is being started already")],
)
def test_it_is_told_in_one_line(running: Running, said: str) -> None:
    """With what to do."""
    assert said in running.told
    assert "WARMLANE_DATA_DIR" in running.told
    assert "\n" not in running.told


def test_what_a_killed_one_left_is_removed(tmp_path: Path) -> None:
    """Its temporary folder, with all that is in it."""
    folder = tmp_path / "warmlane-abc"
    (folder / "ray").mkdir(parents=True)

    clear(Running(folder=str(folder)))
    clear(Running(folder=str(folder)))
    clear(Running())

    assert not folder.exists()


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    """Neither what is called otherwise, nor what a link of that name points to, nor a file."""
    (tmp_path / "dear").mkdir()
    (tmp_path / "warmlane-link").symlink_to(tmp_path / "dear")
    (tmp_path / "warmlane-file").write_text("dear")

    for name in ("dear", "warmlane-link", "warmlane-file"):
        clear(Running(folder=str(tmp_path / name)))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["dear", "warmlane-file", "warmlane-link"]
