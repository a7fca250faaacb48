"""The file behind a journal: owned by one, and sound."""

import sqlite3
import stat
from pathlib import Path

import pytest

from warmlane.errors import ConfigError
from warmlane_stores.journal_file import DAMAGED, NAME, JournalFile, is_damage, is_owned


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where it will be."""
    return tmp_path / "made" / "here"


def opened(folder: Path) -> bool:
    """Open, close and release; whether a damaged file was set aside."""
    file = JournalFile(folder)
    try:
        connection, was_damaged = file.open()
        connection.close()
    finally:
        file.release()
    return was_damaged


def test_only_the_owner_may_read_it(folder: Path) -> None:
    """The folder is 0700, each file in it 0600."""
    file = JournalFile(folder)
    connection, _ = file.open()
    connection.execute("INSERT INTO labels VALUES (x'00', 1)")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == dict.fromkeys([NAME, f"{NAME}-wal", f"{NAME}-shm", "journal.lock"], 0o600)
    connection.close()
    file.release()


def test_a_second_owner_is_told_so(folder: Path) -> None:
    """Until the first lets go."""
    first = JournalFile(folder)

    with pytest.raises(ConfigError, match="in use by another process"):
        JournalFile(folder)

    first.release()
    first.release()
    JournalFile(folder).release()


def test_whether_it_is_owned_can_be_seen(folder: Path) -> None:
    """Also where there is none; looking makes none, and takes it from nobody."""
    assert not is_owned(folder)
    assert not folder.exists()

    file = JournalFile(folder)
    assert is_owned(folder)
    file.release()

    assert not is_owned(folder)


def test_a_place_that_cannot_be_is_told_so(tmp_path: Path) -> None:
    """A folder under a file, or a folder where the file should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be used"):
        JournalFile(tmp_path / "file" / "folder")

    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "x").mkdir()
    with pytest.raises(ConfigError, match="cannot be opened"):
        opened(tmp_path)


def test_commits_are_durable_and_deletes_overwrite(folder: Path) -> None:
    """WAL, synchronous FULL (2), secure_delete on (1), on every connection."""
    file = JournalFile(folder)
    writer, _ = file.open()
    for connection in (writer, file.connect()):
        answers = [
            connection.execute(f"PRAGMA {name}").fetchall()[0][0]
            for name in ("journal_mode", "synchronous", "secure_delete")
        ]
        assert answers == ["wal", 2, 1]
        connection.close()
    file.release()


def test_a_sound_file_is_opened_again(folder: Path) -> None:
    """With what is in it."""
    file = JournalFile(folder)
    connection, _ = file.open()
    connection.execute("INSERT INTO labels VALUES (x'01', 7)")
    connection.close()
    connection, was_damaged = file.open()

    assert not was_damaged
    assert connection.execute("SELECT * FROM labels").fetchall() == [(b"\1", 7)]
    connection.close()
    file.release()


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + bytes(4080)])
def test_what_is_no_journal_is_set_aside(folder: Path, content: bytes) -> None:
    """An empty file too: SQLite would take it for a new one, and nobody would hear that rows were lost."""
    assert not opened(folder)
    (folder / NAME).write_bytes(content)

    assert opened(folder)

    assert (folder / DAMAGED).read_bytes() == content
    assert not opened(folder)


def test_another_programs_or_versions_file_is_set_aside(folder: Path) -> None:
    """It is no journal of this version, whatever it is."""
    folder.mkdir(parents=True)
    other = sqlite3.connect(folder / NAME)
    other.execute("CREATE TABLE rows (x)")
    other.close()
    assert opened(folder)

    ours = sqlite3.connect(folder / NAME)
    ours.execute("PRAGMA user_version = 99")
    ours.close()
    assert opened(folder)


def test_only_the_latest_damaged_file_is_kept(folder: Path) -> None:
    """Damage does not fill the disk."""
    folder.mkdir(parents=True)
    for content in (b"first", b"second"):
        (folder / NAME).write_bytes(content)
        assert opened(folder)

    assert (folder / DAMAGED).read_bytes() == b"second"


def test_a_full_disk_is_no_damage() -> None:
    """Only what says that the file is broken throws a file away."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (x)")
    database.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as full:
        database.execute("INSERT INTO t VALUES (zeroblob(100000))")
    database.close()

    assert not is_damage(full.value)
    assert not is_damage(sqlite3.ProgrammingError("closed"))
