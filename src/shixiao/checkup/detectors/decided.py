"""Decisions as rows of detectors: is a group decided about otherwise, all else being equal?

What a package calls its decisions is not known, so every system is held against its own habit: a
decision, an advice or an outcome is *unusual* when it is not the one that the system gives most
often. Odds ratios are the same whichever way round, so nothing hangs on that. Groups are compared
with everybody else within strata of what may lawfully matter (service, channel, the advice), by
Mantel and Haenszel's odds ratio, and in either direction: a case on one direction is closed when
later decisions no longer show it. The largest group of an attribute is among everybody else only.
No two groups are quite alike, so p is the chance of the ratio where the true one is as large as is
borne (FAI-11), not where it is 1.

Source: N. Mantel and W. Haenszel (1959), JNCI 22, 719-748.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa
from scipy.stats import norm

from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.scene import Scene, rows_of
from shixiao.evidence.engines import Table
from shixiao.fairness import named_group
from shixiao.fairness.models import conditional_parity
from shixiao.statistics import Observed
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Subject, SubjectKind, Text

MINIMUM, RATIO = "FAI-10", "FAI-11"
BINS = 10  # of a score
OF_PACKAGE = ("region",)
"""Columns of the table itself that are groups of persons."""
NO_GROUPS = Text(
    "decisions 表没有分组列：请在描述文件里用 group_columns 写明",
    "table decisions has no column of groups: name them in the descriptor as group_columns",
)
ONE_GROUP = Text(
    "只有一组人，没有可比的", "all decisions are on one group: there is nothing to compare"
)
NOTHING_KNOWN = Text(
    "没有一件决定可以这样比较：缺少所需的内容，或者结果既不是全部查明、也没有随机抽查",
    "no decision can be compared so: what it takes is missing, or outcomes are known neither of all"
    " nor of a random sample",
)
EVERYBODY_ELSE = Text("其他人", "everybody else")
REST = Text("除{group}以外的人", "everybody but {group}")
NOT = "≠"  # marks the trial of everybody else against a group
Strata = dict[tuple[Any, ...], dict[str, tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every decision.

    Attributes:
        measure: key of the detector's texts.
        column: 0 or 1 for each decision, null where it does not count; see ``rows``.
        within: columns that may lawfully matter.
        needs: columns of the package without which it cannot be asked.
    """

    measure: str
    column: str
    within: tuple[str, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of a package, ready to be asked.

    Attributes:
        table: see ``decided``; of systems with enough decisions alone, None where there is none.
        groups: columns of groups of persons.
        counts: system → its decisions.
    """

    table: Table
    groups: tuple[str, ...]
    counts: Mapping[str, int]


def decided(scene: Scene) -> Decided | Text:
    """Return the decisions, or why nothing can be asked of them.

    Columns: ``system``, ``decision_id``, the groups, ``service``, ``channel``, ``arm``, ``advice``,
    ``bin`` (tenth of the score within the system) and, as 0 or 1: ``unusual`` (the decision),
    ``advised`` (an unusual advice), ``departed`` (from the advice), ``true`` (an unusual outcome,
    of the random sample where there is one), ``unknown`` (no outcome), ``at_random``, ``slow``
    (longer than half of the decisions on the same service), ``appealed``, ``upheld``. What a
    package lacks is null.
    """
    reason = scene.lacking("decisions", "system_id", "final")
    if reason is not None:
        return reason
    groups = (*scene.store.meta.group_columns.get("decisions", ()), *_of_package(scene))
    if not groups:
        return NO_GROUPS
    table = scene.table("decisions")
    counted = rows_of(scene, table.group_by("system_id").agg(n=table.count()))
    counts = {str(row["system_id"]): int(row["n"]) for row in counted}
    needed = scene.rules.number(MINIMUM, "decisions")
    enough = [system for system, n in counts.items() if n >= needed]
    # What is too little to judge is not joined and cut into strata only to find that out.
    rows = _rows(scene, table.filter(table.system_id.isin(enough)), groups) if enough else None
    return Decided(rows, groups, counts)


def screen(scene: Scene, decisions: Decided, questions: Sequence[Question]) -> Screening:
    """Ask all questions of all systems."""
    trials: list[Trial] = []
    missing: dict[str, Text] = {}
    for question in questions:
        reason = scene.lacking("decisions", *question.needs)
        if reason is not None:
            missing[question.measure] = reason
            continue
        trials += _trials(scene, decisions, question)
    asked = {question.measure: question for question in questions}

    def evidence(flagged: Sequence[Trial]) -> Evidence:
        return {trial.key: (_rows_of(scene, decisions, asked, trial),) for trial in flagged}

    return Screening(tuple(trials), missing=missing, evidence=evidence)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


def _of_package(scene: Scene) -> tuple[str, ...]:
    return tuple(name for name in OF_PACKAGE if scene.has("decisions", name))


def _rows(scene: Scene, table: Table, groups: Sequence[str]) -> Table:
    def cell(name: str, kind: str = "string") -> Any:
        return table[name] if scene.has("decisions", name) else ibis.null(kind)

    plain = table.select(
        *groups,
        decision_id=table.decision_id,
        system=table.system_id,
        service=cell("service_id"),
        channel=cell("channel"),
        arm=cell("arm"),
        advice=cell("recommended"),
        final=table.final,
        outcome=cell("outcome"),
        score=cell("score", "float64"),
        days=cell("processing_days", "float64"),
        appealed=cell("appealed", "boolean").cast("int64"),
        upheld=cell("upheld", "boolean").cast("int64"),
    )
    usual = _usual(scene, plain)
    middle = plain.group_by(["system", "service"]).agg(middle=plain.days.quantile(0.5))
    joined = plain.left_join(usual, plain.system == usual.of).left_join(
        middle, [plain.system == middle.system, plain.service == middle.service], rname="of_{name}"
    )
    tenth = ibis.ntile(BINS).over(group_by=joined.system, order_by=joined.score)

    def flag(condition: Any) -> Any:
        return condition.cast("int64")

    sampled = (joined.arm == "random") | (joined.drawn == 0)
    known = joined.outcome.notnull() & joined.complete.cast("boolean") & sampled.fill_null(True)
    return joined.select(
        *groups,
        "system",
        "decision_id",
        "service",
        "channel",
        "arm",
        "advice",
        "appealed",
        bin=joined.score.notnull().ifelse(tenth, ibis.null("int64")),
        unusual=flag(joined.final != joined.usual_final),
        advised=flag(joined.advice != joined.usual_advice),
        departed=flag(joined.final != joined.advice),
        true=known.ifelse(flag(joined.outcome != joined.usual_outcome), ibis.null("int64")),
        unknown=flag(joined.outcome.isnull()),
        at_random=flag(joined.arm == "random"),
        slow=flag(joined.days > joined.middle),
        upheld=(joined.appealed == 1).ifelse(joined.upheld, ibis.null("int64")),
    )


def _usual(scene: Scene, plain: Table) -> Table:
    """Return what each system decides, advises and turns out most often, and how outcomes stand.

    ``drawn`` counts its random sample; ``complete`` says whether outcomes are known wherever they
    have to be for the score to be judged: of the random sample, or of all decisions.
    """
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for column in ("final", "advice", "outcome"):
        kept = plain.filter(plain[column].notnull())
        counted = kept.group_by(["system", column]).agg(n=kept.count())
        for row in sorted(rows_of(scene, counted), key=lambda r: (-r["n"], str(r[column]))):
            found[str(row["system"])].setdefault(column, row[column])
    at_random = plain.arm == "random"
    sums = plain.group_by("system").agg(
        n=plain.count(),
        drawn=at_random.fill_null(False).cast("int64").sum(),
        known=plain.outcome.notnull().cast("int64").sum(),
        known_drawn=(at_random.fill_null(False) & plain.outcome.notnull()).cast("int64").sum(),
    )
    borne = {part: scene.rules.number("FAI-02", part) for part in ("log", "random")}
    names: dict[str, list[Any]] = {
        name: []
        for name in ("of", "usual_final", "usual_advice", "usual_outcome", "drawn", "complete")
    }
    for row in sorted(rows_of(scene, sums), key=lambda r: str(r["system"])):
        mine = found[str(row["system"])]
        part = "random" if row["drawn"] else "log"
        n, known = (row["drawn"], row["known_drawn"]) if row["drawn"] else (row["n"], row["known"])
        for name, value in (
            ("of", str(row["system"])),
            ("usual_final", mine.get("final")),
            ("usual_advice", mine.get("advice")),
            ("usual_outcome", mine.get("outcome")),
            ("drawn", int(row["drawn"])),
            ("complete", int(n - known <= borne[part] * n)),
        ):
            names[name].append(value)
    kinds = [pa.string()] * 4 + [pa.int64()] * 2
    arrays = {n: pa.array(v, k) for (n, v), k in zip(names.items(), kinds, strict=True)}
    return scene.engine.small(pa.table(arrays))


# ── trials ────────────────────────────────────────────────────────────────────────────────────


def _trials(scene: Scene, decisions: Decided, question: Question) -> Iterable[Trial]:
    """Count by system, group and stratum; give the trials of every system."""
    strata = _strata(scene, decisions, question)
    needed = int(scene.rules.number(MINIMUM, "decisions"))
    for system, whole in sorted(decisions.counts.items()):
        subject = scene.subject(SubjectKind.SYSTEM, system)
        by_group = strata.get(system)
        if whole < needed:
            few = Estimate.insufficient(whole, too_few(whole, needed=needed))
            yield Trial(question.measure, subject, few)
        elif by_group is None:
            yield Trial(question.measure, subject, Estimate.not_assessable(NOTHING_KNOWN))
        else:
            yield from _of_system(scene, subject, by_group, question)


def _strata(scene: Scene, decisions: Decided, question: Question) -> dict[str, dict[str, Strata]]:
    """Return system → column of groups → counts by stratum and group."""
    found: dict[str, dict[str, Strata]] = defaultdict(lambda: defaultdict(dict))
    rows = decisions.table
    for group in decisions.groups if rows is not None else ():
        kept = rows.filter(rows[question.column].notnull() & rows[group].notnull())
        by = dict.fromkeys(("system", group, *(w for w in question.within if w != group)))
        counted = kept.group_by(list(by)).agg(n=kept.count(), yes=kept[question.column].sum())
        for row in rows_of(scene, counted):
            stratum = tuple(row[name] for name in by if name not in ("system", group))
            cell = found[str(row["system"])][group].setdefault(stratum, {})
            cell[str(row[group])] = (int(row["yes"]), int(row["n"]))
    return dict(found)


def _of_system(
    scene: Scene, subject: Subject, by_group: Mapping[str, Strata], question: Question
) -> Iterable[Trial]:
    """Give two trials for every group that is large enough, or say that there is none."""
    needed, least = (int(scene.rules.number(MINIMUM, p)) for p in ("decisions", "group"))
    n = max(sum(n for cell in s.values() for _, n in cell.values()) for s in by_group.values())
    if n < needed:
        yield Trial(question.measure, subject, Estimate.insufficient(n, too_few(n, needed=needed)))
        return
    made, reason = 0, ONE_GROUP
    for column, strata in sorted(by_group.items()):
        for value in _but_the_largest(strata):
            ratio = _against_others(strata, value, least=least, level=scene.rules.number("E-17"))
            if ratio.ok and ratio.value:
                made += 1
                yield from _both_ways(scene, question.measure, subject, column, value, ratio)
            else:
                reason = ratio.reason or reason
    if not made:
        yield Trial(question.measure, subject, Estimate.insufficient(n, reason))


def _but_the_largest(strata: Strata) -> list[str]:
    sizes: dict[str, int] = defaultdict(int)
    for cell in strata.values():
        for value, (_, n) in cell.items():
            sizes[value] += n
    return sorted(sorted(sizes), key=lambda value: -sizes[value])[1:]


def _both_ways(
    scene: Scene, measure: str, subject: Subject, column: str, value: str, ratio: Estimate
) -> Iterable[Trial]:
    mine = named_group({column: value})
    rest = REST.format(group=mine)
    borne, worth = (scene.rules.number(RATIO, part) for part in ("borne", "worth"))
    for locator, estimate, group, others in (
        (f"{column}={value}", ratio, mine, EVERYBODY_ELSE),
        (f"{column}{NOT}{value}", _turned(ratio), rest, mine),
    ):
        seen = Observed.of_interval(
            estimate.value or 1.0, estimate.low or 1.0, estimate.high or 1.0, level=estimate.level
        )
        yield Trial(
            measure,
            subject,
            estimate,
            p=float(norm.sf((seen.value - math.log(borne)) / seen.error)),
            ratio=estimate,
            worth=(estimate.value or 1.0) >= worth,
            facts={"group": group, "others": others},
            locator=locator,
            observed=seen,
        )


def _against_others(strata: Strata, value: str, *, least: int, level: float) -> Estimate:
    tables = []
    for cell in strata.values():
        yes, n = cell.get(value, (0, 0))
        all_yes, all_n = (sum(c[i] for c in cell.values()) for i in (0, 1))
        tables.append((yes, n - yes, all_yes - yes, all_n - n - (all_yes - yes)))
    return conditional_parity(tables, least=least, level=level, halves=True).estimate


def _turned(ratio: Estimate) -> Estimate:
    """Return an odds ratio the other way round."""
    value, low, high = (1 / (e or 1.0) for e in (ratio.value, ratio.high, ratio.low))
    return Estimate(value, low, high, ratio.n, ratio.level)


def _rows_of(scene: Scene, decisions: Decided, asked: Mapping[str, Question], trial: Trial) -> Any:
    """Point at decisions of the group that show it, in order of their number."""
    column, mark, value = re.split(f"({NOT}|=)", trial.locator, maxsplit=1)
    rows = decisions.table
    of_group = rows[column].cast("string") == value
    mine = rows.filter(
        (rows.system == trial.subject.id)
        & (of_group if mark == "=" else ~of_group)
        & (rows[asked[trial.measure].column] == 1)
    )
    limit = int(scene.rules.number("F-03"))
    keys = scene.engine.rows(mine.order_by("decision_id").limit(limit).select("decision_id"))
    return scene.evidence("decisions", [str(key) for key in keys["decision_id"]])
