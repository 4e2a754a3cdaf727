"""From a form to an act: which function carries out which verb of an appraisal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shixiao.records.models import Appraisal
from shixiao.web.appraisals.forms import points_of, upload_of
from shixiao.workflows.appraisals import (
    commenting,
    contesting,
    freezing,
    making,
    measuring,
    weighing,
)
from shixiao.workflows.appraisals.reading import Upload
from shixiao.workflows.moving import Act

Given = Mapping[str, Any]


def carry_out(appraisal: Appraisal, verb: str, act: Act, given: Given) -> None:
    """Do what the form asks for."""
    ACTS[verb](appraisal, act, given)


def _replace(appraisal: Appraisal, act: Act, given: Given) -> None:
    making.replace(appraisal, act, scheme=upload_of(given["scheme"]))


def _reclass(appraisal: Appraisal, act: Act, given: Given) -> None:
    row, kind, reason = int(given["indicator"]), given["kind"], given["reason"]
    freezing.reclass(appraisal, act, row=row, kind=kind, reason=reason)


def _freeze(appraisal: Appraisal, act: Act, given: Given) -> None:
    del given
    freezing.freeze(appraisal, act)


def _answer(appraisal: Appraisal, act: Act, given: Given) -> None:
    commenting.answer(
        appraisal,
        act,
        comment=given["comment"],
        outcome=given["adopted"],
        reason=given["reason"],
        drop=given["drop"],
    )


def _hide(appraisal: Appraisal, act: Act, given: Given) -> None:
    commenting.hide(appraisal, act, comment=given["comment"], reason=given["reason"])


def _panel(appraisal: Appraisal, act: Act, given: Given) -> None:
    del given
    commenting.ask_panel(appraisal, act)


def _weigh(appraisal: Appraisal, act: Act, given: Given) -> None:
    weighing.weigh(appraisal, act, points=points_of(given))


def _measure(appraisal: Appraisal, act: Act, given: Given) -> None:
    measuring.measure(appraisal, act, scores=_scores(given))


def _disclose(appraisal: Appraisal, act: Act, given: Given) -> None:
    del given
    measuring.disclose(appraisal, act)


def _contest(appraisal: Appraisal, act: Act, given: Given) -> None:
    contesting.contest(appraisal, act, row=int(given["value"]), reason=given["reason"])


def _rule(appraisal: Appraisal, act: Act, given: Given) -> None:
    contest, outcome, reason = given["contest"], given["ruling"], given["reason"]
    contesting.rule(appraisal, act, contest=contest, outcome=outcome, reason=reason)


def _correct(appraisal: Appraisal, act: Act, given: Given) -> None:
    measuring.correct(appraisal, act, scores=_scores(given))


def _publish(appraisal: Appraisal, act: Act, given: Given) -> None:
    del given
    contesting.publish(appraisal, act)


def _withdraw(appraisal: Appraisal, act: Act, given: Given) -> None:
    contesting.withdraw(appraisal, act, reason=given["reason"])


def _scores(given: Given) -> Upload | None:
    return upload_of(given["scores"]) if given["scores"] else None


ACTS: Mapping[str, Callable[[Appraisal, Act, Given], None]] = {
    "replace": _replace,
    "reclass": _reclass,
    "freeze": _freeze,
    "answer": _answer,
    "hide": _hide,
    "panel": _panel,
    "weigh": _weigh,
    "measure": _measure,
    "disclose": _disclose,
    "contest": _contest,
    "rule": _rule,
    "correct": _correct,
    "publish": _publish,
    "withdraw": _withdraw,
}
