"""Freezing: from which services and cases is drawn, and who may be drawn to test them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from shixiao.draw import Pool
from shixiao.records.models import Commission, Draw, Evaluation, Evaluator, Standing
from shixiao.terms import Text
from shixiao.workflows import draws
from shixiao.workflows.clock import pack
from shixiao.workflows.commissions.declaring import ties_of
from shixiao.workflows.commissions.moving import begin, move
from shixiao.workflows.draws import Lot, Public
from shixiao.workflows.evaluations import current, folder_of
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Incomplete, Stale

SERVICES, CASES, EVALUATORS = "services", "cases", "evaluators"
FRAME = "frame.parquet"
NO_RESULT = Text(
    "还没有公布的评估，没有可抽的服务。请先公布一次评估。",
    "No evaluation is public, so there are no services to draw from. Publish one first.",
)
NO_SERVICES = Text(
    "被评部门在已公布的评估中没有服务，无从抽取。",
    "The evaluated have no service in the published evaluation, so nothing can be drawn.",
)
NO_CASES = Text(
    "已公布的评估没有留下办件名册，不能抽办件。请重新评估这份证据，"
    "或委托时把每项服务的办件数设为 0。",
    "The published evaluation left no list of cases to draw from. Evaluate the evidence again, or"
    " commission with 0 cases per service.",
)
OTHER_CASES = Text(
    "办件名册与冻结时不一致，不能抽签。请管理员从备份恢复评估结果的文件，再抽签。",
    "The list of cases is not the one that was frozen, so nothing is drawn. Have the administrator"
    " restore the files of the evaluation from a backup, and draw then.",
)
NOT_DECLARED = Text(
    "申报的评估员只有 {have} 人，每项需要 {need} 人。",
    "Only {have} evaluators have declared, and an item takes {need}.",
)
TIED = Text(
    "与“{department}”没有关系的评估员只有 {have} 人，每项需要 {need} 人；"
    "请增加评估机构后重新委托。",
    "Only {have} evaluators have no ties to “{department}”, and an item takes {need}. Commission"
    " anew with more bodies.",
)


@transaction.atomic
def freeze(commission: Commission, act: Act, *, public: Public) -> Commission:
    """Freeze the frame of services and cases, and the list of evaluators.

    Raises:
        Incomplete: nothing to draw from, too few evaluators without ties, or no public value.
    """
    held = begin(commission, "freeze", act)
    draws.check_public(public, act.at)
    evaluation = current()
    if evaluation is None:
        raise Incomplete(NO_RESULT)
    people = declared(held)
    _check_enough(held, people)
    for lot in (_services(held, evaluation), _evaluators(held, people)):
        draws.freeze(lot, subject=held.code, public=public, at=act.at)
    if held.cases_each:
        draws.freeze(_cases(evaluation), subject=held.code, public=public, at=act.at)
    held.source, held.source_day = public.source.strip(), public.day
    return move(held, "freeze", act, evaluation=evaluation)


def declared(commission: Commission) -> dict[Evaluator, set[str]]:
    """Return who has declared and may take part, with the evaluated he has ties to."""
    able = commission.evaluators.filter(
        state=Evaluator.State.DECLARED, engagement__excluded__isnull=True
    )
    return ties_of(list(able.select_related("account", "engagement__body")), commission)


def frame_path(evaluation: Evaluation) -> Path:
    """Return where the list of cases of an evaluation lies."""
    return folder_of(evaluation) / FRAME


def frozen_frame(commission: Commission, frozen: Draw) -> Path | None:
    """Return the list of cases that was frozen; None where the round is on no evaluation.

    Raises:
        Stale: the file is gone, or no longer is what was frozen.
    """
    if commission.evaluation is None:
        return None
    path = frame_path(commission.evaluation)
    if not path.exists() or _digest(path) not in frozen.pool["ids"]:
        raise Stale(OTHER_CASES)
    return path


def _check_enough(held: Commission, people: Mapping[Evaluator, set[str]]) -> None:
    if len(people) < held.testers:
        raise Incomplete(NOT_DECLARED.format(have=len(people), need=held.testers))
    for evaluated in held.evaluated.select_related("department"):
        free = sum(str(evaluated.department_id) not in ties for ties in people.values())
        if free < held.testers:
            names = {"department": evaluated.department.name, "have": free, "need": held.testers}
            raise Incomplete(TIED.format(**names))


def _services(held: Commission, evaluation: Evaluation) -> Lot:
    codes = held.evaluated.values_list("department__code", flat=True)
    rows = Standing.objects.filter(
        evaluation=evaluation, kind="service", department__in=list(codes)
    )
    found = list(rows.order_by("subject").values_list("subject", "department", "cases"))
    if not found:
        raise Incomplete(NO_SERVICES)
    ids, departments, cases = zip(*found, strict=True)
    # A service without a case yet is worth a look as well: it counts as one.
    weights = tuple(float(max(n, 1)) for n in cases) if held.by_cases else None
    return Lot(
        tag=SERVICES,
        pool=Pool(ids, {"department": departments}, weights),
        size=min(held.services, len(ids)),
        algorithm="pps" if held.by_cases else "plain",
        floor=pack().number("EVA-05") if held.by_cases else None,
        replacements=0,
    )


def _evaluators(held: Commission, people: Mapping[Evaluator, set[str]]) -> Lot:
    """Freeze who may be drawn at all; who tests which item is drawn from them by the same value."""
    able = sorted(people, key=lambda person: person.code)
    return Lot(
        tag=EVALUATORS,
        pool=Pool(
            tuple(person.code for person in able),
            {"body": tuple(person.engagement.body.code for person in able)},
        ),
        size=held.testers,
        algorithm="plain",
    )


def _cases(evaluation: Evaluation) -> Lot:
    """Fix the list of cases by its hash; from it the cases of each service are drawn."""
    path = frame_path(evaluation)
    if not path.exists():
        raise Incomplete(NO_CASES)
    return Lot(tag=CASES, pool=Pool((_digest(path),)), size=1, algorithm="plain")


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
