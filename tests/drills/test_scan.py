"""The scanner finds what is planted, in each encoding, and finds nothing where nothing is."""

import base64
import gzip
import hashlib
import os
import secrets
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from drills.scan import Scanner

CANARY = f"sk-{secrets.token_hex(24)}"
SCANNER = Scanner({"key": CANARY})
PLANTS: dict[str, Callable[[bytes], bytes]] = {
    "raw": lambda text: text,
    "a part": lambda text: text[:24],
    "hex": lambda text: text.hex().encode(),
    "HEX": lambda text: text.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64, one byte on": lambda text: base64.b64encode(b"." + text),
    "base64, two bytes on": lambda text: base64.b64encode(b".." + text + b"."),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(b"??>" + text),
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "UTF-16, other end first": lambda text: text.decode().encode("utf-16-be"),
    "zlib": zlib.compress,
    "zlib, fast": lambda text: zlib.compress(text, 1),
    "zlib, stored": lambda text: zlib.compress(text, 0),
    "zlib, cut": lambda text: zlib.compress(text + os.urandom(10_000))[:5_000],
    "gzip": gzip.compress,
    "gzip of base64": lambda text: gzip.compress(base64.b64encode(text)),
    "gzip of zlib": lambda text: gzip.compress(b"...." + zlib.compress(text)),
    "SHA-256": lambda text: hashlib.sha256(text).hexdigest().encode(),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_canary_is_found(tmp_path: Path, name: str) -> None:
    """In the middle of noise, in a file below a folder."""
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(os.urandom(20_001) + PLANTS[name](CANARY.encode()) + os.urandom(20_000))

    assert any(leak.startswith("key as") for leak in SCANNER.scan_files(tmp_path))


def test_a_canary_in_a_stream_without_a_header_is_found() -> None:
    """Wherever it begins."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -12)
    stream = deflate.compress(b"the answer is " + CANARY.encode()) + deflate.flush()

    assert SCANNER.scan_deflated(os.urandom(100) + stream + os.urandom(100))
    assert SCANNER.scan_deflated(os.urandom(500)) == set()


def test_a_canary_in_a_database_is_found(tmp_path: Path) -> None:
    """Also in a row that is too long for a page, and in one that was deleted from a log not yet emptied."""
    with sqlite3.connect(tmp_path / "db") as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (x BLOB)")
        db.execute("INSERT INTO t VALUES (?)", (os.urandom(50_000) + CANARY.encode(),))
        db.commit()
        db.execute("DELETE FROM t")
        db.commit()
        assert SCANNER.scan_files(tmp_path)
    db.close()


def test_a_canary_in_a_name_is_found(tmp_path: Path) -> None:
    """A file's name is written somewhere too."""
    (tmp_path / CANARY).touch()

    assert SCANNER.scan_files(tmp_path)


def test_nothing_is_found_in_noise(tmp_path: Path) -> None:
    """Nor is another key taken for this one."""
    other = f"sk-{secrets.token_hex(24)}"
    plants = b"".join(plant(other.encode()) for plant in PLANTS.values())
    (tmp_path / "file").write_bytes(os.urandom(1_000_000) + plants)

    assert SCANNER.scan_files(tmp_path) == set()
