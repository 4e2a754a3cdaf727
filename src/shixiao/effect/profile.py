"""The case profile: one row per case with every metric that a measure takes its statistic of.

One group-by over the sorted events and small joins give it; everything after works on cases.
Metrics are whole numbers (counts, microseconds, 0/1), null where the case does not speak to them,
so that every engine gives the same values to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import ibis

from shixiao.effect.process import duration_cell
from shixiao.effect.sequence_metrics import (
    FLAG_METRICS,
    place_of,
    with_flags,
    with_sequence_metrics,
)
from shixiao.effect.stepmap import StepMap
from shixiao.effect.worktime import (
    calendar_table,
    day_of,
    month_table,
    with_working_position,
)
from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.store import Store
from shixiao.rules import RulePack, WorkingCalendar
from shixiao.terms import Text

# Metrics that only events can tell.
OF_EVENTS = (
    *("steps", "repeats", "rework", "handoffs", "department_handoffs"),
    *FLAG_METRICS.values(),
    *("visits", "dropout"),
)
TIMED = ("elapsed", "working")
CELL = "_cell"  # ends the column that holds a duration in seconds, cut to three digits
DAY = 86_400_000_000
# Columns that other columns came from: nobody reads them again, and keeping them costs time.
SPENT = (
    *("opened_count", "opened_position", "closed_count", "closed_position"),
    *("stopped_time", "stopped_days", "first_ts"),
)

NO_COLUMN = Text("缺少 {table} 表的 {column} 列", "table {table} has no column {column}")


@dataclass(frozen=True, slots=True)
class CaseProfile:
    """The profile and what it lacks.

    Attributes:
        table: one row per case: case columns, ``variant_no``, and one column per metric.
        missing: metric → what would be needed to know it; such metrics have no column.
        suggested: metrics known only under the suggested map, with column ``{metric}_suggested``.
    """

    table: Table
    missing: dict[str, Text] = field(default_factory=dict)
    suggested: tuple[str, ...] = ()

    def knows(self, metric: str) -> bool:
        """True when the metric has a column."""
        return metric in self.table.columns


def case_profile(
    store: Store,
    engine: Engine,
    *,
    steps: StepMap,
    calendar: WorkingCalendar | None,
    rules: RulePack,
) -> CaseProfile:
    """Compute the profile once on the engine.

    Args:
        store: the evidence.
        engine: where to compute.
        steps: what each activity is to the applicant.
        calendar: working days; None when the package names no calendar.
        rules: gives the window of drop-out to the counter.
    """
    missing: dict[str, Text] = {}
    events, cases = store.table(engine, "events"), store.table(engine, "cases")
    placed = "department_id" in cases.columns or "service_id" not in cases.columns
    if not placed and store.has("services", "department_id"):
        cases = _with_department(cases, store, engine)
    table = _with_wall_clock(cases, store, engine)
    if store.has("events"):
        table = with_sequence_metrics(table, steps, store, engine, missing)
        table = _with_event_metrics(table, events, rules, missing)
        table = _with_visits(table, events, steps, store, engine, missing)
    else:
        missing |= dict.fromkeys(OF_EVENTS, Text("缺少 events 表", "there is no table events"))
    table = _with_times(table, events, store, engine, calendar, missing)
    table = _with_outcome(table, store, missing)
    flags = (*FLAG_METRICS.items(), ("visit", "visits"))
    supposed = [pair for pair in flags if f"{pair[1]}_suggested" in table.columns]
    suggested = tuple(metric for flag, metric in supposed if steps.suggests(flag))
    spent = [f"{metric}_suggested" for _, metric in supposed if metric not in suggested]
    spent += [name for name in SPENT if name in table.columns]
    # Counted in cells again and again, for every kind of subject and every way of splitting it.
    timed = {name + CELL: duration_cell(table[name]) for name in TIMED if name in table.columns}
    table = table.mutate(**timed)
    return CaseProfile(engine.keep(table.drop(*spent), "case_profile"), missing, suggested)


def _with_wall_clock(cases: Table, store: Store, engine: Engine) -> Table:
    """Add wall-clock times and the month of opening."""
    offset = store.meta.utc_offset
    if offset is not None:
        cases = cases.mutate(opened_local=cases.opened + offset, closed_local=cases.closed + offset)
    months = month_table(engine)
    dated = cases.mutate(month_day=day_of(cases.opened_local))
    return dated.left_join(months, dated.month_day == months.month_key).drop(
        "month_day", "month_key"
    )


def _with_department(cases: Table, store: Store, engine: Engine) -> Table:
    services = store.table(engine, "services").select(
        key=ibis._.service_id, department_id=ibis._.department_id
    )
    return cases.left_join(services, cases.service_id == services.key).drop("key")


def _with_event_metrics(
    table: Table, events: Table, rules: RulePack, missing: dict[str, Text]
) -> Table:
    """Add what only the events themselves tell, in one group-by over them."""
    metrics = {}
    for column, metric in (
        ("resource_changes", "handoffs"),
        ("department_id_changes", "department_handoffs"),
    ):
        if column in events.columns:
            metrics[metric] = ibis._[column].cast("int64").sum().fill_null(0)
        else:
            name = column.removesuffix("_changes")
            missing[metric] = NO_COLUMN.format(table="events", column=name)
    if "marked_handoffs" in table.columns:
        if "handoffs" in missing:
            # Who handled a step is not recorded, but the department says which steps hand on.
            del missing["handoffs"]
            table = table.mutate(handoffs=table.marked_handoffs)
        table = table.drop("marked_handoffs")
    metrics |= _dropout_metrics(events, rules, missing)
    if not metrics:
        return table
    grouped = events.group_by("case_no").agg(**metrics).rename(profile_case="case_no")
    table = table.left_join(grouped, table.case_no == grouped.profile_case).drop("profile_case")
    if "went_to_counter" not in table.columns:
        return table
    began = table.began_online == 1
    dropout = ibis.ifelse(began, table.went_to_counter, ibis.null("int64"))
    return table.mutate(dropout=dropout).drop("began_online", "went_to_counter")


def _with_visits(
    table: Table,
    events: Table,
    steps: StepMap,
    store: Store,
    engine: Engine,
    missing: dict[str, Text],
) -> Table:
    """Add days with a step at the counter: two steps on one day are one visit.

    Days are told apart before cases are summed up: few events are visits, and counting distinct
    days of all events costs several times as much.
    """
    placed = events
    if steps.by_case:
        place = table.select(place_case=table.case_no, **place_of(table))
        placed = events.left_join(place, events.case_no == place.place_case)
    flagged = with_flags(placed, steps, store, engine)
    came = _came(flagged, steps, missing)
    day = day_of(flagged.ts + (store.meta.utc_offset or 0))
    marks = {"visits_suggested": (flagged.visit_suggested == 1)}
    if came is not None:
        marks["visits"] = came
    counted = {name: mark.fill_null(False).cast("int64") for name, mark in marks.items()}
    marked = flagged.select("case_no", visit_day=day, **counted)
    chosen = marked.filter(ibis.or_(*(marked[name] == 1 for name in marks)))
    days = chosen.group_by(["case_no", "visit_day"]).agg(
        **{name: chosen[name].max() for name in marks}
    )
    visits = days.group_by("case_no").agg(**{name: days[name].sum() for name in marks})
    visits = visits.rename(visiting_case="case_no")
    joined = table.left_join(visits, table.case_no == visits.visiting_case).drop("visiting_case")
    # A case with events and none of them at a counter has no visit; one without has no number.
    known = joined.variant_no.notnull()
    counts = {
        name: ibis.ifelse(known, joined[name].fill_null(0), ibis.null("int64")) for name in marks
    }
    return joined.mutate(**counts)


def _came(flagged: Table, steps: StepMap, missing: dict[str, Text]) -> ibis.Value | None:
    """Say of an event whether the applicant came to a counter; None when nothing tells."""
    if "place" in flagged.columns:
        came = flagged.place == "counter"
        if "actor" in flagged.columns:
            came &= flagged.actor == "applicant"
        if "visit" in steps.confirmed_flags:
            came |= flagged.visit == 1
        return came
    if "visit" in steps.confirmed_flags:
        return flagged.visit == 1
    missing["visits"] = Text(
        "不知道哪些环节要到窗口：缺少 events 表的 place 列，也没有经确认的环节对应表（visit 列）",
        "which steps need a visit is unknown: table events has no column place,"
        " and there is no confirmed activity map (column visit)",
    )
    return None


def _dropout_metrics(
    events: Table, rules: RulePack, missing: dict[str, Text]
) -> dict[str, ibis.Deferred]:
    if "place" not in events.columns:
        missing["dropout"] = NO_COLUMN.format(table="events", column="place")
        return {}
    window = int(rules.number("E-07")) * DAY
    first = ibis._.ts.min()
    last_at_counter = ibis._.ts.min(where=ibis._.place == "counter")
    return {
        "began_online": ((ibis._.pos == 0) & (ibis._.place == "online")).cast("int64").max(),
        "went_to_counter": ((last_at_counter - first) <= window).fill_null(False).cast("int64"),
    }


def _with_times(
    table: Table,
    events: Table,
    store: Store,
    engine: Engine,
    calendar: WorkingCalendar | None,
    missing: dict[str, Text],
) -> Table:
    """Add elapsed and working time and whether limits were kept."""
    table = table.mutate(elapsed=table.closed - table.opened)
    if calendar is None:
        reason = Text(
            "没有指定工作日历；请加上 --calendar cn",
            "no working calendar is named; add --calendar cn",
        )
        missing |= dict.fromkeys(("working", "within_statutory", "within_promised"), reason)
        return table
    days = calendar_table(engine, calendar)
    table = with_working_position(table, days, time="opened_local", prefix="opened")
    table = with_working_position(table, days, time="closed_local", prefix="closed")
    stopped = _suspensions(events, days, store)
    if stopped is None:
        table = table.mutate(stopped_time=ibis.literal(0), stopped_days=ibis.literal(0))
    else:
        table = table.left_join(stopped, table.case_no == stopped.stopped_case).drop("stopped_case")
        table = table.mutate(
            stopped_time=table.stopped_time.fill_null(0),
            stopped_days=table.stopped_days.fill_null(0),
        )
    table = table.mutate(
        working=table.closed_position - table.opened_position - table.stopped_time,
        counted_days=table.closed_count - table.opened_count - table.stopped_days,
    )
    return _with_limits(table, store, engine, missing)


def _suspensions(events: Table, days: Table, store: Store) -> Table | None:
    """Working time and days between each lawful suspension and what ends it.

    Only a suspension with a legal basis stops the clock; one without runs on.
    """
    if "clock" not in events.columns or "legal_basis" not in events.columns:
        return None
    marks = events.filter(events["clock"].isin(["suspend", "resume", "stop"])).select(
        "case_no", "pos", "clock", "legal_basis", local=events.ts + (store.meta.utc_offset or 0)
    )
    window = ibis.window(group_by="case_no", order_by="pos")
    marks = marks.mutate(until=marks.local.lead().over(window))
    spans = marks.filter(
        (marks["clock"] == "suspend") & marks.legal_basis.notnull() & marks.until.notnull()
    )
    spans = with_working_position(spans, days, time="local", prefix="from")
    spans = with_working_position(spans, days, time="until", prefix="to")
    return (
        spans.group_by("case_no")
        .agg(
            stopped_time=(spans.to_position - spans.from_position).sum(),
            stopped_days=(spans.to_count - spans.from_count).sum(),
        )
        .rename(stopped_case="case_no")
    )


def _with_limits(table: Table, store: Store, engine: Engine, missing: dict[str, Text]) -> Table:
    for metric, column in (
        ("within_statutory", "statutory_days"),
        ("within_promised", "promised_days"),
    ):
        if not store.has("services", column) or "service_id" not in table.columns:
            missing[metric] = NO_COLUMN.format(table="services", column=column)
            continue
        limits = store.table(engine, "services").select(
            key=ibis._.service_id, limit_days=ibis._[column]
        )
        table = table.left_join(limits, table.service_id == limits.key)
        table = table.mutate(**{metric: (table.counted_days <= table.limit_days).cast("int64")})
        table = table.drop("key", "limit_days")
    return table


def _with_outcome(table: Table, store: Store, missing: dict[str, Text]) -> Table:
    if not store.has("cases", "outcome"):
        missing["completed"] = NO_COLUMN.format(table="cases", column="outcome")
        return table
    known = table.outcome.notnull() & (table.outcome != "open")
    completed = ibis.ifelse(known, (table.outcome == "completed").cast("int64"), ibis.null("int64"))
    ended = table.outcome.isnull() | (table.outcome != "open")
    for metric in ("elapsed", "working", "within_statutory", "within_promised"):
        if metric in table.columns:
            # A case that is still open has no duration yet.
            table = table.mutate(**{metric: ibis.ifelse(ended, table[metric], ibis.null("int64"))})
    return table.mutate(completed=completed)
