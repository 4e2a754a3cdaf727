"""Leads: which differences are both beyond chance and large enough to be looked into.

Nothing here is a verdict. A group of several attributes is a lead of its own only where it stands
out beyond its interval more than every wider group of it that stands out in the same direction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from shixiao.fairness.catalogue import metric
from shixiao.fairness.scan import Disparity, Group, Scan
from shixiao.fairness.texts import finding_texts, named_group
from shixiao.rules import RulePack
from shixiao.terms import Estimate, Finding, Severity, Subject, Text

LEVEL, SMALLEST, RUBBER_STAMP, DRIFT = "FAI-04", "FAI-05", "FAI-07", "FAI-09"
LAYER_KIND = {"data": "unfair_data", "model": "unfair_model", "application": "unfair_application"}
MIRRORED = frozenset({"fnr"})
"""Says the same as tpr with the sign turned: one lead is enough."""


def leads(
    compared: Scan,
    scores: Scan,
    overall: Mapping[str, Estimate],
    drifts: Sequence[tuple[str, str, Estimate]],
    subject: Subject,
    *,
    rules: RulePack,
) -> Iterator[Finding]:
    """Give the leads of an audit, those of groups first.

    Args:
        compared: all groups by all rates.
        scores: comparisons within score bins.
        overall: rates of everybody.
        drifts: attribute, periods and stability index.
        subject: of whom they speak.
        rules: FAI-04 (adjusted p), FAI-05 (smallest difference), FAI-07 (rubber stamp), FAI-09
            (drift).
    """
    flagged = [
        d
        for d in (*compared.disparities, *scores.disparities)
        if d.measure not in MIRRORED and _stands_out(d, rules)
    ]
    by_measure: dict[tuple[str, str | None], dict[Group, list[float]]] = {}
    for d in flagged:
        standing = by_measure.setdefault((d.measure, d.part), {})
        apart = d.difference.value or 0.0
        standing.setdefault(d.group, []).append(apart)
        if d.reference:  # the reference stands out as far the other way
            standing.setdefault(d.reference, []).append(-apart)
    for d in flagged:
        if not _told_by_wider(d, by_measure[d.measure, d.part]):
            yield _disparity(d, subject)
    for column, periods, index in drifts:
        if index.ok and (index.low or 0.0) > rules.number(DRIFT):
            yield _drift(column, periods, index, subject)
    stamped = overall.get("override")
    if (
        stamped is not None
        and stamped.ok
        and 1 - (stamped.high or 0.0) > rules.number(RUBBER_STAMP)
    ):
        yield _stamp(stamped, subject)
    yield from _access(compared, subject, rules.number(LEVEL))


def _stands_out(d: Disparity, rules: RulePack) -> bool:
    return (
        d.p_adjusted is not None
        and d.p_adjusted <= rules.number(LEVEL)
        and abs(d.difference.value or 0.0) >= rules.number(SMALLEST)
    )


def _told_by_wider(d: Disparity, flagged: Mapping[Group, Sequence[float]]) -> bool:
    """Tell whether a wider group that stands out says as much: it reaches into this interval."""
    low, high = d.difference.low or 0.0, d.difference.high or 0.0
    wider = [
        other
        for size in range(1, len(d.group))
        for part in combinations(d.group, size)
        for other in flagged.get(part, ())
    ]
    if (d.difference.value or 0.0) > 0:
        return any(other >= low > 0 or other >= high for other in wider)
    return any(other <= high < 0 or other <= low for other in wider)


def _disparity(d: Disparity, subject: Subject) -> Finding:
    said, named = finding_texts("disparity"), metric(d.measure)
    group, reference = named_group(dict(d.group)), named_group(dict(d.reference or ()))
    value, low, high = (
        f"{100 * (e or 0):+.1f}" for e in (d.difference.value, d.difference.low, d.difference.high)
    )
    name = named.name
    if d.part is not None:
        name = Text(f"{name.zh}（{d.part}）", f"{name.en} ({d.part})")
    text = said["says"].format(
        group=group, measure=name, reference=reference, difference=value, low=low, high=high
    )
    where = "\x1e".join([*(f"{k}={v}" for k, v in d.group), *([f"@{d.part}"] if d.part else [])])
    return Finding(
        LAYER_KIND[named.layer],
        d.measure,
        subject,
        where,
        Severity.MEDIUM,
        d.difference,
        SMALLEST,
        lead=True,
        name=said["name"],
        text=text,
        disproof=said["disproof"],
        p_adjusted=d.p_adjusted,
        ratio=d.ratio,
    )


def _drift(column: str, periods: str, index: Estimate, subject: Subject) -> Finding:
    said = finding_texts("drift")
    value, low, high = (f"{e or 0.0:.2f}" for e in (index.value, index.low, index.high))
    return Finding(
        "unfair_data",
        "drift",
        subject,
        column,
        Severity.LOW,
        index,
        DRIFT,
        lead=True,
        name=said["name"],
        text=said["says"].format(periods=periods, column=column, value=value, low=low, high=high),
        disproof=said["disproof"],
    )


def _stamp(override: Estimate, subject: Subject) -> Finding:
    said = finding_texts("rubber_stamp")
    low, high = 1 - (override.high or 0.0), 1 - (override.low or 0.0)
    agreement = Estimate(1 - (override.value or 0.0), low, high, override.n)
    share, lowest, highest = (f"{e:.2%}" for e in (agreement.value or 0.0, low, high))
    return Finding(
        "unfair_application",
        "override",
        subject,
        "",
        Severity.MEDIUM,
        agreement,
        RUBBER_STAMP,
        lead=True,
        name=said["name"],
        text=said["says"].format(share=share, low=lowest, high=highest),
        disproof=said["disproof"],
    )


def _access(compared: Scan, subject: Subject, level: float) -> Iterator[Finding]:
    """Give the groups that appeal less and win more often, both beyond the interval."""
    said = finding_texts("access")
    filed = {d.group: d for d in compared.disparities if d.measure == "appeal"}
    for won in compared.disparities:
        asked = filed.get(won.group) if won.measure == "upheld" else None
        if asked is None or won.p_adjusted is None or asked.p_adjusted is None:
            continue
        if (asked.difference.high or 0.0) >= 0 or (won.difference.low or 0.0) <= 0:
            continue
        # Two intervals of 95 % are no family: the larger adjusted p keeps many groups honest.
        p = max(won.p_adjusted, asked.p_adjusted)
        if p > level:
            continue
        differences = [f"{100 * (d.difference.value or 0):+.1f}" for d in (asked, won)]
        yield Finding(
            "unfair_application",
            "access",
            subject,
            "\x1e".join(f"{k}={v}" for k, v in won.group),
            Severity.MEDIUM,
            won.difference,
            LEVEL,
            lead=True,
            name=said["name"],
            text=said["says"].format(
                group=named_group(dict(won.group)), filed=differences[0], upheld=differences[1]
            ),
            disproof=said["disproof"],
            p_adjusted=p,
        )
