"""Measuring: where everybody stood under the scheme as declared, and stands without show.

Values come as a table under the frozen scheme, or the published evaluation speaks alone; where both
are there, they stand beside each other. Weights are those of the panel; intervals and bands are
those of :func:`shixiao.checkup.schemes.rerank`.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from shixiao.checkup import schemes
from shixiao.evidence.mapping import normal
from shixiao.records.models import Appraisal, Evaluation, Standing
from shixiao.seals import sha256_of
from shixiao.terms import Text, significant
from shixiao.workflows import files
from shixiao.workflows.appraisals.indicators import lines_of
from shixiao.workflows.appraisals.moving import begin, move, tell_departments
from shixiao.workflows.appraisals.reading import SEED, Upload, read_scores
from shixiao.workflows.appraisals.weighing import BUDGET, complete, weights_of
from shixiao.workflows.clock import pack
from shixiao.workflows.evaluations import current
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, touch
from shixiao.workflows.refusals import Incomplete, Stale

TOO_FEW = Text(
    "只有 {n} 位专家分配了权重，至少要 {most} 位；请再请专家。",
    "Only {n} experts have shared points out, and {most} at least are needed; ask more of them.",
)
NOTHING = Text(
    "既没有得分表，也没有已公布的评估，无从测算；请上传得分表。",
    "There are neither scores nor a published evaluation to measure by; upload a table of scores.",
)
NEEDED = Text(
    "请上传更正后的得分表；只按评估测算的，先公布更正后的评估。",
    "Upload the corrected table of scores; where the evaluation alone was used, publish a corrected"
    " one first.",
)
MISSING = Text(
    "得分表里“{name}”应正好有一行，现在没有，或不止一行；名称须与机构名册一致。",
    "“{name}” needs exactly one row among the scores and has none, or more; it goes by the name"
    " that the list of organisations has.",
)
FOREIGN = Text(
    "得分表里的“{name}”不在被考核之列；请去掉这一行，或核对名称。",
    "“{name}” among the scores is not appraised; take the row out or check the name.",
)
NONE_UPHELD = Text(
    "没有成立而尚未更正的异议，不能重新测算。",
    "No contest was upheld that is not corrected yet, so that nothing is measured again.",
)
TO_CHECK = Text(
    "“{name}”已测算，请核对本部门的数值，有异议的在 {day} 前提出。",
    "“{name}” is measured. Check the values of your department and contest them by {day}.",
)


@transaction.atomic
def measure(appraisal: Appraisal, act: Act, *, scores: Upload | None) -> Appraisal:
    """Compute weights, ranks and intervals; it may be done over until departments have them.

    Raises:
        Stale: the time of the panel is not over, or too few have shared points out.
        Incomplete: there is nothing to measure by, or scores and departments do not fit.
        BadInput: something is wrong in the table of scores.
    """
    held = begin(appraisal, "measure", act)
    if not complete(held):
        most = int(pack().number("APS-07"))
        raise Stale(TOO_FEW.format(n=held.weights.count(), most=most))
    _measure(held, act, scores, current())
    return move(held, "measure", act)


@transaction.atomic
def disclose(appraisal: Appraisal, act: Act) -> Appraisal:
    """Put the result to the appraised departments."""
    held = move(begin(appraisal, "disclose", act), "disclose", act)
    text = TO_CHECK.format(name=held.name, day=str(held.due))
    tell_departments(held, act, text)
    return held


@transaction.atomic
def correct(appraisal: Appraisal, act: Act, *, scores: Upload | None) -> Appraisal:
    """Measure again after a contest was upheld: by corrected scores, or a corrected evaluation.

    Raises:
        Stale: none was.
        Incomplete: nothing was corrected, or scores and departments do not fit.
        BadInput: something is wrong in the table.
    """
    held = begin(appraisal, "correct", act)
    waiting = held.contests.filter(outcome__in=("upheld", "partly"), corrected__isnull=True)
    if not waiting.exists():
        raise Stale(NONE_UPHELD)
    newest = current()
    if scores is None and (held.scores is not None or newest == held.evaluation):
        raise Incomplete(NEEDED, field="scores")
    _measure(held, act, scores, held.evaluation if scores else newest)
    touch(held)
    waiting.update(corrected=act.at)
    return held


def _measure(
    held: Appraisal, act: Act, upload: Upload | None, evaluation: Evaluation | None
) -> None:
    """Set the results of an appraisal and put their hash on record; the caller saves it."""
    effect = _effect(held, evaluation) if evaluation else []
    if upload is None and not effect:
        raise Incomplete(NOTHING, field="scores")
    found: dict[str, Any] = {
        "panel": held.weights.count(),
        "weights": [
            {"row": w.row, "mean": significant(w.mean), "least": w.least, "most": w.most}
            for w in weights_of(held)
        ],
        "effect": effect,
        "evaluation": evaluation.code if evaluation and effect else None,
        "scheme_sha256": held.scheme_sha256,
        "rules": {"pack": pack().name, "hash": pack().hash},
        "seed": SEED,
        **_ranked(held, upload),
    }
    held.evaluation = evaluation if effect else None
    held.scores = files.store(upload.data, at=act.at) if upload else None
    held.scores_name = upload.name if upload else ""
    held.results, held.measured = found | {"sha256": sha256_of(found)}, act.at
    facts = {
        "scheme_sha256": held.scheme_sha256,
        "result_sha256": held.results["sha256"],
        "inputs_sha256": held.scores.sha256 if held.scores else None,
    }
    sealed = {"actor": act.actor.account}
    put("appraisal.measured", held.code, at=act.at, facts=facts, sealed=sealed)


def _ranked(held: Appraisal, upload: Upload | None) -> dict[str, Any]:
    """Return the order before, the intervals after and the values themselves."""
    if upload is None:
        return {"before": [], "after": [], "values": [], "notes": []}
    scores = read_scores(upload, held)
    names = _names(held, scores)
    lines = lines_of(held)
    points = [row.points for row in held.weights.all()]
    weights = {str(weight.row): weight.mean for weight in weights_of(held)}
    ranking = schemes.rerank(
        scores,
        declared=[line.share for line in lines],
        honest=[weights.get(str(line.row), 0.0) / BUDGET for line in lines],
        panel=[[each.get(str(line.row), 0) / BUDGET for line in lines] for each in points],
        rules=pack(),
        seed=SEED,
    )
    return {
        "before": [names[subject.id].to_json() for subject in ranking.before],
        "after": [
            {
                "name": names[place.subject.id].to_json(),
                "low": place.low,
                "high": place.high,
                "band": n,
            }
            for place, n in zip(ranking.after, schemes.bands(ranking.after), strict=True)
        ],
        "values": [
            {"name": names[subject.id].to_json(), "scores": [float(value) for value in row]}
            for subject, row in zip(scores.subjects, scores.values, strict=True)
        ],
        "notes": [note.to_json() for note in ranking.notes],
    }


def _names(held: Appraisal, scores: schemes.Scores) -> dict[str, Text]:
    """Return the names of who was scored, by what the table calls them.

    Departments have to be those of the appraisal, by name or code; services go by any name.

    Raises:
        Incomplete: a department is missing, stands there twice, or is not appraised.
    """
    names = {subject.id: subject.name for subject in scores.subjects}
    if held.scope != Appraisal.Scope.DEPARTMENT:
        return names
    left: dict[str, str] = {}
    for written in names:
        if normal(written) in left:
            raise Incomplete(MISSING.format(name=written[:60]), field="scores")
        left[normal(written)] = written
    for row in held.appraised.select_related("department"):
        name = row.department.name
        found = {normal(word) for word in (name.zh, name.en, row.department.code)} & left.keys()
        if len(found) != 1:
            raise Incomplete(MISSING.format(name=name), field="scores")
        names[left.pop(found.pop())] = name
    for written in left.values():
        raise Incomplete(FOREIGN.format(name=written[:60]), field="scores")
    return names


def _effect(held: Appraisal, evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return where the appraised stand in the index of effect of a published evaluation."""
    codes = list(held.appraised.values_list("department__code", flat=True))
    rows = Standing.objects.filter(evaluation=evaluation, kind=held.scope, rank_low__isnull=False)
    of_theirs = "subject__in" if held.scope == Appraisal.Scope.DEPARTMENT else "department__in"
    return [
        {
            "subject": row.subject,
            "slug": row.slug,
            "name": row.name.to_json(),
            "low": row.rank_low,
            "high": row.rank_high,
            "of": row.rank_of,
            "band": row.band,
        }
        for row in rows.filter(**{of_theirs: codes}).order_by("rank_low", "rank_high", "subject")
    ]
