"""Reasons: why a number cannot be recomputed from counts that may be public."""

from __future__ import annotations

from shixiao.effect import Statistic, measures
from shixiao.terms import Text

REASONS = {
    "few": Text(
        "所涉人数不足规则 E-16 的下限，或可由此推算出这样的人数，故不公开",
        "it tells of fewer people than rule E-16 allows, or such a number follows from it",
    ),
    "quantile": Text(
        "分位数取决于每一件的用时", "a quantile hangs on how long each single case took"
    ),
    "draws": Text(
        "区间由逐件取值的再抽样得出", "its interval is drawn from the values of single cases"
    ),
    "sequence": Text(
        "由每一件的环节次序算出", "it is computed from the order of steps in each case"
    ),
    "model": Text(
        "由全部对象的小单元格共同估计得出",
        "it is estimated from small cells of all subjects jointly",
    ),
    "rows": Text("由逐行记录比对得出", "it is computed from single rows"),
    "evidence": Text("是证据本身的计数", "it is a count of the evidence itself"),
}

_SECTIONS = {
    "quality": "evidence",
    "process": "evidence",
    "comparisons": "draws",
    "verdicts": "sequence",
    "rankings": "draws",
    "chains": "quantile",
    "findings": "rows",
    "tests": "rows",
    "index": "model",
    "funnels": "model",
    "agreement": "rows",
}


def why(what: str) -> str:
    """Return the key of the reason why a number needs single cases."""
    section, *rest = what.split("/")
    if section != "measures":
        return _SECTIONS.get(section, "evidence")
    known = {item.id: item.statistic for item in measures()}
    statistic = next((known[part] for part in rest if part in known), None)
    if statistic is not None and statistic.quantile is not None:
        return "quantile"
    return "evidence" if statistic is Statistic.FACT else "rows"
