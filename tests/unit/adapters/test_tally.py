"""Counters, gauges and histograms say what was counted, as Prometheus reads it."""

import pytest

from warmlane.adapters.tally import Counter, Gauge, Histogram


def samples(instrument: Counter | Gauge | Histogram) -> dict[tuple[str, ...], float]:
    """Every sample by its name and label values."""
    return {(sample.name, *sample.labels.values()): sample.value for sample in instrument.family().samples}


def test_a_counter_counts_by_label() -> None:
    """Each tuple of label values has a series."""
    counter = Counter("x_total", "X", ("who", "why"))
    counter.values["a", "b"] += 2
    counter.values["a", "c"] += 1

    assert samples(counter) == {("x_total", "a", "b"): 2, ("x_total", "a", "c"): 1}


def test_a_counter_without_labels_starts_at_zero() -> None:
    """So that its first increase is seen as one."""
    assert samples(Counter("x_total", "X")) == {("x_total",): 0}


def test_a_gauge_says_what_is_so_now() -> None:
    """What was set before is forgotten; before it is set, nothing is claimed."""
    gauge = Gauge("x_share", "X", ("limit",))
    assert samples(gauge) == {}
    for value in (0.5, 0.25):
        gauge.values["low",] = value

    assert samples(gauge) == {("x_share", "low"): 0.25}


@pytest.mark.parametrize(("value", "end"), [(0.5, "1.0"), (1.0, "1.0"), (1.001, "2.5"), (2.5, "2.5"), (9.0, "+Inf")])
def test_an_observation_is_in_the_first_bucket_that_holds_it(value: float, end: str) -> None:
    """A bucket's end belongs to it (`le`), and each bucket includes the ones below."""
    histogram = Histogram("x_seconds", "X", (1.0, 2.5), ("who",))
    histogram.observe(("a",), value)

    found = samples(histogram)
    ends = ["1.0", "2.5", "+Inf"]
    assert [found["x_seconds_bucket", "a", each] for each in ends] == [int(i >= ends.index(end)) for i in range(3)]
    assert found["x_seconds_count", "a"] == 1
    assert found["x_seconds_sum", "a"] == value


def test_a_family_without_series_is_there() -> None:
    """A scrape shows what could be counted."""
    family = Histogram("x_seconds", "X", (1.0,), ("who",)).family()

    assert (family.name, family.documentation, list(family.samples)) == ("x_seconds", "X", [])
