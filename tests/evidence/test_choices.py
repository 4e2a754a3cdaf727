"""Choices in events: however they are written, equal ones get one code; others count as unknown."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from shixiao.evidence import ColumnMapping, Request, prepare
from shixiao.settings import Settings

EVENTS = """case_id,activity,ts,place
1,提交,2026-03-02 09:00,online
1,受理,2026-03-02 10:00, 窗口
2,提交,2026-03-02 09:00,网上
2,受理,2026-03-02 11:00,COUNTER
3,提交,2026-03-02 09:00,楼下
3,受理,2026-03-02 12:00,
"""


def test_a_place_is_read_in_any_spelling_and_an_unknown_one_is_counted(
    tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "events.csv").write_text(EVENTS, "utf-8")
    (folder / "datapackage.json").write_text(
        '{"name": "places", "calendar": "cn", "timezone": "Asia/Shanghai",'
        ' "resources": [{"name": "events", "path": "events.csv"}]}',
        "utf-8",
    )
    store = prepare(Request((folder,), ColumnMapping()), settings=settings, progress=lambda _: None)
    places = pq.read_table(store.folder / "events.parquet")["place"].to_pylist()
    assert sorted(places, key=str) == [None, None, "counter", "counter", "online", "online"]
    assert store.meta.quality["coverage"]["place"] == 4 / 6
    (problem,) = store.meta.quality["problems"]
    assert (problem["column"], problem["count"], problem["row"]) == ("place", 1, 5)
    assert problem["value"] == "楼下"
