"""Exports of a city: one content in every form, the same bytes twice, nothing that runs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.shared import Mm, Pt

from shixiao.checkup import Evaluation
from shixiao.checkup.delivery import contents, deliver
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.result import result_json
from shixiao.checkup.savings import savings, total
from shixiao.exports.sheets import DANGEROUS
from shixiao.settings import Settings
from shixiao.statistics import added, product
from shixiao.terms import BadInput, Estimate
from tests.checkup import cities


def tables(files: dict[str, bytes]) -> dict[str, list[list[str]]]:
    found = {}
    for path, content in files.items():
        if path.startswith("csv/"):
            assert content.startswith(b"\xef\xbb\xbf")
            rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
            found[path] = list(rows)
    return found


def words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


READ = 1_000  # rows of a sheet: a city has ten thousand tests, and reading them takes long


def test_xlsx_and_csv_hold_the_same_cells(delivered: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(delivered["tables.xlsx"]), read_only=True)
    found = tables(delivered)
    assert len(found) == len(book.worksheets)
    for sheet, (path, rows) in zip(book.worksheets, sorted(found.items()), strict=True):
        assert sheet.max_row == len(rows), path
        values = list(sheet.iter_rows(values_only=True, max_row=READ))
        heads, *body = rows[:READ]
        assert [str(v).replace("\n", " ") for v in values[0]] == heads
        for seen, row in zip(values[1:], body, strict=True):
            for a, b in zip(seen, row, strict=True):
                if isinstance(a, int | float):
                    assert float(b) == a
                else:
                    assert (a or "").replace("\r\n", "\n") == b.replace("\r\n", "\n")


def test_every_finding_test_score_and_part_is_in_the_spreadsheet(
    planted: Evaluation, delivered: dict[str, bytes]
) -> None:
    rows = {path[7:-4]: len(rows) - 1 for path, rows in tables(delivered).items()}
    assert rows["findings"] == len(planted.checkup.findings)
    assert rows["tests"] == len(planted.checkup.tried)
    assert rows["index"] == len(planted.index.scores)
    assert rows["index-parts"] == sum(len(score.parts) for score in planted.index.scores)
    assert rows["savings"] == sum(len(s.changes) for s in savings(planted).values())


def test_result_json_is_the_contract_whole(
    planted: Evaluation, delivered: dict[str, bytes]
) -> None:
    assert json.loads(delivered["result.json"]) == json.loads(json.dumps(result_json(planted)))


def test_the_same_evaluation_gives_the_same_bytes_in_every_file(
    planted: Evaluation, delivered: dict[str, bytes]
) -> None:
    assert contents(planted) == delivered


def test_no_cell_of_a_hostile_city_runs_as_a_formula(tmp_path: Path, settings: Settings) -> None:
    files = contents(cities.answered(cities.hostile(tmp_path / "p"), settings))
    cells = [c for rows in tables(files).values() for row in rows for c in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [c for c in cells if c.startswith(DANGEROUS) and not _number(c)]
    assert "3 项服务" in words(files["briefing.docx"])


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# ── the briefing ──────────────────────────────────────────────────────────────────────────────


def test_the_briefing_holds_the_answer_the_findings_and_the_hours(
    planted: Evaluation, delivered: dict[str, bytes]
) -> None:
    lookup = Lookup(planted)
    zh, en = words(delivered["briefing.docx"]), words(delivered["briefing.en.docx"])
    for finding in lookup.findings:
        assert finding.subject.name.zh in zh
        assert finding.subject.name.en in en
    best = max(lookup.savings.values(), key=lambda s: s.people.value or 0.0)
    assert f"{best.people.value:,.0f}" in zh
    assert f"{best.people.value:,.0f}" in en
    assert "关于明澜市政务服务实效评估情况的报告" in zh
    assert "{" not in zh + en


def test_the_briefing_is_laid_out_as_the_standard_wants(delivered: dict[str, bytes]) -> None:
    document = docx.Document(io.BytesIO(delivered["briefing.docx"]))
    section = document.sections[0]
    margins = (
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    assert [round(m / Mm(1)) for m in margins] == [37, 35, 28, 26]
    title, answer = document.paragraphs[0], document.paragraphs[1]
    assert title.runs[0].font.size == Pt(22)
    assert answer.runs[0].font.size == Pt(16)
    assert answer.paragraph_format.line_spacing == Pt(28)
    footer = section.footer.paragraphs[0]
    assert footer.text.startswith("— ")
    assert "PAGE" in footer._p.xml


def test_no_file_tells_when_it_was_made(delivered: dict[str, bytes]) -> None:
    for name in ("briefing.docx", "briefing.en.docx", "tables.xlsx"):
        with zipfile.ZipFile(io.BytesIO(delivered[name])) as book:
            (made,) = {entry.date_time for entry in book.infolist()}
        assert made[0] <= 2000


# ── delivery ──────────────────────────────────────────────────────────────────────────────────


def test_delivery_writes_all_and_leaves_other_files_alone(
    tmp_path: Path, settings: Settings
) -> None:
    evaluation = cities.answered(cities.messages(tmp_path / "p"), settings)
    out = tmp_path / "out"
    (out / "csv").mkdir(parents=True)
    (out / "csv" / "mine.txt").write_text("kept")
    deliver(evaluation, out)
    found = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}
    assert found == set(contents(evaluation)) | {"csv/mine.txt"}


def test_delivery_moves_nothing_where_a_folder_cannot_be_made(
    tmp_path: Path, settings: Settings
) -> None:
    evaluation = cities.answered(cities.messages(tmp_path / "p"), settings)
    out = tmp_path / "out"
    out.mkdir()
    (out / "csv").write_text("a file where a folder should be")
    with pytest.raises(BadInput):
        deliver(evaluation, out)
    assert [p.name for p in out.iterdir()] == ["csv"]


# ── savings ───────────────────────────────────────────────────────────────────────────────────


def test_hours_are_cases_a_year_times_burden_times_the_time_of_each() -> None:
    visits = Estimate(1000.0, 900.0, 1100.0, 500)
    hours = product(visits, 1.0, 2.0, 3.0)
    assert hours.value == 2000.0
    # sampling 100 visits × 2 hours and 1 hour × 1000 visits, joined in squares
    assert hours.low == pytest.approx(2000 - (200**2 + 1000**2) ** 0.5)
    assert hours.high == pytest.approx(2000 + (200**2 + 1000**2) ** 0.5)


def test_a_time_known_exactly_leaves_the_sampling_interval() -> None:
    hours = product(Estimate(10.0, 8.0, 13.0, 50), 2.0, 2.0, 2.0)
    assert (hours.low, hours.high) == (16.0, 26.0)


def test_independent_savings_are_added_in_squares() -> None:
    joined = added([Estimate(10.0, 7.0, 13.0, 5), Estimate(20.0, 16.0, 24.0, 5)])
    assert (joined.value, joined.low, joined.high, joined.n) == (30.0, 25.0, 35.0, 10)


def test_visits_beyond_what_a_channel_needs_are_what_can_be_saved(planted: Evaluation) -> None:
    for saved in savings(planted).values():
        for change in saved.changes:
            if change.measure == "visits":
                needed = 0 if change.channel == "online" else 1
                beyond = (change.per_case.value or 0.0) - needed
                assert change.units.value == pytest.approx(beyond * change.per_case.n)


def test_the_whole_lies_within_the_sums_of_its_parts_bounds(planted: Evaluation) -> None:
    found = [s for s in savings(planted).values() if s.people.ok]
    whole = total(savings(planted).values(), planted.rules)
    assert whole.value == pytest.approx(sum(s.people.value or 0.0 for s in found))
    assert (whole.low or 0.0) >= sum(s.people.low or 0.0 for s in found)
    assert (whole.high or 0.0) <= sum(s.people.high or 0.0 for s in found)
