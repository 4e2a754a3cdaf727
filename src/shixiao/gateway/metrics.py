"""Counts, latencies and refusals by reason, as Prometheus reads them; each worker tells its own.

Counted in plain numbers by the one thread that answers, and put into form when they are read:
a counter of the library costs some microseconds an exchange.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_BOUNDS = (*map(str, SECONDS), "+Inf")


class Metrics(Collector):
    """What a worker counts.

    Args:
        worker: number of its log.
    """

    def __init__(self, worker: int) -> None:
        self._worker = str(worker)
        self._exchanges: Counter[tuple[str, str]] = Counter()
        self._within = [0] * len(_BOUNDS)
        self._seconds = 0.0
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def count(self, mode: str, outcome: str, seconds: float) -> None:
        """Count one exchange."""
        self._exchanges[mode, outcome] += 1
        self._within[bisect_left(SECONDS, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Give the figures in their form, as ``prometheus_client`` asks for them."""
        exchanges = CounterMetricFamily(
            "shixiao_gateway_exchanges",
            "Exchanges by mode and outcome (ok, or the code of the refusal)",
            labels=("worker", "mode", "outcome"),
        )
        for (mode, outcome), number in sorted(self._exchanges.items()):
            exchanges.add_metric((self._worker, mode, outcome), number)
        yield exchanges
        seconds = HistogramMetricFamily(
            "shixiao_gateway_seconds",
            "Seconds from the whole request to its answer",
            labels=("worker",),
        )
        found = zip(_BOUNDS, accumulate(self._within), strict=True)
        seconds.add_metric((self._worker,), list(found), self._seconds)
        yield seconds

    def page(self) -> bytes:
        """Return the page that Prometheus reads."""
        return generate_latest(self._registry)
