"""Channel restriction and exclusion: groups that get the service done less often than the rest.

Older, disabled and rural people complete less almost everywhere, so the gap of a service is held
against the usual gap of that group. And a service that can only be had online breaks the freedom
to choose the channel, whatever the numbers (国务院令第722号, art. 37).

Source: N. Mantel and W. Haenszel (1959), JNCI 22, 719-748, for the odds ratio within channels.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import ibis

from shixiao.checkup.detectors.cases import services_known
from shixiao.checkup.detectors.contrasts import LogRatio, screen_log_ratios
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.scene import Scene, rows_of
from shixiao.evidence.engines import Table
from shixiao.terms import Estimate, Severity, SubjectKind, Text

GAP, ONLINE_ONLY = "completion_gap", "online_only"
OLD = 60
NO_OUTCOME = Text("缺少 cases 表的 outcome 列", "table cases has no column outcome")
CHANNEL = Text("渠道", "channel")
AGE = re.compile(r"age|年龄", re.IGNORECASE)
FIRST_NUMBER = re.compile(r"\d+")
ONLINE = frozenset({"online", "网上"})
YES = frozenset({"yes", "1", "true", "是", "有"})
COUNTY = ("县", "旗", "county")

# channel → [[not completed, completed] of the rest, the same of the group]
Cells = dict[str, list[list[int]]]


@detector("exclusion")
def exclusion(scene: Scene) -> Iterable[Screening]:
    """Compare every group's gap, and look for services that are online only."""
    yield _online_only(scene)
    lacking = services_known(scene)
    if lacking is None and scene.profile is not None and not scene.profile.knows("completed"):
        lacking = scene.profile.missing.get("completed", NO_OUTCOME)
    if lacking is not None or scene.profile is None:
        yield Screening.lacking([GAP], lacking or NO_OUTCOME)
        return
    cases = scene.profile.table
    found = _by_attribute(scene, cases) | _by_region(scene, cases)
    if not found:
        reason = scene.lacking("groups") or Text("没有可比的群体", "there are no groups to compare")
        yield Screening.lacking([GAP], reason)
    minimum = int(scene.rules.number("F-19", "group"))
    for group, cells in sorted(found.items()):
        ratios = {service: _log_ratio(cells[service], GROUPS[group]) for service in sorted(cells)}
        yield screen_log_ratios(
            scene,
            GAP,
            SubjectKind.SERVICE,
            ratios,
            minimum=minimum,
            source="groups" if group != "region" else "cases",
            locator=group,
        )


GROUPS: dict[str, Text] = {
    "age": Text("60 岁以上的申请人", "Applicants aged 60 and over"),
    "disability": Text("残疾申请人", "Disabled applicants"),
    "region": Text("县里的申请人", "Applicants from counties"),
}


def _group(attribute: str, value: str) -> str | None:
    """Return the group that a value belongs to: age from 60, or a disability."""
    if AGE.search(attribute):
        number = FIRST_NUMBER.search(value)
        return "age" if number is not None and int(number[0]) >= OLD else None
    if "disab" in attribute.lower() or "残疾" in attribute:
        return "disability" if value.strip().lower() in YES else None
    return None


def _kind_of(attribute: str) -> str | None:
    if AGE.search(attribute):
        return "age"
    return "disability" if "disab" in attribute.lower() or "残疾" in attribute else None


def _by_attribute(scene: Scene, cases: Table) -> dict[str, dict[str, Cells]]:
    if scene.lacking("groups") is not None:
        return {}
    groups = scene.table("groups")
    chosen = _narrow(cases)
    joined = groups.join(chosen, groups.case_id == chosen.its_case)
    counted = joined.group_by(["subject", "attribute", "value", "channel", "completed"]).agg(
        n=joined.count()
    )
    found: dict[str, dict[str, Cells]] = {}
    for row in rows_of(scene, counted):
        kind = _kind_of(str(row["attribute"]))
        if kind is not None and row["value"] is not None:
            member = _group(str(row["attribute"]), str(row["value"])) is not None
            _add(found, kind, row, member=member)
    return found


def _by_region(scene: Scene, cases: Table) -> dict[str, dict[str, Cells]]:
    if "region" not in cases.columns:
        return {}
    rural = _counties(scene)
    chosen = _narrow(cases, "region")
    counted = chosen.group_by(["subject", "region", "channel", "completed"]).agg(n=chosen.count())
    found: dict[str, dict[str, Cells]] = {}
    for row in rows_of(scene, counted):
        region = row["region"]
        if region is not None:
            member = str(region) in rural or str(region).lower().endswith(COUNTY)
            _add(found, "region", row, member=member)
    return found


def _narrow(cases: Table, *columns: str) -> Table:
    known = cases.filter(cases.service_id.notnull() & cases.completed.notnull())
    channel = known.channel if "channel" in known.columns else ibis.literal("")
    return known.select(
        *columns,
        "completed",
        its_case=known.case_id,
        subject=known.service_id,
        channel=channel.fill_null(""),
    )


def _counties(scene: Scene) -> frozenset[str]:
    if not scene.has("departments", "tier", "region"):
        return frozenset()
    rows = scene.engine.rows(scene.table("departments").select("tier", "region"))
    pairs = zip(rows["tier"], rows["region"], strict=True)
    return frozenset(str(region) for tier, region in pairs if tier == "county" and region)


def _add(
    found: dict[str, dict[str, Cells]], kind: str, row: Mapping[str, Any], *, member: bool
) -> None:
    service = found.setdefault(kind, {}).setdefault(str(row["subject"]), {})
    cell = service.setdefault(str(row["channel"]), [[0, 0], [0, 0]])
    cell[int(member)][int(row["completed"])] += int(row["n"])


def _log_ratio(cells: Cells, group: Text) -> LogRatio:
    """Log odds ratio of not completing, group against rest; and the same within channels."""
    rest, mine = ([sum(c[arm][k] for c in cells.values()) for k in (0, 1)] for arm in (0, 1))
    counts = (*mine, *rest)
    a, b, c, d = (n + 0.5 for n in counts)
    value = math.log(a * d / (b * c))
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    upper = lower = 0.0
    for (rest_lost, rest_done), (lost, done) in cells.values():
        total = rest_lost + rest_done + lost + done
        upper += lost * rest_done / total
        lower += done * rest_lost / total
    levelled = math.log(upper / lower) if upper > 0 and lower > 0 else None
    facts: dict[str, Text | str | int | float] = {
        "group": group,
        "lost": f"{mine[0] / sum(mine):.1%}" if sum(mine) else "—",
        "lost_rest": f"{rest[0] / sum(rest):.1%}" if sum(rest) else "—",
    }
    smaller = min(sum(mine), sum(rest))
    return LogRatio(value, error, sum(counts), smaller, facts, levelled, CHANNEL)


def _online_only(scene: Scene) -> Screening:
    lacking = scene.lacking("services", "channels")
    if lacking is not None:
        return Screening.lacking([ONLINE_ONLY], lacking)
    rows = scene.engine.rows(scene.table("services").select("service_id", "channels"))
    lists: dict[str, frozenset[str]] = defaultdict(frozenset)
    for service, channels in zip(rows["service_id"], rows["channels"], strict=True):
        if service and channels:
            split = re.split(r"[;；,，、]", str(channels))
            lists[str(service)] = frozenset(part.strip() for part in split if part.strip())
    trials = tuple(
        Trial(
            ONLINE_ONLY,
            scene.subject(SubjectKind.SERVICE, service),
            Estimate.fact(1, 1),
            fact=True,
            severity=Severity.HIGH,
        )
        for service, channels in sorted(lists.items())
        if channels and channels <= ONLINE
    )
    kept = tuple(
        (ONLINE_ONLY, scene.subject(SubjectKind.SERVICE, service))
        for service, channels in sorted(lists.items())
        if channels - ONLINE
    )
    return Screening(trials, kept=kept)
