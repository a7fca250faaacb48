"""Where Chroma overtakes the flat index: `python -m bench.indexes [--sizes 1000,10000,…]`.

Both hold the same vectors in one process and answer the same queries in turn. Prints a table in Markdown; the size at
which the second wins is `warmlane_stores.index.auto.PROMOTE_AT`.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from warmlane_stores.index.base import Found, Matrix, VectorIndex
from warmlane_stores.index.chroma import ChromaIndex
from warmlane_stores.index.flat import FlatIndex

SIZES = (1_000, 10_000, 25_000, 50_000, 75_000, 100_000)
_DIM = 384
_K = 7  # what a shard asks for, to give three
_FLOOR = 0.5
_CHUNK = 1000


class Timing(NamedTuple):
    """Searches of one kind of index at one size, in milliseconds.

    `agrees` is the share of searches whose nearest is the flat index's.
    """

    size: int
    kind: str
    median: float
    p90: float
    agrees: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.indexes", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="rising numbers of vectors")
    parser.add_argument("--queries", type=int, default=300)
    options = parser.parse_args()
    asyncio.run(_print([int(size) for size in options.sizes.split(",")], options.queries))


async def _print(sizes: Sequence[int], queries: int) -> None:
    print("| vectors | index | median ms | p90 ms | same nearest |\n|--:|---|--:|--:|--:|", flush=True)
    async for timing in measure(sizes, queries):
        numbers = f"{timing.median:.3f} | {timing.p90:.3f} | {timing.agrees:.1%}"
        print(f"| {timing.size:,} | {timing.kind} | {numbers} |", flush=True)


async def measure(sizes: Sequence[int], queries: int) -> AsyncIterator[Timing]:
    """Fill both to each size in turn, and search."""
    random = np.random.default_rng(11)
    centres = random.normal(size=(200, _DIM)).astype(np.float32)
    flat, chroma = FlatIndex(), ChromaIndex(deadline=60)
    try:
        count = 0
        for size in sizes:
            while count < size:
                some = min(_CHUNK, size - count)
                names = [number.to_bytes(16) for number in range(count, count + some)]
                vectors = _sentences(random, centres, some)
                await flat.add(names, vectors)
                await chroma.add(names, vectors)
                await chroma.settle()
                count += some
            for timing in await _compare(flat, chroma, _sentences(random, centres, queries)):
                yield timing
    finally:
        await flat.aclose()
        await chroma.aclose()


async def _compare(flat: FlatIndex, chroma: ChromaIndex, probes: Matrix) -> list[Timing]:
    took: dict[str, list[float]] = {"flat": [], "chroma": []}
    agreed = 0
    for probe in probes:
        answers = {}
        for name, index in (("flat", flat), ("chroma", chroma)):
            seconds, answers[name] = await _timed(index, probe)
            took[name].append(seconds * 1e3)
        agreed += answers["flat"][:1] == [] or answers["flat"][0][0] in {name for name, _ in answers["chroma"][:1]}
    shares = {"flat": 1.0, "chroma": agreed / len(probes)}
    return [
        Timing(len(flat), name, float(np.median(times)), float(np.quantile(times, 0.9)), shares[name])
        for name, times in took.items()
    ]


async def _timed(index: VectorIndex, probe: NDArray[np.float32]) -> tuple[float, Found]:
    start = time.perf_counter()
    found = await index.search(probe, _K, _FLOOR)
    return time.perf_counter() - start, found


def _sentences(random: np.random.Generator, centres: Matrix, count: int) -> Matrix:
    """Unit vectors that lie as sentences do: around topics, and all of them a little to one side."""
    topics = centres[random.integers(len(centres), size=count)]
    vectors: Matrix = topics + centres[0] * 0.5 + random.normal(size=(count, _DIM)).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: Matrix = vectors / lengths
    return units


if __name__ == "__main__":
    main()
