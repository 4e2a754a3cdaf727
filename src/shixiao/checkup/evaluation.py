"""Evaluation: from a question to measures, comparisons, rankings and verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import ibis

from shixiao.checkup.comparing import Comparer
from shixiao.checkup.findings import Checkup, check_up, red_lines
from shixiao.checkup.index import Index, index
from shixiao.checkup.letters import Figure, reply_figures
from shixiao.checkup.question import ALIASES, Question
from shixiao.checkup.ranking import Ranking, rankings
from shixiao.checkup.scene import Scene
from shixiao.checkup.sharing_state import SharingState, sharing_state
from shixiao.checkup.spans import last_day
from shixiao.checkup.windows import opened_in
from shixiao.effect import (
    FACTS,
    ActivityStatistics,
    Arm,
    Asked,
    CaseProfile,
    Chain,
    Compared,
    Comparison,
    Edge,
    Grouping,
    Journey,
    Measured,
    StepMap,
    Variant,
    activity_statistics,
    asked_by_service,
    case_profile,
    chains,
    check_column,
    directly_follows,
    groupings,
    measure_grouping,
    measure_people,
    measures,
    names,
    start_and_end_activities,
    step_map,
    typical_journeys,
    variants,
    whole,
    with_periods,
)
from shixiao.evidence import Engine, Quality, Request, Store, connect, judge, prepare
from shixiao.rules import RulePack, WorkingCalendar, load_calendar, load_pack
from shixiao.settings import Settings
from shixiao.terms import Estimate, Subject, SubjectKind, Text, Verdict

Progress = Callable[[Text], None]
SHOWN_VARIANTS = 20
LAW_CALENDAR = "cn"
USUAL_ARMS = ("channel", "region", "month")
FEW_SOURCES = 12  # up to this many logs each get a journey of their own
# What a package of services is compared by when nothing else is asked for.
CHANNELS = Comparison("channel", "online", "counter")
NAMED = (
    SubjectKind.SERVICE,
    SubjectKind.DEPARTMENT,
    SubjectKind.APP,
    SubjectKind.SYSTEM,
    SubjectKind.DATASET,
)


@dataclass(slots=True)
class Evaluation:
    """Everything that was found; result.json, tables.xlsx and report.html are views of it."""

    question: Question
    store: Store
    rules: RulePack
    quality: Quality
    steps: StepMap
    edges: list[Edge]
    starts: dict[str, int]
    ends: dict[str, int]
    activities: list[ActivityStatistics]
    variants: list[Variant]
    variant_count: int
    measured: list[Measured] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    rankings: list[Ranking] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    journeys: list[Journey] = field(default_factory=list)
    asked: dict[tuple[str, str], Asked] = field(default_factory=dict)
    missing: dict[str, Text] = field(default_factory=dict)
    comparison: Comparison | None = None
    last_day: date | None = None
    checkup: Checkup = field(default_factory=Checkup)
    index: Index = field(default_factory=lambda: Index((), (), (), {}))
    attributes: frozenset[str] = frozenset()  # by which groups of applicants are told apart
    figures: list[Figure] = field(default_factory=list)
    sharing: SharingState = field(default_factory=SharingState)


def evaluate(question: Question, *, settings: Settings, progress: Progress) -> Evaluation:
    """Answer a question.

    Raises:
        BadInput: the evidence or the question is wrong.
        Unavailable: the engine cannot be reached.
    """
    rules = load_pack(*question.packs)
    store = prepare(request_of(question, rules), settings=settings, progress=progress)
    return evaluate_store(question, store, rules=rules, settings=settings, progress=progress)


def request_of(question: Question, rules: RulePack) -> Request:
    """Return what a question needs to be prepared."""
    return Request(
        paths=question.paths,
        mapping=question.mapping,
        zone=question.zone,
        calendar=question.calendar,
        grouping=question.grouping,
        batch_cases=int(rules.number("E-14", "cases")),
        activity_map=question.activity_map,
        left_out=question.left_out,
        site_rows=question.site_rows,
    )


def evaluate_store(
    question: Question, store: Store, *, rules: RulePack, settings: Settings, progress: Progress
) -> Evaluation:
    """Answer a question of evidence that is prepared; the question's paths and packs are not read.

    Raises:
        BadInput: the question is wrong.
        Unavailable: the engine cannot be reached.
    """
    quality = judge(store, rules=rules)
    with connect(question.engine, settings=settings) as engine:
        return _Evaluator(question, store, engine, rules, quality, progress).run()


class _Evaluator:
    """One run: holds what every step needs, so that each step reads like a sentence."""

    def __init__(
        self,
        question: Question,
        store: Store,
        engine: Engine,
        rules: RulePack,
        quality: Quality,
        progress: Progress,
    ) -> None:
        self.question = question
        self.store = store
        self.engine = engine
        self.rules = rules
        self.quality = quality
        self.progress = progress
        self.names: dict[SubjectKind, dict[str, Text]] = {}
        named = store.meta.calendar
        self.calendar = None if named == "none" else load_calendar(named)

    def run(self) -> Evaluation:
        store, engine = self.store, self.engine
        self.progress(Text("统计环节走向", "Counting what follows what"))
        starts, ends = start_and_end_activities(store, engine)
        count = engine.rows(store.table(engine, "variants").agg(n=ibis._.count()))["n"][0]
        self.steps = step_map(store, engine)
        result = Evaluation(
            question=self.question,
            store=store,
            rules=self.rules,
            quality=self.quality,
            steps=self.steps,
            edges=directly_follows(store, engine),
            starts=starts,
            ends=ends,
            activities=activity_statistics(store, engine),
            variants=variants(store, engine, limit=SHOWN_VARIANTS),
            variant_count=int(count),
        )
        self.progress(Text("逐件归纳", "Summing up each case"))
        profile = case_profile(
            store, engine, steps=self.steps, calendar=self.calendar, rules=self.rules
        )
        profile = self._without_blocked(profile)
        if self.question.periods is not None:
            table = with_periods(profile.table, self.question.periods)
            profile = CaseProfile(table, profile.missing, profile.suggested)
        if self.question.window is not None:
            table = opened_in(self.question.window, profile.table)
            profile = CaseProfile(table, profile.missing, profile.suggested)
        self.comparison = self._checked_comparison(profile)
        self.by = self._checked_by(profile)
        result.missing = dict(profile.missing)
        result.asked = asked_by_service(store, engine)
        self.result, self.profile = result, profile
        result.comparison = self.comparison
        if self.question.findings_only:
            self._compare()
            self._check_up()
            return result
        self._measure()
        self._compare()
        self._rank()
        self._trace()
        scene = self._check_up()
        self.progress(Text("计算三性指数", "Computing the index"))
        result.index = index(scene, capped=red_lines(result.checkup.findings))
        result.figures = list(reply_figures(scene, whole(store)))
        self._measure_people()
        result.sharing = sharing_state(scene)
        return result

    def _check_up(self) -> Scene:
        self.progress(Text("逐类查找线索", "Looking for findings, kind by kind"))
        scene = self._scene()
        self.result.checkup = check_up(scene)
        return scene

    # ── what may be asked ─────────────────────────────────────────────────────────────────────

    def _without_blocked(self, profile: CaseProfile) -> CaseProfile:
        """Take out metrics that the quality gate has closed."""
        metrics = {m.metric for m in measures()}
        known = [name for name in metrics if profile.knows(name)]
        blocked = {m: why for m in known if (why := self.quality.why_blocked(m)) is not None}
        dropped = [c for m in blocked for c in (m, f"{m}_suggested") if profile.knows(c)]
        return CaseProfile(
            profile.table.drop(*dropped) if dropped else profile.table,
            {**profile.missing, **blocked},
            tuple(m for m in profile.suggested if m not in blocked),
        )

    def _checked_comparison(self, profile: CaseProfile) -> Comparison | None:
        asked = self.question.comparison
        if asked is None:
            return CHANNELS if self._has_channels(profile) else None
        column = ALIASES.get(asked.column, asked.column)
        values = [] if self.question.periods else [asked.a, asked.b]
        column = check_column(profile.table, column, self.engine, asked=values)
        return Comparison(column, asked.a, asked.b)

    def _has_channels(self, profile: CaseProfile) -> bool:
        """True when services of a package have cases both online and at counters."""
        columns = profile.table.columns
        if self.store.meta.kind != "package" or not {"service_id", "channel"} <= set(columns):
            return False
        found = profile.table.select("channel").distinct()
        present = set(self.engine.rows(found)["channel"])
        return {CHANNELS.a, CHANNELS.b} <= present

    def _checked_by(self, profile: CaseProfile) -> str | None:
        if self.question.by is None:
            return None
        column = ALIASES.get(self.question.by, self.question.by)
        return check_column(profile.table, column, self.engine)

    def _names(self, kind: SubjectKind) -> dict[str, Text]:
        if kind not in self.names:
            self.names[kind] = names(self.store, self.engine, kind)
        return self.names[kind]

    def _subject_of(self, grouping: Grouping) -> Callable[[str], Subject]:
        if grouping.column is None:
            everything = whole(self.store)
            return lambda _: everything
        known = self._names(grouping.kind)

        def subject(identifier: str) -> Subject:
            name = known.get(identifier, Text.of(identifier or "—"))
            return Subject(grouping.kind, identifier, name)

        return subject

    # ── measures ──────────────────────────────────────────────────────────────────────────────

    def _measure(self) -> None:
        found = groupings(self.store, self.profile.table)
        for number, grouping in enumerate(found):
            self.progress(
                Text(f"度量（{number + 1}/{len(found)}）", f"Measuring ({number + 1}/{len(found)})")
            )
            for arm_column in self._arm_columns(grouping):
                self.result.measured += measure_grouping(
                    self.profile,
                    self.engine,
                    grouping,
                    subject_of=self._subject_of(grouping),
                    arm_column=arm_column,
                    rules=self.rules,
                )
        self._measure_facts()

    def _arm_columns(self, grouping: Grouping) -> list[str | None]:
        """Return how the subjects of a kind are split: the whole in more ways than its parts."""
        columns = self.profile.table.columns
        asked = [self.comparison.column if self.comparison else None, self.by]
        usual = USUAL_ARMS if grouping.column is None else USUAL_ARMS[:1]
        arms = [c for c in (*usual, *asked) if c in columns and c != grouping.column]
        return [None, *dict.fromkeys(arms)]

    def _measure_people(self) -> None:
        """Take completion by group of applicants; last, for no finding or score rests on it."""
        services = Grouping(SubjectKind.SERVICE, "service_id")
        found = measure_people(
            self.profile,
            self.engine,
            self.store,
            subject_of=self._subject_of(services),
            everybody=whole(self.store),
            rules=self.rules,
        )
        taken = {(m.subject, m.measure, m.arm) for m in self.result.measured}
        self.result.measured += [m for m in found if (m.subject, m.measure, m.arm) not in taken]
        self.result.attributes = frozenset(m.arm.column for m in found if m.arm is not None)

    def _measure_facts(self) -> None:
        subject_of = self._subject_of(Grouping(SubjectKind.SERVICE, "service_id"))
        for (service, channel), asked in sorted(self.result.asked.items()):
            for name in FACTS:
                value = asked.fact(name)
                if value is not None:
                    estimate = Estimate.fact(value, 1)
                    arm = Arm("channel", channel)
                    self.result.measured.append(Measured(subject_of(service), name, arm, estimate))
        if not self.result.asked:
            self.result.missing |= dict.fromkeys(
                ("materials", "signatures"), Text("缺少 requirements 表", "no table requirements")
            )
        if not any(asked.holders_known for asked in self.result.asked.values()):
            self.result.missing["materials_held"] = Text(
                "缺少 requirements 表的 element_id 列或 elements 表的 department_id 列，"
                "不知道政府已掌握哪些材料",
                "without requirements.element_id and elements.department_id nobody knows which"
                " materials government already holds",
            )

    # ── comparisons and findings ──────────────────────────────────────────────────────────────

    def _compare(self) -> None:
        if self.comparison is None:
            return
        comparer = self._comparer()
        comparer.run(self.comparison)
        self.result.compared, self.result.verdicts = comparer.compared, comparer.verdicts

    def _comparer(self) -> Comparer:
        return Comparer(
            self.question,
            self.store,
            self.engine,
            self.rules,
            self.profile,
            self.steps,
            self.result.asked,
            self.result.missing,
            self._subject_of,
            self.progress,
        )

    def _scene(self) -> Scene:
        """Put together what findings rest on; copies are always sought online against counter."""
        compared, verdicts = self.result.compared, self.result.verdicts
        if self.comparison != CHANNELS and self._has_channels(self.profile):
            comparer = self._comparer()
            comparer.run(CHANNELS)
            compared, verdicts = comparer.compared, comparer.verdicts
        has_cases = bool(self.store.meta.cases)
        window = self.question.window
        last = self.result.last_day = last_day(self.store, self.engine)
        return Scene(
            store=self.store,
            engine=self.engine,
            rules=self.rules,
            calendar=self.calendar,
            law_calendar=self._law_calendar(),
            profile=self.profile if has_cases else None,
            measured=self.result.measured,
            compared=compared,
            verdicts=verdicts,
            asked=self.result.asked,
            names={kind: self._names(kind) for kind in NAMED},
            as_of=last if last is None or window is None else min(last, window.end),
            seed=self.question.seed,
            window=window,
        )

    def _law_calendar(self) -> WorkingCalendar | None:
        if self.calendar is not None or self.store.meta.site_rows is None:
            return self.calendar
        return load_calendar(LAW_CALENDAR)

    # ── rankings and journeys ─────────────────────────────────────────────────────────────────

    def _rank(self) -> None:
        if len(self.store.meta.sources) > 1:
            self._rank_by("source", lambda m: m.subject.id if self._is_source(m) else None)
        if self.by is not None:
            column = self.by
            kind = {v: k for k, v in ALIASES.items()}.get(column)
            if kind is None:
                self._rank_by(column, lambda m: _arm_of_whole(m, column, whole(self.store)))
            elif column != "source":
                self._rank_by(
                    column,
                    lambda m: m.subject.id if m.arm is None and m.subject.kind == kind else None,
                )

    def _is_source(self, item: Measured) -> bool:
        return (
            item.arm is None
            and item.subject.kind is SubjectKind.LOG
            and item.subject.id in self.store.meta.sources
        )

    def _rank_by(self, column: str, identifier: Callable[[Measured], str | None]) -> None:
        groups: dict[str, list[Measured]] = defaultdict(list)
        for item in self.result.measured:
            key = identifier(item)
            if key is not None:
                groups[key].append(item)
        self.result.rankings += rankings(
            groups, column=column, rules=self.rules, seed=self.question.seed
        )

    def _trace(self) -> None:
        self.progress(Text("梳理办事历程", "Tracing journeys"))
        columns = self.profile.table.columns
        subject_column = "service_id" if "service_id" in columns else None
        comparison = self.comparison
        if subject_column is None and 1 < len(self.store.meta.sources) <= FEW_SOURCES:
            subject_column = "source"
        self.result.journeys = typical_journeys(
            self.store,
            self.engine,
            self.profile.table,
            subject_column=subject_column,
            arm_column=comparison.column if comparison else None,
            arms=(comparison.b, comparison.a) if comparison else (),
            calendar=self.calendar,
        )
        self.result.chains = chains(
            self.store,
            self.engine,
            self.profile.table,
            self.result.asked,
            self._names(SubjectKind.SERVICE),
            self.rules,
        )


def _arm_of_whole(item: Measured, column: str, everything: Subject) -> str | None:
    if item.subject == everything and item.arm is not None and item.arm.column == column:
        return item.arm.value
    return None
