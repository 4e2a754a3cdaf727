"""Counts, latencies and refusals by reason, as Prometheus reads them; each worker tells its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """What a worker counts."""

    def __init__(self, worker: int) -> None:
        self._registry = CollectorRegistry()
        self._exchanges = Counter(
            "shixiao_gateway_exchanges",
            "Exchanges by mode and outcome (ok, or the code of the refusal)",
            ("worker", "mode", "outcome"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "shixiao_gateway_seconds",
            "Seconds from the whole request to its answer",
            ("worker",),
            buckets=SECONDS,
            registry=self._registry,
        ).labels(str(worker))
        self._worker = str(worker)
        self._known: dict[tuple[str, str], Counter] = {}

    def count(self, mode: str, outcome: str, seconds: float) -> None:
        """Count one exchange."""
        place = (mode, outcome)
        counter = self._known.get(place)
        if counter is None:
            counter = self._exchanges.labels(self._worker, mode, outcome)
            self._known[place] = counter
        counter.inc()
        self._seconds.observe(seconds)

    def page(self) -> bytes:
        """Return the page that Prometheus reads."""
        return generate_latest(self._registry)
