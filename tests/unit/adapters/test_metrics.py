"""The metrics are named as Prometheus wants them, and a registry takes them."""

from prometheus_client import CollectorRegistry

from warmlane.adapters.metrics import Metrics
from warmlane.adapters.tally import Counter, Histogram


def test_names_follow_the_convention() -> None:
    """Counters end in _total, durations in _seconds, and each name is used once."""
    metrics = Metrics()

    assert all(each.name.endswith("_total") for each in metrics.instruments if isinstance(each, Counter))
    assert all(each.name.endswith("_seconds") for each in metrics.instruments if isinstance(each, Histogram))
    assert len({each.name for each in metrics.instruments}) == len(metrics.instruments) == 16


def test_two_sets_share_nothing() -> None:
    """Each gateway counts for itself: there is no global registry."""
    one, two = Metrics(), Metrics()
    one.stored.values[()] += 1

    assert two.stored.values[()] == 0


def test_a_registry_shows_all_of_them() -> None:
    """What is declared is exposed."""
    registry = CollectorRegistry()
    metrics = Metrics()
    registry.register(metrics)

    shown = {family.name for family in registry.collect()}
    assert shown == {each.name.removesuffix("_total") for each in metrics.instruments}
