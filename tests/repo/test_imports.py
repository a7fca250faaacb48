"""Who may import whom, and what the base install may not need."""

import subprocess
import sys
from pathlib import Path

import pytest

# What only an extra brings: `warmlane serve --solo` starts without any of it.
EXTRAS = [
    "chromadb", "ray", "opentelemetry.exporter", "pandas", "matplotlib", "pytest", "hypothesis", "openai",
    "genai_prices",
]  # fmt: skip

# The contracts for stores are pytest classes: whoever subclasses them has pytest.
PUBLIC_TEST_KIT = "warmlane_stores.testing"


@pytest.mark.slow
def test_the_import_contracts_hold(root: Path) -> None:
    """Arrows point inward: deployments to stores to app, and inside the app towards the values."""
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]

    done = subprocess.run(lint, cwd=root, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_no_module_needs_an_extra_to_be_imported(sources: list[Path], root: Path) -> None:
    """All modules import where every extra's packages are missing."""
    modules = [name for path in sources if not (name := module(path)).startswith(PUBLIC_TEST_KIT)]

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE, *map(str, roots(root)), "--", *EXTRAS, "--", *modules],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr


def module(path: Path) -> str:
    """Dotted name: app/warmlane/web/__init__.py -> warmlane.web."""
    return ".".join(path.with_suffix("").parts[1:]).removesuffix(".__init__")


def roots(root: Path) -> list[Path]:
    """The three source roots."""
    return [root / name for name in ("app", "stores", "deployments")]


# Runs in its own process, since this one has imported everything already. A None in sys.modules is a failed import.
PROBE = """
import importlib, sys
marks = [i for i, word in enumerate(sys.argv) if word == "--"]
sys.path[:0] = sys.argv[1:marks[0]]
sys.modules.update(dict.fromkeys(sys.argv[marks[0] + 1:marks[1]]))
for name in sys.argv[marks[1] + 1:]:
    importlib.import_module(name)
"""
