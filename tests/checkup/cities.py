"""Small packages for the tests of city reports: a city, one without findings, one of messages."""

from __future__ import annotations

import csv
from pathlib import Path

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.settings import Settings

HOSTILE = '<script>alert("x")</script>'


def answered(folder: Path, settings: Settings) -> Evaluation:
    return evaluate(Question(paths=(folder,)), settings=settings, progress=lambda _: None)


def write(folder: Path, name: str, rows: list[list[object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def messages(folder: Path) -> Path:
    """200 messages, all replied to: half after 4 days and half after 20, a tenth with one text."""
    rows: list[list[object]] = [["message_id", "ts", "text", "reply_ts", "reply_text"]]
    for n in range(200):
        day = 5 if n % 2 else 21
        text = "已转有关部门处理。" if n % 10 == 0 else f"第{chr(0x4E00 + n)}事已办结。"
        rows.append(
            [f"m{n}", "2026-03-01T09:00:00", f"问题{n}", f"2026-03-{day:02d}T09:00:00", text]
        )
    write(folder, "messages", rows)
    return folder


def hostile(folder: Path) -> Path:
    """Two services whose names and ids try to be markup, formulas or paths; one has 3 cases."""
    services = [("../../up", HOSTILE, 60), ("=1+1", '=HYPERLINK("http://x")', 60), ("few", "少", 3)]
    write(folder, "departments", [["department_id", "name"], ["d", HOSTILE]])
    write(
        folder,
        "services",
        [["service_id", "name", "department_id"], *([s, name, "d"] for s, name, _ in services)],
    )
    events: list[list[object]] = [["case_id", "service_id", "activity", "ts", "channel"]]
    for service, _, n in services:
        for case in range(n):
            channel = "online" if case % 2 else "counter"
            for step in range(3):
                day = f"2026-03-{2 + step:02d}T09:{case % 60:02d}:00"
                events.append([f"{service}{case}", service, f"{HOSTILE}{step}", day, channel])
    write(folder, "events", events)
    return folder


def apps(folder: Path) -> Path:
    """Three apps without any other table: one breaks two bans."""
    heads = ["app_id", "name", "department_id", "audience", "services", "filed", "forced", "kpi"]
    rows: list[list[object]] = [heads]
    rows += [["a", "通", "d", "public", "", 1, 0, ""], ["b", "云", "d", "public", "", 1, 0, ""]]
    rows.append(["c", "宝", "d", "public", "", 0, 1, ""])
    write(folder, "departments", [["department_id", "name"], ["d", "数据局"]])
    write(folder, "apps", rows)
    return folder
