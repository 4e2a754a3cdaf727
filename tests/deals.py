"""A dataset, request, dispute, correction and grant of each of two departments, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from django.utils import timezone

from shixiao.records.base import uuid7
from shixiao.records.models import (
    Algorithm,
    AlgorithmReview,
    CatalogueItem,
    Correction,
    DataAsset,
    DataCopy,
    Dispute,
    Draw,
    Exchange,
    Gateway,
    GatewayLog,
    Grant,
    Harvest,
    Inventory,
    MatchItem,
    MatchRun,
    Meeting,
    Probing,
    Resolution,
    SharingRequest,
    Standard,
    System,
    Weakness,
)
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text
from shixiao.workflows import files
from shixiao.workflows.catalogue import keeping
from shixiao.workflows.gateways.counting import count
from shixiao.workflows.standards.drafting import columns_of
from tests.cast import NOW, TODAY, Cast
from tests.sharing.catalogue import DATASET

OWN, FOREIGN = "own", "foreign"
PLACE = {OWN: "health", FOREIGN: "housing"}


@dataclass
class Deals:
    """What each department holds and asks for; ``elsewhere`` are the datasets of the other."""

    items: dict[str, CatalogueItem] = field(default_factory=dict)
    elsewhere: dict[str, CatalogueItem] = field(default_factory=dict)
    requests: dict[str, SharingRequest] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    corrections: dict[str, Correction] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    assets: dict[str, DataAsset] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    resolutions: dict[str, Resolution] = field(default_factory=dict)
    copies: dict[str, DataCopy] = field(default_factory=dict)
    standards: dict[str, Standard] = field(default_factory=dict)
    inventories: dict[str, Inventory] = field(default_factory=dict)
    matchings: dict[str, MatchRun] = field(default_factory=dict)
    asked: dict[str, MatchItem] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)
    algorithms: dict[str, Algorithm] = field(default_factory=dict)
    reviews: dict[str, AlgorithmReview] = field(default_factory=dict)
    probings: dict[str, Probing] = field(default_factory=dict)
    weaknesses: dict[str, Weakness] = field(default_factory=dict)
    imports: dict[str, Harvest] = field(default_factory=dict)


def make_deals(cast: Cast) -> Deals:
    """Make them: each department asks for the dataset of the other."""
    made = Deals()
    for whose, place in PLACE.items():
        dataset = replace(DATASET, id=f"D-{place}", provider=place)
        made.items[whose] = CatalogueItem.objects.create(
            identifier=dataset.id,
            state="published",
            published=NOW,
            **keeping.columns_of(dataset, cast.places),
            **keeping.entered(NOW),
        )
    made.elsewhere = {OWN: made.items[FOREIGN], FOREIGN: made.items[OWN]}
    for whose, place in PLACE.items():
        _ask(made, whose, cast, place)
        _exchange(made, whose, cast, place)
        _decide(made, whose, cast, place)
        made.assets[whose] = DataAsset.objects.create(
            organisation=cast.places[place],
            name=Text("户籍数据", "Residents"),
            regime="administrative",
            answers={},
            placement="intangible",
            origin="developed",
            method="straight_line",
            months=36,
            recognised=NOW,
            recognised_by=cast.accounts["chu"],
        )
        made.standards[whose] = Standard.objects.create(
            department=cast.places[place],
            state="draft",
            entered=NOW,
            made=NOW,
            made_by=cast.accounts["chu"],
            **columns_of(Element("DE001", Text("姓名", "Name"))),
        )
        made.inventories[whose] = Inventory.objects.create(
            department=cast.places[place],
            source="sqlite:///a.db",
            file=files.store(b"{}", at=NOW),
            entered=NOW,
            entered_by=cast.accounts["chu"],
        )
        _match(made, whose, cast, place)
        _oversee(made, whose, cast, place)
        made.imports[whose] = Harvest.objects.create(
            source=f"{place}平台", asked=NOW, asked_by=cast.accounts["li"], state="done"
        )
        made.copies[whose] = DataCopy.objects.create(
            item=made.items[whose],
            holder=cast.places[place],
            name="批量文件",
            place="机房",
            keep_until=TODAY,
            due=TODAY,
            state="kept",
            entered=NOW,
            made=NOW,
            made_by=cast.accounts["chu"],
        )
    return made


def _match(made: Deals, whose: str, cast: Cast, place: str) -> None:
    """Let each department have one wording matched."""
    run = made.matchings[whose] = MatchRun.objects.create(
        department=cast.places[place],
        kind="result",
        source="a.json",
        state="done",
        asked=NOW,
        asked_by=cast.accounts["chu"],
    )
    made.asked[whose] = MatchItem.objects.create(
        run=run,
        place=0,
        name="房产证",
        key="0" * 64,
        places=[["I1", "S1", "online"]],
        none=False,
        offered=True,
        candidates=[["R1", "不动产权证书号", place, 0.9, [{"zh": "甲", "en": "a"}]]],
    )


def _oversee(made: Deals, whose: str, cast: Cast, place: str) -> None:
    """Let each department have a system that was probed and has one weakness."""
    by = cast.accounts["wei"]
    system = made.systems[whose] = System.objects.create(
        identifier=f"{place}-desk",
        kind="app",
        name=Text("排号", "Queue"),
        about="排号",
        department=cast.places[place],
        exposure="internal",
        decides=False,
        signs_in=False,
        interface=False,
        state="planned",
        entered=NOW,
        registered=NOW,
        registered_by=by,
    )
    made.algorithms[whose] = Algorithm.objects.create(system=system, made=NOW, made_by=by)
    review = made.reviews[whose] = AlgorithmReview.objects.create(
        algorithm=made.algorithms[whose],
        level=1,
        size=2,
        due_on=NOW.date(),
        source="开奖号码",
        source_day=NOW.date(),
        state="frozen",
        entered=NOW,
        opened=NOW,
        opened_by=by,
    )
    Draw.objects.create(
        subject=review.code,
        tag="experts",
        root="0" * 64,
        pool={"ids": [], "salt": "1" * 32},
        frozen_at=NOW,
        head="0" * 64,
    )
    release = system.releases.create(label="1", sha256="a" * 64, change="first", at=NOW, by=by)
    run = made.probings[whose] = system.probings.create(
        release=release,
        origin="near",
        profile="web",
        target="https://desk.test",
        state="done",
        asked=NOW,
        asked_by=by,
        begun=NOW,
    )
    made.weaknesses[whose] = system.weaknesses.create(
        check_id="headers.csp",
        severity="medium",
        gravity=2,
        text=Text("没有内容安全策略。", "There is no policy."),
        first_seen=run,
        last_seen=run,
        opened=NOW,
    )


def _ask(made: Deals, whose: str, cast: Cast, place: str) -> None:
    common = {
        "item": made.elsewhere[whose],
        "entered": NOW,
        "made": NOW,
        "made_by": cast.accounts["wu"],
    }
    terms = {
        "basis": "《社会救助暂行办法》第十一条",
        "purpose": "核对户籍",
        "fields": ["公民身份号码"],
        "mode": "interface",
        "starts": TODAY,
        "ends": date(2027, 3, 1),
    }
    asking = {"requester": cast.places[place]}
    request = SharingRequest.objects.create(
        **common, **terms, **asking, state="disputed", scenario="核对", filed=NOW
    )
    made.requests[whose] = request
    made.disputes[whose] = Dispute.objects.create(
        request=request,
        state="negotiating",
        claim="应当共享",
        entered=NOW,
        made=NOW,
        made_by=cast.accounts["wu"],
    )
    made.corrections[whose] = Correction.objects.create(
        **common, **asking, state="asked", field="姓名", error="有误"
    )
    made.grants[whose] = Grant.objects.create(
        **common,
        **terms,
        request=request,
        recipient=cast.places[place],
        state="active",
        reassess_on=date(2026, 9, 1),
    )


def _decide(made: Deals, whose: str, cast: Cast, place: str) -> None:
    """Hold a meeting that obliges each department to something."""
    entered = {"entered": NOW, "made": NOW, "made_by": cast.accounts["li"]}
    meeting = Meeting.objects.create(day=TODAY, place="二楼会议室", state="called", **entered)
    made.meetings[whose] = meeting
    made.resolutions[whose] = Resolution.objects.create(
        meeting=meeting,
        holder=cast.places[place],
        text="开放接口",
        state="open",
        last_day=TODAY,
        due=TODAY,
        **entered,
    )


def _exchange(made: Deals, whose: str, cast: Cast, place: str) -> None:
    """Let one exchange pass the gateway of each department."""
    gateway = made.gateways[whose] = gateway_at(cast, place)
    made.exchanges[whose] = passed(gateway, made.grants[whose], "GZF-1")


def gateway_at(cast: Cast, place: str) -> Gateway:
    """Register a gateway that was read, without running one."""
    gateway = Gateway.objects.create(
        department=cast.places[place],
        address=f"https://{place}.test",
        registered=NOW,
        registered_by=cast.accounts["li"],
        heard=NOW,
    )
    GatewayLog.objects.create(gateway=gateway, number=0, vkey="none", root="0" * 64, proven=NOW)
    return gateway


def passed(gateway: Gateway, grant: Grant, case: str, outcome: str = "") -> Exchange:
    """Let a request pass a gateway, or be refused there."""
    log = gateway.logs.get()
    made = Exchange.objects.create(
        id=uuid7(),
        log=log,
        ordinal=log.size,
        at=timezone.now(),
        grant=grant,
        item=grant.item,
        caller=grant.recipient.code,
        mode="" if outcome else "lookup",
        outcome=outcome,
        records=0 if outcome else 1,
        case=case,
    )
    log.taken = log.size = log.size + 1
    log.save()
    count(log)
    return made
