"""The site's own records as evidence: each act it can witness is raised, its lawful twin is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import transaction
from django.test import Client

from shixiao.checkup import Evaluation, Question, evaluate, result_json
from shixiao.checkup.closing import Readings, plan_closing, remeasure
from shixiao.cli import cli
from shixiao.evidence.schema import load_schemas
from shixiao.records.models import (
    CatalogueItem,
    Evidence,
    Exchange,
    Finding,
    Grant,
    Organisation,
)
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Period, Text
from shixiao.workflows import evaluations, evidence, evidence_of_sharing
from shixiao.workflows.catalogue import compiling, harvesting
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.grants import keeping
from shixiao.workflows.grants.keeping import Use
from shixiao.workflows.lifecycle import copying
from shixiao.workflows.requests import answering, correcting, disputing
from shixiao.workflows.requests.answering import Agreed
from tests.cast import NOW, Cast, make_cast
from tests.dealing import HEALTH, PROVIDER, REQUESTER, Deal, dealing
from tests.deals import gateway_at, passed
from tests.detectors.packages import Tables, write

pytestmark = pytest.mark.django_db
Happened = Callable[[Deal], object]
FREE = {"sharing": "unconditional", "scope": "", "purpose": ""}
STALE = {"lead": "housing", "cycle": "month"}
TERMS = Agreed(date(2026, 9, 1), "周某")
HEAD = {
    "departments": ("department_id", "name"),
    "services": ("service_id", "name", "department_id"),
    "requirements": ("service_id", "channel", "item_id", "item_name", "kind", "element_id"),
    "usage": ("subject_id", "day", "completions"),
}


def package(folder: Path, **tables: Any) -> Path:
    """A package without any table of sharing; it ends before anything happened on the site."""
    rows: dict[str, list[tuple[object, ...]]] = {
        "departments": [("health", "卫健局"), ("D1", "他市某局")],
        "services": [("S1", "公租房申请", "housing")],
        "requirements": [("S1", "counter", "M1", "户籍证明", "material", "E1")],
        "usage": [("A1", "2026-01-31", 3)],
    }
    made: Tables = {name: (HEAD[name], mine) for name, mine in rows.items()}
    return write(folder, made | tables)


def received(cast: Cast, folder: Path, place: str = "bureau") -> Evidence:
    who = {"bureau": "li", "health": "chu"}[place]
    return evidence.take_folder(
        folder, organisation=cast.places[place], actor=cast.actor(who), at=NOW
    )


def looked_at(deal: Deal, place: Path, kept: Evidence | None = None, **tables: Any) -> Evaluation:
    """Evaluate a package with the records of the site as they are on the day of the deal."""
    folder = place / "package"
    if kept is None:
        kept = received(deal.cast, package(folder, **tables))
    rows = evidence_of_sharing.keep_rows(kept, at=deal.at)
    own = replace(Settings.from_environment(), store=place / "stores")
    return evaluate(asking(kept, rows), settings=own, progress=quiet)


def asking(kept: Evidence, rows: dict[str, Any]) -> Question:
    told = evidence_of_sharing.rows_of({"site_rows": rows})
    paths = tuple(evidence.paths_of(kept))
    return Question(paths=paths, site_rows=Path(told) if told else None, findings_only=True)


def quiet(_: object) -> None:
    return None


def raised(found: Evaluation) -> set[tuple[str, str]]:
    return {
        (f.measure, f.subject.id)
        for f in found.checkup.findings
        if f.kind in {"liability", "unused_grant", "beyond_purpose", "refusal"}
    }


# ── what happened on the site ────────────────────────────────────────────────────────────────────


def harvested(deal: Deal, **changed: Any) -> None:
    dataset = replace(HEALTH, id="P-1", **changed)
    harvesting.harvest([dataset], Origin("市平台"), actor=deal.cast.actor("li"), at=deal.at)
    deal.later(5)


def change(deal: Deal) -> CatalogueItem:
    return compiling.change(
        deal.item, deal.act("li", deal.item), changed_on=deal.today, reason="职责调整"
    )


def changed(deal: Deal, *, days: int, extended: bool = False) -> None:
    item = change(deal)
    if extended:
        compiling.extend(item, deal.act("li", item), reason="系统改造")
    deal.later(days)
    compiling.submit(item, deal.act("chu", item))
    deal.later(40)


def answered(deal: Deal, *, days: int, extension: int = 0, waiting: int = 0) -> None:
    request = deal.request()
    if extension:
        act = deal.act(PROVIDER, request)
        answering.ask_extension(request, act, days=extension, reason="数据待清理")
        answering.allow_extension(request, deal.act("li", request))
    if waiting:
        answering.notify(request, deal.act(PROVIDER, request), missing="使用方案")
        deal.later(waiting)
        answering.supplement(request, deal.act("wu", request), supplied="已补")
    deal.later(days)
    answering.agree(request, deal.act(PROVIDER, request), TERMS)
    answering.deliver(request, deal.act(PROVIDER, request), reason="接口已开通")
    deal.later(3)


def delivered(deal: Deal, *, days: int) -> None:
    request = deal.agreed().request
    deal.later(days)
    answering.deliver(request, deal.act(PROVIDER, request), reason="接口已开通")
    deal.later(3)


def disputed(deal: Deal, *, days: int) -> None:
    """Refused in time; obliged to share a good while later; delivered so many days after that."""
    dispute = deal.disputed()
    deal.later(45)
    disputing.settle(dispute, deal.act("chen", dispute), decision="share", minutes="应当共享")
    request = dispute.request
    deal.later(days)
    answering.deliver(request, deal.act(PROVIDER, request), reason="接口已开通")
    deal.later(3)


def returned(deal: Deal, *, days: int) -> None:
    request = deal.request(kind="return")
    answering.agree(request, deal.act(PROVIDER, request), TERMS)
    deal.later(days)
    answering.deliver(request, deal.act(PROVIDER, request), reason="已回流")
    deal.later(3)


def corrected(deal: Deal, *, days: int) -> None:
    correction = deal.correction()
    deal.later(days)
    correcting.answer(correction, deal.act(PROVIDER, correction), corrected=1, answer="已更正")


def used(deal: Deal, **given: Any) -> Grant:
    """A grant in force that is used every now and then."""
    grant = deal.active(**given)
    deal.later(40)
    gateway = gateway_at(deal.cast, "health")
    exchanged(deal, passed(gateway, grant, "GZF-1"))
    return grant


def idle(deal: Deal) -> None:
    gateway_at(deal.cast, "health")
    deal.active()
    deal.later(300)


def written_down(deal: Deal) -> None:
    """Data that came by another way than a gateway; their use was written down."""
    grant = deal.active()
    deal.later(40)
    noted(deal, grant)
    deal.later(260)


def noted(deal: Deal, grant: Grant) -> None:
    use = Use("公租房申请", "逐件核对", "免交复印件", "不落地")
    keeping.record_use(grant, use, actor=deal.actor("wu"), at=deal.at)


def exchanged(deal: Deal, row: Exchange) -> None:
    row.purpose = row.grant.code if row.grant else ""
    row.at = deal.at
    row.save()


def suspended(deal: Deal) -> Grant:
    grant = used(deal)
    keeping.suspend(grant, deal.act(PROVIDER, grant), misuse="没有办件，批量查询张三等人")
    deal.later(1)
    return grant


def cleared(deal: Deal) -> None:
    grant = suspended(deal)
    keeping.resume(grant, deal.act(PROVIDER, grant), reason="核实为正常办件")


def rectified(deal: Deal, *, days: int) -> None:
    grant = suspended(deal)
    deal.later(days)
    keeping.rectify(grant, deal.act("wu", grant), rectified="已加审批")
    deal.later(1)


def ended(deal: Deal) -> Grant:
    grant = used(deal)
    keeping.end(grant, deal.act("wu", grant), disposed="已删除")
    deal.later(10)
    return grant


def after_the_end(deal: Deal) -> None:
    """What a gateway let pass although the grant was over: it followed an old index."""
    grant = ended(deal)
    exchanged(deal, passed(grant.item.department.gateways.get(), grant, "GZF-2"))
    deal.later(1)


def refused_after_the_end(deal: Deal) -> None:
    grant = ended(deal)
    gateway = grant.item.department.gateways.get()
    exchanged(deal, passed(gateway, grant, "GZF-2", outcome="grant_over"))
    deal.later(1)


def copied(deal: Deal, *, destroyed: bool) -> None:
    grant = used(deal)
    keep = deal.today + timedelta(days=5)
    copy = copying.register(
        deal.item,
        holder=deal.cast.places["housing"],
        name="批量文件",
        place="机房",
        keep_until=keep,
        actor=deal.actor("wu"),
        at=deal.at,
    )
    if destroyed:
        copying.propose(copy, deal.act("wu", copy), how="覆写三遍")
        copying.confirm(copy, deal.act("he", copy))
    deal.later(10)
    assert grant.state == "active"


def coordinated(deal: Deal, *, days: int) -> None:
    dispute = deal.disputed()
    disputing.escalate(dispute, deal.act(REQUESTER, dispute), reason="谈不成")
    deal.later(days)
    disputing.settle(dispute, deal.act("chen", dispute), decision="withhold", minutes="维持")


def recorded(deal: Deal) -> None:
    noted(deal, used(deal))


def now_free(deal: Deal) -> None:
    """Refused on a listed condition while it was conditional; shared without one since."""
    request = deal.request()
    basis = f"目录使用条件：{deal.item.listed['purpose']}"
    act = deal.act(PROVIDER, request)
    answering.refuse(request, act, refusal_basis=basis, reason="与低保核对无关")
    item = change(deal)
    free = replace(HEALTH, **FREE)
    compiling.rewrite(item, free, deal.act("chu", item))
    compiling.submit(item, deal.act("chu", item))
    compiling.publish(item, deal.act("li", item))
    deal.later(1)


ACTS: list[tuple[str, str, str, Happened, dict[str, Any]]] = [
    ("an entry with faults", "39-1", "health", lambda d: harvested(d, format=""), {}),
    ("not updated in time", "39-1", "health", lambda d: changed(d, days=40), {}),
    (
        "updated after the longer time",
        "39-1",
        "health",
        lambda d: changed(d, days=60, extended=True),
        {},
    ),
    ("stale beside the lead source", "39-3", "health", lambda d: d.later(60), STALE),
    ("never answered", "39-4", "health", lambda d: (d.request(), d.later(30)), {}),
    ("answered late", "39-4", "health", lambda d: answered(d, days=30), {}),
    (
        "answered after the longer time",
        "39-4",
        "health",
        lambda d: answered(d, days=60, extension=10),
        {},
    ),
    (
        "answered late after papers came",
        "39-4",
        "health",
        lambda d: answered(d, days=30, waiting=20),
        {},
    ),
    ("delivered late", "39-4", "health", lambda d: delivered(d, days=60), {}),
    ("delivered late after a dispute", "39-4", "health", lambda d: disputed(d, days=60), {}),
    ("free data answered after ten days", "39-4", "health", lambda d: answered(d, days=10), FREE),
    ("returned late", "39-5", "health", lambda d: returned(d, days=60), {}),
    ("corrected late", "39-6", "health", lambda d: corrected(d, days=30), {}),
    ("asked of people although granted", "40-1", "housing", used, {}),
    ("misuse found", "40-2", "housing", suspended, {}),
    ("used after the end", "40-2", "housing", after_the_end, {}),
    ("a copy kept too long", "40-4", "housing", lambda d: copied(d, destroyed=False), {}),
    ("rectified late", "40-6", "housing", lambda d: rectified(d, days=60), {}),
    ("coordinated late", "41-2", "bureau", lambda d: coordinated(d, days=60), {}),
    (
        "granted and never used",
        "never_fetched",
        "housing",
        idle,
        {},
    ),
]
TWINS: list[tuple[str, str, Happened, dict[str, Any]]] = [
    ("an entry in order", "39-1", harvested, {}),
    ("updated in time", "39-1", lambda d: changed(d, days=3), {}),
    ("updated in the longer time", "39-1", lambda d: changed(d, days=17, extended=True), {}),
    ("fresh beside the lead source", "39-3", lambda d: d.later(5), STALE),
    ("still to be answered", "39-4", lambda d: (d.request(), d.later(3)), {}),
    ("answered in time", "39-4", lambda d: answered(d, days=3), {}),
    ("answered in the longer time", "39-4", lambda d: answered(d, days=20, extension=10), {}),
    ("answered in time but for papers", "39-4", lambda d: answered(d, days=5, waiting=40), {}),
    (
        "papers still lack",
        "39-4",
        lambda d: (
            answering.notify(r := d.request(), d.act(PROVIDER, r), missing="方案"),
            d.later(40),
        ),
        {},
    ),
    (
        "taken back",
        "39-4",
        lambda d: (
            answering.withdraw(r := d.request(), d.act("wu", r), reason="不需要"),
            d.later(40),
        ),
        {},
    ),
    ("delivered in time", "39-4", lambda d: delivered(d, days=10), {}),
    ("delivered in time after a dispute", "39-4", lambda d: disputed(d, days=5), {}),
    ("refused on a law", "39-2", lambda d: d.refused(), {}),
    ("refused while it was conditional", "39-2", now_free, {}),
    ("returned in time", "39-5", lambda d: returned(d, days=5), {}),
    ("corrected in time", "39-6", lambda d: corrected(d, days=3), {}),
    ("stopped after misuse", "39-7", suspended, {}),
    ("ended by who used it", "39-7", ended, {}),
    ("no longer granted", "40-1", ended, {}),
    ("a suspicion that fell", "40-2", cleared, {}),
    ("used as granted", "40-2", used, {}),
    ("refused by the gateway after the end", "40-2", refused_after_the_end, {}),
    ("a copy destroyed", "40-4", lambda d: copied(d, destroyed=True), {}),
    ("use on record", "40-5", recorded, {}),
    ("rectified in time", "40-6", lambda d: rectified(d, days=3), {}),
    ("coordinated in time", "41-2", lambda d: coordinated(d, days=3), {}),
    ("use written down", "never_fetched", written_down, {}),
    ("used of late", "never_fetched", lambda d: (used(d), d.later(300)), {}),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "subject", "happened", "given"),
    [each[1:] for each in ACTS],
    ids=[each[0] for each in ACTS],
)
def test_an_act_on_the_site_is_raised(
    cast: Cast, place: Path, measure: str, subject: str, happened: Happened, given: dict[str, Any]
) -> None:
    deal = dealing(cast, **given)
    happened(deal)
    assert (measure, subject) in raised(looked_at(deal, place))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "happened", "given"),
    [each[1:] for each in TWINS],
    ids=[each[0] for each in TWINS],
)
def test_its_lawful_twin_is_not(
    cast: Cast, place: Path, measure: str, happened: Happened, given: dict[str, Any]
) -> None:
    deal = dealing(cast, **given)
    happened(deal)
    found = looked_at(deal, place)
    assert measure not in {name for name, _ in raised(found)}
    assert measure not in {each[1] for each in found.checkup.missing}


# ── how the rows are laid over a package ─────────────────────────────────────────────────────────

ASKED = ("request_id", "dataset_id", "from_department", "opened", "answered", "decision")
LISTED = ("dataset_id", "name", "department_id", "sharing")


def with_sharing(folder: Path, known: str) -> Path:
    """A package that reports sharing too: of a department elsewhere, and of a request on the site.

    It has no column for deliveries and ends in January.
    """
    return package(
        folder,
        datasets=(
            LISTED,
            [("D-001", "户籍", "D1", "unconditional"), ("X-1", "婚姻", "D1", "unconditional")],
        ),
        requests=(
            ASKED,
            [
                ("R-late", "X-1", "health", "2026-01-05", "", ""),
                ("R-kept", "X-1", "health", "2026-01-30", "", ""),
                ("R-agreed", "X-1", "health", "2026-01-05", "2026-01-06", "同意"),
                (known, "D-001", "housing", "2026-01-05", "2026-01-06", "同意"),
            ],
        ),
    )


@pytest.mark.usefixtures("children_here")
def test_an_evaluation_uses_the_records_of_the_site_and_says_so(
    cast: Cast, place: Path, client: Client
) -> None:
    deal = dealing(cast)
    request = deal.request()
    kept = received(cast, with_sharing(place / "package", request.code))
    asked = evaluations.ask(kept, actor=cast.actor("li"), at=NOW)
    assert asked.question == {}
    evaluations.run_waiting()
    asked.refresh_from_db()
    assert asked.state == "done", asked.problem
    result = json.loads((evaluations.folder_of(asked) / "result.json").read_text("utf-8"))
    # The site knows the request that the package calls answered to be unanswered to this day; the
    # others of the package stay, held to its own last day and to the columns that it has.
    acts = {(f["measure"], f["subject"]["id"]): f for f in result["findings"]}
    assert ("39-4", "health") in acts
    assert acts["39-4", "D1"]["estimate"]["value"] == 1
    assert acts["39-4", "D1"]["estimate"]["n"] == 2
    rows = asked.question["site_rows"]["tables"]
    assert rows.keys() == {"departments", "datasets", "requests", "duties"}
    inputs = {each["name"]: each for each in result["inputs"]}
    for name, each in rows.items():
        assert inputs[f"site/{name}.parquet"]["sha256"] == each["sha256"]
        assert inputs[f"site/{name}.parquet"]["rows"] == each["rows"]
    cited = {e["sha256"] for e in acts["39-4", "health"]["evidence"]}
    assert cited == {rows["requests"]["sha256"]}
    assert {e["sha256"] for e in acts["39-4", "D1"]["evidence"]}.isdisjoint(cited)
    count = sum(each["rows"] for each in rows.values())
    assert result["site_rows"]["rows"] == {name: each["rows"] for name, each in rows.items()}
    assert any(f"用了本站自己的台账 {count} 行" in note["zh"] for note in result["notes"])
    kept.refresh_from_db()
    assert not any(name.startswith("site/") for name in kept.tables)
    found = Finding.objects.get(measure="39-4", subject="health")
    assert evidence_of_sharing.rests_on_records(found)
    assert found.department == cast.places["health"]
    assert not evidence_of_sharing.rests_on_records(Finding.objects.get(subject="D1"))
    client.force_login(cast.accounts["li"])
    for language, says in (("zh-hans", f"用了本站台账 {count} 行"), ("en", f"{count} rows from")):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        body = client.get(f"/evaluations/{asked.code}/").content.decode()
        assert says in body
        assert asked.question["site_rows"]["sha256"] in body


@pytest.mark.slow
@pytest.mark.usefixtures("children_here")
def test_whoever_has_package_and_rows_computes_the_same_result(
    cast: Cast, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    deal = dealing(cast)
    deal.request()
    folder = package(place / "package")
    asked = evaluations.ask(received(cast, folder), actor=cast.actor("li"), at=NOW)
    evaluations.run_waiting()
    asked.refresh_from_db()
    out = tmp_path_factory.mktemp("elsewhere")
    rows = evidence_of_sharing.rows_of(asked.question)
    told = [str(folder), "--site-rows", str(rows), "--seed", str(asked.seed), "--out", str(out)]
    environment = {"SHIXIAO_STORE": str(out / "stores")}
    answer = CliRunner().invoke(cli, ["evaluate", *told], env=environment)
    assert answer.exit_code == 0, answer.output
    assert sha256((out / "result.json").read_bytes()).hexdigest() == asked.result_sha256


def test_without_any_record_of_sharing_nothing_is_laid_over(cast: Cast, place: Path) -> None:
    kept = received(cast, package(place / "package"))
    assert evidence_of_sharing.keep_rows(kept, at=NOW) == {}
    assert evidence_of_sharing.rows_of({}) is None
    assert evidence_of_sharing.count_in({}) is None


def test_the_same_records_give_the_same_bytes(cast: Cast, place: Path) -> None:
    deal = dealing(cast)
    suspended(deal)
    deal.correction()
    kept = received(cast, package(place / "package"))
    first = evidence_of_sharing.keep_rows(kept, at=deal.at)
    assert evidence_of_sharing.keep_rows(kept, at=deal.at) == first
    folder = Path(evidence_of_sharing.rows_of({"site_rows": first}) or "")
    assert {path.stem for path in folder.iterdir()} == set(first["tables"])
    for name, each in first["tables"].items():
        path = folder / f"{name}.parquet"
        assert sha256(path.read_bytes()).hexdigest() == each["sha256"]
        assert pq.read_metadata(path).num_rows == each["rows"]
    deal.request()
    assert evidence_of_sharing.keep_rows(kept, at=deal.at)["sha256"] != first["sha256"]
    assert folder.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_as_of_one_moment_and_gives_signs_of_life(place: Path) -> None:
    beats: list[int] = []
    with transaction.atomic():
        cast = make_cast()
        deal = dealing(cast)
        suspended(deal)
        kept = received(cast, package(place / "package"))
        within = evidence_of_sharing.keep_rows(kept, at=deal.at)

    def beat() -> None:
        beats.append(Grant.objects.filter(pk__isnull=False).update(misuse="改过"))

    assert evidence_of_sharing.keep_rows(kept, at=deal.at, beat=beat) == within
    assert beats == [1, 1]
    assert Grant.objects.get().misuse == "改过"


def cells(folder: str | None) -> dict[str, list[dict[str, str | None]]]:
    return {path.stem: pq.read_table(path).to_pylist() for path in Path(folder or "").iterdir()}


def test_nothing_personal_is_written(cast: Cast, place: Path) -> None:
    deal = dealing(cast)
    suspended(deal)
    deal.correction()
    deal.disputed()
    noted(deal, deal.active())
    kept = received(cast, package(place / "package"))
    rows = evidence_of_sharing.keep_rows(kept, at=deal.at)
    tables = cells(evidence_of_sharing.rows_of({"site_rows": rows}))
    assert tables.keys() == {*evidence_of_sharing.COLUMNS}
    said = {str(cell) for mine in tables.values() for row in mine for cell in row.values()}
    named = {*cast.accounts, *(each.name for each in cast.accounts.values())}
    assert not said & named
    free = {"办理公租房申请时核对户籍", "涉及个体统计资料", "没有办件", "逐件核对"}
    private = {"张三", "张珊", "周某", *(str(each.pk) for each in cast.accounts.values())} | free
    assert not {cell for cell in said for word in private if word in cell}
    assert any("GZF-1" in cell for cell in said)
    for name, columns in evidence_of_sharing.COLUMNS.items():
        schema = load_schemas()[name]
        assert {*columns} <= {*schema.names, "name_en"}
        assert not {*columns} & {*schema.person_columns}


def test_a_department_is_evaluated_with_what_it_is_a_party_to(cast: Cast, place: Path) -> None:
    deal = dealing(cast)
    deal.request()
    third = Organisation.objects.create(
        kind="department", code="water", name=Text("水务局", "Water Department")
    )
    folder = package(place / "package")
    whole, mine, others = (
        evidence_of_sharing.keep_rows(each, at=deal.at)
        for each in (
            received(cast, folder),
            received(cast, folder, "health"),
            Evidence(name="x", organisation=third, received=NOW, folder="none"),
        )
    )
    assert mine["tables"]["requests"]["rows"] == 1
    assert whole["tables"]["requests"]["rows"] == 1
    assert others == {}


@pytest.mark.slow
def test_what_was_put_right_by_a_day_is_not_held_against_anybody_after_it(
    cast: Cast, place: Path
) -> None:
    deal = dealing(cast)
    answered(deal, days=30)
    corrected(deal, days=30)
    kept = received(cast, package(place / "package"))
    day = deal.today
    told = evidence_of_sharing.keep_rows(kept, at=deal.at)
    assert told["tables"]["requests"]["rows"] == 1
    open_still = deal.request()
    left = evidence_of_sharing.keep_rows(kept, at=deal.at, since=day)
    tables = cells(evidence_of_sharing.rows_of({"site_rows": left}))
    assert [row["request_id"] for row in tables["requests"]] == [open_still.code]
    assert {row["act"] for row in tables["duties"]} == {"compile_catalogue"}
    deal.later(500)
    much_later = evidence_of_sharing.keep_rows(kept, at=deal.at)
    assert much_later["tables"]["requests"]["rows"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "outcome"), [(3, "passed"), (30, "not_passed"), (None, "insufficient")]
)
def test_a_case_is_closed_by_the_records_as_they_are_on_its_day(
    cast: Cast, place: Path, days: int | None, outcome: str
) -> None:
    deal = dealing(cast)
    answered(deal, days=30)
    kept = received(cast, package(place / "package"))
    rows = evidence_of_sharing.keep_rows(kept, at=deal.at)
    question = asking(kept, rows)
    own = replace(Settings.from_environment(), store=place / "stores")
    result = result_json(evaluate(question, settings=own, progress=quiet))
    (finding,) = (f for f in result["findings"] if f["measure"] == "39-4")
    begun = deal.today
    plan = plan_closing(
        finding,
        Readings.of_result(result),
        earlier=Period(begun - timedelta(days=90), begun),
        corrected_by=begun,
        rules=load_pack(),
    )
    if days is not None:
        answered(deal, days=days)
    deal.later(40)
    later = evidence_of_sharing.keep_rows(kept, at=deal.at, since=begun)
    found = remeasure(
        plan,
        asking(kept, later),
        on=deal.today,
        corrected=begun,
        settings=own,
        progress=quiet,
        earlier=question,
        by_records=True,
    )
    assert found.outcome.value == outcome, found.says.en
