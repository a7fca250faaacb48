"""The wheel is what people install: all of the product is in it, and nothing else."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PACKAGES = (Path("app/warmlane"), Path("stores/warmlane_stores"), Path("deployments/warmlane_serve"))


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel built now, with the build tools of this environment."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(root)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: zipfile.ZipFile, tracked: list[Path]) -> None:
    """Every tracked file of the three packages, and no test, no bench, no stray file."""
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}

    wanted = {str(path.relative_to(path.parts[0])) for path in tracked if any(map(path.is_relative_to, PACKAGES))}
    assert inside == wanted


def test_the_wheel_brings_the_model_with_its_papers(wheel: zipfile.ZipFile) -> None:
    """Semantic matching needs no download: model, tokenizer, card and licence are inside."""
    inside = {Path(name).name: info.file_size for name, info in wheel.NameToInfo.items() if "/data/minilm/" in name}

    assert {"cpu.onnx", "cuda.onnx", "weights.bin", "tokenizer.json", "CARD.md", "LICENSE"} <= inside.keys()
    assert inside["weights.bin"] > 20_000_000


def test_the_wheel_is_typed_and_licensed(wheel: zipfile.ZipFile) -> None:
    """Type checkers read our annotations, and the licence travels with the code."""
    inside = set(wheel.namelist())
    (info,) = {name.split("/")[0] for name in inside if ".dist-info/" in name}
    facts = Parser().parsestr(wheel.read(f"{info}/METADATA").decode())

    assert {f"{package.name}/py.typed" for package in PACKAGES} <= inside
    assert f"{info}/licenses/LICENSE" in inside
    assert facts["License-Expression"] == "Apache-2.0"
    assert b"warmlane = warmlane_serve.cli:main" in wheel.read(f"{info}/entry_points.txt")
