"""Field tests: drawn evaluators go through a service as a person would, and mostly agree."""

from __future__ import annotations

import numpy as np

from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import Service
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import END, clock
from shixiao.potemkin.steps import WHOLE_DAY

BODIES, OF_BODY = 4, 5
PER_SERVICE = (2, 4)
STEPS = ("找到事项", "看懂指南", "提交申请", "收到回复", "取得结果")
WORKS, DISAGREES = 0.85, 0.06
REMARKS = (
    "页面提示不清",
    "电话无人接听",
    "要求补交指南以外的材料",
    "结果按时送达",
    "工作人员主动说明",
)
ITEM = "T01"


def evaluator_rows(plan: Plan) -> list[Row]:
    """Evaluators and the bodies that send them; one body is tied to a department."""
    return [
        {
            "evaluator_id": f"EV{body * OF_BODY + number + 1:02d}",
            "body_id": f"B{body + 1}",
            "tied_to": plan.departments[0].id if body == BODIES - 1 and number == 0 else None,
        }
        for body in range(BODIES)
        for number in range(OF_BODY)
    ]


def field_test_rows(plan: Plan, seed: int) -> list[Row]:
    """Two or three evaluators for each drawn service, each with a verdict on every step."""
    rng = stream(plan.plan_seed, "tested")
    large = [s for s in plan.services if s.large]
    drawn = rng.permutation(len(large))[: plan.size.tested].tolist()
    return [row for n in sorted(drawn) for row in _tests(large[n], plan.plan_seed, seed)]


def _tests(service: Service, plan_seed: int, seed: int) -> list[Row]:
    truth = stream(plan_seed, "works", service.id)
    works = truth.random(len(STEPS)) < WORKS
    rng = stream(seed, "field tests", service.id)
    channel = "online" if rng.random() < 0.6 else "counter"
    share = service.copied + (1 - service.copied) * service.values["half_online"]
    rows: list[Row] = []
    people = rng.permutation(BODIES * OF_BODY)[: int(rng.integers(*PER_SERVICE))]
    for number, evaluator in enumerate(people.tolist(), start=1):
        agrees = rng.random(len(STEPS)) >= DISAGREES
        passed = np.where(agrees, works, ~works)
        at = int(rng.integers(20, END // WHOLE_DAY - 5)) * WHOLE_DAY + 9 * 3600
        visits = 1 + int(rng.random() < 0.5) if channel == "counter" else int(rng.random() < share)
        asked = service.asks.materials if channel == "counter" else service.asks.kept_online - 2
        for place, step in enumerate(STEPS):
            rows.append(
                {
                    "test_id": f"FT{service.id[1:]}-{number}",
                    "service_id": service.id,
                    "evaluator_id": f"EV{evaluator + 1:02d}",
                    "channel": channel,
                    "item_id": ITEM,
                    "ts": clock(at + place * 3600),
                    "step": step,
                    "passed": int(passed[place]),
                    "minutes": round(float(12 * np.exp(0.5 * rng.standard_normal())), 1),
                    "visits": visits if place == len(STEPS) - 1 else 0,
                    "materials_asked": asked + int(rng.integers(-1, 2)) if place == 2 else 0,
                    "remark": None if rng.random() < 0.7 else str(rng.choice(REMARKS)),
                }
            )
    return rows
