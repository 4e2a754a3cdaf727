"""Totals of exchanges say what counting every exchange says, however they came to be proven."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from shixiao.gateway.records import BROWSING
from shixiao.records.base import uuid7
from shixiao.records.models import Exchange, ExchangeTotal, GatewayLog, Grant
from shixiao.workflows.gateways import figures
from shixiao.workflows.gateways.counting import count
from shixiao.workflows.gateways.reading import proven
from tests.cast import NOW, Cast
from tests.dealing import dealing
from tests.deals import gateway_at

pytestmark = pytest.mark.django_db


def happened(log: GatewayLog, grant: Grant | None, chance: random.Random, at: datetime) -> Exchange:
    outcome = chance.choice(["", "", "", "case_unknown", "rate"])
    return Exchange(
        id=uuid7(),
        log=log,
        ordinal=log.taken,
        at=at,
        grant=grant,
        item=grant.item if grant else None,
        caller="housing",
        outcome=outcome,
        records=0 if outcome else chance.randrange(4),
        case=chance.choice(["", *(f"C-{n}" for n in range(9))]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_totals_are_what_counting_every_proven_exchange_says(
    cast: Cast, place: Path, seed: int
) -> None:
    deal, chance = dealing(cast), random.Random(seed)  # noqa: S311
    grants = [deal.active(), deal.active(), None]
    gateway = gateway_at(cast, "health")
    other = GatewayLog.objects.create(gateway=gateway, number=1, vkey="other")
    logs = [gateway.logs.get(number=0), other]
    for _ in range(60):
        log = chance.choice(logs)
        for _ in range(chance.randrange(5)):
            at = NOW - timedelta(days=chance.randrange(70), hours=chance.randrange(24))
            happened(log, chance.choice(grants), chance, at).save()
            log.taken += 1
        if chance.random() < 0.4:
            log.size = log.taken
            log.save()
            count(log)
        log.save()
    for grant in grants[:2]:
        assert grant is not None
        told = figures.figures_of(grant.totals.all(), now=NOW)
        rows = list(proven().filter(grant=grant))
        given = [row for row in rows if not row.outcome]
        since = timezone.localdate(NOW) - figures.LATELY
        assert (told.given, told.records) == (len(given), sum(row.records for row in given))
        assert told.cases == len({row.case for row in given} - {""})
        assert told.refused == len(rows) - len(given)
        assert sum(n for _, n in told.reasons) == told.refused
        assert told.browsing == sum(
            row.outcome in BROWSING and timezone.localdate(row.at) >= since for row in rows
        )
        assert (told.first, told.last) == (
            min((row.at for row in given), default=None),
            max((row.at for row in given), default=None),
        )
    whole = figures.figures_of(ExchangeTotal.objects.all(), now=NOW)
    assert whole.given + whole.refused == proven().count()
    before = list(ExchangeTotal.objects.order_by("pk").values_list())
    for log in logs:
        count(log)
    assert list(ExchangeTotal.objects.order_by("pk").values_list()) == before
