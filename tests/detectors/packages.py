"""Packages with exact shares: each subject shows just what its test says, without any chance."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

Row = Sequence[object]
Tables = dict[str, tuple[Sequence[str], Iterable[Row]]]
START = datetime(2026, 1, 5, 9, 0, 0)

SERVICES = (
    ("service_id", "name", "department_id", "promised_days", "channels"),
    [(f"S{i:02d}", f"事项{i}", "D0", 10, "online;counter") for i in range(12)],
)
DEPARTMENTS = (("department_id", "name"), [(f"D{i}", f"部门{i}") for i in range(12)])


def write(folder: Path, tables: Tables, **groups: Sequence[str]) -> Path:
    """Write tables as CSV with a descriptor; ``groups`` names columns of groups, by table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (heads, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(heads)
            writer.writerows(rows)
    descriptor = {
        "name": "t",
        "title": "试验市",
        "calendar": "cn",
        "timezone": "Asia/Shanghai",
        "resources": [
            {"name": n, "path": f"{n}.csv", "group_columns": list(groups.get(n, ()))}
            for n in tables
        ],
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), "utf-8")
    return folder


def spread(i: int, n: int, usual: float, high: float) -> Callable[[int], bool]:
    """Flag rows of subject ``i`` evenly: a usual share that varies a little, a high one for 0."""
    share = high if i == 0 else usual * (1 + 0.02 * (i % 5 - 2))
    hits = round(share * n)
    return lambda row: (row * hits) // n != ((row + 1) * hits) // n


def cases(
    *,
    n: int,
    flag: Callable[[int, int], tuple[str, float]],
    services: int = 12,
    channel: str = "online",
) -> tuple[Sequence[str], list[Row]]:
    """Return cases: ``flag(service, row)`` gives outcome and days to the end."""
    rows: list[Row] = []
    for i in range(services):
        for row in range(n):
            opened = START + timedelta(days=row % 150, seconds=row)
            outcome, days = flag(i, row)
            closed = opened + timedelta(days=days)
            rows.append(
                (f"S{i:02d}-{row}", f"S{i:02d}", channel, opened, closed, outcome, f"p{i}-{row}")
            )
    return ("case_id", "service_id", "channel", "opened", "closed", "outcome", "person_key"), rows


def rating_tables(*, n: int = 600) -> Tables:
    """Ratings: S00 is rated within seconds twice as often as the others; other traces are equal."""
    rows: list[Row] = []
    for i in range(12):
        quick = spread(i, n, 0.2, 0.4)
        for row in range(n):
            closed = START + timedelta(days=row % 150, minutes=row)
            late = timedelta(seconds=4) if quick(row) else timedelta(hours=2)
            rows.append((f"r{i}-{row}", f"S{i:02d}", 5 - row % 3, closed + late, closed))
    return {
        "services": SERVICES,
        "ratings": (("rating_id", "service_id", "level", "ts", "closed_ts"), rows),
    }


def device_tables(*, n: int = 600) -> Tables:
    """Ratings: in S00 twice as many come from devices with many ratings."""
    rows: list[Row] = []
    for i in range(12):
        shared = spread(i, n, 0.15, 0.35)
        seen = 0
        for row in range(n):
            many = shared(row)
            device = f"hall-{i}-{seen // 20}" if many else f"own-{i}-{row}"
            seen += many
            rows.append((f"r{i}-{row}", f"S{i:02d}", 4, START + timedelta(minutes=row), device))
    return {
        "services": SERVICES,
        "ratings": (("rating_id", "service_id", "level", "ts", "device_id"), rows),
    }


def text_tables(*, n: int = 600) -> Tables:
    """Ratings: in S00 twice as many texts are the same but for digits and marks."""
    rows: list[Row] = []
    for i in range(12):
        same = spread(i, n, 0.2, 0.4)
        for row in range(n):
            text = f"服务很好！{row}" if same(row) else _unique(row)
            rows.append((f"r{i}-{row}", f"S{i:02d}", 4, START + timedelta(minutes=row), text))
    return {
        "services": SERVICES,
        "ratings": (("rating_id", "service_id", "level", "ts", "text"), rows),
    }


def _unique(row: int) -> str:
    signs = "甲乙丙丁戊己庚辛壬癸"
    return "窗口" + "".join(signs[int(d)] for d in f"{row:05d}") + "先生"


def solicited_tables(*, n: int = 1200) -> Tables:
    """Ratings: asked for, those of S00 are far better than those not asked for."""
    rows: list[Row] = []
    for i in range(12):
        best = (spread(i + 1, n // 2, 0.5, 0.5), spread(i, n // 2, 0.55, 0.8))
        for row in range(n):
            solicited, number = row % 2, row // 2
            level = 5 if best[solicited](number) else 3
            when = START + timedelta(minutes=row)
            rows.append((f"r{i}-{row}", f"S{i:02d}", level, when, solicited))
    heads = ("rating_id", "service_id", "level", "ts", "solicited")
    return {"services": SERVICES, "ratings": (heads, rows)}


def reply_tables(*, n: int = 1000, trace: str = "alike") -> Tables:
    """Messages of ten departments; D0 shows the trace more often."""
    rows: list[Row] = []
    for i in range(10):
        flag = spread(i, n, 0.15, 0.32)
        for row in range(n):
            hit = flag(row)
            alike = hit if trace == "alike" else row % 7 == 0
            unsolved = hit if trace == "unsolved" else row % 5 == 0
            reply = (
                "您的来信收悉，已转有关部门处理，感谢您的关心与支持。"
                if alike
                else f"{_long(i * n + row)}"
            )
            sent = START + timedelta(hours=row * 3)
            rows.append(
                (
                    f"m{i}-{row}",
                    sent,
                    "反映道路照明",
                    f"D{i}",
                    sent + timedelta(days=8),
                    reply,
                    int(not unsolved),
                )
            )
    heads = ("message_id", "ts", "text", "department_id", "reply_ts", "reply_text", "solved")
    return {"departments": DEPARTMENTS, "messages": (heads, rows)}


def _long(number: int) -> str:
    signs = (
        "关于您反映的道路照明学校入学医保报销公交线路物业收费噪声扰民积水工地欠薪停车绿化供暖燃气"
    )
    state, text = number * 2654435761 % 2**32, []
    for _ in range(60):
        state = (state * 1103515245 + 12345) % 2**31
        text.append(signs[state % len(signs)])
    return "".join(text)


def repeat_tables(*, n: int = 1000) -> Tables:
    """Messages: people who wrote to D0 write again within 30 days more often."""
    rows: list[Row] = []
    for i in range(10):
        flag = spread(i, n, 0.15, 0.32)
        for row in range(n):
            sent = START + timedelta(hours=row * 3)
            person = f"w{i}-{row}"
            rows.append(
                (f"m{i}-{row}", sent, "反映", f"D{i}", sent + timedelta(days=5), _long(row), person)
            )
            if flag(row):
                again = sent + timedelta(days=20)
                rows.append((f"n{i}-{row}", again, "又来反映", f"D{i}", "", "", person))
    heads = ("message_id", "ts", "text", "department_id", "reply_ts", "reply_text", "person_key")
    return {"departments": DEPARTMENTS, "messages": (heads, rows)}


def form_tables(*, fields: int = 420) -> Tables:
    """Forms: D0 asks twice as often for elements that another department leads."""
    elements = [(f"E{i}-{k}", f"数据元{i}-{k}", f"D{i}") for i in range(12) for k in range(fields)]
    rows: list[Row] = []
    for i in range(12):
        held = spread(i, fields, 0.3, 0.55)
        for row in range(fields):
            owner = (i + 1) % 12 if held(row) else i
            rows.append(
                (
                    f"F{i}-{row // 14:02d}",
                    f"D{i}",
                    "staff",
                    f"字段{row}",
                    f"E{owner}-{row}",
                    "month",
                    20,
                    30,
                )
            )
    heads = (
        "form_id",
        "department_id",
        "audience",
        "field_name",
        "element_id",
        "period",
        "respondents",
        "minutes",
    )
    return {
        "departments": DEPARTMENTS,
        "elements": (("element_id", "name", "department_id"), elements),
        "forms": (heads, rows),
    }


def account_tables(*, n: int = 500, trace: str = "zombie") -> Tables:
    """Accounts of ten apps; A0 shows the trace more often."""
    rows: list[Row] = []
    end = datetime(2026, 6, 30, 12)
    for i in range(10):
        flag = spread(i, n, 0.2, 0.42)
        for row in range(n):
            hit = flag(row)
            created = datetime(2025, 10, 6, 10) + timedelta(days=row % 60)
            zombie = hit if trace == "zombie" else row % 5 == 0
            last = created if zombie else end - timedelta(days=row % 60)
            if trace == "lapsed" and hit and not zombie:
                last = end - timedelta(days=120)
            staff = int(hit) if trace == "staff" else int(row % 10 == 0)
            rows.append((f"a{i}-{row}", f"A{i}", created, last, staff))
    apps = [(f"A{i}", f"应用{i}", "D0") for i in range(10)]
    return {
        "apps": (("app_id", "name", "department_id"), apps),
        "accounts": (("account_id", "subject_id", "created", "last_active", "staff"), rows),
        "usage": (
            ("subject_id", "day", "completions"),
            [(f"A{i}", end.date(), 5) for i in range(10)],
        ),
    }


def usage_tables(*, trace: str, times: float = 2.0) -> Tables:
    """A year of ten apps; registrations of A0 surge at month ends or over a stretch."""
    rows: list[Row] = []
    first = date(2025, 7, 1)
    for i in range(10):
        for k in range(365):
            day = first + timedelta(days=k)
            noise = 1 + 0.15 * (((k * 7919 + i * 104729) % 101) / 50 - 1)
            season = 3.0 if 60 <= k < 80 else 1.0  # enrolment: everybody, and completions too
            done = 20 * season * (0.5 if day.weekday() > 4 else 1.0)
            ends = (day + timedelta(days=3)).month != day.month
            surge = i == 0 and (ends if trace == "month_end" else 150 <= k < 180 or 250 <= k < 280)
            campaign = 3.0 if i == 1 and 200 <= k < 230 else 1.0
            registered = done * noise * campaign * (times if surge else 1.0)
            outage = 0.2 if i == 2 and 100 <= k < 130 else 1.0
            if i == 2:
                registered = 20 * noise
                done = 20.0
            rows.append((f"A{i}", day, round(registered), round(done * campaign * outage)))
    apps = [(f"A{i}", f"应用{i}", "D0") for i in range(10)]
    return {
        "apps": (("app_id", "name", "department_id"), apps),
        "usage": (("subject_id", "day", "registrations", "completions"), rows),
    }


def silent_tables() -> Tables:
    """Ten apps; on twice as many working days nothing at all is completed in A0."""
    rows: list[Row] = []
    for i in range(10):
        silent = spread(i, 365, 0.15, 0.35)
        rows += [
            (f"A{i}", date(2025, 7, 1) + timedelta(days=k), 0 if silent(k) else 9)
            for k in range(365)
        ]
    apps = [(f"A{i}", f"应用{i}", "D0") for i in range(10)]
    return {
        "apps": (("app_id", "name", "department_id"), apps),
        "usage": (("subject_id", "day", "completions"), rows),
    }


def group_tables(*, n: int = 1400) -> Tables:
    """Cases: in S00 older people fail to get it done far more often than elsewhere."""
    groups: list[Row] = []

    def flag(i: int, row: int) -> tuple[str, float]:
        old = row % 2 == 0
        share = 0.40 if old and i == 0 else 0.22 if old else 0.18
        lost = (row // 2 * 97) % 100 < share * 100
        return ("rejected" if lost else "completed"), 3.0

    heads, rows = cases(n=n, flag=flag)
    for row in rows:
        number = int(str(row[0]).split("-")[1])
        groups.append((row[0], "age_band", "60-74" if number % 2 == 0 else "35-59"))
    return {
        "services": SERVICES,
        "cases": (heads, rows),
        "groups": (("case_id", "attribute", "value"), groups),
    }


def deadline_tables(*, n: int = 1500) -> Tables:
    """Cases without events: those of S00 end on the last permitted day three times too often.

    All are opened on a Monday without a holiday near, so that working days are easy to count.
    """
    rows: list[Row] = []
    for i in range(12):
        for row in range(n):
            days = 4 + (row * 7 + i) % 15  # 4 to 18 working days, evenly
            if i == 0 and row % 8 == 0:
                days = 10
            opened = datetime(2026, 3, 2, 9) + timedelta(seconds=row)
            weeks, rest = divmod(days, 5)
            closed = opened + timedelta(weeks=weeks, days=rest)
            rows.append((f"S{i:02d}-{row}", f"S{i:02d}", "online", opened, closed, "completed"))
    heads = ("case_id", "service_id", "channel", "opened", "closed", "outcome")
    return {"services": SERVICES, "cases": (heads, rows)}


def reopen_tables(*, n: int = 1100) -> Tables:
    """Cases: in S00 more are refused and opened again by the same person within days."""
    rows: list[Row] = []
    for i in range(12):
        flag = spread(i, n, 0.1, 0.22)
        for row in range(n):
            opened = START + timedelta(days=row % 120, seconds=row)
            closed = opened + timedelta(days=2)
            hit = flag(row)
            person = f"p{i}-{row}"
            outcome = "rejected" if hit else "completed"
            rows.append((f"S{i:02d}-{row}", f"S{i:02d}", "online", opened, closed, outcome, person))
            if hit:
                again = closed + timedelta(days=1)
                rows.append(
                    (
                        f"S{i:02d}-{row}b",
                        f"S{i:02d}",
                        "online",
                        again,
                        again + timedelta(days=2),
                        "completed",
                        person,
                    )
                )
    heads = ("case_id", "service_id", "channel", "opened", "closed", "outcome", "person_key")
    return {"services": SERVICES, "cases": (heads, rows)}


EVENT_HEADS = (
    "case_id", "service_id", "activity", "ts", "seq", "actor", "place", "clock", "legal_basis",
)  # fmt: skip


def event_tables(*, trace: str, n: int = 1050) -> Tables:
    """Events: S00 shows the trace more often; each case has an application and three steps."""
    events: list[Row] = []

    def flag(i: int, row: int) -> tuple[str, float]:
        return "completed", 3.0

    heads, rows = cases(n=n, flag=flag)
    flags = [spread(i, n, 0.12, 0.27) for i in range(12)]
    batch = [0] * 12
    for place, case in enumerate(rows):
        i, row = int(str(case[1])[1:]), int(str(case[0]).split("-")[1])
        hit, opened = flags[i](row), case[3]
        assert isinstance(opened, datetime)
        times = [opened + timedelta(hours=h) for h in (0, 3, 26, 50)]
        if trace == "batch" and hit:
            # Entered together with all of the service's flagged cases of the fortnight.
            stamp = datetime(2026, 6, 1, 8) + timedelta(hours=i * 100 + batch[i] // 25)
            times = [opened, times[1], stamp, stamp + timedelta(seconds=1)]
            batch[i] += 1
            rows[place] = (*case[:4], stamp + timedelta(hours=2), *case[5:])
        if trace == "speed" and hit:
            times = [
                opened,
                times[1],
                times[1] + timedelta(seconds=9),
                times[1] + timedelta(seconds=20),
            ]
        if trace == "late" and hit:
            times = [opened, times[1], times[2], opened + timedelta(days=6)]
        steps = [("申请", "applicant", "online"), ("受理", "official", "other")]
        steps += [("审核", "official", "other"), ("决定", "official", "other")]
        for seq, ((activity, actor, where), at) in enumerate(zip(steps, times, strict=True), 1):
            events.append((case[0], case[1], activity, at, seq, actor, where, "", ""))
        if trace == "counter" and hit:
            events.append(
                (
                    case[0],
                    case[1],
                    "交原件",
                    times[1] + timedelta(days=1),
                    9,
                    "applicant",
                    "counter",
                    "",
                    "",
                )
            )
        if trace in ("restart", "lawful"):
            hit = hit or (trace == "lawful" and i == 0)
            basis = "行政许可法第四十五条" if trace == "lawful" else ""
            if hit:
                for mark, hour in (("suspend", 4), ("resume", 24)):
                    at = opened + timedelta(hours=hour)
                    events.append(
                        (case[0], case[1], "计时" + mark, at, 8, "system", "other", mark, basis)
                    )
    if trace == "lawful":  # a column that is empty throughout counts as missing
        events.append(("S01-0", "S01", "计时suspend", START, 20, "system", "other", "suspend", ""))
    if trace == "restart":
        events.append(
            ("S01-0", "S01", "计时suspend", START, 20, "system", "other", "suspend", "条例")
        )
    return {"services": SERVICES, "cases": (heads, rows), "events": (EVENT_HEADS, events)}
