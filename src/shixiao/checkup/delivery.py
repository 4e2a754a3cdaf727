"""Delivery: everything that an evaluation leaves behind, all of it or none.

Every evaluation gives report.html, result.json, bundle.zip from which its numbers are recomputed,
tables.xlsx and the same tables in csv/. A city
also gives summary.html, a page for each service in services/, and briefings as DOCX.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from shixiao.checkup.briefing import briefing
from shixiao.checkup.bundles import public_bundle
from shixiao.checkup.bundles.cells import Shown
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.finding_tables import city_sheets
from shixiao.checkup.report import pages
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.result import result_bytes
from shixiao.checkup.tables import sheets
from shixiao.exports import delimited_files, workbook
from shixiao.terms import BadInput, Text

BRIEFINGS = {"briefing.docx": "zh", "briefing.en.docx": "en"}


def contents(evaluation: Evaluation, may: Shown | None = None) -> dict[str, bytes]:
    """Return path → bytes of every file; the same evaluation gives the same bytes.

    ``may``: which cells may be shown, where that was decided already.
    """
    lookup = Lookup(evaluation)
    tables = sheets(evaluation) + (city_sheets(lookup) if lookup.city else [])
    found = {
        "result.json": result_bytes(evaluation),
        "bundle.zip": public_bundle(evaluation, may),
        "tables.xlsx": workbook(tables),
        **{f"csv/{name}": content for name, content in delimited_files(tables).items()},
        **{path: page.encode() for path, page in pages(lookup).items()},
    }
    if lookup.city:
        found |= {name: briefing(lookup, language) for name, language in BRIEFINGS.items()}
    return found


def deliver(evaluation: Evaluation, out: Path) -> None:
    """Write everything into ``out``.

    All is written beside its place first and then moved, so that no reader meets half a file.

    Raises:
        BadInput: the folder cannot be written.
    """
    files = contents(evaluation)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".writing-") as name:
            _write(files, out, Path(name))
    except OSError as error:
        raise BadInput(
            Text(
                f"无法写入输出目录（{error.strerror}）；请换一个目录。",
                f"the output folder cannot be written ({error.strerror}); choose another one",
            ),
            file=out.name,
        ) from None


def _write(files: Mapping[str, bytes], out: Path, beside: Path) -> None:
    """Write every file beside its place, then move all; nothing else in the folder is touched."""
    for path, content in files.items():
        target = beside / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    for path in files:
        (out / path).parent.mkdir(exist_ok=True)
    for path in files:
        (beside / path).replace(out / path)
