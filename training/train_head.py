"""Trains the pair head that ships: `make train-head`, and with `ARGS="--semdata FOLDER"` what is allowed of that.

Half of what is learnt from are lookups of streams, as a cache sees them: a request and the three nearest before it.
The other half are pairs. Scores of lookups that were held out, by family or cluster, calibrate, and make the prior.
"""

import argparse
import asyncio
import hashlib
import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from training import families, semdata
from training.card import card
from training.families import Pair
from training.fit import FOLDS, fitted, folds, line
from training.streams import Lookup, seen
from warmlane.adapters.embedders import OnnxEmbedder
from warmlane.match.bound import BINS, EDGES, Prior, bin_of
from warmlane.match.facts import Examiner, Facts
from warmlane.match.features import FEATURES
from warmlane.match.head import Head, Trees, shipped_features
from warmlane.match.vetoes.registry import every

SEED, PROMPTS, PAIRS = 20_261_125, 7_000, 9_000
ORDERS = 4  # in which the stream of the development data is run: what is near depends on what came before
PRIOR_FLOOR = 0.85  # the least cosine of a lookup that the prior counts: what lanes ask for where nothing is set
SURE = 1_000.0  # labels that each bin of the prior is given: so many do not blur what the line says
FOLDER = Path(__file__).parents[1] / "app" / "warmlane" / "data" / "head"
NOTHING = Prior(seen=(1.0,) * BINS, right=(0.0,) * BINS, wrong=(0.0,) * BINS, normal=0.0)


class Example(NamedTuple):
    """A pair to learn from; `lookup` numbers the request that it was near to, -1 for a plain pair."""

    row: list[float]
    same: bool
    group: str
    cosine: float
    refused: bool
    lookup: int


def main() -> None:
    """Make data, train, write weights and card."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--semdata", type=Path)
    folder: Path | None = asked.parse_args().semdata
    began, chance = time.perf_counter(), random.Random(SEED)
    streams, pairs = [families.prompts(chance, PROMPTS)], families.pairs(chance, PAIRS)
    if folder is not None:
        allowed, more = semdata.read(folder)
        orders = [chance.sample(allowed, len(allowed)) for _ in range(ORDERS - 1)]
        streams, pairs = [*streams, allowed, *orders], [*pairs, *more]
    texts = {p.text for stream in streams for p in stream} | {text for p in pairs for text in (p.one, p.other)}
    vectors = asyncio.run(embedded(sorted(texts)))
    runs = [seen([p for p in stream if p.text in vectors], vectors) for stream in streams]
    lookups = [lookup for run in runs for lookup in run.lookups]
    examples = Examples(vectors).of(lookups, [p for p in pairs if p.one in vectors and p.other in vectors])
    trees, held_out = trained(examples)
    # Ours are near misses on purpose, more than people ask: others are liker to theirs.
    usual = runs[1:] or runs
    since = len(lookups) - sum(len(run.lookups) for run in usual)
    prior = prior_of(examples, held_out, sum(run.normal for run in usual), since=since)
    digest = written(trees, prior)
    used = [("own prompts", len(streams[0])), ("own pairs", PAIRS)]
    used += (
        [("prompts of the development data", len(streams[1])), ("pairs of it", len(pairs) - PAIRS)] if folder else []
    )
    (FOLDER / "card.md").write_text(
        card(examples, held_out, prior, used=used, seed=SEED, digest=digest), encoding="utf-8"
    )
    print(f"{len(examples)} examples, {time.perf_counter() - began:.0f} s, sha256 {digest}")


async def embedded(texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """A vector for each text that the embedder reads whole."""
    embedder = OnnxEmbedder(threads=2)
    embedder.start()
    await embedder.loaded()
    fitting = [text for text in texts if embedder.fits(text)]
    vectors: dict[str, NDArray[np.float32]] = {}
    for at in range(0, len(fitting), 32):
        some = fitting[at : at + 32]
        for text, vector in zip(some, await embedder.embed(some), strict=True):
            vectors[text] = np.asarray(vector, dtype=np.float32)
    await embedder.aclose()
    return vectors


class Examples:
    """Makes examples: texts are read once."""

    def __init__(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Take the vector of each text."""
        self._vectors, self._examiner, self._features = vectors, Examiner(every()), shipped_features()
        self._facts: dict[str, Facts] = {}

    def of(self, lookups: Sequence[Lookup], pairs: Sequence[Pair]) -> list[Example]:
        """One for each near text of each lookup, then one for each pair."""
        near = [
            self._example(lookup.text, text, cosine, same=same, group=lookup.group, lookup=number)
            for number, lookup in enumerate(lookups)
            for text, cosine, same in lookup.near
        ]
        return near + [
            self._example(
                pair.one, pair.other, float(self._vectors[pair.one] @ self._vectors[pair.other]),
                same=pair.same, group=pair.group, lookup=-1,
            )
            for pair in pairs
        ]  # fmt: skip

    def _example(self, one: str, other: str, cosine: float, *, same: bool, group: str, lookup: int) -> Example:
        a, b = self._read(one), self._read(other)
        spoken = self._examiner.objections(a, b)
        return Example(self._features.of(a, b, cosine, spoken), same, group, cosine, bool(spoken), lookup)

    def _read(self, text: str) -> Facts:
        if text not in self._facts:
            self._facts[text] = self._examiner.read(text)
        return self._facts[text]


def trained(examples: Sequence[Example]) -> tuple[Trees, NDArray[np.float64]]:
    """The head, and for each example the probability that heads gave it that were trained without its group."""
    rows = np.array([each.row for each in examples], dtype=np.float32)
    same = np.array([each.same for each in examples])
    near = np.array([each.lookup >= 0 for each in examples])
    weight = np.where(near, 0.5 / near.sum(), 0.5 / (~near).sum()) * len(examples)
    fold = folds([each.group for each in examples], SEED)
    total = np.zeros(len(examples))
    for number in range(FOLDS):
        rest = fold != number
        total[~rest] = logits(fitted(rows[rest], same[rest], weight[rest], SEED), rows[~rest])
    open_ = near & ~np.array([each.refused for each in examples])
    slope, intercept = line(total[open_], same[open_])
    trees = msgspec.structs.replace(fitted(rows, same, weight, SEED), slope=slope, intercept=intercept)
    return trees, 1 / (1 + np.exp(-(slope * total + intercept)))


def logits(trees: Trees, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the head that ships says, before it is a probability."""
    scores = Head(trees, NOTHING).score(rows)
    return np.asarray(np.log(scores / (1 - scores)))


def prior_of(examples: Iterable[Example], scores: Iterable[float], normal: int, *, since: int) -> Prior:
    """For each bin of scores: how many lookups from `since` on had their best open candidate there; how many are right.

    The latter by one line for all bins, in logits (Platt): each has too few lookups to go by alone.
    """
    best: dict[int, tuple[float, bool]] = {}
    for example, score in zip(examples, scores, strict=True):
        if example.lookup >= since and not example.refused and example.cosine >= PRIOR_FLOOR:
            best[example.lookup] = max(best.get(example.lookup, (-1.0, False)), (float(score), example.same))
    found = list(best.values())
    slope, intercept = line(_logit(np.array([score for score, _ in found])), np.array([same for _, same in found]))
    middles = _logit((np.array(EDGES) + np.array([*EDGES[1:], 1.0])) / 2)
    right = 1 / (1 + np.exp(-(slope * middles + intercept)))
    count = np.bincount([bin_of(score) for score, _ in found], minlength=BINS)
    return Prior(
        seen=tuple(map(float, count)), right=tuple((SURE * right).tolist()),
        wrong=tuple((SURE * (1 - right)).tolist()), normal=float(normal),
    )  # fmt: skip


def _logit(score: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(score / (1 - score)))


def written(trees: Trees, prior: Prior) -> str:
    """Write `head.npz`; its SHA-256."""
    path = FOLDER / "head.npz"
    np.savez_compressed(
        path, features=np.array(FEATURES), feature=trees.feature.astype(np.uint8), above=trees.above,
        leaf=trees.leaf, line=np.array([trees.start, trees.slope, trees.intercept]), seen=np.array(prior.seen),
        right=np.array(prior.right), wrong=np.array(prior.wrong), normal=np.array(prior.normal),
    )  # fmt: skip
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
