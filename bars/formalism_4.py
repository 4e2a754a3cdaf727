"""Bar 4: real messages with replies: identical replies, time to the reply, replies over 15 days."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import openpyxl

from bars.data import ROOT
from bars.outcome import Outcome
from shixiao.checkup import Question, evaluate, result_json
from shixiao.settings import Settings

MESSAGES = ROOT.parent / "shared" / "data" / "voice" / "messages_with_replies.xlsx"
COLUMNS = {
    "留言编号": "message_id",
    "留言用户": "person_key",
    "留言主题": "title",
    "留言时间": "ts",
    "留言详情": "text",
    "答复意见": "reply_text",
    "答复时间": "reply_ts",
}


def package(folder: Path) -> Path:
    """Write the real messages as a package of one table."""
    sheet = openpyxl.load_workbook(MESSAGES, read_only=True).worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    heads = [COLUMNS[str(name)] for name in next(rows)]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "messages.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)
    return folder


def measure(*, full: bool) -> list[Outcome]:
    del full
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(Path(name) / "store", "a key for bars", 2048, 2, "zh")
        evaluation = evaluate(
            Question((package(Path(name) / "messages"),)),
            settings=settings,
            progress=lambda _: None,
        )
        measures = {
            m["measure"]: m["estimate"]["value"] for m in result_json(evaluation)["measures"]
        }
    twin, days, late = (measures[m] for m in ("reply_twin", "reply_days", "reply_late"))
    return [
        Outcome("replies with a twin", twin, "0.055 ± 0.002", abs(twin - 0.055) <= 0.002, "share"),
        Outcome("days to the reply, median", days, "about 11", 10.5 <= days <= 11.5, "days"),
        Outcome("replied after 15 days", late, "0.377", abs(late - 0.377) <= 0.0005, "share"),
    ]
