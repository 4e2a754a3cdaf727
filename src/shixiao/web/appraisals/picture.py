"""The picture of an appraisal: where its weight goes, as declared and by the panel."""

from __future__ import annotations

from collections.abc import Mapping

from shixiao.checkup.report.cells import Figure
from shixiao.checkup.report.speech import capitalised
from shixiao.checkup.schemes import IndicatorClass, class_name, percent
from shixiao.pictures import Share, Shares, shares_svg
from shixiao.pictures.shares import Ground
from shixiao.records.models import Appraisal
from shixiao.terms import Text
from shixiao.web.shell.pages import language, say
from shixiao.workflows.appraisals.indicators import Line, weight_by_class
from shixiao.workflows.appraisals.weighing import BUDGET

GROUNDS: Mapping[IndicatorClass, Ground] = {
    IndicatorClass.OUTCOME: "full",
    IndicatorClass.BURDEN: "half",
    IndicatorClass.OUTPUT: "light",
    IndicatorClass.VANITY: "hatched",
    IndicatorClass.BANNED: "red",
}
NARROW = 210  # px; half as wide again in large print, which still fits a phone
PICTURE = Text("权重给了什么", "Where the weight goes")
DECLARED = Text("原办法", "As declared")
BY_PANEL = Text("专家分配", "By the panel")
CAPTION = Text(
    "成效是群众得到什么，负担是群众和基层付出什么，产出是部门做了多少；面子和禁用是做样子。",
    "Outcome is what people got, burden what they had to spend, output what the office did; vanity"
    " and banned are show.",
)


def picture(appraisal: Appraisal, lines: list[Line], *, weighed: bool) -> Figure:
    """Draw where the weight goes: by the scheme as declared, and by the panel once it is known."""
    bars = [_bar(DECLARED, weight_by_class(lines))]
    if weighed:
        means = {w["row"]: w["mean"] / BUDGET for w in (appraisal.results or {})["weights"]}
        given = {
            kind: sum(means.get(x.row, 0.0) for x in lines if x.kind is kind)
            for kind in IndicatorClass
        }
        bars.append(_bar(BY_PANEL, given))
    wide, narrow = (
        shares_svg(bars, title=PICTURE, language=language(), wide=size, id_prefix=name)
        for size, name in ((640, "weights"), (NARROW, "weights-narrow"))
    )
    return Figure(wide, narrow, say(CAPTION), say(PICTURE))


def _bar(name: Text, shares: Mapping[IndicatorClass, float]) -> Shares:
    return Shares(
        name,
        tuple(
            Share(capitalised(class_name(kind)), min(share, 1.0), percent(share), GROUNDS[kind])
            for kind, share in shares.items()
        ),
    )
