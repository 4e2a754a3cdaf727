"""Towns for tests of the index: every table it reads, drawn from a truth that is known.

The truth of a town (what each service does to people) comes from ``plan_seed``; ``seed`` draws the
cases from it, so towns of one plan differ by chance alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HOUR = 3_600_000_000
DAY = 24 * HOUR
START = 20_454 * DAY  # 2026-01-01, UTC
END = START + 200 * DAY
AGES = ("18-39", "40-59", "60-74")


@dataclass(frozen=True)
class Truth:
    """What the services of a town do to people; arrays of one number per service."""

    cases: np.ndarray
    online: np.ndarray
    completion: np.ndarray
    first_time: np.ndarray
    visit_online: np.ndarray
    hours: np.ndarray
    faster: np.ndarray
    gap_old: np.ndarray
    content: np.ndarray
    solved: np.ndarray
    complaints: np.ndarray
    field: np.ndarray
    held: np.ndarray


def truth_of(services: int, plan_seed: int, *, size: float) -> Truth:
    """Draw what each service truly does."""
    rng = np.random.default_rng([plan_seed, 11])

    def beta(mean: float, strength: float) -> np.ndarray:
        return rng.beta(mean * strength, (1 - mean) * strength, services)

    return Truth(
        cases=np.maximum(60, rng.lognormal(np.log(size), 0.6, services)),
        online=beta(0.6, 12),
        completion=beta(0.8, 20),
        first_time=beta(0.75, 12),
        visit_online=beta(0.35, 4),
        hours=rng.lognormal(np.log(40), 0.4, services),
        faster=rng.lognormal(np.log(0.6), 0.3, services),
        gap_old=beta(0.08, 12),
        content=rng.normal(3.9, 0.4, services),
        solved=beta(0.75, 12),
        complaints=rng.gamma(4, 0.008, services),
        field=beta(0.7, 10),
        held=rng.integers(0, 4, services),
    )


def write_town(
    folder: Path,
    *,
    services: int = 12,
    plan_seed: int = 1,
    seed: int = 1,
    size: float = 250,
    scale: float = 1,
) -> Path:
    """Write a town's evidence package and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = truth_of(services, plan_seed, size=size)
    rng = np.random.default_rng([plan_seed, seed, 12])
    tables = _cases(truth, rng, scale) | _guides(truth) | _reactions(truth, rng, scale)
    for name, table in tables.items():
        pq.write_table(pa.table(table), folder / f"{name}.parquet")
    resources = [{"name": name, "path": f"{name}.parquet"} for name in tables]
    descriptor = {"name": "town", "calendar": "cn", "timezone": "UTC", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return folder


def _cases(truth: Truth, rng: np.random.Generator, scale: float) -> dict[str, dict[str, object]]:
    counts = rng.poisson(truth.cases * scale)
    service = np.repeat(np.arange(len(counts)), counts)
    n = len(service)
    online = rng.random(n) < truth.online[service]
    age = rng.choice(3, n, p=(0.4, 0.35, 0.25))
    chance = truth.completion[service] - np.where(age == 2, truth.gap_old[service], 0.0)
    done = rng.random(n) < np.clip(chance, 0.02, 0.99)
    again = rng.random(n) >= truth.first_time[service]
    visit = np.where(online, rng.random(n) < truth.visit_online[service], 1)
    opened = START + rng.integers(0, 200 * 24, n) * HOUR
    hours = truth.hours[service] * np.where(online, truth.faster[service], 1.0)
    took = (hours * rng.lognormal(0, 0.6, n) * HOUR).astype(np.int64)
    closed = np.minimum(opened + took, END)
    still = opened + took >= END
    ids = np.array([f"c{i:07d}" for i in range(n)])
    rated = (rng.random(n) < np.where(done, 0.35, 0.3)) & ~still
    level = np.clip(np.rint(truth.content[service] - 1.2 * ~done + rng.normal(0, 0.8, n)), 1, 5)
    time = pa.timestamp("us", tz="UTC")
    steps = [
        ("申请", opened, None),
        ("补正", opened + took // 3, again),
        ("领取", opened + took // 2, visit == 1),
        ("办结", closed, None),
    ]
    events = _events(ids, service, online, steps, time)
    person = np.array([f"p{k}" for k in rng.integers(0, max(2, n), n)])
    return {
        "cases": {
            "case_id": ids,
            "service_id": _names("s", service),
            "channel": np.where(online, "online", "counter"),
            "opened": pa.array(opened, time),
            "closed": pa.array(closed, time, mask=still),
            "outcome": np.where(still, "open", np.where(done, "completed", "rejected")),
            "person_key": person,
            "region": np.where(rng.random(n) < 0.7, "城区", "乡镇"),
        },
        "groups": {"case_id": ids, "attribute": np.full(n, "age"), "value": np.array(AGES)[age]},
        "events": events,
        "ratings": {
            "rating_id": np.array([f"r{i}" for i in np.flatnonzero(rated)]),
            "service_id": _names("s", service[rated]),
            "case_id": ids[rated],
            "level": level[rated].astype(np.int64),
            "ts": pa.array(closed[rated] + HOUR, time),
        },
    }


def _events(ids, service, online, steps, time) -> dict[str, object]:
    kept = [
        np.arange(len(ids)) if chosen is None else np.flatnonzero(chosen) for _, _, chosen in steps
    ]
    rows = np.concatenate(kept)
    name = np.concatenate(
        [np.full(len(k), label) for k, (label, _, _) in zip(kept, steps, strict=True)]
    )
    ts = np.concatenate([when[k] for k, (_, when, _) in zip(kept, steps, strict=True)])
    counter = (name == "领取") | ((name == "申请") & ~online[rows])
    return {
        "case_id": ids[rows],
        "service_id": _names("s", service[rows]),
        "activity": name,
        "ts": pa.array(ts, time),
        "place": np.where(counter, "counter", "online"),
        "actor": np.where(name == "办结", "official", "applicant"),
    }


def _guides(truth: Truth) -> dict[str, dict[str, object]]:
    services = np.arange(len(truth.cases))
    items = [(s, f"m{k}", f"e{k}") for s in services for k in range(truth.held[s])]
    items += [(s, "own", "own") for s in services]
    departments = services % 4
    return {
        "departments": {
            "department_id": _names("d", np.arange(4)),
            "name": _names("部门", np.arange(4)),
        },
        "services": {
            "service_id": _names("s", services),
            "name": _names("事项", services),
            "department_id": _names("d", departments),
            "domain": np.where(services % 2, "社保", "住建"),
            "promised_days": np.full(len(services), 3.0),
        },
        "requirements": {
            "service_id": _names("s", np.array([s for s, _, _ in items])),
            "channel": np.full(len(items), "online"),
            "item_id": np.array([i for _, i, _ in items]),
            "item_name": np.array([i for _, i, _ in items]),
            "kind": np.full(len(items), "material"),
            "element_id": np.array([e for _, _, e in items]),
        },
        "elements": {
            "element_id": np.array(["e0", "e1", "e2", "e3"]),
            "name": np.array(["户籍", "婚姻", "学历", "社保"]),
            "department_id": np.full(4, "elsewhere"),
        },
        "activity_map": {
            "activity": np.array(["申请", "补正", "领取", "办结"]),
            "step": np.array(["申请", "补正", "领取", "办结"]),
            "visible": np.array([1, 1, 1, 0]),
            "visit": np.array([0, 0, 1, 0]),
            "resubmit": np.array([0, 1, 0, 0]),
        },
        "apps": {
            "app_id": np.array(["a0", "a1"]),
            "name": np.array(["一点通", "随手办"]),
            "department_id": np.array(["d0", "d1"]),
            "services": np.array(
                [";".join(_names("s", services[::2])), ";".join(_names("s", services[1::2]))]
            ),
        },
    }


def _reactions(
    truth: Truth, rng: np.random.Generator, scale: float
) -> dict[str, dict[str, object]]:
    time = pa.timestamp("us", tz="UTC")
    services = np.arange(len(truth.cases))
    complaints = rng.poisson(truth.complaints * truth.cases * scale)
    others = rng.poisson(0.08 * truth.cases * scale) + 5
    about = np.concatenate([np.repeat(services, complaints), np.repeat(services, others)])
    n = len(about)
    tests = np.repeat(services, np.maximum(6, int(6 * scale)))
    worked = rng.random(len(tests)) < truth.field[tests]
    day = np.tile(np.arange(200), 2)
    users = rng.poisson(300 * scale, len(day))
    accounts = int(300 * scale)
    return {
        "messages": {
            "message_id": np.array([f"g{i}" for i in range(n)]),
            "ts": pa.array(START + rng.integers(0, 200 * 24, n) * HOUR, time),
            "text": np.full(n, "来信"),
            "kind": np.where(np.arange(n) < complaints.sum(), "投诉", "咨询"),
            "person_key": np.array([f"w{i}" for i in range(n)]),
            "department_id": _names("d", about % 4),
            "service_id": _names("s", about),
            "solved": (rng.random(n) < truth.solved[about]).astype(np.int64),
        },
        "field_tests": {
            "test_id": np.repeat(np.array([f"t{i}" for i in range(len(tests))]), 2),
            "service_id": _names("s", np.repeat(tests, 2)),
            "evaluator_id": np.repeat(np.array([f"v{i % 3}" for i in range(len(tests))]), 2),
            "channel": np.full(2 * len(tests), "online"),
            "item_id": np.full(2 * len(tests), "i"),
            "step": np.tile(np.array(["登录", "提交"]), len(tests)),
            "passed": np.stack(
                [np.ones(len(tests), dtype=np.int64), worked.astype(np.int64)], axis=1
            ).ravel(),
        },
        "usage": {
            "subject_id": np.repeat(np.array(["a0", "a1"]), 200),
            "day": pa.array((START // DAY + day).astype(np.int32), pa.int32()).cast(pa.date32()),
            "registrations": rng.poisson(100, len(day)),
            "active_users": users,
            "clicks": rng.poisson(9000, len(day)),
            "comments": rng.poisson(30, len(day)),
            "likes": rng.poisson(500, len(day)),
            "installs": rng.poisson(200, len(day)),
            "completions": rng.poisson(users * np.repeat([0.2, 0.3], 200)),
        },
        "accounts": {
            "account_id": np.array([f"k{i}" for i in range(accounts)]),
            "subject_id": np.where(np.arange(accounts) % 2, "a0", "a1"),
            "created": pa.array(START + np.arange(accounts) % 60 * DAY, time),
            "last_active": pa.array(START + rng.integers(60, 200, accounts) * DAY, time),
        },
    }


def _names(prefix: str, numbers: np.ndarray) -> np.ndarray:
    return np.array([f"{prefix}{int(i):02d}" for i in numbers])
