"""The tables beside the services: data sharing, systems and decisions, voice; small but whole.

Sharing is innocent here: answers, deliveries and duties keep their times, refusals of what is
shared without condition rest on a law, and no grant covers what its department asks people for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import numpy as np

from shixiao.potemkin.city.forms import element_id
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.population import People
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import CALENDAR, DAYS, FIRST, clock, offset
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.rules import Clock, load_calendar, load_pack

DATASETS_EACH = 3
REQUESTS, DUTIES, GRANTS, EXCHANGES, DECISIONS = 120, 60, 40, 1500, 800
STATEMENTS, VOTERS, VOTED = 24, 160, 0.4
SEARCHES = 2500
LAW = "《中华人民共和国个人信息保护法》第六条"
DECREE = "《政务数据共享条例》"
#: duty in the register → rule with its time; on the others nothing hangs
TIMES = {"更新目录": "GDS-17u", "校核数据": "GDS-26"}
SHARING = ("unconditional", "conditional", "not_shared")
FACTORS = (("材料完整度", "申请材料"), ("信用等级", "信用记录"), ("历史办件", "办件记录"))


def governance_tables(
    plan: Plan, people: People, seed: int, asked: Mapping[str, set[str]]
) -> dict[str, list[Row]]:
    """Return the tables by name; ``asked`` is what the services of each department ask for."""
    rng = stream(seed, "governance")
    datasets = _datasets(plan, rng)
    systems = _systems(plan)
    decisions = _decisions(plan, systems, rng)
    grants = _grants(plan, datasets, asked, rng)
    return {
        "datasets": datasets,
        "requests": _requests(plan, datasets, rng),
        "duties": _duties(datasets, rng),
        "grants": grants,
        "exchanges": _exchanges(plan, grants, rng),
        "systems": systems,
        "decisions": decisions,
        "decision_factors": _factors(decisions, rng),
        "votes": _votes(people, rng),
        "searches": _searches(plan, rng),
    }


def _moment(rng: np.random.Generator, before: int = 40) -> int:
    day = int(rng.integers(0, DAYS - before))
    return day * WHOLE_DAY + int(rng.integers(9 * 3600, 17 * 3600))


@cache
def statutory(rule: str) -> Clock:
    """Return the clock of a rule of law."""
    return Clock.of(load_pack().rule(rule))


def _by(rule: str, opened: int, moment: int) -> int:
    """Return a moment, or the same hour of the last day on which a duty is in time."""
    due = statutory(rule).deadline(_day(opened), load_calendar(CALENDAR)).due
    return min(moment, offset(due) * WHOLE_DAY + moment % WHOLE_DAY)


def _day(moment: int) -> date:
    return FIRST + timedelta(days=moment // WHOLE_DAY)


def _datasets(plan: Plan, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    width = len(material("attributes"))
    for place, department in enumerate(plan.departments):
        for number, thing in enumerate(department.objects[:DATASETS_EACH]):
            sharing = SHARING[int(rng.choice(3, p=(0.45, 0.45, 0.1)))]
            first = number * width
            rows.append(
                {
                    "dataset_id": f"DS{department.id[1:]}{number + 1}",
                    "code": f"307{place + 1:03d}{number + 1:03d}",
                    "name": f"{thing.zh}信息",
                    "name_en": f"{thing.en} data",
                    "department_id": department.id,
                    "format": ("库表", "接口", "文件")[number % 3],
                    "share_mode": ("批量交换", "接口调用", "文件下载")[number % 3],
                    "use_conditions": "限履职所需" if sharing == "conditional" else None,
                    "domain": department.domain,
                    "tier": "市级",
                    "grade": "一般数据",
                    "sharing": sharing,
                    "basis": DECREE if sharing != "unconditional" else None,
                    "elements": ";".join(element_id(place, first + n) for n in range(12)),
                    "updated": clock(_moment(rng, 1)),
                    "update_cycle": ("每日", "每周", "每月")[number % 3],
                }
            )
    return rows


def _other(plan: Plan, owner: object, rng: np.random.Generator) -> str:
    others = [d.id for d in plan.departments if d.id != owner]
    return str(rng.choice(others))


def _requests(plan: Plan, datasets: list[Row], rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for number in range(REQUESTS):
        dataset = datasets[int(rng.integers(len(datasets)))]
        opened = _moment(rng)
        granted = rng.random() < 0.8
        free = dataset["sharing"] == "unconditional"
        answered = opened + int(rng.integers(1, 15)) * WHOLE_DAY
        answered = _by("GDS-21u" if free else "GDS-21c", opened, answered)
        rows.append(
            {
                "request_id": f"RQ{number + 1:04d}",
                "dataset_id": dataset["dataset_id"],
                "from_department": _other(plan, dataset["department_id"], rng),
                "opened": clock(opened),
                "answered": clock(answered),
                "decision": "同意" if granted else "不同意",
                "reason": "履职所需" if granted else "用途说明不充分",
                "basis": LAW if free and not granted else DECREE,
                "delivered": clock(answered + 5 * WHOLE_DAY) if granted else None,
                "purpose": "业务办理核验",
            }
        )
    return rows


def _duties(datasets: list[Row], rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for number in range(DUTIES):
        dataset = datasets[int(rng.integers(len(datasets)))]
        opened = _moment(rng)
        late = rng.random() < 0.15
        done = opened + int(rng.integers(2, 9) + 10 * late) * WHOLE_DAY
        act = ("答复申请", "更新目录", "校核数据")[number % 3]
        open_ = rng.random() >= 0.9 and act not in TIMES
        if act in TIMES:
            done = _by(TIMES[act], opened, done)
        rows.append(
            {
                "duty_id": f"DT{number + 1:04d}",
                "act": act,
                "holder": dataset["department_id"],
                "dataset_id": dataset["dataset_id"],
                "opened": clock(opened),
                "due": clock(opened + 14 * WHOLE_DAY),
                "done": None if open_ else clock(done),
                "basis": DECREE,
            }
        )
    return rows


def _grants(
    plan: Plan, datasets: list[Row], asked: Mapping[str, set[str]], rng: np.random.Generator
) -> list[Row]:
    rows: list[Row] = []
    for number in range(GRANTS):
        dataset = datasets[int(rng.integers(len(datasets)))]
        wanted = int(rng.integers(2, 7))
        to = _other(plan, dataset["department_id"], rng)
        theirs = asked.get(to, set())
        fields = [e for e in str(dataset["elements"]).split(";") if e not in theirs][:wanted]
        rows.append(
            {
                "grant_id": f"GR{number + 1:04d}",
                "dataset_id": dataset["dataset_id"],
                "to_department": to,
                "purpose": "业务办理核验",
                "fields": ";".join(fields),
                "starts": clock(0),
                "ends": None,
                "reassess_on": (FIRST + timedelta(days=365)).isoformat(),
            }
        )
    return rows


def _exchanges(plan: Plan, grants: list[Row], rng: np.random.Generator) -> list[Row]:
    large = [s for s in plan.services if s.large]
    rows: list[Row] = []
    for number in range(EXCHANGES):
        grant = grants[int(rng.integers(len(grants)))]
        service = large[int(rng.integers(len(large)))]
        rows.append(
            {
                "exchange_id": f"EX{number + 1:05d}",
                "ts": clock(_moment(rng, 1)),
                "dataset_id": grant["dataset_id"],
                "to_department": grant["to_department"],
                "grant_id": grant["grant_id"],
                "purpose": grant["purpose"],
                "case_id": f"{service.id}-{int(rng.integers(1, 200)):06d}",
                "records": 1,
                "ok": int(rng.random() < 0.98),
            }
        )
    return rows


def _systems(plan: Plan) -> list[Row]:
    kinds = ("platform", "algorithm", "dataset service", "app")
    names = (
        ("受理平台", "intake platform"),
        ("智能预审", "pre-check"),
        ("数据服务", "data service"),
        ("移动端", "mobile client"),
    )
    return [
        {
            "system_id": f"SY{number + 1:03d}",
            "name": f"{department.domain}{names[number % 4][0]}",
            "name_en": f"{material('apps')['domains'][department.domain]} {names[number % 4][1]}",
            "department_id": department.id,
            "kind": kinds[number % 4],
            # The services of a department run on its platform.
            "services": ";".join(s.id for s in plan.services if s.department == number)
            if kinds[number % 4] == "platform"
            else "",
            "exposure": ("互联网", "政务外网")[number % 2],
            "grade": ("二级", "三级")[number % 2],
            "admitted_until": "2027-06-30",
            "public_interest": int(number % 4 < 2),
        }
        for number, department in enumerate(plan.departments[:16])
    ]


def _decisions(plan: Plan, systems: list[Row], rng: np.random.Generator) -> list[Row]:
    algorithms = [s["system_id"] for s in systems if s["kind"] == "algorithm"]
    large = [s for s in plan.services if s.large]
    regions = [zh for zh, _, _ in material("city")["regions"]]
    rows: list[Row] = []
    for number in range(DECISIONS):
        score = float(rng.beta(3, 2))
        advice = "通过" if score > 0.4 else "人工复核"
        final = advice if rng.random() < 0.9 else "通过"
        appealed = final != "通过" and rng.random() < 0.2
        at_random = rng.random() < 0.1
        rows.append(
            {
                "decision_id": f"DC{number + 1:05d}",
                "system_id": algorithms[int(rng.integers(len(algorithms)))],
                "version": "1.2",
                "ts": clock(_moment(rng, 1)),
                "service_id": large[int(rng.integers(len(large)))].id,
                "channel": "online",
                "region": str(rng.choice(regions)),
                "score": round(score, 3),
                "recommended": advice,
                "final": final,
                "outcome": "属实" if rng.random() < 0.9 else "不属实",
                "arm": "random" if at_random else "algorithm",
                "arm_probability": 0.1 if at_random else 0.9,
                "official_id": f"O{int(rng.integers(1, 60)):03d}",
                "inputs_hash": f"{int(rng.integers(0, 2**63)):016x}",
                "processing_days": round(float(rng.gamma(2, 2)), 1),
                "appealed": int(appealed),
                "upheld": int(appealed and rng.random() < 0.4),
            }
        )
    return rows


def _factors(decisions: list[Row], rng: np.random.Generator) -> list[Row]:
    return [
        {
            "decision_id": decision["decision_id"],
            "factor": factor,
            "value": f"{rng.random():.2f}",
            "source": source,
            "article": "业务办理规程",
            "rule_id": f"BR{number + 1}",
        }
        for decision in decisions
        for number, (factor, source) in enumerate(FACTORS)
    ]


def _votes(people: People, rng: np.random.Generator) -> list[Row]:
    voters = people.ids.take(rng.permutation(len(people.ids))[:VOTERS]).to_pylist()
    camp = rng.random(VOTERS) < 0.45
    leaning = rng.normal(0, 1, size=(2, STATEMENTS))
    rows: list[Row] = []
    for voter, person in enumerate(voters):
        for statement in np.flatnonzero(rng.random(STATEMENTS) < VOTED).tolist():
            feeling = leaning[int(camp[voter]), statement] + rng.normal(0, 0.7)
            rows.append(
                {
                    "conversation_id": "CV1",
                    "statement_id": f"ST{statement + 1:02d}",
                    "person_key": person,
                    "vote": 1 if feeling > 0.3 else -1 if feeling < -0.3 else 0,
                    "ts": clock(_moment(rng, 1)),
                }
            )
    return rows


def _searches(plan: Plan, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for _ in range(SEARCHES):
        service = plan.services[int(rng.integers(len(plan.services)))]
        found = rng.random() < 0.8
        rows.append(
            {
                "ts": clock(_moment(rng, 1)),
                "query": service.name.zh.partition("（")[0] if found else service.domain,
                "results": int(rng.integers(1, 12)) if found else 0,
                "clicked": service.id if found and rng.random() < 0.7 else None,
                "next_query": None if found else service.name.zh.partition("（")[0],
            }
        )
    return rows
