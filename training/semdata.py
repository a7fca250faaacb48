"""Rows of the development data that weights which ship may be trained on, by a list of what is allowed."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from training.families import Pair, Prompt

SOURCES: Final = frozenset(
    {
        "synthetic-frames", "synthetic-extra", "surface:synthetic-frames", "surface:synthetic-extra",  # own
        "text2sql-advising", "banking77", "perturbed:banking77", "surface:banking77",  # CC BY 4.0
        "gptcache-mock",  # MIT
    }
)  # fmt: skip
"""Sources of pairs."""

CLUSTERS: Final = ("syn:", "ext:", "oos:", "alp:", "t2s:advising:")
"""Beginnings of the clusters of streams: own, own, CC BY 3.0, Apache-2.0, CC BY 4.0."""


def read(folder: Path) -> tuple[list[Prompt], list[Pair]]:
    """Prompts and pairs that are allowed. What has a text or a cluster in common is of one group."""
    some, more = _prompts(folder), _pairs(folder)
    above: dict[str, str] = {}

    def top(node: str) -> str:
        while above.get(node, node) != node:
            node = above[node]
        return node

    for one, other in [(each.text, each.cluster) for each in some] + [(each.one, each.other) for each in more]:
        above[top(one)] = top(other)
    return (
        [each._replace(group=top(each.text)) for each in some],
        [each._replace(group=top(each.one)) for each in more],
    )


def _pairs(folder: Path) -> list[Pair]:
    return [
        Pair(row["a"], row["b"], bool(row["same"]), row["a"])
        for row in _rows(folder / "pairs.jsonl.gz")
        if row["source"] in SOURCES
    ]


def _prompts(folder: Path) -> list[Prompt]:
    return [
        Prompt(row["prompt"], row["cluster"], row["cluster"])
        for row in _rows(folder / "stream_fresh.jsonl.gz")
        if row["cluster"].startswith(CLUSTERS)
    ]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
