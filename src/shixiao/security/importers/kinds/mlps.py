"""等保: the report of a graded-protection assessment, in our form.

Source: GB/T 28448-2019 (assessment requirements); GB/T 22239-2019 (clauses).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shixiao.security.importers.importer import Found, importer
from shixiao.security.importers.papers import is_report, read_paper

KIND, TOOL = "mlps", "等保测评 MLPS"
PASSING = frozenset({"优", "良", "中", "符合", "基本符合"})


@importer("等保测评报告 MLPS report", lambda data: is_report(data, KIND))
def mlps(data: Mapping[str, Any], system: str) -> Found:
    """Read a report."""
    return read_paper(data, system, TOOL, PASSING)
