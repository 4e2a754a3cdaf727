"""Registers: the small tables that say who is who and what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shixiao.potemkin.city.forms import element_id
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import CHANNELS, App, Department, Service
from shixiao.potemkin.city.writing import Row

FLAGS = ("visible", "visit", "handoff", "rekey", "resubmit")
HALF_FILLED = 0.02
OWNERLESS = "D998"  # a department that no table knows


def department_rows(plan: Plan) -> list[Row]:
    """Departments of the city, and the service centre of each county."""
    city = material("city")
    rows: list[Row] = [
        {
            "department_id": d.id,
            "name": d.name.zh,
            "name_en": d.name.en,
            "parent_id": None,
            "tier": "city",
            "region": city["cities"][d.city][0],
        }
        for d in plan.departments
    ]
    counties = [(zh, en) for zh, en, _ in city["regions"] if zh.endswith("县")]
    rows += [
        {
            "department_id": f"C{number:02d}",
            "name": f"{zh}政务服务中心",
            "name_en": f"{en} Government Service Centre",
            "parent_id": None,
            "tier": "county",
            "region": zh,
        }
        for number, (zh, en) in enumerate(counties, start=1)
    ]
    return rows


def service_rows(plan: Plan) -> list[Row]:
    """Services; a few small ones lack a promised limit or an audience."""
    return [
        {
            "service_id": s.id,
            "name": s.name.zh,
            "name_en": s.name.en,
            "department_id": plan.departments[s.department].id,
            "domain": s.domain,
            "statutory_days": s.statutory,
            "promised_days": s.promised,
            "channels": ";".join(c for c in CHANNELS if s.counts[c]),
            "online_since": s.since.isoformat(),
            "audience": s.audience if s.promised is not None else None,
        }
        for s in plan.services
    ]


def app_rows(plan: Plan) -> list[Row]:
    """Apps; the last of a large city belongs to a department that no table knows."""
    rows = [_app_row(app, plan.departments) for app in plan.apps]
    last = plan.apps[-1]
    if len(rows) >= 100 and last.plant is None and last.decoy is None:
        rows[-1]["department_id"] = OWNERLESS
    return rows


def _app_row(app: App, departments: Sequence[Department]) -> Row:
    return {
        "app_id": app.id,
        "name": app.name.zh,
        "name_en": app.name.en,
        "department_id": departments[app.department].id,
        "audience": app.audience,
        "services": ";".join(app.services),
        "filed": int(app.filed),
        "launched": app.launched.isoformat(),
        "functions": ";".join(app.functions),
        "forced": int(app.forced),
        "kpi": ";".join(app.kpi),
    }


def activity_rows() -> list[Row]:
    """The activity map; archive posting is not confirmed yet."""
    return [
        {
            "activity": entry["zh"],
            "activity_en": entry["en"],
            "step": entry.get("step", (entry["zh"],))[0],
            "step_en": entry.get("step", (None, entry["en"]))[1],
            **{flag: int(flag in entry.get("flags", ())) for flag in FLAGS},
            "confirmed": int(entry.get("mapped", "confirmed") == "confirmed"),
        }
        for entry in material("activities")
    ]


def requirement_rows(plan: Plan) -> list[Row]:
    """What the guides ask for, channel by channel."""
    return [row for service in plan.services for row in _asked(plan, service)]


def asked_by(
    plan: Plan, requirements: Sequence[Row], forms: Sequence[Row] = ()
) -> dict[str, set[str]]:
    """Return department → the elements that its services and public forms ask people for."""
    owner = {s.id: plan.departments[s.department].id for s in plan.services}
    found: dict[str, set[str]] = {}
    for row in requirements:
        if row["element_id"]:
            element = str(row["element_id"])
            found.setdefault(owner[str(row["service_id"])], set()).add(element)
    for row in forms:
        if row["audience"] == "public" and row.get("element_id"):
            found.setdefault(str(row["department_id"]), set()).add(str(row["element_id"]))
    return found


def _asked(plan: Plan, service: Service) -> list[Row]:
    words, asks = material("services"), service.asks
    rng = stream(plan.plan_seed, "requirements", service.id)
    others = _others(plan, service)
    holders = rng.permutation(others)[: asks.held].tolist()
    held = [_held(plan.departments[d], d) for d in holders]
    plain = rng.permutation(len(words["materials"]))[: asks.materials - asks.held]
    papers = [("material", *words["materials"][n], None) for n in sorted(plain.tolist())]
    signed = [("signature", zh, en, None) for zh, en in words["signatures"][: asks.signatures]]
    visits = [("visit", zh, en, None) for zh, en in words["visits"]]
    fields = [
        ("field", zh, en, element_id(service.department, n))
        for n, (zh, en) in enumerate(words["fields"])
    ]
    # Going online drops what others hold and the last signature; a copy puts them back.
    dropped = [*held, *signed[len(signed) - 1 :]][: asks.items - asks.kept_online]
    gone = dropped[round(service.copied * len(dropped)) :]
    at_counter = [*held, *papers, *signed, *visits, *fields]
    online = [
        item
        for item in at_counter
        if item not in gone and (item[0] != "visit" or service.copied > 0)
    ]
    listed = {"counter": at_counter, "online": online, "phone": online}
    return [
        {
            "service_id": service.id,
            "channel": channel,
            "item_id": f"{service.id}-{at_counter.index(item) + 1:02d}",
            "item_name": item[1],
            "item_name_en": item[2],
            "kind": item[0],
            "element_id": item[3],
        }
        for channel in CHANNELS
        if service.counts[channel]
        for item in listed[channel]
    ]


def _others(plan: Plan, service: Service) -> list[int]:
    """Return the departments of the same city but the service's own."""
    city = plan.departments[service.department].city
    return [n for n, d in enumerate(plan.departments) if d.city == city and n != service.department]


def _held(department: Department, place: int) -> tuple[str, str, str, str]:
    thing = department.objects[place % len(department.objects)]
    number = place % len(department.objects) * len(material("attributes"))
    return (
        "material",
        f"{thing.zh}证明材料",
        f"Proof of {thing.en.lower()}",
        element_id(place, number),
    )


def population_rows(size: int) -> list[Row]:
    """How many people of each age band live in each region."""
    city = material("city")
    return [
        {
            "region": zh,
            "group_by": "age_band",
            "group": band,
            "count": round(size * 4 * share * part),
        }
        for zh, _, share in city["regions"]
        for band, part in zip(city["bands"], city["band_shares"], strict=True)
    ]


def known_event_rows(plan: Plan, spans: dict[str, tuple[date, date, float]]) -> list[Row]:
    """What everybody knows of: holidays, the enrolment season, campaigns with real completions."""
    rows: list[Row] = [
        {
            "name": "春节假期",
            "name_en": "Spring Festival",
            "kind": "term",
            "starts": "2026-02-15",
            "ends": "2026-02-23",
        }
    ]
    season = [s.id for s in plan.services if s.decoy == "enrolment_season"]
    season += [a.id for a in plan.apps if a.decoy == "enrolment_season"]
    if season:
        begin, end, _ = spans["enrolment_season"]
        rows.append(
            {
                "name": "义务教育招生季",
                "name_en": "School enrolment season",
                "kind": "term",
                "starts": begin.isoformat(),
                "ends": end.isoformat(),
                "subjects": ";".join(season),
            }
        )
    begin, end, _ = spans["campaign"]
    rows += [
        {
            "name": f"{app.name.zh}推广月",
            "name_en": f"Campaign month of {app.name.en}",
            "kind": "campaign",
            "starts": begin.isoformat(),
            "ends": end.isoformat(),
            "subjects": app.id,
        }
        for app in plan.apps
        if app.decoy == "campaign"
    ]
    return rows
