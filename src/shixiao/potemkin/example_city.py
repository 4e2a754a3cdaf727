"""The example city 云泽市: small, believable, and made so that every verdict occurs in it.

Which service is made to deserve which verdict stands in data/example_city/services.yaml.
"""

from __future__ import annotations

from pathlib import Path

from shixiao.potemkin.intake import Intake
from shixiao.potemkin.package import Row, write_package
from shixiao.potemkin.plan import CityPlan, load_plan
from shixiao.potemkin.records import records

SEED = 20260101


def write_example_city(folder: Path, *, seed: int = SEED) -> Path:
    """Write the evidence package of the example city and return its folder.

    Args:
        folder: where the package goes; it is made when it does not exist.
        seed: of all chance; equal seeds write equal bytes.
    """
    plan = load_plan()
    written = records(Intake(plan, seed=seed))
    tables = {
        "departments": _departments(plan),
        "services": _services(plan),
        "matters": _matters(plan),
        "requirements": _requirements(plan),
        "cases": written.cases,
        "groups": written.groups,
        "activity_map": _activity_map(plan),
        "elements": _elements(plan),
    }
    return write_package(folder, plan, tables, written.events)


def _departments(plan: CityPlan) -> list[Row]:
    return [
        {
            "department_id": department.id,
            "name": department.name.zh,
            "name_en": department.name.en,
            "tier": "city",
            "region": plan.name.zh,
        }
        for department in plan.departments
    ]


def _services(plan: CityPlan) -> list[Row]:
    return [
        {
            "service_id": service.id,
            "name": service.name.zh,
            "name_en": service.name.en,
            "department_id": service.department,
            "domain": service.domain,
            "statutory_days": service.statutory,
            "promised_days": service.promised,
            "channels": ";".join(service.paths),
            "online_since": service.since.isoformat(),
            "audience": service.audience,
        }
        for service in plan.services
    ]


def _matters(plan: CityPlan) -> list[Row]:
    return [
        {
            "matter_id": matter.id,
            "name": matter.name.zh,
            "name_en": matter.name.en,
            "service_id": service,
            "position": position,
            "lead": int(service == matter.lead),
        }
        for matter in plan.matters
        for position, service in enumerate(matter.services, start=1)
    ]


def _requirements(plan: CityPlan) -> list[Row]:
    return [
        {
            "service_id": service.id,
            "channel": channel,
            "item_id": f"{service.id}-{number:02d}",
            "item_name": item.name.zh,
            "item_name_en": item.name.en,
            "kind": item.kind,
            "element_id": item.element,
        }
        for service in plan.services
        for channel in service.paths
        for number, item in enumerate(service.asks, start=1)
        if channel in item.channels
    ]


def _activity_map(plan: CityPlan) -> list[Row]:
    flags = ("visible", "visit", "handoff", "rekey", "resubmit")
    return [
        {
            "activity": activity.name.zh,
            "activity_en": activity.name.en,
            "step": activity.step.zh,
            "step_en": activity.step.en,
            **{flag: int(flag in activity.flags) for flag in flags},
            "confirmed": int(activity.mapped == "confirmed"),
        }
        for activity in plan.activities.values()
        if activity.mapped != "absent"
    ]


def _elements(plan: CityPlan) -> list[Row]:
    return [
        {
            "element_id": element.id,
            "name": element.name.zh,
            "name_en": element.name.en,
            "department_id": element.department,
        }
        for element in plan.elements
    ]
