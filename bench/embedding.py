"""Case h: embedding, one by one and together, on one core, and in several processes.

Rates are of CPU time, which on a core that is busy with nothing else is time.

`python -m bench.embedding SECONDS` is one of those processes: it prints how many texts it embedded a second.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count, cycle
from statistics import median

from bench.measure import Effort
from bench.processes import Broken, Cores
from bench.results import Fact, Result
from warmlane.adapters.embedders import MINILM, OnnxEmbedder, Pieces
from warmlane.adapters.embedders.batching import Limits
from warmlane.adapters.embedders.network import Network

Embed = Callable[[str], Awaitable[object]]

IN_FLIGHT = 32
SIZES = (1, 2, 4, 8, 16, 32)
_CELLS = 64
"""Room for each text of a run, so that the number is what bounds it; as shipped it is the room that does."""

_SHIPPED = 0
_LEAST_GAIN = 1.5  # times the throughput
_MOST_LOSS = 1.15  # times the latency
_PATIENCE = 60.0  # seconds: here the queue is meant to be full
_AS_SHIPPED = Limits(patience=_PATIENCE)

_OPENINGS = (
    "How do I",
    "Please explain to me, in a few words and without any jargon, how to",
    "What is the best way to",
    "I have tried twice already and it failed both times with the same message: can you tell me how I should",
    "Is it possible for somebody who is new in the team to",
)
_REQUESTS = (
    "reset my password?",
    "cancel an order that was placed yesterday evening?",
    "change the shipping address of a parcel that is already on its way to the depot?",
    "merge two branches in git when both have changed the same file?",
    "roast vegetables?",
    "convert a column of dates from text into timestamps, if some rows are empty and others have no year?",
    "apply for a refund",
)
TEXTS = tuple(f"{opening} {request}" for request in _REQUESTS for opening in _OPENINGS)
"""Of 8 to 47 tokens, 25 on average."""


def embedding(cores: Cores, effort: Effort) -> Iterator[Result]:
    """Texts of ordinary length, on the core where the rest was measured. Raises: Broken."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores.measured})
    try:
        rates, alone, through = asyncio.run(_measured(effort))
    finally:
        os.sched_setaffinity(0, ours)
    for size in SIZES:
        yield Fact(f"embedding, {IN_FLIGHT} asking, at most {size} a run", rates[size], "texts/s")
    yield Fact(f"embedding, {IN_FLIGHT} asking, as shipped", rates[_SHIPPED], "texts/s")
    gain = f"embedding, {IN_FLIGHT} asking: CPU a text as shipped, by one by one"
    yield Fact(gain, rates[1] / rates[_SHIPPED], "times", round(1 / _LEAST_GAIN, 3))
    yield Fact("embedding, 1 asking: p50", through * 1e3, "ms")
    yield Fact("embedding, 1 asking: p50, by the model called without a queue", through / alone, "times", _MOST_LOSS)
    everywhere = sorted({cores.measured, *cores.rest}, key=lambda core: core != cores.measured)
    for number in range(1, len(everywhere) + 1):
        found = _processes(everywhere[:number], effort.seconds * effort.rounds / 2)
        yield Fact(f"embedding in {number} processes, a core each, {IN_FLIGHT} asking each", found, "texts/s")


async def _measured(effort: Effort) -> tuple[dict[int, float], float, float]:
    """Texts a second by the most in a run; seconds of one text without a queue and through it. All in turns."""
    embedders = {size: await _loaded(Limits(texts=size, cells=_CELLS * size, patience=_PATIENCE)) for size in SIZES}
    embedders[_SHIPPED] = await _loaded(_AS_SHIPPED)
    network, pieces, worker = Network(MINILM, threads=1), Pieces(), ThreadPoolExecutor(1)
    pieces.load()
    loop = asyncio.get_running_loop()

    async def direct(text: str) -> object:
        return await loop.run_in_executor(worker, network.vectors, [pieces.of(text)])

    rates: dict[int, list[float]] = {size: [] for size in embedders}
    ones: tuple[list[float], list[float]] = ([], [])
    for _ in range(effort.rounds):
        for size, embedder in embedders.items():
            rates[size].append(await _rate(_one(embedder), effort.seconds / 2))
        for took, embed in zip(ones, (direct, _one(embedders[_SHIPPED])), strict=True):
            took.append(await _latency(embed, effort.seconds / 4))
    for embedder in embedders.values():
        await embedder.aclose()
    worker.shutdown()
    alone, through = map(median, ones)
    return {size: median(found) for size, found in rates.items()}, alone, through


async def _loaded(limits: Limits) -> OnnxEmbedder:
    embedder = OnnxEmbedder(limits=limits)
    embedder.start()
    await embedder.loaded()
    return embedder


def _one(embedder: OnnxEmbedder) -> Embed:
    return lambda text: embedder.embed([text])


async def _rate(embed: Embed, seconds: float) -> float:
    """Texts a second of CPU, asked by so many at once, each again as soon as it has its vector."""
    texts, done = cycle(TEXTS), count()
    begun, until = time.process_time(), time.perf_counter() + seconds

    async def ask() -> None:
        while time.perf_counter() < until:
            await embed(next(texts))
            next(done)

    await asyncio.gather(*(ask() for _ in range(IN_FLIGHT)))
    return next(done) / (time.process_time() - begun)


async def _latency(embed: Embed, seconds: float) -> float:
    """The median time of one, in seconds, over whole turns through the texts."""
    took: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for text in TEXTS:
            started = time.perf_counter()
            await embed(text)
            took.append(time.perf_counter() - started)
    return median(took)


def _processes(cores: Sequence[int], seconds: float) -> float:
    """Texts a second of as many processes as there are cores, together. Raises: Broken."""
    ours = os.sched_getaffinity(0)
    children: list[subprocess.Popen[str]] = []
    with ExitStack() as stack:
        try:
            for core in cores:
                os.sched_setaffinity(0, {core})
                command = [sys.executable, "-m", "bench.embedding", str(seconds)]
                children.append(stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)))
        finally:
            os.sched_setaffinity(0, ours)
        said = [child.communicate(timeout=60 + seconds)[0] for child in children]
    try:
        return sum(map(float, said))
    except ValueError:
        msg = f"a process that was to embed ended with {[child.returncode for child in children]}"
        raise Broken(msg) from None


async def _child(seconds: float) -> float:
    embedder = await _loaded(_AS_SHIPPED)
    await _rate(_one(embedder), 0.1)
    rate = await _rate(_one(embedder), seconds)
    await embedder.aclose()
    return rate


if __name__ == "__main__":
    print(asyncio.run(_child(float(sys.argv[1]))))
