"""What is granted becomes one signed index; what cannot bind is left out and says why."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.records.models import CatalogueItem, Grant, LeafRow
from shixiao.seals import SigningKey
from shixiao.sharing.grants import GrantIndex, Mode, read_index
from shixiao.terms import Text
from shixiao.workflows import jobs
from shixiao.workflows.grants import keeping, publishing
from shixiao.workflows.refusals import Forbidden, Incomplete
from tests.cast import Cast
from tests.dealing import PROVIDER, Deal, dealing

pytestmark = pytest.mark.django_db
PUBLIC = SigningKey.new().public.base64
COLUMNS = {"公民身份号码": "id_number", "姓名": "name"}
DAY = 86_400


@pytest.fixture
def deal(cast: Cast, place: Path) -> Deal:
    return dealing(cast)


def placed(deal: Deal, **given: Any) -> CatalogueItem:
    fields = {"system": "people-db", "table": "people", "key": "id_number", "columns": COLUMNS}
    publishing.place_source(deal.item, **(fields | given), actor=deal.actor("chu"), at=deal.at)
    deal.item.refresh_from_db()
    return deal.item


def keyed(deal: Deal, grant: Grant, **given: Any) -> Grant:
    fields = {"caller": "rent-system", "public": PUBLIC}
    return publishing.register_key(grant, **(fields | given), actor=deal.actor("wu"), at=deal.at)


def index(at: datetime, known: int = 0) -> GrantIndex:
    data = publishing.read_published()
    assert data is not None
    key = publishing.exchange_key().public
    return read_index(data, key=key, now=at, max_age=DAY, known=known)


def in_april(deal: Deal) -> datetime:
    return deal.later(30).at


def test_a_grant_with_source_and_key_is_published_and_revoked_at_once(
    deal: Deal, django_capture_on_commit_callbacks: Any
) -> None:
    placed(deal)
    grant = deal.active()
    grant = keyed(deal, grant)
    at = in_april(deal)
    assert publishing.publish(at) == 1
    first = index(at)
    entry = first.entries["rent-system", deal.item.code, grant.code, Mode.LOOKUP.value]
    assert (entry.fields, entry.case_types) == (("id_number",), ("公租房申请",))
    assert first.keys[grant.code].key.public == PUBLIC
    with django_capture_on_commit_callbacks(execute=True):
        keeping.suspend(grant, deal.act(PROVIDER, grant), misuse="没有办件，批量查询")
    data = publishing.read_published()
    assert data is not None
    assert grant.code.encode() not in data
    events = set(LeafRow.objects.values_list("event", flat=True))
    assert {"gateway.placed", "grant.keyed"} <= events


def test_every_index_has_a_higher_version(deal: Deal) -> None:
    at = in_april(deal)
    versions = []
    for _ in range(3):
        publishing.publish(at)
        versions.append(index(at).version)
    assert versions == [1, 2, 3]
    assert jobs.publish_grants() == 0


@pytest.mark.parametrize(
    ("source", "key", "why"),
    [
        (None, {}, "网关后面的位置"),
        ({"columns": {"姓名": "id_number"}}, {}, "没有对应的列"),
        ({}, None, "公钥"),
        ({}, {}, None),
    ],
)
def test_what_cannot_bind_is_left_out_and_says_why(
    deal: Deal, source: dict | None, key: dict | None, why: str | None
) -> None:
    if source is not None:
        placed(deal, **source)
    grant = deal.active()
    if key is not None:
        grant = keyed(deal, grant, **key)
    grant = Grant.objects.select_related("item__source_place").get(pk=grant.pk)
    said = publishing.bound_or_why(grant, in_april(deal))
    assert publishing.publish(deal.at) == (why is None)
    assert (why in said.zh) if isinstance(said, Text) else why is None


def test_what_has_ended_leaves_the_index(deal: Deal) -> None:
    placed(deal)
    grant = keyed(deal, deal.active())
    assert publishing.publish(in_april(deal)) == 1
    assert publishing.publish(deal.at + timedelta(days=366)) == 0
    assert grant.state == "active"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"system": "x y"}, "system"),
        ({"table": "people; DROP"}, "columns"),
        ({"columns": COLUMNS | {"姓名": "name--"}}, "columns"),
        ({"key": "name2"}, "key"),
    ],
)
def test_names_that_are_none_are_refused(deal: Deal, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        placed(deal, **given)
    assert refused.value.field == field


@pytest.mark.parametrize("public", ["", "x", base64.b64encode(bytes(31)).decode(), "好" * 10])
def test_a_key_that_is_none_is_refused(deal: Deal, public: str) -> None:
    grant = deal.active()
    with pytest.raises(Incomplete) as refused:
        keyed(deal, grant, public=public)
    assert refused.value.field == "public"
    with pytest.raises(Incomplete):
        keyed(deal, grant, caller="two words")


def test_nobody_asks_in_the_name_of_another_departments_system(deal: Deal) -> None:
    theirs, ours = deal.active(), deal.active()
    Grant.objects.filter(pk=theirs.pk).update(recipient=deal.item.department, caller="their-desk")
    with pytest.raises(Incomplete) as refused:
        keyed(deal, ours, caller=" their-desk")
    assert refused.value.field == "caller"
    keyed(deal, ours, caller="our-desk")
    Grant.objects.filter(pk=theirs.pk).update(state="ended")
    keyed(deal, ours, caller="their-desk")


def test_what_was_suspended_while_the_index_waited_does_not_come_back(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(deal)
    grant = keyed(deal, deal.active())
    at = in_april(deal)
    assert publishing.publish(at) == 1

    def meanwhile(*_: object) -> None:
        Grant.objects.filter(pk=grant.pk).update(state="suspended")

    monkeypatch.setattr("shixiao.workflows.exchange_files.fcntl.flock", meanwhile)
    assert publishing.publish(at) == 0


def test_each_side_says_its_own_and_not_the_others(deal: Deal) -> None:
    grant = deal.active()
    with pytest.raises(Forbidden):
        publishing.register_key(
            grant, caller="x", public=PUBLIC, actor=deal.actor("zhao"), at=deal.at
        )
    with pytest.raises(Forbidden):
        publishing.place_source(
            deal.item,
            system="x",
            table="t",
            key="id_number",
            columns=COLUMNS,
            actor=deal.actor("he"),
            at=deal.at,
        )
