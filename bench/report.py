"""The results as a page of Markdown."""

import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.measure import Effort, Figures
from bench.results import Fact, Failure, Ratio, Result

_MARKS = {True: "✓", False: "✗", None: ""}
_HOW = (
    "Made by `{command}`: {rounds} rounds of {seconds:g} s a side, in turns; every server on the same core, the load "
    "and the provider on the rest. Medians. A ratio is of CPU time a request (user and system, all threads, what goes "
    "on after the answer included), ours by theirs, the median over the rounds."
)
_PACKAGES = ("uvicorn", "httptools", "uvloop", "aiohttp", "httpx-aiohttp")


def page(results: Sequence[Result], command: str, effort: Effort) -> str:
    """The whole of RESULTS.md: what made it, where, and the tables."""
    missed = sum(result.kept is False for result in results)
    held = sum(result.kept is True for result in results)
    parts = [
        "# What the gateway costs",
        _HOW.format(command=command, rounds=effort.rounds, seconds=effort.seconds),
        f"Limits kept: {held} of {held + missed}.",
        *_ratios([result for result in results if isinstance(result, Ratio)]),
        *_facts([result for result in results if isinstance(result, Fact)]),
        *(
            f"**{failure.case} could not be measured**: {failure.why}"
            for failure in results
            if isinstance(failure, Failure)
        ),
        "## Where",
        "\n".join(f"- {fact}" for fact in machine()),
    ]
    return "\n\n".join(parts) + "\n"


def machine() -> list[str]:
    """What the numbers depend on; nothing that names this machine."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")]
    return [
        f"{len(models)} × {models[0]}" if models else platform.machine(),
        f"{platform.system()} {platform.release().partition('-')[0]}",
        f"{platform.python_implementation()} {platform.python_version()}",
        ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, the others to the right."""
    lines = [head, [":--", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _ratios(ratios: Sequence[Ratio]) -> list[str]:
    if not ratios:
        return []
    head = ["case", "in flight", "beside", "ratio", "limit", "", "CPU µs, theirs", "ours", "requests/s, theirs", "ours"]
    head += ["p50 / p99 ms, theirs", "ours"]
    rows = [
        [
            ratio.case,
            str(ratio.compared.in_flight),
            ratio.beside,
            f"**{ratio.compared.ratio:.2f}**",
            "" if ratio.limit is None else f"{ratio.limit:.2f}",
            _MARKS[ratio.kept],
            *(show(side) for show in (_cpu, _rate, _latency) for side in (ratio.compared.theirs, ratio.compared.ours)),
        ]
        for ratio in ratios
    ]
    return ["## Side by side", table(head, rows)]


def _cpu(figures: Figures) -> str:
    return f"{figures.cpu * 1e6:.1f}"


def _rate(figures: Figures) -> str:
    return f"{figures.rate:,.0f}"


def _latency(figures: Figures) -> str:
    return f"{figures.p50 * 1e3:.2f} / {figures.p99 * 1e3:.2f}"


def _facts(facts: Sequence[Fact]) -> list[str]:
    if not facts:
        return []
    rows = [
        [
            fact.case,
            f"**{fact.value:.3g}** {fact.unit}",
            "" if fact.limit is None else f"{fact.limit:g} {fact.unit}",
            _MARKS[fact.kept],
        ]
        for fact in facts
    ]
    return ["## Single numbers", table(["what", "measured", "limit", ""], rows)]
