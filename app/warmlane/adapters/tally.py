"""Counters, gauges, histograms that cost a dictionary access, kept on the event loop, read by Prometheus in a scrape.

The client library's own take a lock for each bucket they touch; 100,000 events a second would feel it. A family without
series is exposed all the same: a scrape shows everything there is.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString


class Counter:
    """Counts that only grow, one per tuple of label values: `counter.values["openai", "miss"] += 1`."""

    kind = "counter"

    def __init__(self, name: str, meaning: str, labels: Sequence[str] = ()) -> None:
        """`name` ends in `_total`. Without labels it starts at 0, else a series starts with its first count."""
        self.name, self.meaning, self.labels = name, meaning, tuple(labels)
        self.values: defaultdict[tuple[str, ...], int] = defaultdict(int)
        if not labels:
            self.values[()] = 0

    def family(self) -> Metric:
        """What a scrape gets."""
        family = CounterMetricFamily(self.name, self.meaning, labels=self.labels)
        for labels, value in list(self.values.items()):
            family.add_metric(labels, value)
        return family


class Gauge:
    """Numbers as they are now, one per tuple of label values: `gauge.values["low"] = 0.01`."""

    kind = "gauge"

    def __init__(self, name: str, meaning: str, labels: Sequence[str] = ()) -> None:
        """A series starts when it is first set."""
        self.name, self.meaning, self.labels = name, meaning, tuple(labels)
        self.values: dict[tuple[str, ...], float] = {}

    def family(self) -> Metric:
        """What a scrape gets."""
        family = GaugeMetricFamily(self.name, self.meaning, labels=self.labels)
        for labels, value in list(self.values.items()):
            family.add_metric(labels, value)
        return family


class Histogram:
    """Observations in buckets, one row of buckets per tuple of label values."""

    kind = "histogram"

    def __init__(self, name: str, meaning: str, bounds: Sequence[float], labels: Sequence[str] = ()) -> None:
        """`bounds` are the buckets' upper ends, rising; one for all the rest is added."""
        self.name, self.meaning, self.labels, self.bounds = name, meaning, tuple(labels), tuple(bounds)
        self._ends = (*map(floatToGoString, bounds), "+Inf")
        self._counts: defaultdict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * len(self._ends))
        self._sums: defaultdict[tuple[str, ...], float] = defaultdict(float)

    def observe(self, labels: tuple[str, ...], value: float) -> None:
        """Count `value`."""
        self._counts[labels][bisect_left(self.bounds, value)] += 1
        self._sums[labels] += value

    def family(self) -> Metric:
        """What a scrape gets: buckets that include the ones below."""
        family = HistogramMetricFamily(self.name, self.meaning, labels=self.labels)
        for labels, counts in list(self._counts.items()):
            total, buckets = 0, []
            for end, count in zip(self._ends, counts, strict=True):
                total += count
                buckets.append((end, float(total)))
            family.add_metric(labels, buckets, self._sums[labels])
        return family
