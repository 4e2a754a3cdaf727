"""Metrics of the running site, as Prometheus reads them; from this machine, or with a token."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django_q.models import OrmQ
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shixiao.records.models import Evaluation, Evidence, LeafRow, Notice
from shixiao.terms import Text
from shixiao.web.api.bearer import admit
from shixiao.workflows.notices import MOST_TRIES
from shixiao.workflows.refusals import Forbidden

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")
NOT_FROM_HERE = Text(
    "运行指标只能从本机读取，或凭含“运行指标”用途的令牌。",
    "Metrics are read on this machine, or with a token for “metrics of the running site”.",
)


class Waiting(Collector):
    """What waits to be done, asked of the records at each reading."""

    def collect(self) -> Iterator[Metric]:
        """Give the gauges; six queries."""
        queued = Evaluation.objects.filter(state=Evaluation.State.QUEUED).count()
        running = Evaluation.objects.filter(state=Evaluation.State.RUNNING).count()
        unsent = Notice.objects.filter(sent__isnull=True)
        tried = unsent.filter(tries__gte=MOST_TRIES).count()
        for name, about, value in (
            ("jobs_queued", "Jobs that no worker has taken up.", OrmQ.objects.count()),
            ("evaluations_queued", "Evaluations that wait.", queued),
            ("evaluations_running", "Evaluations that run.", running),
            (
                "evidence_checking",
                "Evidence at the gate.",
                Evidence.objects.filter(state=Evidence.State.CHECKING).count(),
            ),
            (
                "leaves_pending",
                "Leaves that the tree does not hold yet.",
                LeafRow.objects.filter(position__isnull=True).count(),
            ),
            ("notices_unsent", "Notices that will be tried again.", unsent.count() - tried),
            ("notices_given_up", "Notices tried in vain too often.", tried),
        ):
            yield GaugeMetricFamily(f"shixiao_{name}", about, value=value)


def metrics(request: HttpRequest) -> HttpResponse:
    """Give the metrics.

    Raises:
        Forbidden: the request comes neither from this machine nor with a token for it.
    """
    if request.token is not None:  # type: ignore[attr-defined]
        admit(request, "metrics")
    elif not _from_here(request):
        raise Forbidden(NOT_FROM_HERE)
    records = CollectorRegistry()
    records.register(Waiting())
    text = generate_latest(_counted()) + generate_latest(records)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _counted() -> CollectorRegistry:
    """Return what was counted: by this process, or by all that share a folder of counts."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _from_here(request: HttpRequest) -> bool:
    """True for a request of this machine that no proxy passed on."""
    if any(header in request.headers for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
