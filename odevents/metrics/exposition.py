"""The metrics in Prometheus' text format, for ``/metrics`` of the console's process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from odevents.metrics.definitions import METRICS
from odevents.metrics.measured import Acks, Sample, StateOf, measured
from odevents.store.strips import ACK_BOUNDS_MS

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.store.store import Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(store: Store, offices: Mapping[str, OfficeAccess], now: float, state_of: StateOf) -> bytes:
    """All metrics as Prometheus reads them.

    :param now: seconds since the epoch.
    :param state_of: judges a feed as it is now.
    :raises StoreUnavailable: Redis did not answer; answer 503, so that ``up`` is 0.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Measured(*measured(store, offices, now, state_of)))
    return generate_latest(registry)


class _Measured(Collector):
    def __init__(self, samples: list[Sample], acks: Acks) -> None:
        self._samples = samples
        self._acks = acks

    def collect(self) -> Iterator[Metric]:
        """Every metric that has a value."""
        by_name: dict[str, list[Sample]] = {}
        for sample in self._samples:
            by_name.setdefault(sample.metric, []).append(sample)
        for name, definition in METRICS.items():
            if definition.type == "histogram":
                yield HistogramMetricFamily(name, definition.meaning, _cumulated(self._acks), self._acks.seconds)
                continue
            kind = CounterMetricFamily if definition.type == "counter" else GaugeMetricFamily
            family = kind(name, definition.meaning, labels=definition.labels)
            for sample in by_name.get(name, ()):
                family.add_metric(sample.labels, sample.value)
            yield family


def _cumulated(acks: Acks) -> list[tuple[str, float]]:
    bounds = [*(str(bound / 1000) for bound in ACK_BOUNDS_MS), "+Inf"]
    total, buckets = 0, []
    for bound, number in zip(bounds, acks.buckets, strict=True):
        total += number
        buckets.append((bound, float(total)))
    return buckets
