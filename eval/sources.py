"""What is asked: streams of requests, labelled pairs of prompts, and pairs of whole request bodies."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

OWN = Path(__file__).with_name("data")
"""The small set that is in this repository, written for it (Apache-2.0)."""

_STREAMS = ("fresh", "mixed", "qqp")


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt; those of one `cluster` have the same right answer."""

    prompt: str
    cluster: str

    @property
    def source(self) -> str:
        """Where it is from: what is before the first colon of its cluster."""
        return self.cluster.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two prompts: whether the answer to `a` may be served for `b`, and how they differ."""

    a: str
    b: str
    same: bool
    kind: str
    source: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Bodies:
    """Two bodies of chat requests, and whether the answer to `a` may be served for `b`."""

    a: Mapping[str, Any]
    b: Mapping[str, Any]
    same: bool
    kind: str
    other_key: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """All that is asked in one run. `name` is the set's, for the page."""

    name: str
    streams: Mapping[str, tuple[Request, ...]]
    pairs: tuple[Pair, ...] = ()
    bodies: tuple[Bodies, ...] = ()
    fow: tuple[Pair, ...] | None = None
    conversations: tuple[Bodies, ...] = field(default=())

    def texts(self) -> Iterator[str]:
        """Each prompt that may have to be embedded; some more than once."""
        for stream in self.streams.values():
            yield from (request.prompt for request in stream)
        for pair in (*self.pairs, *(self.fow or ())):
            yield pair.a
            yield pair.b


def own() -> Material:
    """The set of this repository."""
    stream = tuple(Request(row["prompt"], row["cluster"]) for row in _rows(OWN / "stream.jsonl"))
    return Material(name="own", streams={"own": stream}, pairs=_pairs(OWN / "pairs.jsonl"))


def shared(folder: Path) -> Material:
    """What `folder` has of `stream_*`, `pairs` and `context`, as `.jsonl.gz`. Raises: OSError, without the pairs."""
    files = {name: folder / f"stream_{name}.jsonl.gz" for name in _STREAMS}
    streams = {
        name: tuple(Request(row["prompt"], row["cluster"]) for row in _rows(path))
        for name, path in files.items()
        if path.exists()
    }
    context = folder / "context.jsonl.gz"
    bodies = tuple(
        Bodies(row["a"], row["b"], bool(row["same"]), row["kind"], other_key=bool(row.get("b_key_suffix")))
        for row in (_rows(context) if context.exists() else ())
    )
    return Material(name="shared", streams=streams, pairs=_pairs(folder / "pairs.jsonl.gz"), bodies=bodies)


def fow() -> tuple[tuple[Pair, ...], tuple[Bodies, ...]] | None:
    """The questions and conversations of the package fow-cache; None where it is not installed."""
    try:
        data: Any = import_module("fow_cache.data")
    except ImportError:
        return None
    questions = tuple(
        Pair(row["a"], row["b"], bool(row["same_answer"]), row["category"], "fow-cache")
        for row in data.load_questions()
    )
    talks = tuple(
        Bodies({"messages": row["a"]}, {"messages": row["b"]}, bool(row["same_answer"]), row["subtype"])
        for row in data.load_conversations()
    )
    return questions, talks


def _pairs(path: Path) -> tuple[Pair, ...]:
    return tuple(
        Pair(row["a"], row["b"], bool(row["same"]), row["kind"], row["source"], row["noise"] == "low")
        for row in _rows(path)
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
