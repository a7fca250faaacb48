"""One command: ask, print the page, and keep it. `python -m eval [--data FOLDER | --own] [--to FOLDER]`."""

import argparse
import asyncio
import os
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from eval.bodies import conversation, texts
from eval.gates import shipped
from eval.page import calibration, page
from eval.plot import drawn
from eval.results import measured
from eval.sources import Material, fow, own, shared
from eval.vectors import embedded

_ROOT = Path(__file__).parents[1]


def main() -> int:
    """Write docs/evaluation.md and its picture."""
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    named = os.environ.get("WARMLANE_EVAL_DATA")
    parser.add_argument("--data", type=Path, default=named and Path(named), help="the folder with the shared data")
    parser.add_argument("--own", action="store_true", help="the small set of this repository")
    parser.add_argument("--to", type=Path, default=_ROOT / "docs", help="where the page goes (default: docs)")
    options = parser.parse_args()
    started = time.perf_counter()
    material = _material(options.data, own_only=options.own)
    wanted = (*material.texts(), *texts(material.bodies), *_last_messages(material))
    vectors = asyncio.run(embedded(wanted, _ROOT / ".eval-cache"))
    print(f"embedded after {time.perf_counter() - started:.0f} s", file=sys.stderr)
    results = measured(material, vectors, shipped())
    print(f"asked after {time.perf_counter() - started:.0f} s", file=sys.stderr)
    text = page(results, (f"{name} {version(name)}" for name in ("warmlane", "numpy", "onnxruntime")))
    print(text)
    options.to.mkdir(parents=True, exist_ok=True)
    (options.to / "evaluation.md").write_text(text, encoding="utf-8")
    drawn(options.to / "images" / "calibration.png", calibration(results))
    return 0


def _material(folder: Path | None, *, own_only: bool) -> Material:
    """What is there. Raises: OSError where a folder was named that has not what is needed."""
    beside = _ROOT.parent / "shared" / "semdata"
    if folder is None and beside.is_dir():
        folder = beside
    found = own() if own_only or folder is None else shared(folder)
    others = fow()
    return found if others is None else replace(found, fow=others[0], conversations=others[1])


def _last_messages(material: Material) -> list[str]:
    return [text for each in material.conversations for last in [conversation(each)] for text in (last.a, last.b)]


if __name__ == "__main__":
    sys.exit(main())
