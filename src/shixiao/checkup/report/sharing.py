"""Sharing: what people are asked for although government holds it, and what sharing would save."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.sharing_network import department_table, link_table, network_figure
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.checkup.sharing_state import SharingState
from shixiao.sharing.silos import Sharing, SiloSaving, Way
from shixiao.terms import Estimate, Text

SHOWN = 20
HOURS = Unit(1.0, Text("小时", "hours"))
TRIPS = Unit(1.0, Text("次", "trips"))
MONEY = Unit(1.0, Text("元", "yuan"))
ATTRIBUTES = {
    Sharing.UNCONDITIONAL: Text("无条件共享", "shared without condition"),
    Sharing.CONDITIONAL: Text("有条件共享", "shared on condition"),
    Sharing.NOT_SHARED: Text("不予共享", "not shared"),
}
WAYS = {
    Way.GRANTED: Text("已有授权，不必再要", "a grant is in force: no need to ask"),
    Way.FREE: Text("还没有授权，申请即可得", "no grant yet: to be had for the asking"),
    Way.ON_CONDITION: Text("还没有授权，须说明用途申请", "no grant yet: ask and state the purpose"),
    Way.WITHHELD: Text("所引依据不足以不予共享", "what is cited does not allow withholding it"),
}


@dataclass(frozen=True, slots=True)
class SharingPart:
    """The section; what cannot be known stands as a sentence in its place."""

    answer: str
    method: str
    silos: Table | None
    more: int
    figure: Figure | None
    departments: Table | None
    links: Table | None
    no_network: str


SHEETS = Text("“tables.xlsx”", "“tables.xlsx”")


def sharing_part(speech: Speech, lookup: Lookup) -> SharingPart | None:
    """Return the section; None where the evidence says nothing of sharing."""
    state = lookup.evaluation.sharing
    if not (lookup.city and state.known):
        return None
    silos = state.silos or ()
    rows = tuple(_row(speech, lookup, one) for one in silos[:SHOWN])
    net, rules = state.net, lookup.evaluation.rules
    missing = state.why_no_net
    return SharingPart(
        answer=_answer(speech, state),
        method=_method(speech) if state.saved is not None else "",
        silos=Table(speech.t("数据孤岛", "Silos"), _columns(speech), rows) if rows else None,
        more=max(len(silos) - SHOWN, 0),
        figure=network_figure(speech, state) if net is not None and net.edges else None,
        departments=department_table(speech, state, rules) if net is not None else None,
        links=link_table(speech, state, file=SHEETS) if net is not None and net.edges else None,
        no_network=speech.sentence(speech.say(missing)) if missing is not None else "",
    )


def _answer(speech: Speech, state: SharingState) -> str:
    """Say how much is asked for in vain, and what sharing it would save."""
    if state.silos is None:
        return speech.sentence(speech.say(state.why_no_silos)) if state.why_no_silos else ""
    n = len(state.silos)
    if not n:
        return speech.t(
            "没有查出向群众要、别的部门却已掌握又能共享的内容。",
            "Nothing was found that people are asked for although another department holds it and"
            " could share it.",
        )
    said = speech.t(
        f"有 {n:,} 项内容还在向群众要，而别的部门已经掌握、可以共享",
        f"People are still asked for {n:,} {'item' if n == 1 else 'items'} that another department"
        " holds and could share",
    )
    if state.saved is None:
        reason = speech.say(state.why_no_saving) if state.why_no_saving else ""
        return speech.sentence(speech.t(f"{said}；{reason}", f"{said}; {reason}"))
    hours, trips, money = (
        speech.in_words(estimate, unit)
        for estimate, unit in (
            (state.saved.hours, HOURS),
            (state.saved.trips, TRIPS),
            (state.saved.money, MONEY),
        )
    )
    return speech.t(
        f"{said}；全部共享，一年能给群众省 {hours}，少跑 {trips}，省 {money}。",
        f"{said}; sharing all of it would save them {hours}, {trips} and {money} a year.",
    )


def _method(speech: Speech) -> str:
    return speech.t(
        "一年的件数由办件记录推算；一份材料跑几次、花多少时间和钱没有人记录，"
        "按可改的假设（规则 T-01、T-02、SIL-04 至 SIL-07）取一个范围，已算在区间里。",
        "Cases a year are extrapolated from the records. Nobody records how many trips, how much"
        " time and money a document takes: editable assumptions (rules T-01, T-02, SIL-04 to"
        " SIL-07) give each a range, which the interval includes.",
    )


def _columns(speech: Speech) -> tuple[Column, ...]:
    return (
        Column(speech.t("要什么", "What is asked")),
        Column(speech.t("谁已掌握", "Who holds it")),
        Column(speech.t("共享属性和授权", "Attribute and grant")),
        Column(speech.t("一年可省（小时）", "Hours a year"), number=True),
    )


def _row(speech: Speech, lookup: Lookup, one: SiloSaving) -> tuple[Cell, ...]:
    state, need, holding = lookup.evaluation.sharing, one.silo.need, one.silo.holding
    service = speech.name(state.service(need.service_id))
    what = speech.named(state.item(need))
    holder = speech.named(state.department(holding.department_id))
    way = speech.say(WAYS[one.silo.way])
    grant = f"{way} · {one.silo.grant_id}" if one.silo.grant_id else way
    return (
        Cell(what.text, note=service, title=what.title),
        Cell(holder.text, note=holding.dataset_id, title=holder.title),
        Cell(speech.say(ATTRIBUTES[holding.sharing]), note=grant),
        _saved(speech, lookup, one),
    )


def _saved(speech: Speech, lookup: Lookup, one: SiloSaving) -> Cell:
    """Return the hours of a silo; few cases are not told on a page (rule E-16)."""
    if one.saving is None or one.cases is None:
        reason = Text("没有办件记录，算不出", "no cases on record, so it cannot be told")
        return speech.estimate(Estimate.not_assessable(reason), HOURS)
    n, least = one.cases.n, lookup.minimum
    if n < least:
        reason = Text(f"办件少于 {least} 件", f"fewer than {least} cases")
        return speech.estimate(Estimate.insufficient(n, reason), HOURS)
    return speech.estimate(one.saving.hours, HOURS)._replace(note=f"n = {n:,}")
