"""From a URL to a store."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import ConfigError
from warmlane_stores import open_store
from warmlane_stores.journal import Journal
from warmlane_stores.memory import MemoryStore
from warmlane_stores.null import NullStore
from warmlane_stores.testing import a_row

ROOT = Path(__file__).parents[3]


async def test_each_scheme_has_its_store(tmp_path: Path, clock: ManualClock) -> None:
    """memory, null and sqlite, with options or without."""
    made = [
        open_store("memory://", clock=clock),
        open_store("memory://?max_bytes=1000&max_entries=3", clock=clock),
        open_store("null://", clock=clock),
        open_store(f"sqlite://{tmp_path}/a?max_bytes=100000&max_entries=5", clock=clock),
    ]

    assert [type(store) for store in made] == [MemoryStore, MemoryStore, NullStore, Journal]
    for store in made:
        await store.aclose()


async def test_options_arrive(clock: ManualClock) -> None:
    """A store with room for one row holds one."""
    store = open_store("memory://?max_entries=1", clock=clock)
    first, second = a_row("a"), a_row("b")
    await store.put(first)
    await store.put(second)

    assert await store.get(first.tenant, first.key) is None
    assert await store.get(second.tenant, second.key) == second


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("redis://localhost", "'redis'"),
        ("warmlane.db", "''"),
        ("memory://?max_byte=1", "'max_byte'"),
        ("memory://?max_bytes=lots", "'max_bytes'"),
        ("sqlite://relative/folder", "sqlite"),
        ("sqlite:///", "sqlite"),
        ("null://?max_bytes=1", "'max_bytes'"),
    ],
)
def test_a_wrong_url_is_refused_by_name(url: str, named: str, clock: ManualClock) -> None:
    """ConfigError says which scheme or option, so that it can be mended."""
    with pytest.raises(ConfigError, match=named):
        open_store(url, clock=clock)


def test_another_package_adds_a_scheme(tmp_path: Path) -> None:
    """An entry point of the group is found by its name, without a change here."""
    (tmp_path / "third_party.py").write_text(
        "from warmlane_stores.null import NullStore\n"
        "class Theirs(NullStore):\n    pass\n"
        "def open_url(url, clock):\n    return Theirs()\n"
    )
    info = tmp_path / "third_party-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[warmlane.stores]\ntheirs = third_party:open_url\n")

    assert run(OPEN, "theirs://", tmp_path) == "Theirs"


def test_works_from_the_sources_alone() -> None:
    """Where nothing is installed there are no entry points, and the three built-in schemes all the same."""
    assert run("import importlib.metadata as m; m.entry_points = lambda **_: ()\n" + OPEN, "memory://") == "MemoryStore"


def test_importing_it_does_not_import_chroma() -> None:
    """It takes a second and 60 MB, and only a large index needs it."""
    code = "import sys, warmlane_stores.shard, warmlane_stores.index.auto; print('chromadb' in sys.modules)"

    assert run(code, "") == "False"


def test_the_built_in_schemes_are_the_declared_ones() -> None:
    """What the package declares opens what the fallback opens."""
    declared = {
        point.name: point.value
        for point in importlib.metadata.entry_points(group="warmlane.stores")
        if point.value.startswith("warmlane_stores.")
    }

    assert declared in (
        {},  # run from the sources
        {name: f"warmlane_stores.{module}:open_url" for name, module in BUILT_IN.items()},
    )


BUILT_IN = {"memory": "memory", "null": "null", "sqlite": "journal"}
OPEN = """
import sys
from warmlane.clock import ManualClock
from warmlane_stores import open_store
print(type(open_store(sys.argv[1], clock=ManualClock())).__name__)
"""


def run(code: str, argument: str, *more: Path) -> str:
    """What a new interpreter prints, with these folders on its path."""
    path = [*more, ROOT / "app", ROOT / "stores"]
    setup = f"import sys; sys.path[:0] = {[str(folder) for folder in path]!r}\n"
    done = subprocess.run([sys.executable, "-c", setup + code, argument], check=True, capture_output=True, text=True)
    return done.stdout.strip()
