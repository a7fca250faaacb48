"""The page says what was found, and what was not there."""

from dataclasses import replace
from pathlib import Path

import pytest
from eval.gates import shipped
from eval.page import calibration, page
from eval.policies import ALL
from eval.results import Results, measured
from eval.sources import Bodies, own
from eval.vectors import embedded


@pytest.fixture
async def results(tmp_path: Path) -> Results:
    """A part of the own set, asked; conversations as fow-cache has them."""
    whole = own()
    said = {"messages": [{"role": "user", "content": whole.pairs[0].a}]}
    longer = {"messages": [{"role": "assistant", "content": "Hi"}, *said["messages"]]}
    talks = (Bodies(said, longer, same=False, kind="swap"),)
    some = replace(whole, streams={"own": whole.streams["own"][:40]}, pairs=whole.pairs[:20], conversations=talks)
    return measured(replace(some, fow=some.pairs[:5]), await embedded(some.texts(), tmp_path), shipped())


async def test_every_policy_has_its_row_in_every_table(results: Results) -> None:
    """Measured in the same run, so that they can be held against each other."""
    text = page(results, ["numpy 2"])

    for policy in ALL:
        assert text.count(f"| {policy.name} |") in {1, 3}, policy.name
    assert "408" not in text
    assert "40 requests" in text
    assert "- numpy 2" in text
    assert all(len(line) <= 400 for line in text.splitlines())


async def test_a_cache_that_sees_the_last_message_alone_is_told_apart(results: Results) -> None:
    """The same message after another history is a trap: it walks in, and equal histories keep out of it."""
    assert results.last is not None
    assert results.conversations is not None
    assert results.last.other == [1, 1]
    assert results.conversations["swap"].other == [0, 1]


async def test_what_is_not_installed_is_said_to_be_missing(results: Results) -> None:
    """Rather than a table of nothing."""
    text = page(replace(results, fow=None, conversations=None, last=None), [])

    assert "Not measured: the package `fow-cache`" in text


async def test_calibration_is_of_the_default_policy(results: Results) -> None:
    """Each stream has its bins."""
    assert set(calibration(results)) == {"own"}
