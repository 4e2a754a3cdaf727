"""密评: the report of an assessment of commercial cryptography, in our form.

Source: GB/T 39786-2021 (clauses); GM/T 0115-2021 (assessment): with a high risk it is never 符合.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shixiao.security.importers.importer import Found, importer
from shixiao.security.importers.papers import is_report, read_paper

KIND, TOOL = "crypto", "密评 cryptography"
PASSING = frozenset({"符合", "基本符合"})


@importer("密评报告 cryptography report", lambda data: is_report(data, KIND))
def crypto(data: Mapping[str, Any], system: str) -> Found:
    """Read a report."""
    return read_paper(data, system, TOOL, PASSING)
