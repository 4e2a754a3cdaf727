"""The auditor's bundle: the evidence as it was evaluated, and the question that was put to it.

The evidence is the store: persons are pseudonyms in it already. It holds single cases all the same,
so it is for those who may see the source data.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shixiao.checkup.bundles.container import (
    AUDITOR,
    CHUNK,
    MANIFEST,
    QUESTION,
    RESULT,
    RULES,
    STORE,
    digest_of,
    json_lines,
)
from shixiao.checkup.bundles.manifest import manifest
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.question import Question
from shixiao.checkup.result import result_bytes
from shixiao.effect import Comparison
from shixiao.exports.archive import entry
from shixiao.seals import sha256_of_file
from shixiao.terms import BadInput, Period, Text


def write_auditor_bundle(evaluation: Evaluation, path: Path) -> None:
    """Write the auditor's bundle; it is there whole or not at all.

    Raises:
        BadInput: the file cannot be written.
    """
    files = sorted(f for f in evaluation.store.folder.iterdir() if f.is_file())
    result = result_bytes(evaluation)
    small = {
        QUESTION: json_lines(question_json(evaluation.question)),
        RULES: json_lines(evaluation.rules.to_json()),
        RESULT: result,
    }
    parts = {name: digest_of(content) for name, content in small.items()}
    parts |= {
        STORE + f.name: {"sha256": sha256_of_file(f), "bytes": f.stat().st_size} for f in files
    }
    head = manifest(evaluation, AUDITOR, result=digest_of(result), parts=parts)
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as bundle:
                for name, content in ({MANIFEST: json_lines(head)} | small).items():
                    bundle.writestr(entry(name), content)
                for stored in files:
                    # Parquet is packed already.
                    info = entry(STORE + stored.name, zipfile.ZIP_STORED)
                    packing = bundle.open(info, "w", force_zip64=True)
                    with stored.open("rb") as source, packing as target:
                        shutil.copyfileobj(source, target, CHUNK)
            Path(beside).replace(path)
        finally:
            Path(beside).unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(
            Text(
                f"无法写入复算包（{error.strerror}）；请换一个位置。",
                f"the bundle cannot be written ({error.strerror}); choose another place",
            ),
            file=path.name,
        ) from None


def question_json(question: Question) -> dict[str, Any]:
    """Return all of a question that the store does not hold already."""
    comparison, periods = question.comparison, question.periods
    return {
        "comparison": None
        if comparison is None
        else [comparison.column, comparison.a, comparison.b],
        "periods": None if periods is None else [str(period) for period in periods],
        "by": question.by,
        "adjust": list(question.adjust),
        "seed": question.seed,
        "findings_only": question.findings_only,
        "window": None if question.window is None else str(question.window),
    }


def question_of(data: Mapping[str, Any]) -> Question:
    """Read what ``question_json`` wrote.

    Raises:
        KeyError, TypeError, ValueError: the value is no question.
    """
    periods = data["periods"]
    first, second = (Period.parse(p) for p in periods) if periods else (None, None)
    return Question(
        paths=(),
        comparison=Comparison(*map(str, data["comparison"])) if data["comparison"] else None,
        periods=(first, second) if first and second else None,
        by=data["by"],
        adjust=tuple(map(str, data["adjust"])),
        seed=int(data["seed"]),
        findings_only=bool(data["findings_only"]),
        window=Period.parse(data["window"]) if data["window"] else None,
    )
