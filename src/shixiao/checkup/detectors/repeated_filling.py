"""Repeated filling: the same data element asked again, or asked although another department has it.

A field asks again when the register names another department as the source of its data element, or
when the department itself asks the same people for the element in an earlier form. The cost is
given in person-hours a year. No form may ask for what sharing can obtain (国务院令第716号, art. 7),
and grass-roots staff may not be made to fill in the same again (rule APP-DUP).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

import ibis

from shixiao.checkup.detectors.rates import Rate, Rows, screen_rates
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.scene import Scene, rows_of
from shixiao.evidence.engines import Table
from shixiao.terms import SubjectKind, Text

MEASURE = "asked_again"
UNKNOWN = Text("不详", "unknown")


@detector("repeated_filling")
def repeated_filling(scene: Scene) -> Iterable[Screening]:
    """Compare the share of fields that ask again with the other departments'."""
    lacking = scene.lacking("forms", "element_id")
    if lacking is not None:
        yield Screening.lacking([MEASURE], lacking)
        return
    fields = _fields(scene)
    rows = Rows(fields, "field", "forms", SubjectKind.DEPARTMENT, {})
    minimum = int(scene.rules.number("F-14", "fields"))
    found = screen_rates(scene, rows, [Rate(MEASURE, "again", minimum)])
    hours = _hours(scene, fields)
    trials = tuple(_with_hours(trial, hours) for trial in found.trials)
    yield Screening(trials, found.missing, found.explain, found.evidence)


def _with_hours(trial: Trial, hours: Mapping[str, float]) -> Trial:
    spent = hours.get(trial.subject.id)
    shown: Text | str = UNKNOWN if spent is None else f"{spent:,.0f}"
    return replace(trial, facts={"hours": shown})


def _fields(scene: Scene) -> Table:
    """One row per field with an element: ``subject``, ``field``, ``again``, cost of the form."""
    forms = scene.table("forms")
    known = forms.filter(forms.element_id.notnull() & forms.department_id.notnull())
    audience = known.audience if "audience" in known.columns else ibis.literal("")
    known = known.mutate(asked_of=audience.fill_null(""))
    window = ibis.window(
        group_by=["department_id", "asked_of", "element_id"], order_by=["form_id", "field_name"]
    )
    known = known.mutate(turn=ibis.row_number().over(window))
    if scene.has("elements", "department_id"):
        source = scene.table("elements").select(
            source_element="element_id", source_department="department_id"
        )
        known = known.left_join(source, known.element_id == source.source_element)
        held = (known.source_department != known.department_id).fill_null(False)
    else:
        held = ibis.literal(False)
    costs = [name for name in ("period", "respondents", "minutes") if name in known.columns]
    fields = known.mutate(
        again=(held | (known.turn > 0)).cast("int64"),
        field=known.form_id + ibis.literal(" · ") + known.field_name,
    )
    narrow = fields.select("field", "again", "form_id", *costs, subject=fields.department_id)
    return scene.engine.keep(narrow, "form_fields")


def _hours(scene: Scene, fields: Table) -> dict[str, float]:
    """Person-hours a year that a department's fields which ask again cost, if forms say enough.

    respondents × minutes × times a year × share of the form's fields that ask again, over 60.
    """
    if not {"period", "respondents", "minutes"} <= set(fields.columns):
        return {}
    by_form = fields.group_by(["subject", "form_id", "period", "respondents", "minutes"]).agg(
        again=ibis._.again.sum(), fields=ibis._.count()
    )
    hours: dict[str, float] = defaultdict(float)
    for row in rows_of(scene, by_form.order_by(["subject", "form_id"])):
        people, minutes, period = row["respondents"], row["minutes"], row["period"]
        if people is None or minutes is None or period is None:
            continue
        cost = float(people) * float(minutes)
        if cost < 0:
            continue
        times = scene.rules.number("F-06", str(period))
        share = int(row["again"]) / int(row["fields"])
        hours[str(row["subject"])] += cost * times * share / 60
    return dict(hours)
