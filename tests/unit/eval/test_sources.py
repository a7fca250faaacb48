"""What is asked: the set of the repository is what it says, and a folder's files are read."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from eval.sources import Bodies, Pair, Request, own, shared

from warmlane.match.vetoes import VetoName


def test_the_own_set_is_large_enough_to_say_something() -> None:
    """Requests, clusters, and pairs of both kinds; one pair is there once."""
    found = own()
    requests = found.streams["own"]

    assert len(requests) >= 300
    assert len({request.cluster for request in requests}) >= 120
    assert len({(pair.a, pair.b) for pair in found.pairs}) == len(found.pairs) >= 200
    assert min(Counter(pair.same for pair in found.pairs).values()) >= 75


def test_the_own_set_covers_every_veto_and_five_languages() -> None:
    """A class that is not in it would never be missed."""
    pairs = own().pairs
    kinds = Counter(pair.kind for pair in pairs if not pair.same)

    assert set(kinds) == {name.value for name in VetoName}
    assert min(kinds.values()) >= 3
    assert {pair.source for pair in pairs} == {"own-en", "own-de", "own-fr", "own-es", "own-it"}


def test_a_prompt_of_the_own_set_is_in_one_cluster() -> None:
    """Else the same words would have two right answers."""
    clusters: dict[str, set[str]] = {}
    for request in own().streams["own"]:
        clusters.setdefault(request.prompt, set()).add(request.cluster)

    assert [prompt for prompt, some in clusters.items() if len(some) > 1] == []


def test_a_folder_is_read_with_what_it_has(tmp_path: Path) -> None:
    """A stream that is not there is left out."""
    body = {"messages": [{"role": "user", "content": "a"}]}
    _write(tmp_path / "stream_fresh.jsonl.gz", [{"prompt": "a", "cluster": "x:1"}])
    _write(
        tmp_path / "pairs.jsonl.gz",
        [{"a": "a", "b": "b", "same": 0, "kind": "number", "source": "s", "noise": noise} for noise in ("low", "high")],
    )
    _write(tmp_path / "context.jsonl.gz", [{"a": body, "b": body, "same": 0, "kind": "k", "b_key_suffix": "2"}])

    found = shared(tmp_path)

    assert found.streams == {"fresh": (Request("a", "x:1"),)}
    assert found.streams["fresh"][0].source == "x"
    sure, unsure = found.pairs
    assert sure == Pair("a", "b", same=False, kind="number", source="s")
    assert not unsure.is_sure
    assert found.bodies == (Bodies(body, body, same=False, kind="k", other_key=True),)


def test_a_folder_without_pairs_is_none(tmp_path: Path) -> None:
    """A wrong path is told, not measured."""
    with pytest.raises(OSError, match="pairs"):
        shared(tmp_path)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
