"""The frame of cases: finished cases of services, in a fixed order, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shixiao.checkup.frame import sampling_frame
from shixiao.evidence import Store

Prepared = Callable[..., Store]
HEADS = "case_id,service_id,channel,opened,closed,outcome"
# Half an hour past midnight: in UTC that is the day before.
CASES = {
    "c3": "s2,online,2026-01-02,2026-07-04T00:30:00,rejected",
    "c2": "s1,online,2026-01-02,2026-07-05T00:30:00,completed",
    "c10": "s1,online,2026-01-02,2026-07-06T00:30:00,",
    "given-up": "s1,online,2026-01-02,2026-07-06T00:30:00,abandoned",
    "taken-back": "s1,online,2026-01-02,2026-07-06T00:30:00,withdrawn",
    "going-on": "s1,online,2026-07-02,,open",
    "unclosed": "s1,online,2026-01-02,,completed",
    "nowhere": ",online,2026-01-02,2026-07-06T00:30:00,completed",
}
FRAME = [
    ("s1", "c10", date(2026, 7, 6)),
    ("s1", "c2", date(2026, 7, 5)),
    ("s2", "c3", date(2026, 7, 4)),
]


def package(folder: Path, cases: dict[str, str] = CASES) -> Path:
    folder.mkdir()
    lines = [HEADS, *(f"{case},{rest}" for case, rest in cases.items())]
    (folder / "cases.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def read(frame: bytes) -> list[tuple[object, ...]]:
    table = pq.read_table(io.BytesIO(frame))
    assert table.column_names == ["service_id", "case_id", "closed"]
    assert table.schema.field("closed").type == pa.date32()
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Amsterdam"])
def test_finished_cases_of_services_stand_in_order_with_their_day(
    tmp_path: Path, prepared: Prepared, zone: str
) -> None:
    assert read(sampling_frame(prepared(package(tmp_path / "p"), zone=zone))) == FRAME


def test_the_same_cases_in_another_order_give_the_same_bytes(
    tmp_path: Path, prepared: Prepared
) -> None:
    first = prepared(package(tmp_path / "p"))
    turned = prepared(package(tmp_path / "q", dict(reversed(CASES.items()))))
    assert first.folder != turned.folder
    assert sampling_frame(first) == sampling_frame(first) == sampling_frame(turned)


def test_a_case_that_is_left_out_is_not_in_the_frame(tmp_path: Path, prepared: Prepared) -> None:
    (tmp_path / "list.csv").write_text("case_id\nc2\n", "utf-8")
    store = prepared(package(tmp_path / "p"), left_out=tmp_path / "list.csv")
    assert read(sampling_frame(store)) == [FRAME[0], FRAME[2]]


def test_a_case_in_two_logs_stands_once_with_its_last_day(
    tmp_path: Path, prepared: Prepared
) -> None:
    heads = "case_id,activity,ts,service_id\n"
    for name, day in (("one", 3), ("two", 5)):
        text = f"{heads}c1,A,2026-03-02,s1\nc1,B,2026-03-0{day},s1\n"
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    store = prepared(tmp_path / "one.csv", tmp_path / "two.csv")
    assert read(sampling_frame(store)) == [("s1", "c1", date(2026, 3, 5))]


@pytest.mark.parametrize(
    "text",
    [
        "case_id,activity,ts\nc1,A,2026-03-02\n",
        f"{HEADS}\ngoing-on,{CASES['going-on']}\n",
    ],
)
def test_without_a_finished_case_of_a_service_there_is_no_frame(
    tmp_path: Path, prepared: Prepared, text: str
) -> None:
    folder = package(tmp_path / "p")
    (folder / "cases.csv").unlink()
    name = "cases" if text.startswith(HEADS) else "events"
    (folder / f"{name}.csv").write_text(text, "utf-8")
    assert sampling_frame(prepared(folder)) == b""
