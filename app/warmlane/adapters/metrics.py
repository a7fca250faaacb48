"""Every metric there is, one row each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from warmlane.adapters.tally import Counter, Gauge, Histogram

_LOOKUP = (5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 1.0)
_FIRST_BYTE = (1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_UPSTREAM = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)


@dataclass(frozen=True)
class Metrics(Collector):
    """The counters, gauges and histograms, as a registry wants them. Labels take closed sets of values only."""

    requests: Counter = field(
        default_factory=partial(
            Counter,
            "warmlane_requests_total",
            "Calls that are over, by what the cache said and the answer's status (none: the caller left before)",
            ("provider", "outcome", "status_class"),
        )
    )
    lookup: Histogram = field(
        default_factory=partial(
            Histogram,
            "warmlane_lookup_seconds",
            "From a call's arrival to the cache's word on it",
            _LOOKUP,
            ("outcome",),
        )
    )
    first_byte: Histogram = field(
        default_factory=partial(
            Histogram,
            "warmlane_first_byte_seconds",
            "From a call's arrival to the head of its answer",
            _FIRST_BYTE,
            ("source",),
        )
    )
    upstream: Histogram = field(
        default_factory=partial(
            Histogram,
            "warmlane_upstream_seconds",
            "From the arrival of a call that a provider answered to the answer's last byte",
            _UPSTREAM,
            ("provider",),
        )
    )
    upstream_failures: Counter = field(
        default_factory=partial(
            Counter,
            "warmlane_upstream_failures_total",
            "Calls that a provider did not answer, or not wholly",
            ("provider", "why"),
        )
    )
    tokens: Counter = field(
        default_factory=partial(
            Counter,
            "warmlane_tokens_total",
            "Tokens by who answered, as the provider counted them or (estimated) may have; `cache_read` and "
            "`cache_write` are what its own cache gave and took of the input",
            ("provider", "kind", "source", "estimated"),
        )
    )
    bypasses: Counter = field(
        default_factory=partial(Counter, "warmlane_bypasses_total", "Calls for which the cache was not asked", ("why",))
    )
    stored: Counter = field(default_factory=partial(Counter, "warmlane_entries_stored_total", "Answers that were kept"))
    not_stored: Counter = field(
        default_factory=partial(Counter, "warmlane_entries_refused_total", "Answers that were not kept", ("why",))
    )
    refusals: Counter = field(
        default_factory=partial(
            Counter, "warmlane_refusals_total", "Calls that got an error of Warmlane's own", ("why",)
        )
    )
    stage_failures: Counter = field(
        default_factory=partial(
            Counter, "warmlane_stage_failures_total", "Stages that failed while the call went on", ("stage",)
        )
    )
    labels: Counter = field(
        default_factory=partial(
            Counter,
            "warmlane_labels_total",
            "Kept answers of which it became known whether they were right for a question, by who said so",
            ("source", "verdict"),
        )
    )
    wrong_share: Gauge = field(
        default_factory=partial(
            Gauge,
            "warmlane_wrong_share",
            "Which share of the semantic hits is likely to be wrong: the estimate, and between what it lies in 95 of "
            "100 cases",
            ("limit",),
        )
    )
    score_needed: Gauge = field(
        default_factory=partial(
            Gauge, "warmlane_score_needed", "Score that an answer needs to be served by its meaning; 2: none is"
        )
    )
    vetoes: Counter = field(
        default_factory=partial(
            Counter,
            "warmlane_vetoes_total",
            "Calls for which a near answer was refused, by the class of disagreement that was found first",
            ("veto",),
        )
    )
    dropped: Counter = field(
        default_factory=partial(
            Counter, "warmlane_events_dropped_total", "Events that were lost because too many waited"
        )
    )

    @property
    def instruments(self) -> Sequence[Counter | Gauge | Histogram]:
        """All of them, in the order above."""
        return [getattr(self, row.name) for row in fields(self)]

    def collect(self) -> Iterable[Metric]:
        """Every family, as it stands."""
        return [instrument.family() for instrument in self.instruments]
