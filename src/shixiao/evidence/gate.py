"""The quality gate: what the evidence can carry, said before any measure is taken.

Counts come from the build; rules say from where on a figure warns, and from where on the measures
that hang on it are not assessable. Nothing continues in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shixiao.evidence.store import Store
from shixiao.rules import RulePack
from shixiao.terms import Estimate, Text

# Metrics that hang on the times and the order of events.
TIMED = ("elapsed", "working", "within_statutory", "within_promised", "dropout", "visits")
ORDERED = ("handoffs", "department_handoffs")
ALL = ("*",)


@dataclass(frozen=True, slots=True)
class QualityFigure:
    """One figure of the gate: a share with its name, and what the rules say of it."""

    name: str
    title: Text
    estimate: Estimate
    verdict: str
    rule: str | None = None
    note: Text | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the figure as an Estimate with its title, verdict and rule beside."""
        return {
            **self.estimate.to_json(),
            "title": self.title.to_json(),
            "verdict": self.verdict,
            "rule": self.rule,
            "note": self.note.to_json() if self.note else None,
        }


@dataclass(slots=True)
class Quality:
    """All figures, and the metrics that the evidence cannot carry (metric → why)."""

    figures: list[QualityFigure] = field(default_factory=list)
    blocked: dict[str, Text] = field(default_factory=dict)

    @property
    def warnings(self) -> list[QualityFigure]:
        """Figures that a reader must know of before reading any number."""
        return [figure for figure in self.figures if figure.verdict != "ok"]

    def why_blocked(self, metric: str) -> Text | None:
        """Return why a metric is not assessable, or None."""
        return self.blocked.get(metric) or self.blocked.get("*")


TITLES = {
    "tie_share": Text("同一办件内时间相同的事件", "Events that tie in time within their case"),
    "incomplete_share": Text(
        "缺少办件编号、环节或时间的记录", "Records without a case, an activity or a readable time"
    ),
    "duplicate_share": Text("完全重复的事件", "Events recorded twice"),
    "clock_jump_share": Text(
        "比来源次序里前一步早一小时以上的事件", "Events over an hour earlier than the one before"
    ),
    "out_of_order_share": Text(
        "时间与来源次序相反的事件", "Events whose time contradicts their order"
    ),
    "backfilled_share": Text("成批同秒录入的事件", "Events entered in batches within one second"),
    "impossible_share": Text("时间不可能的办件", "Cases with impossible times"),
}
COARSE = Text(
    "多数时间落在整点上，看来只记到日或小时，分不出成批录入",
    "most times fall on whole hours, so batches cannot be told from coarse clocks",
)
BROKEN = Text(
    "{title}占 {share}，超过 {limit}（规则 {rule}）", "{title}: {share}, above {limit} ({rule})"
)


def judge(store: Store, *, rules: RulePack) -> Quality:
    """Apply the rules to a store's counts."""
    counts = store.meta.quality
    quality = Quality()
    events, rows = counts["events"], counts["rows"]
    _judge(quality, "tie_share", counts["tied"], events, rules, rule="E-08")
    _judge(quality, "incomplete_share", counts["incomplete"], rows, rules, rule="E-10", blocks=ALL)
    _judge(
        quality,
        "duplicate_share",
        counts["duplicates"],
        events,
        rules,
        rule="E-11",
        blocks=ALL,
    )
    _judge(quality, "out_of_order_share", counts["out_of_order"], events, rules, rule="E-13")
    _judge(quality, "clock_jump_share", counts["clock_jumps"], events, rules, rule="E-13")
    if counts["backfilled"] is None:
        figure = QualityFigure(
            "backfilled_share",
            TITLES["backfilled_share"],
            Estimate.not_assessable(COARSE, events),
            "ok",
            "E-14",
        )
        quality.figures.append(figure)
    else:
        batched, looked_at = counts["backfilled"]
        _judge(quality, "backfilled_share", batched, looked_at, rules, rule="E-14")
    cases = store.meta.cases
    _judge(
        quality, "impossible_share", counts["impossible"], cases, rules, rule="E-10", blocks=TIMED
    )
    _coverage(quality, counts["coverage"], events, rules)
    _unknown_ids(quality, counts["unknown_ids"], rules)
    return quality


def _judge(
    quality: Quality,
    name: str,
    count: int,
    n: int,
    rules: RulePack,
    *,
    rule: str,
    blocks: tuple[str, ...] = (),
    title: Text | None = None,
) -> None:
    value = rules.value(rule)
    warn = float(value["warn"]) if isinstance(value, dict) else rules.number(rule)
    block = float(value["block"]) if isinstance(value, dict) and "block" in value else None
    title = title or TITLES[name]
    if not n:
        return
    estimate = share_of_all(count, n)
    share = count / n
    verdict, note = "ok", None
    limit = block if block is not None and share > block else warn
    if share > limit:
        stopped = block is not None and share > block and bool(blocks)
        verdict = "not_assessable" if stopped else "warn"
        note = BROKEN.format(title=title, share=_percent(share), limit=_percent(limit), rule=rule)
        if stopped:
            quality.blocked |= dict.fromkeys(blocks, note)
    quality.figures.append(QualityFigure(name, title, estimate, verdict, rule, note))


def share_of_all(count: int, n: int) -> Estimate:
    """Return a share of all n rows: nothing was sampled, so its interval is the value itself."""
    return Estimate.fact(count / n, n)


def _percent(share: float) -> str:
    return f"{share:.2%}" if share < 0.01 else f"{share:.1%}"


# Which metrics need which optional column of events.
NEEDS = {
    "resource": ("handoffs",),
    "department_id": ("department_handoffs",),
    "place": ("visits", "dropout"),
    "actor": ("visits",),
}


def _coverage(quality: Quality, coverage: dict[str, float], n: int, rules: RulePack) -> None:
    minimum, warn = rules.number("E-15", "minimum"), rules.number("E-15", "warn")
    for column, share in coverage.items():
        if column not in NEEDS:
            continue
        title = Text(f"事件表 {column} 列已填写", f"Events whose column {column} is filled")
        verdict, note = "ok", None
        if share < warn:
            limit = minimum if share < minimum else warn
            verdict = "not_assessable" if share < minimum else "warn"
            note = Text(
                f"{column} 列只填了 {_percent(share)}，低于 {_percent(limit)}（规则 E-15）",
                f"column {column} is filled in {_percent(share)} of events, below {_percent(limit)}"
                " (E-15)",
            )
            if share < minimum:
                quality.blocked |= dict.fromkeys(NEEDS[column], note)
        quality.figures.append(
            QualityFigure(
                f"coverage.{column}", title, Estimate.fact(share, n), verdict, "E-15", note
            )
        )


def _unknown_ids(quality: Quality, unknown: dict[str, list[int]], rules: RulePack) -> None:
    for reference, (count, n) in sorted(unknown.items()):
        title = Text(
            f"{reference} 指向不存在的编号", f"{reference} points to ids that do not exist"
        )
        blocks = ("within_statutory", "within_promised") if reference == "cases.service_id" else ()
        _judge(
            quality,
            f"unknown.{reference}",
            count,
            n,
            rules,
            rule="E-12",
            blocks=blocks,
            title=title,
        )
