"""Schemes as files, the way offices write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from shixiao.checkup.schemes import Scheme, read_scheme
from shixiao.rules import RulePack, load_pack

HEAD = ("指标名称", "指标说明", "权重")
Rows = Sequence[Sequence[object]]
WriteXlsx = Callable[..., Path]
MakeScheme = Callable[..., Scheme]


@pytest.fixture(scope="session")
def pack() -> RulePack:
    return load_pack()


@pytest.fixture
def xlsx(tmp_path: Path) -> WriteXlsx:
    def write(rows: Rows, merged: Sequence[str] = (), name: str = "scheme.xlsx") -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        for area in merged:
            book.active.merge_cells(area)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def make_scheme(tmp_path: Path) -> MakeScheme:
    def make(*lines: tuple[str, str, object]) -> Scheme:
        body = "\n".join(",".join(map(str, line)) for line in lines)
        (tmp_path / "made.csv").write_text(",".join(HEAD) + "\n" + body + "\n", "utf-8")
        return read_scheme(tmp_path / "made.csv")

    return make
