"""The life of a dataset on the site: who answers, what proves it, gaps, copies and their end."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.records.models import CatalogueItem, DataCopy, LeafRow, LifeStanding, Notice
from shixiao.sharing.lifecycle import CellState, Evidence, Stage, matrix, told
from shixiao.terms import BadInput, Text
from shixiao.workflows.grants.boundary import legs_of
from shixiao.workflows.lifecycle import copying, proving, standing
from shixiao.workflows.lifecycle.proving import Seen
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, TODAY, Cast
from tests.dealing import Deal, dealing, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast, place: Path) -> CatalogueItem:
    return published(cast)


def prove(cast: Cast, item: CatalogueItem, control: str, **given: Any) -> None:
    seen = Seen(**({"control": control, "day": TODAY, "passed": True, "said": "已核验"} | given))
    proving.prove(item, seen, actor=cast.actor("chu"), at=NOW)


def name_all(cast: Cast, item: CatalogueItem) -> None:
    for stage in Stage:
        proving.name_custodian(
            item, stage.value, office="数据处", person="周某", actor=cast.actor("chu"), at=NOW
        )


def state(item: CatalogueItem, control: str, today: date = TODAY) -> CellState:
    item = CatalogueItem.objects.get(pk=item.pk)
    return next(c.state for c in standing.cells_of(item, today) if c.control.id == control)


def copy_of(cast: Cast, item: CatalogueItem, **given: Any) -> DataCopy:
    fields = {"name": "三月批量文件", "place": "机房 3 柜", "keep_until": TODAY}
    return copying.register(
        item, holder=cast.places["health"], **(fields | given), actor=cast.actor("chu"), at=NOW
    )


def act(cast: Cast, name: str, copy: DataCopy) -> Act:
    copy.refresh_from_db()
    return Act(cast.actor(name), NOW, copy.version)


# ── the matrix ───────────────────────────────────────────────────────────────────────────────────


def test_a_control_is_closed_by_evidence_and_somebody_who_answers(
    cast: Cast, item: CatalogueItem
) -> None:
    needed = standing.required(item.grade)
    assert standing.gaps_of(item) == needed > 0
    prove(cast, item, "transport.tls")
    assert LifeStanding.objects.get().gaps == needed  # nobody answers for it yet
    name_all(cast, item)
    assert LifeStanding.objects.get().gaps == needed - 1
    events = list(LeafRow.objects.filter(event__startswith="life.").values_list("event", flat=True))
    # Leaves of one millisecond come in any order until they are numbered.
    assert Counter(events) == {"life.proven": 1, "life.named": len(Stage)}


def test_a_document_counts_no_longer_than_it_says_and_than_the_rule_allows(
    cast: Cast, item: CatalogueItem
) -> None:
    prove(cast, item, "collect.lawful", valid_until=TODAY + timedelta(days=10))
    prove(cast, item, "transport.tls", valid_until=TODAY + timedelta(days=4000))
    assert state(item, "collect.lawful", TODAY + timedelta(days=10)) is CellState.RENEW
    assert state(item, "collect.lawful", TODAY + timedelta(days=11)) is CellState.EXPIRED
    assert state(item, "transport.tls", TODAY + timedelta(days=8)) is CellState.EXPIRED


def test_a_failure_is_a_gap_with_its_reason(cast: Cast, item: CatalogueItem) -> None:
    prove(cast, item, "store.backups", passed=False, said="备份是明文")
    cells = standing.cells_of(item, TODAY)
    cell = next(each for each in cells if each.control.id == "store.backups")
    assert cell.gap
    assert cell.evidence is not None
    assert cell.evidence.said.zh == "备份是明文"


def test_time_alone_opens_a_gap_and_the_job_counts_it(cast: Cast, item: CatalogueItem) -> None:
    name_all(cast, item)
    prove(cast, item, "transport.tls")
    before = LifeStanding.objects.get()
    assert before.changes_on == TODAY + timedelta(days=8)
    assert standing.recount_due(now=NOW + timedelta(days=7)) == 0
    assert standing.recount_due(now=NOW + timedelta(days=8)) == 1
    assert LifeStanding.objects.get().gaps == before.gaps + 1
    CatalogueItem.objects.update(grade="general_1")  # as a harvest does
    assert standing.recount_due(now=NOW + timedelta(days=8)) == 1
    assert LifeStanding.objects.get().required == standing.required("general_1")


def test_sums_count_what_nobody_touched_too(cast: Cast, item: CatalogueItem) -> None:
    other = published(cast, id="D-2")
    name_all(cast, item)
    prove(cast, item, "transport.tls")
    sums = standing.totals(CatalogueItem.objects.all())
    needed = standing.required(item.grade) + standing.required(other.grade)
    assert sums == {cast.places["health"].pk: standing.Total(2, 2, needed - 1)}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"control": "store.everything"}, "control"),
        ({"day": TODAY + timedelta(days=1)}, "day"),
        ({"day": date(1990, 1, 1)}, "day"),
        ({"valid_until": TODAY - timedelta(days=1)}, "valid_until"),
        ({"said": " "}, "said"),
        ({"file": ("run.exe", b"MZ")}, "attachment"),
        ({"file": ("scan.pdf", b"not a pdf")}, "attachment"),
    ],
)
def test_evidence_that_cannot_be_is_refused_and_nothing_is_kept(
    cast: Cast, item: CatalogueItem, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        prove(cast, item, **({"control": "transport.tls"} | given))
    assert refused.value.field == field
    assert item.proofs.count() == 0


def test_nobody_enters_for_another_department(cast: Cast, item: CatalogueItem) -> None:
    for who in ("wu", "li", "jiang"):
        with pytest.raises(Forbidden):
            proving.prove(
                item, Seen("transport.tls", TODAY, True, "x"), actor=cast.actor(who), at=NOW
            )


# ── the result of a run ──────────────────────────────────────────────────────────────────────────


def result(dataset: str, day: date = TODAY, **changed: Any) -> bytes:
    evidence = [
        Evidence("transport.tls", day, True, Text("TLSv1.3", "TLSv1.3")),
        Evidence("store.backups", day, False, Text("明文可见", "plain text shows")),
    ]
    cells = matrix("general_3", evidence, responsible={}, today=day)
    return json.dumps(told(dataset, "general_3", cells) | changed, ensure_ascii=False).encode()


def test_a_run_is_taken_in_once(cast: Cast, item: CatalogueItem) -> None:
    given = {"file": "run.json", "actor": cast.actor("chu"), "at": NOW}
    made = proving.take_in(item, result(item.identifier), **given)
    assert {proof.control for proof in made} == {"transport.tls", "store.backups"}
    assert state(item, "transport.tls") is CellState.MET
    assert state(item, "store.backups") is CellState.FAILED
    assert proving.take_in(item, result(item.identifier), **given) == []
    assert item.proofs.count() == 2


def test_what_is_known_is_looked_up_once_however_much_a_run_says(
    cast: Cast, item: CatalogueItem, django_assert_max_num_queries: Any
) -> None:
    given = {"file": "run.json", "actor": cast.actor("chu"), "at": NOW}
    cell = json.loads(result(item.identifier))["cells"]
    seen = [each for each in cell if each["said"]]
    assert len(proving.take_in(item, result(item.identifier, cells=seen * 100), **given)) == 2
    with django_assert_max_num_queries(40):
        assert proving.take_in(item, result(item.identifier, cells=seen * 200), **given) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[1]",
        b'{"schema": "shixiao/lifecycle/1"}',
        b'{"schema": "shixiao/lifecycle/1", "cells": [1]}',
        b"[" * 50_000,
        result("D-9"),
        result("P", cells=[]),
        result("P", cells=[{"control": "x", "said": {"zh": "a", "en": "a"}}]),
        result("P", cells=[{"control": "transport.tls", "day": "?", "passed": True, "said": "a"}]),
        result("P", cells=[{"control": "transport.tls", "day": "2026-03-01", "said": "a"}]),
        result("P", TODAY + timedelta(days=1)),
        result("P", date(1, 1, 1)),
    ],
)
def test_what_is_no_result_of_this_dataset_is_refused_whole(
    cast: Cast, item: CatalogueItem, data: bytes
) -> None:
    CatalogueItem.objects.update(identifier="P")
    item.refresh_from_db()
    with pytest.raises(BadInput):
        proving.take_in(item, data, file="run.json", actor=cast.actor("chu"), at=NOW)
    assert item.proofs.count() == 0


# ── copies ───────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_beyond_its_time_turns_retention_red(cast: Cast, item: CatalogueItem) -> None:
    assert state(item, "destroy.retention") is CellState.MISSING
    copy_of(cast, item)
    assert state(item, "destroy.retention") is CellState.MET
    assert state(item, "destroy.retention", TODAY + timedelta(days=1)) is CellState.FAILED
    assert LifeStanding.objects.get().changes_on == TODAY + timedelta(days=1)


def test_destruction_takes_two_people_and_leaves_a_certificate(
    cast: Cast, item: CatalogueItem
) -> None:
    copy = copy_of(cast, item)
    copying.propose(copy, act(cast, "chu", copy), how="覆写三遍后粉碎")
    assert {n.account.login for n in Notice.objects.filter(kind="copy.moved")} == {"zhou", "zhao"}
    with pytest.raises(Forbidden):
        copying.confirm(copy, act(cast, "chu", copy))
    with pytest.raises(Forbidden):  # of another department
        copying.confirm(copy, act(cast, "wu", copy))
    done = copying.confirm(copy, act(cast, "zhou", copy))
    assert (done.state, done.due) == ("destroyed", None)
    assert done.sha256 == copying.certificate_hash(DataCopy.objects.get(), NOW)
    leaf = LeafRow.objects.get(event="copy.destroyed")
    sealed = {each.field: each.value for each in leaf.sealed.all()}
    assert sealed["actor"] == str(cast.accounts["chu"].pk)
    assert sealed["second_actor"] == str(cast.accounts["zhou"].pk)
    assert state(item, "destroy.certified") is CellState.MET
    assert state(item, "destroy.retention", TODAY + timedelta(days=99)) is CellState.MET
    with pytest.raises(Stale):
        copying.confirm(copy, act(cast, "zhou", copy))


def test_whoever_proposed_must_still_be_allowed_to(cast: Cast, item: CatalogueItem) -> None:
    copy = copy_of(cast, item)
    copying.propose(copy, act(cast, "chu", copy), how="粉碎")
    cast.accounts["chu"].posts.update(ends=TODAY - timedelta(days=1))
    with pytest.raises(Forbidden):
        copying.confirm(copy, act(cast, "zhou", copy))
    copying.refuse(copy, act(cast, "zhou", copy), reason="提出人已调离")
    copy.refresh_from_db()
    assert (copy.state, copy.proposed_by, copy.due) == ("kept", None, TODAY)


def test_a_copy_is_kept_longer_with_a_reason_and_never_shorter(
    cast: Cast, item: CatalogueItem
) -> None:
    copy = copy_of(cast, item)
    later = TODAY + timedelta(days=30)
    with pytest.raises(Incomplete):
        copying.prolong(copy, act(cast, "chu", copy), keep_until=TODAY, reason="x")
    with pytest.raises(Incomplete):
        copying.prolong(copy, act(cast, "chu", copy), keep_until=later, reason=" ")
    copying.prolong(copy, act(cast, "chu", copy), keep_until=later, reason="案件未结")
    copy.refresh_from_db()
    assert (copy.keep_until, copy.due, copy.state) == (later, later, "kept")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"place": ""}, "place"),
        ({"keep_until": TODAY - timedelta(days=1)}, "keep_until"),
        ({"keep_until": date(2090, 1, 1)}, "keep_until"),
    ],
)
def test_a_copy_that_cannot_be_is_not_registered(
    cast: Cast, item: CatalogueItem, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        copy_of(cast, item, **given)
    assert refused.value.field == field
    assert not DataCopy.objects.exists()


# ── the boundary of a grant ──────────────────────────────────────────────────────────────────────


def test_the_boundary_says_who_answers_at_each_place(cast: Cast, place: Path) -> None:
    deal: Deal = dealing(cast)
    grant = deal.active()
    housing = cast.places["housing"]
    given = {"holder": housing, "name": "批量", "place": "机房", "actor": deal.actor("wu")}
    with pytest.raises(Incomplete):  # beyond the grant
        copying.register(deal.item, **given, keep_until=date(2028, 1, 1), at=NOW)
    copy = copying.register(deal.item, **given, keep_until=grant.ends, at=NOW)
    legs = legs_of(grant)
    assert [(leg.place.id, leg.answers.zh) for leg in legs] == [
        ("source", "卫生健康局"),
        ("platform", "数据局"),
        ("system", "住房局"),
        (copy.code, "住房局"),
    ]
    assert copy.grant == grant


def test_a_department_without_a_grant_has_no_copy(cast: Cast, item: CatalogueItem) -> None:
    with pytest.raises(Incomplete):
        copying.register(
            item,
            holder=cast.places["housing"],
            name="批量",
            place="机房",
            keep_until=TODAY,
            actor=cast.actor("wu"),
            at=NOW,
        )
