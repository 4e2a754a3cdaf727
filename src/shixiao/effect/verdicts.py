"""The verdict on two arms of one subject: copied, worse, better, or not enough evidence.

Similarity alone is no fault: a lean process may keep its steps. A process is *copied mechanically*
when it is alike, no burden fell, and something remains that going online should have ended: visits,
re-keying, or materials that government already holds. Thresholds are rules (E-01 … E-06).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.effect.catalogue import Statistic, measure, measures
from shixiao.effect.comparison import Compared
from shixiao.effect.copying import CopyIndex
from shixiao.effect.subjects import Comparison
from shixiao.rules import RulePack
from shixiao.terms import Estimate, Subject, Text, Verdict

COPIED = "mechanical_copy"
WORSE = "burden_increased"
BETTER = "substantively_improved"
UNKNOWN = "insufficient_evidence"

# Burdens 1 to 6 describe the process as people meet it; 7 and 8 (time, drop-out) are its outcome
# and do not tell a copy from a redesign.
PROCESS_BURDENS = range(1, 7)
# What going online should have ended; any of them left over marks a copy.
REMNANTS = ("visits", "rekeys", "materials_held")


@dataclass(frozen=True, slots=True)
class Burden:
    """One burden in both arms: its ratio where there is one, and its values."""

    measure: str
    ratio: Estimate
    a: float | None
    b: float | None

    @property
    def number(self) -> int:
        """Place in the burden vector."""
        return measure(self.measure).burden or 0

    @property
    def from_zero(self) -> bool:
        """True when b has none of it and a has some: no ratio says so."""
        return self.b == 0 and bool(self.a) and measure(self.measure).statistic is Statistic.FACT


@dataclass(frozen=True, slots=True)
class Evidenced:
    """Everything a verdict on one subject is drawn from."""

    subject: Subject
    comparison: Comparison
    cases: tuple[int, int]
    burdens: tuple[Burden, ...]
    copy: CopyIndex | None
    missing: tuple[Text, ...]


@cache
def texts() -> Mapping[str, Mapping[str, Text]]:
    """Return the texts of verdicts and grounds."""
    content = files("shixiao.effect").joinpath("data/verdicts.yaml").read_text("utf-8")
    return {
        part: {key: Text.of(value) for key, value in entries.items()}
        for part, entries in load_yaml(content).items()
    }


def burdens_of(
    compared: Sequence[Compared],
    facts: Mapping[str, tuple[int, int]],
    *,
    suggested: bool,
) -> tuple[Burden, ...]:
    """Gather the burden vector of one subject.

    Args:
        compared: the subject's compared measures.
        facts: measure → counts in (a, b), of what the guide asks for.
        suggested: also take measures that rest on unconfirmed rows of the activity map.
    """
    found: dict[str, Burden] = {}
    for item in compared:
        if measure(item.measure).burden is None or (item.suggested and not suggested):
            continue
        found[item.measure] = Burden(item.measure, item.ratio, *item.means)
    if "visible_steps" in found:  # what people meet says more than what was recorded
        found.pop("steps", None)
    for name, (a, b) in facts.items():
        ratio = (
            Estimate.fact(a / b, 1)
            if b
            else Estimate.not_assessable(Text("对照组为 0", "the other arm has none"))
        )
        found[name] = Burden(name, ratio, a, b)
    order = [m.id for m in measures()]
    return tuple(sorted(found.values(), key=lambda burden: order.index(burden.measure)))


def verdict(case: Evidenced, *, rules: RulePack) -> Verdict:
    """Draw the verdict and say what it rests on and what evidence it lacks."""
    needed = int(rules.number("E-01"))
    arms = {"a": _arm(case, case.comparison.a), "b": _arm(case, case.comparison.b)}
    if min(case.cases) < needed:
        n_a, n_b = case.cases
        few = _ground("too_few", **arms, n_a=n_a, n_b=n_b, needed=needed)
        return _verdict(case, UNKNOWN, [few])
    fell, rose = _moved(case, rules)
    moved = [_moved_ground(case, burden, "rose") for burden in rose]
    moved += [_moved_ground(case, burden, "fell") for burden in fell]
    remains, remnants_known = _remnants(case)
    alike = case.copy is not None and (case.copy.index.value or 0) >= rules.number("E-03")
    likeness = _likeness(case, alike=alike, rules=rules)
    process_fell = [burden for burden in fell if burden.number in PROCESS_BURDENS]

    if alike and not process_fell and remains:
        flat = _ground("not_lighter", threshold=rules.number("E-04"))
        return _verdict(case, COPIED, [*likeness, flat, *remains, *moved])
    if rose:
        return _verdict(case, WORSE, [*moved, *likeness])
    risen = [b for b in case.burdens if b.ratio.ok and (b.ratio.value or 0) > rules.number("E-05")]
    if len(fell) >= int(rules.number("E-06")) and not risen:
        return _verdict(case, BETTER, [*moved, *remains])
    grounds = [*likeness, *moved, *(_moved_ground(case, b, "may_have_risen") for b in risen)]
    if alike and not process_fell and not remnants_known:
        grounds.append(_ground("no_visible_cost", **arms))
    elif alike and not process_fell:
        grounds.append(_ground("nothing_remains", **arms))
    else:
        grounds += [*remains, _ground("mixed")]
    return _verdict(case, UNKNOWN, grounds)


def may_be_copied(burdens: Sequence[Burden], *, rules: RulePack) -> bool:
    """True when no burden of the process clearly fell, so that likeness decides the verdict."""
    lower = rules.number("E-04")
    return not any(
        burden.number in PROCESS_BURDENS
        and burden.ratio.ok
        and _end(burden.ratio.high, 1.0) < lower
        for burden in burdens
    )


def _moved(case: Evidenced, rules: RulePack) -> tuple[list[Burden], list[Burden]]:
    """Return the burdens that clearly fell and those that clearly rose."""
    lower, higher = rules.number("E-04"), rules.number("E-05")
    fell = [b for b in case.burdens if b.ratio.ok and _end(b.ratio.high, 1.0) < lower]
    rose = [
        b for b in case.burdens if b.from_zero or (b.ratio.ok and _end(b.ratio.low, 1.0) > higher)
    ]
    return fell, rose


def _end(bound: float | None, otherwise: float) -> float:
    return otherwise if bound is None else bound


def _remnants(case: Evidenced) -> tuple[list[Text], bool]:
    """Say which visits, re-keying and held materials arm a still has; and whether all are known."""
    found = {burden.measure: burden for burden in case.burdens if burden.measure in REMNANTS}
    remains = [
        _ground(
            "remains",
            a=_arm(case, case.comparison.a),
            measure=measure(name).name,
            value=f"{burden.a:.2g}",
            unit=measure(name).unit,
        )
        for name, burden in found.items()
        if burden.a
    ]
    return remains, len(found) == len(REMNANTS)


def _likeness(case: Evidenced, *, alike: bool, rules: RulePack) -> list[Text]:
    if case.copy is None:
        return []
    index = case.copy.index
    return [
        _ground(
            "similar" if alike else "dissimilar",
            a=_arm(case, case.comparison.a),
            b=_arm(case, case.comparison.b),
            threshold=rules.number("E-03"),
            **_interval(index),
        )
    ]


def _moved_ground(case: Evidenced, burden: Burden, kind: str) -> Text:
    known = measure(burden.measure)
    if burden.from_zero:
        kind = "rose_from_zero"
    elif known.statistic is Statistic.FACT:
        return _ground(
            f"{kind}_count" if kind != "may_have_risen" else "rose_count",
            measure=known.name,
            a=_arm(case, case.comparison.a),
            b=_arm(case, case.comparison.b),
            from_=f"{burden.b:g}",
            to=f"{burden.a:g}",
        )
    return _ground(
        kind,
        measure=known.name,
        a=_arm(case, case.comparison.a),
        b=_arm(case, case.comparison.b),
        **_interval(burden.ratio),
    )


def _arm(case: Evidenced, value: str) -> Text:
    """Return what a sentence calls an arm."""
    known = texts()["channels"] if case.comparison.column == "channel" else {}
    return known.get(value, Text.of(value))


def _interval(estimate: Estimate) -> dict[str, str]:
    numbers = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {key: "—" if number is None else f"{number:.2f}" for key, number in numbers.items()}


def _ground(key: str, **values: Any) -> Text:
    return texts()["grounds"][key].format(**values)


def _verdict(case: Evidenced, name: str, grounds: Sequence[Text]) -> Verdict:
    return Verdict(
        subject=case.subject,
        verdict=name,
        text=texts()["verdicts"][name],
        grounds=tuple(grounds),
        missing=case.missing,
        details={
            "column": case.comparison.column,
            "a": case.comparison.a,
            "b": case.comparison.b,
            "n_a": case.cases[0],
            "n_b": case.cases[1],
            "copy_index": case.copy.to_json() if case.copy else None,
        },
    )
