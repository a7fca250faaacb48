"""The results as a page of Markdown."""

from collections.abc import Iterable, Mapping, Sequence

from eval.counts import Count, share, wilson
from eval.pairs import Paired, Served
from eval.plot import Bin, binned
from eval.policies import DEFAULT, VETOES
from eval.results import Results
from eval.stream import Run

_INTRO = """# How often answers by meaning are right

Made by `make eval`; do not edit. Every policy answered the same requests in the same run, with the same embedder and
exact nearest neighbours. How a hit is decided: [semantic.md](semantic.md)."""

_HOW = """## How to run it

```
make eval                             # the data in a folder semdata/ of ../shared if it is there, else the small set
make eval ARGS="--data FOLDER"        # the data in FOLDER; WARMLANE_EVAL_DATA names one too
make eval ARGS="--own"                # the small set in eval/data: seconds, and what the tests run
```

The folder holds `stream_mixed.jsonl.gz`, `stream_fresh.jsonl.gz`, `stream_qqp.jsonl.gz` (lines with `prompt` and
`cluster`: prompts of one cluster have the same answer), `pairs.jsonl.gz` (`a`, `b`, `same`, `kind`, `source`,
`noise`) and `context.jsonl.gz` (`a` and `b` are request bodies). Whatever is missing is left out. Vectors are kept in
`.eval-cache`, so the first run takes minutes longer. The package fow-cache is installed from `requirements-eval.lock`
into a folder of its own.

A running gateway is scored over HTTP by the program `score_gateway` that lies beside that data: it plays the provider
at `http://127.0.0.1:9109`. Start the gateway with `WARMLANE_PROVIDERS__OPENAI__BASE_URL` set to that, then run the
program with `stream`, `pairs` or `context`, `--base-url http://127.0.0.1:8000/openai/v1`, one of the files above as
`--data`, and for the latter two `--isolate key`. It counts what is counted here, with the whole gateway around it."""

_MISLEADING = """## Where the numbers mislead

- **The data decides.** Streams where everybody asks the same flatter a cache, pairs made to be traps slander it.
  Wrong answers per request fall when the same requests come again: look at `fresh`, where none does.
- **Clusters are somebody's opinion.** QQP has many duplicates that nobody marked: some of the wrong hits there are
  right.
- **Labels are perfect here.** The gateway compares the fresh answer with the kept one, and now and then cannot tell,
  or is wrong about it. Here it is told. What is left out too: answers that go, several processes, and hits after a
  restart.
- **The bound is about semantic hits**: those by meaning, and those by the same words in another dress. The last
  column is to be held against it; exact hits are in neither.
- **The same data was there while the gates were written.** What they do with questions of another kind is for the
  estimate of your own gateway to say: [semantic.md](semantic.md)."""


def page(results: Results, machine: Iterable[str]) -> str:
    """The whole of docs/evaluation.md."""
    parts = [_INTRO, *_material(results)]
    for name, runs in results.streams.items():
        parts += [f"## Stream {name}", _best(runs), _streams(runs), *_by_source(runs)]
    parts += ["## Pairs", _PAIRS, _pairs(results.pairs), *_kinds(results.pairs)]
    if results.bodies:
        parts += ["## Whole requests", _BODIES, _served(results.bodies)]
    parts += ["## fow-cache", *_fow(results), "## What each veto refused", _GUARDS, _guards(results)]
    parts += ["## How right a score is", _CALIBRATION, "![calibration](images/calibration.png)", _calibration(results)]
    parts += [_HOW, _MISLEADING, "## Where", "\n".join(f"- {fact}" for fact in machine)]
    return "\n\n".join(parts) + "\n"


def calibration(results: Results) -> dict[str, list[Bin]]:
    """The bins of each stream, under the default."""
    return {name: binned(_of(runs).scored) for name, runs in results.streams.items()}


_PAIRS = "One of the two was answered, the other is asked; nothing was learnt before. Only pairs whose label is sure."
_BODIES = "As pairs, but more than the last message may differ. Under the default bound of 2 %."
_GUARDS = """Candidates with a cosine of at least 0.85 that it was the first to speak against: *wrong* ones it was
right to refuse, *right* ones cost a hit."""
_CALIBRATION = """Lookups by meaning whose best candidate no veto speaks against, by its score, and how many of these
were right. On the dashed line a score would be the chance to be right; the bound does not rely on it, since it counts
what happens at each score."""


def _material(results: Results) -> Iterable[str]:
    said = results.material
    streams = ", ".join(f"`{name}` ({len(stream):,} requests)" for name, stream in said.streams.items())
    yield f"Data: {'the small set of this repository' if said.name == 'own' else 'the shared set'}: {streams}."


def _streams(runs: Sequence[Run]) -> str:
    rows = [
        [
            run.policy.name, _percent(run.count.hit_rate), _percent(run.count.wrong_rate, 2),
            "{} to {}".format(*(_percent(end, 2) for end in wilson(run.count.wrong, run.count.asked))),
            _percent(share(run.count.wrong, run.count.hits), 2), _percent(run.count.wrong_share, 2),
        ]
        for run in runs
    ]  # fmt: skip
    head = ("policy", "hits %", "wrong % of requests", "in 95 of 100 cases", "% of hits", "% of semantic hits")
    return _table(head, rows)


def _best(runs: Sequence[Run]) -> str:
    return f"{runs[0].count.asked:,} requests. No hit is asked again to check it, as where nothing is set."


def _by_source(runs: Sequence[Run]) -> Iterable[str]:
    run = _of(runs)
    if len(run.by_source) > 1:
        rows = [_source_row(name, count) for name, count in sorted(run.by_source.items())]
        yield f"{run.policy.name}, by source:"
        yield _table(("source", "requests", "hits %", "wrong % of requests", "wrong"), rows)


def _source_row(name: str, count: Count) -> list[str]:
    return [f"`{name}`", str(count.asked), _percent(count.hit_rate), _percent(count.wrong_rate, 2), str(count.wrong)]


def _pairs(found: Sequence[Paired]) -> str:
    rows = [
        [each.policy.name, _of_all(each.whole.same), _of_all(each.whole.other),
         "{} to {}".format(*(_percent(end) for end in wilson(*each.whole.other)))]
        for each in found
    ]  # fmt: skip
    return _table(("policy", "same: served %", "different: served %", "in 95 of 100 cases"), rows)


def _kinds(found: Sequence[Paired]) -> Iterable[str]:
    (default,) = (each for each in found if each.policy is DEFAULT)
    yield f"{default.policy.name}, by kind:"
    yield _served(default.by_kind)


def _served(by_kind: Mapping[str, Served]) -> str:
    rows = [[f"`{kind}`", _of_all(count.same), _of_all(count.other)] for kind, count in sorted(by_kind.items())]
    return _table(("kind", "same: served %", "different: served %"), rows)


def _fow(results: Results) -> Iterable[str]:
    if results.fow is None or results.conversations is None or results.last is None:
        yield "Not measured: the package `fow-cache` is not installed. `make eval` does that where an index has it."
        return
    yield "The package fow-cache 0.1.0 (MIT; data CC BY 4.0): 600 questions, 240 talks; traps are those that differ."
    yield _pairs(results.fow)
    yield from _kinds(results.fow)
    yield (
        f"Conversations, of which only the last message is alike. A cache that looks at no more (cosine 0.85) serves "
        f"{_percent(results.last.other_rate)} % of the traps; this one needs equal histories:"
    )
    yield _served(results.conversations)


def _guards(results: Results) -> str:
    """One row a veto, with the streams and the pairs side by side."""
    found = {name: _of(runs, VETOES).refused for name, runs in results.streams.items()}
    found["pairs"] = next(each.refused for each in results.pairs if each.policy is VETOES)
    names = sorted({veto for refused in found.values() for veto in refused})
    rows = [
        [f"`{name}`", *("{1} / {0}".format(*refused.get(name, (0, 0))) for refused in found.values())] for name in names
    ]
    return _table(("veto", *(f"{name}: wrong / right" for name in found)), rows)


def _calibration(results: Results) -> str:
    rows = [
        [name, f"{each.low:g}", str(each.count), f"{each.mean:.3f}", _percent(each.right / each.count),
         "{} to {}".format(*(_percent(end) for end in each.between))]
        for name, bins in calibration(results).items()
        for each in bins
    ]  # fmt: skip
    return _table(("stream", "score from", "lookups", "mean score", "right %", "in 95 of 100 cases"), rows)


def _of(runs: Sequence[Run], policy: object = DEFAULT) -> Run:
    return next(run for run in runs if run.policy is policy)


def _of_all(count: Sequence[int]) -> str:
    return f"{_percent(share(*count))} of {count[1]}" if count[1] else ""


def _percent(some: float, digits: int = 1) -> str:
    return f"{100 * some:.{digits}f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
