"""One command: measure, print the page, and keep it. `python -m bench [--quick] [--only a,b] [--ray] [--peers]`."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from eval.gates import shipped_judge

from bench import cases
from bench.embedding import embedding
from bench.graph import Graph, graph
from bench.hops import hops
from bench.measure import Effort
from bench.peers.beside import beside
from bench.processes import Broken, Cores
from bench.report import page
from bench.results import Failure, Result
from bench.semantic import semantic
from bench.startup import startup
from bench.tier import tier

_PAGE = Path(__file__).with_name("RESULTS.md")
_BESIDE: Mapping[str, Callable[[cases.Stand], Iterator[Result]]] = {
    "a": cases.hits,
    "b": cases.fresh_hits,
    "c": cases.misses,
    "d": cases.streams,
}
_LETTERS = "abcdefhi"
_RAY = "g"
_PEERS = "p"


def main() -> int:
    """Measure what was asked for; 1 when a limit was not kept or a case not measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds a case: to see that it runs, not to quote")
    parser.add_argument("--only", default=",".join(_LETTERS), metavar="a,b,…", help="these cases (default: all)")
    parser.add_argument("--ray", action="store_true", help="on Ray too, and the peers beside that")
    parser.add_argument("--peers", action="store_true", help="other gateways too (bench/peers/install.sh)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of every `finally`: no server is left behind
    effort = Effort(rounds=3, seconds=0.4) if options.quick else Effort(rounds=11, seconds=0.8)
    chosen = [*options.only.split(","), *(_RAY if options.ray else ""), *(_PEERS if options.peers else "")]
    results = list(_measure(chosen, Cores.split(), effort))
    is_whole = not options.quick and set(chosen) >= set(_LETTERS)
    given = " ".join(sys.argv[1:])
    whole = f'make bench ARGS="{given}"' if given else "make bench"
    text = page(results, whole if is_whole else f"python -m bench {given}", effort)
    print(text)
    if is_whole:
        _PAGE.write_text(text, encoding="utf-8")
    return int(any(result.kept is False for result in results))


def _measure(chosen: list[str], cores: Cores, effort: Effort) -> Iterator[Result]:
    os.sched_setaffinity(0, cores.rest)  # the load runs in this process
    if any(letter in _BESIDE for letter in chosen):
        with cases.stand(cores, effort) as at:
            for letter in chosen:
                if letter in _BESIDE:
                    yield from _kept(letter, _BESIDE[letter](at))
    if "e" in chosen:
        yield from _kept("e", semantic(effort.rounds * 100, cores.measured))
    if "f" in chosen:
        yield from _kept("f", startup(cores, min(effort.rounds, 5)))
    if "h" in chosen:
        yield from _kept("h", embedding(cores, effort))
    if "i" in chosen:
        yield from _kept("i", tier(effort.rounds * 4, cores.measured, shipped_judge()))
    if _RAY in chosen or _PEERS in chosen:
        with cases.stand(cores, effort) as at:
            yield from _beside_others(chosen, at)


def _beside_others(chosen: list[str], at: cases.Stand) -> Iterator[Result]:
    """Last, and alone: Ray is never quite idle, and peers are on the same core."""
    with ExitStack() as stack:
        on_ray: Graph | None = None
        if _RAY in chosen:
            try:
                on_ray = stack.enter_context(graph(frozenset({at.cores.measured}), at.upstream.port))
            except Broken as error:
                yield Failure(f"case {_RAY}", str(error))
            else:
                yield from _kept(_RAY, hops(at, on_ray))
        if _PEERS in chosen:
            yield from _kept(_PEERS, beside(at, None if on_ray is None else on_ray.stages))


def _kept(letter: str, found: Iterator[Result]) -> Iterator[Result]:
    """What was found until it broke: one case must not cost the others."""
    try:
        for result in found:
            print(f"{letter}: {result}", file=sys.stderr)
            yield result
    except (Broken, OSError, LookupError) as error:
        yield Failure(f"case {letter}", f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
