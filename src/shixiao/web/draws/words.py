"""Draws in words: what is drawn, and for which record."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import AlgorithmReview, InspectionPlan, Objection, Training
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.seeing import visible

TAGS = {
    "services": Text("服务", "Services"),
    "cases": Text("办件", "Cases"),
    "evaluators": Text("评估员", "Evaluators"),
    "starts": Text("开课次序", "Who starts when"),
    "systems": Text("抽查的系统", "Systems to inspect"),
    "inspectors": Text("检查员", "Inspectors"),
    "experts": Text("审查算法的专家", "Experts who review an algorithm"),
    "panel": Text("评审异议的专家", "Experts who judge an objection"),
}
INSPECTIONS = Text("{starts}起的抽查", "inspections from {starts}")
REVIEW = Text("“{name}”的定期审查", "periodic review of “{name}”")
OBJECTION = Text("对“{name}”的一项异议", "an objection to “{name}”")
NOT_YET = Text("尚未公布的第三方评估", "a third-party evaluation that is not public yet")


def subjects(actor: Actor, codes: Collection[str]) -> dict[str, tuple[Text, str]]:
    """Return the name and the address of the records that draws serve, by code.

    Of a record that the person may not see, the name would warn those whom it is about.
    """
    found = dict.fromkeys(codes, (NOT_YET, ""))
    commissions = visible(actor).filter(code__in=codes).values_list("code", "name")
    trainings = Training.objects.filter(code__in=codes).values_list("code", "name")
    for rows, address in ((commissions, "commission"), (trainings, "training")):
        for code, name in rows:
            found[code] = (Text.of(name), reverse(address, args=[code]))
    for code, starts in InspectionPlan.objects.filter(code__in=codes).values_list("code", "starts"):
        name = INSPECTIONS.format(starts=both_days(starts))
        found[code] = (name, reverse("inspection_plan", args=[code]))
    reviews = AlgorithmReview.objects.filter(code__in=codes)
    for code, name in reviews.values_list("code", "algorithm__system__name"):
        found[code] = (REVIEW.format(name=name), reverse("review", args=[code]))
    # Whoever objects follows the objection by a code of his own: its page is no link for others.
    objections = Objection.objects.filter(code__in=codes)
    for code, name in objections.values_list("code", "system__name"):
        found[code] = (OBJECTION.format(name=name), "")
    return found
