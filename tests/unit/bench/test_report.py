"""The page shows every result with its limit and its mark, and what made it, and nothing that names the machine."""

import os
import platform

from bench.measure import Comparison, Effort, Figures
from bench.report import machine, page, table
from bench.results import Absence, Fact, Failure, Note, Place, Ratio

THEIRS = Figures(cpu=30e-6, rate=30_000, p50=0.4e-3, p99=1e-3, first=0.4e-3)
OURS = Figures(cpu=20e-6, rate=45_000, p50=0.3e-3, p99=2e-3, first=0.3e-3)
RESULTS = [
    Ratio("exact hit", "floor", Comparison(16, THEIRS, OURS, ratio=0.667), limit=1.0),
    Fact("start", 3.5, "s", limit=3.0),
    Failure("case d", "Broken: upstream did not listen"),
]


def test_every_result_has_its_line() -> None:
    """Ours beside theirs, the limit and whether it was kept."""
    lines = page(RESULTS, "make bench", Effort(7, 1.5)).splitlines()

    assert (
        "| exact hit | 16 | floor | **0.67** | 1.00 | ✓ | 30.0 | 20.0 | 30,000 | 45,000 | 0.40 / 1.00 | 0.30 / 2.00 |"
        in lines
    )
    assert "| start | **3.5** s | 3 s | ✗ |" in lines
    assert "**case d could not be measured**: Broken: upstream did not listen" in lines
    assert "Limits kept: 1 of 3." in lines


def test_the_command_is_on_the_page() -> None:
    """So that a reader can make it again."""
    assert "Made by `make bench`: 7 rounds of 1.5 s a side" in page(RESULTS, "make bench", Effort(7, 1.5))


def test_no_empty_tables() -> None:
    """A kind of result that was not asked for has no heading."""
    assert "## Side by side" not in page(RESULTS[1:], "make bench", Effort(7, 1.5))
    assert "## Single numbers" not in page(RESULTS[:1], "make bench", Effort(7, 1.5))


def test_the_machine_is_not_named() -> None:
    """Neither its name nor a path of it."""
    facts = "\n".join(machine())

    assert platform.node() not in facts
    assert os.sep + "home" not in facts
    assert f"Python {platform.python_version()}" in facts


def test_a_table_aligns_numbers_to_the_right() -> None:
    """The first column is a name."""
    assert table(["a", "b"], [["x", "1"]]) == "| a | b |\n| :-- | --: |\n| x | 1 |"


def test_gateways_stand_one_below_the_other() -> None:
    """Each by the first of its case; one that could not be measured says why in its place, on one line of the table."""
    results = [
        Note("Other", "1.2.3; one worker"),
        Absence("miss", "Other", "did not\nlisten | at all" + "." * 1000),
        Place("miss", 16, "pass-through", "pass-through", 1.0, THEIRS),
        Place("miss", 16, "Warmlane", "pass-through", 2.5, OURS),
    ]
    lines = page(results, "make bench", Effort(7, 1.5)).splitlines()

    assert "| miss | 16 | pass-through | 30.0 | **1.00** | 30,000 | 0.40 / 1.00 | 0.40 |" in lines
    assert "| miss | 16 | **Warmlane** | 20.0 | **2.50** | 45,000 | 0.30 / 2.00 | 0.30 |" in lines
    (absent,) = [
        line for line in lines if line.startswith("| miss |  | Other | not measured: did not listen \\| at all.")
    ]
    assert len(absent) < 400
    assert "Warmlane" in lines[lines.index(absent) - 1]
    assert "- Other: 1.2.3; one worker." in lines
    assert "Limits kept: 0 of 0." in lines
