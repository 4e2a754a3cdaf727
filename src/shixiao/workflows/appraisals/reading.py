"""Reading what was uploaded: a scheme with its critique, and a table of measured values."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from shixiao.checkup import schemes
from shixiao.evidence.mapping import normal
from shixiao.records.models import Appraisal
from shixiao.terms import BadInput, SubjectKind, Text
from shixiao.workflows import files
from shixiao.workflows.clock import pack
from shixiao.workflows.refusals import Incomplete

SEED = 20260101
LONGEST_NAME = 60  # signs: a file system takes 255 bytes, and a sign may have four
MOST_INDICATORS = 300
TWICE = Text(
    "有两项指标都叫“{name}”，意见、得分和异议无法对应；请改名后重新上传。",
    "two indicators are called “{name}”, so that comments, scores and contests cannot be told"
    " apart; rename one and upload the file again",
)
TOO_MANY = Text(
    "有 {n} 项指标，最多 {most} 项；请检查是否选对了文件。",
    "there are {n} indicators, and {most} at most are taken; check that it is the right file",
)
ONLY_TABLES = Text(
    "请上传 XLSX 或 CSV 文件；“{name}”不是。",
    "Upload an XLSX or CSV file; “{name}” is none.",
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was uploaded; ``name`` is without folders."""

    name: str
    data: bytes

    @classmethod
    def of(cls, name: str, data: bytes) -> Upload:
        """Return an upload under the last part of its name, whatever system it comes from."""
        return cls(PureWindowsPath(name).name[-LONGEST_NAME:], data)


def read_scheme(upload: Upload) -> tuple[schemes.Scheme, dict[str, Any]]:
    """Return a scheme and its critique, as ``appraisal_json`` has it.

    Raises:
        Incomplete: the file is no table, empty or too large (field ``scheme``).
        BadInput: what is wrong in the table, with row and column.
    """
    with _placed(upload, field="scheme") as path:
        scheme = schemes.read_scheme(path)
    if len(scheme.indicators) > MOST_INDICATORS:
        words = TOO_MANY.format(n=len(scheme.indicators), most=MOST_INDICATORS)
        raise BadInput(words, file=upload.name)
    seen: set[str] = set()
    for indicator in scheme.indicators:
        name = normal(indicator.name)
        if name in seen:
            words = TWICE.format(name=indicator.name[:60])
            raise BadInput(words, file=upload.name, row=indicator.row)
        seen.add(name)
    judged = schemes.appraise(scheme, rules=pack())
    return scheme, schemes.appraisal_json(judged, schemes.Reranking(), seed=SEED)


def scheme_of(appraisal: Appraisal) -> schemes.Scheme:
    """Return the scheme of an appraisal, read again from the file that was kept."""
    upload = Upload(appraisal.scheme_name, files.load(appraisal.scheme))
    with _placed(upload, field="scheme") as path:
        return schemes.read_scheme(path)


def read_scores(upload: Upload, appraisal: Appraisal) -> schemes.Scores:
    """Return the values that were measured under the scheme of an appraisal.

    Raises:
        Incomplete: the file is no table, empty or too large (field ``scores``).
        BadInput: what is wrong in the table, with row and column.
    """
    scheme = scheme_of(appraisal)
    with _placed(upload, field="scores") as path:
        return schemes.read_scores(path, scheme, kind=SubjectKind(appraisal.scope))


@contextmanager
def _placed(upload: Upload, *, field: str) -> Iterator[Path]:
    """Give the file a place of its own for the readers, which go by what is in it."""
    try:
        kind = files.media_type_of(upload.name, upload.data)
    except Incomplete as error:
        raise Incomplete(error.text, field=field) from None
    if not kind.endswith(("spreadsheetml.sheet", "csv")):
        raise Incomplete(ONLY_TABLES.format(name=upload.name[:80]), field=field)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / upload.name
        path.write_bytes(upload.data)
        yield path
