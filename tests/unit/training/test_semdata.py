"""What of the development data is trained on."""

import gzip
import json
from pathlib import Path

import pytest
from training import semdata

BARRED = [
    "qqp", "perturbed:qqp", "surface:qqp", "mqp", "nl2bash", "squad-para", "advglue-qqp", "geo-multilingual",
    "text2sql-atis", "text2sql-geography", "text2sql-restaurants", "text2sql-scholar", "fow-cache", "new",
]  # fmt: skip
ALLOWED = ["synthetic-frames", "text2sql-advising", "banking77", "gptcache-mock", "surface:banking77"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One row of each source and of each kind of cluster."""
    rows = [{"a": f"a {source}", "b": f"b {source}", "same": 1, "source": source} for source in BARRED + ALLOWED]
    clusters = ["syn:1", "oos:2", "t2s:advising:3", "qqp:4", "mqp:5", "bash:6", "sq:7", "t2s:atis:8", "t2s:advisingx:9"]
    prompts = [{"prompt": f"p {cluster}", "cluster": cluster} for cluster in clusters]
    for name, some in (("pairs", rows), ("stream_fresh", prompts)):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in some)
    return tmp_path


def test_only_rows_whose_licence_lets_weights_ship_are_trained_on(folder: Path) -> None:
    """What is not on the list is not read, also what nobody has heard of yet."""
    prompts, pairs = semdata.read(folder)
    assert {pair.one.removeprefix("a ") for pair in pairs} == set(ALLOWED)
    assert {prompt.cluster for prompt in prompts} == {"syn:1", "oos:2", "t2s:advising:3"}


def test_what_shares_a_text_is_of_one_group(tmp_path: Path) -> None:
    """Otherwise what is held out was seen in training."""
    rows = [{"a": one, "b": other, "same": 1, "source": "banking77"} for one, other in ("xy", "yz", "uv")]
    for name, some in (("pairs", rows), ("stream_fresh", [{"prompt": "z", "cluster": "syn:1"}])):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in some)
    (prompt,), (first, second, third) = semdata.read(tmp_path)
    assert prompt.group == first.group == second.group != third.group
