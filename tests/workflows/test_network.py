"""The network of departments is read from the records, with the days that each request had."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from shixiao.records.models import CatalogueItem
from shixiao.sharing.silos import Terms
from shixiao.workflows.catalogue import keeping
from shixiao.workflows.network import network_of
from shixiao.workflows.requests import answering
from tests.cast import NOW, TODAY, Cast
from tests.dealing import PROVIDER, dealing
from tests.deals import gateway_at, passed
from tests.sharing.catalogue import DATASET

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(days=90)


def test_what_was_asked_answered_and_exchanged_is_a_link_between_two_departments(
    cast: Cast, place: Path
) -> None:
    deal = dealing(cast)
    grant = deal.active()
    gateway = gateway_at(cast, "health")
    for case in ("GZF-1", "GZF-2"):
        passed(gateway, grant, case)
    asked = deal.request()
    incomplete = deal.request()
    answering.notify(incomplete, deal.act(PROVIDER, incomplete), missing="缺附件")
    deal.request(filed=False)
    (tie,) = network_of(TODAY).edges
    assert (tie.asker, tie.provider) == ("housing", "health")
    assert (tie.asked, tie.granted, tie.waiting, tie.silent) == (3, 1, 2, 0)
    # Ten working days on, only what the provider could have answered is late.
    (tie,) = network_of(LATER).edges
    assert (tie.waiting, tie.silent, tie.used) == (1, 1, 0)
    assert network_of(timezone.localdate()).edges[0].used == 2
    asked.refresh_from_db()
    assert asked.due is not None
    assert network_of(asked.due).edges[0].silent == 0
    assert network_of(asked.due + timedelta(days=1)).edges[0].silent == 1


@pytest.mark.parametrize(
    ("sharing", "basis", "terms"),
    [
        ("unconditional", "", Terms(free=1)),
        ("conditional", "", Terms(on_condition=1)),
        ("not_shared", "《中华人民共和国居民身份证法》第六条", Terms(closed=1)),
        ("not_shared", "《户籍档案管理办法》第三条", Terms(withheld=1)),
        ("", "", None),
    ],
)
def test_terms_are_counted_with_the_basis_that_is_cited(
    cast: Cast, sharing: str, basis: str, terms: Terms | None
) -> None:
    dataset = replace(DATASET, sharing=sharing, basis=basis, provider="health")
    CatalogueItem.objects.create(
        identifier="X",
        state="published",
        published=NOW,
        **keeping.columns_of(dataset, cast.places),
        **keeping.entered(NOW),
    )
    found = {node.department_id: node.terms for node in network_of(date(2026, 3, 2)).nodes}
    assert found.get("health") == terms
