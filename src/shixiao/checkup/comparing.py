"""Comparing: two arms of every subject, and the verdict on each where one process is compared."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import numpy as np

from shixiao.checkup.question import Question
from shixiao.effect import (
    FACTS,
    ArmCells,
    Asked,
    CaseProfile,
    Compared,
    Comparison,
    CopyIndex,
    Evidenced,
    Grouping,
    StepMap,
    burdens_of,
    check_column,
    compare,
    copy_index,
    groupings,
    in_steps,
    may_be_copied,
    measures,
    variants,
    verdict,
)
from shixiao.evidence import Engine, Store
from shixiao.rules import RulePack
from shixiao.terms import Subject, Text, Verdict

Progress = Callable[[Text], None]


@dataclass(slots=True)
class Comparer:
    """What every comparison of one run needs."""

    question: Question
    store: Store
    engine: Engine
    rules: RulePack
    profile: CaseProfile
    steps: StepMap
    asked: Mapping[tuple[str, str], Asked]
    missing: Mapping[str, Text]
    subject_of: Callable[[Grouping], Callable[[str], Subject]]
    progress: Progress
    compared: list[Compared] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    _sequences: list[tuple[str, ...]] | None = None
    _step_of: dict[str, str] = field(default_factory=dict)

    def run(self, comparison: Comparison) -> None:
        """Compare every kind of subject and judge those that are one process."""
        strata = self._strata(comparison)
        arms = ArmCells(self.profile.table, self.engine, comparison)
        for grouping in groupings(self.store, self.profile.table):
            if grouping.column in (comparison.column, *self._left_out()):
                continue
            self.progress(
                Text(
                    f"比较{comparison.a}与{comparison.b}",
                    f"Comparing {comparison.a} with {comparison.b}",
                )
            )
            by_service = grouping.column == "service_id"
            levels = [c for c in strata if not (by_service and c == "service_id")]
            compared = compare(
                self.profile,
                arms,
                subject_column=grouping.column,
                subject_of=self.subject_of(grouping),
                strata=levels,
                rules=self.rules,
                seed=self.question.seed,
            )
            self.compared += compared
            # A verdict speaks of one process; departments and cities have many.
            one_process = by_service or "service_id" not in self.profile.table.columns
            if one_process:
                self._judge(grouping, compared, comparison)

    def _left_out(self) -> tuple[str | None, ...]:
        """Kinds of subject that need not be compared: verdicts speak of services."""
        if self.question.findings_only:
            return (None, "department_id")
        return () if self.question.comparison is not None else ("department_id",)

    def _strata(self, comparison: Comparison) -> list[str]:
        """Return the columns that level case mix: those asked for, else the service."""
        if self.question.adjust:
            return [check_column(self.profile.table, c, self.engine) for c in self.question.adjust]
        found = "service_id" in self.profile.table.columns
        return ["service_id"] if found and comparison.column != "service_id" else []

    def _judge(
        self, grouping: Grouping, compared: Sequence[Compared], comparison: Comparison
    ) -> None:
        by_subject: dict[Subject, list[Compared]] = defaultdict(list)
        for item in compared:
            by_subject[item.subject].append(item)
        paths = self._variant_counts(grouping, comparison)
        few = int(self.rules.number("E-20"))
        for subject in sorted(by_subject):
            mine = by_subject[subject]
            key = subject.id if grouping.column else ""
            cases = next((c.cases for c in mine if c.measure == "steps"), mine[0].cases)
            facts = self._facts(subject, comparison)
            burdens = burdens_of(mine, facts, suggested=False)
            likely = len(by_subject) <= few or may_be_copied(burdens, rules=self.rules)
            copied = self._copy_index(subject, paths.get(key, {}), comparison) if likely else None
            given = Evidenced(subject, comparison, cases, burdens, copied, self._missing_for(facts))
            official = verdict(given, rules=self.rules)
            self.verdicts.append(self._with_sensitivity(official, given, mine, facts))

    def _with_sensitivity(
        self,
        official: Verdict,
        given: Evidenced,
        compared: Sequence[Compared],
        facts: Mapping[str, tuple[int, int]],
    ) -> Verdict:
        """Say what the verdict would be if the suggested activity map were confirmed."""
        suggested = Evidenced(
            given.subject,
            given.comparison,
            given.cases,
            burdens_of(compared, facts, suggested=True),
            given.copy,
            given.missing,
        )
        other = verdict(suggested, rules=self.rules)
        official.details["if_suggestions_confirmed"] = {
            "verdict": other.verdict,
            "text": other.text.to_json(),
            "unconfirmed": len(self.steps.unconfirmed),
            "measures": sorted({c.measure for c in compared if c.suggested}),
        }
        return official

    def _facts(self, subject: Subject, comparison: Comparison) -> dict[str, tuple[int, int]]:
        """Return what the guide asks for in both arms, when the arms are channels of a service."""
        asked = [self.asked.get((subject.id, arm)) for arm in (comparison.a, comparison.b)]
        if comparison.column != "channel" or asked[0] is None or asked[1] is None:
            return {}
        pairs = {name: (asked[0].fact(name), asked[1].fact(name)) for name in FACTS}
        return {name: (a, b) for name, (a, b) in pairs.items() if a is not None and b is not None}

    def _missing_for(self, facts: Mapping[str, tuple[int, int]]) -> tuple[Text, ...]:
        """Name the burdens that could not be compared, each with what it would need."""
        lacking = []
        for item in measures():
            reason = self.missing.get(item.metric)
            if item.metric in FACTS and item.id not in facts and reason is None:
                reason = Text(
                    "requirements 表没有这两个渠道的记录",
                    "table requirements has no rows for these two channels",
                )
            if item.burden is not None and reason is not None:
                lacking.append(Text(f"{item.name.zh}：{reason.zh}", f"{item.name.en}: {reason.en}"))
        return tuple(lacking)

    def _variant_counts(
        self, grouping: Grouping, comparison: Comparison
    ) -> dict[str, dict[str, dict[int, int]]]:
        """Count cases by subject, arm and variant."""
        table = self.profile.table
        subject = table[grouping.column] if grouping.column else ibis.literal("")
        keyed = table.select(
            subject=subject.cast("string"),
            arm=table[comparison.column].cast("string"),
            variant_no=table.variant_no,
        )
        chosen = keyed.filter(
            keyed.arm.isin([comparison.a, comparison.b])
            & keyed.variant_no.notnull()
            & keyed.subject.notnull()
        )
        rows = self.engine.rows(
            chosen.group_by(["subject", "arm", "variant_no"]).agg(n=ibis._.count())
        )
        counts: dict[str, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        for s, arm, v, n in zip(
            rows["subject"], rows["arm"], rows["variant_no"], rows["n"], strict=True
        ):
            counts[s][arm][int(v)] = int(n)
        return counts

    def _copy_index(
        self,
        subject: Subject,
        counts: Mapping[str, Mapping[int, int]],
        comparison: Comparison,
    ) -> CopyIndex | None:
        minimum = int(self.rules.number("E-01"))
        a, b = (counts.get(arm, {}) for arm in (comparison.a, comparison.b))
        if min(sum(a.values()), sum(b.values())) < minimum:
            return None
        if self._sequences is None:
            self._sequences = [v.activities for v in variants(self.store, self.engine)]
            activities = {name for path in self._sequences for name in path}
            self._step_of = {n: self.steps.step_of(n, suggested=False) for n in activities}
        sequences = self._sequences
        rng = np.random.default_rng(
            [self.question.seed, zlib.crc32(f"copy\x1f{subject.id}".encode())]
        )
        paths = [
            in_steps({sequences[v]: n for v, n in sorted(arm.items())}, self._step_of)
            for arm in (a, b)
        ]
        return copy_index(
            paths[0],
            paths[1],
            draws=int(self.rules.number("E-19")),
            rng=rng,
            level=self.rules.number("E-17"),
        )
