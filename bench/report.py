"""The results as a page of Markdown."""

import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.measure import Effort, Figures
from bench.results import Absence, Fact, Failure, Note, Place, Ratio, Result

_MARKS = {True: "✓", False: "✗", None: ""}
_HOW = (
    "Made by `{command}`: {rounds} rounds of {seconds:g} s a side, in turns; every server on the same core, the load "
    "and the provider on the rest. Medians. A ratio is of CPU time a request (user and system, all threads, what goes "
    "on after the answer included), ours by theirs, the median over the rounds. What the processes of Ray take with "
    "nothing to do is taken off, and told apart."
)
_PLACES = """## Beside other gateways

The same load on each in turns, on the same core, in front of the same provider; each in the settings below. None of
them is asked to do more than the others, but they do not do the same: what a gateway checks, counts and logs besides is
in its figure. The first row of a case is what the ratios are by."""
_CELL = 300
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
        *_places(results),
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


def _places(results: Sequence[Result]) -> list[str]:
    found = [result for result in results if isinstance(result, Place | Absence)]
    if not found:
        return []
    cases = list(dict.fromkeys(result.case for result in found))
    found.sort(key=lambda result: (cases.index(result.case), isinstance(result, Absence)))  # who is absent comes last
    head = ["case", "in flight", "gateway", "CPU µs a request", "by the first", "requests/s", "p50 / p99 ms"]
    notes = [f"- {result.who}: {result.text}." for result in results if isinstance(result, Note)]
    return [_PLACES, table([*head, "first byte ms"], map(_place, found)), "\n".join(notes)]


def _place(result: Place | Absence) -> list[str]:
    if isinstance(result, Absence):
        return [result.case, "", result.who, f"not measured: {_in_a_cell(result.why)}", *[""] * 4]
    shown = (show(result.figures) for show in (_rate, _latency, _first))
    name = result.who if result.who == result.base else f"**{result.who}**"
    return [result.case, str(result.in_flight), name, _cpu(result.figures), f"**{result.ratio:.2f}**", *shown]


def _first(figures: Figures) -> str:
    return f"{figures.first * 1e3:.2f}"


def _in_a_cell(text: str) -> str:
    """One line, and no more than a reader of a table wants."""
    line = " ".join(text.split()).replace("|", "\\|")
    return line if len(line) <= _CELL else f"{line[: _CELL // 2]} … {line[-_CELL // 2 :]}"
