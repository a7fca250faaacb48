"""The repository as the tests here see it: what git tracks, or would track."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that is committed or about to be, relative to the root: ignored ones are nobody's business."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return sorted(path for name in listing.split("\0") if name and (ROOT / (path := Path(name))).is_file())


@pytest.fixture(scope="session")
def sources(tracked: list[Path]) -> list[Path]:
    """The product's own Python files, relative to the root."""
    return [path for path in tracked if path.suffix == ".py" and path.parts[0] in {"app", "stores", "deployments"}]


@pytest.fixture(scope="session")
def texts(tracked: list[Path]) -> dict[Path, str]:
    """Every tracked file that is text, with its content."""
    found = {}
    for path in tracked:
        content = (ROOT / path).read_bytes()
        if b"\0" not in content:
            found[path] = content.decode()
    return found
