"""The head of a city's report: one sentence, one picture, three numbers, the next action."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.letters import Figure as PlainFigure
from shixiao.checkup.report.cards import CARDS, Card, cards
from shixiao.checkup.report.cells import Figure
from shixiao.checkup.report.findings import counted
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.next_step import Next, next_step
from shixiao.checkup.report.scores import picture
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.checkup.savings import by_service
from shixiao.effect.verdicts import COPIED
from shixiao.terms import Estimate, Finding, SubjectKind, Text

COPY = "mechanical_copy"
HOURS = Unit(1.0, Text("小时", "hours"))
UNITS = {
    "reply_days": Unit(1.0, Text("天", "days")),
    "reply_late": Unit(100.0, Text("%", "%"), "%"),
    "reply_twin": Unit(100.0, Text("%", "%"), "%"),
}
PICTURED = (SubjectKind.DEPARTMENT, SubjectKind.SERVICE, SubjectKind.APP)
ABOUT = {
    "reply_days": Text(
        "从来信到答复；一半的来信在这之内得到答复。",
        "From the message to its reply; half are answered within it.",
    ),
    "reply_late": Text(
        "按日历日计，收到当天不算。", "In calendar days, the day of the message left out."
    ),
    "reply_twin": Text(
        "可能是套话，也可能是同一件事的统一答复。",
        "It may be a stock phrase, or one answer to one matter.",
    ),
}


def looked_at(lookup: Lookup) -> list[tuple[SubjectKind, int]]:
    """Return how many subjects of each kind the report speaks of."""
    found: dict[SubjectKind, set[str]] = {
        kind: {s.id for s in lookup.subjects(kind)}
        for kind in (SubjectKind.SERVICE, SubjectKind.DEPARTMENT, SubjectKind.APP)
    }
    for tried in lookup.tried:
        subject = tried.trial.subject
        found.setdefault(subject.kind, set()).add(subject.id)
    for score in lookup.index.scores:
        found.setdefault(score.subject.kind, set()).add(score.subject.id)
    return [(kind, len(ids)) for kind, ids in found.items() if ids]


def listed(speech: Speech, lookup: Lookup) -> str:
    """Say “30 项服务、10 个部门、20 个应用”."""
    parts = [speech.of_kind(n, kind) for kind, n in looked_at(lookup)]
    return speech.t("、", ", ").join(parts)


def city_answer(speech: Speech, lookup: Lookup) -> str:
    """Return the sentence that a reader in a hurry takes away."""
    findings = lookup.findings
    copied = {f.subject.id for f in findings if f.kind == COPY}
    copied |= {
        v.subject.id for v in lookup.verdicts() if v.verdict == COPIED and lookup.page(v.subject)
    }
    others = [f for f in findings if f.kind != COPY]
    services = len(lookup.subjects(SubjectKind.SERVICE))
    if not lookup.tried and not findings:
        return letters_answer(speech, lookup) or nothing_answer(speech)
    if not services:
        said = letters_answer(speech, lookup)
        looked = listed(speech, lookup)
        rest = speech.t(
            f"查了 {looked}，{_verb(speech, others)}。",
            f"{looked} were examined: {counted(speech, others)}.",
        )
        return f"{said} {rest}".strip() if speech.language == "en" else said + rest
    if copied:
        n = len(copied)
        more = speech.t(
            f"，另有 {counted(speech, others)}", f"; besides, {counted(speech, others)}"
        )
        return speech.t(
            f"{services:,} 项服务里有 {n:,} 项把窗口流程照搬到网上{more if others else ''}。",
            f"{n:,} of {services:,} services carried the counter process online as it was"
            f"{more if others else ''}.",
        )
    tested = any(t.kind == COPY and t.trial.estimate.ok for t in lookup.tried)
    if tested:
        return speech.t(
            f"{services:,} 项服务里没有查出把窗口流程照搬到网上的；{_verb(speech, others)}。",
            f"None of {services:,} services was found to carry the counter process online as it"
            f" was; {counted(speech, others)}.",
        )
    return speech.t(
        f"查了 {listed(speech, lookup)}，{_verb(speech, others)}。",
        f"{listed(speech, lookup)} were examined: {counted(speech, others)}.",
    )


def _verb(speech: Speech, findings: Sequence[Finding]) -> str:
    """Say “查出 12 条线索” or “没有查出线索或违规”."""
    if not findings:
        return speech.t("没有查出线索或违规", "no leads and no breaches")
    return speech.t("查出 ", "") + counted(speech, findings)


def letters_answer(speech: Speech, lookup: Lookup) -> str:
    """Say how messages were answered; "" where there are none."""
    found = {f.measure: f.estimate for f in whole_figures(lookup)}
    days, late, twin = (found.get(name) for name in UNITS)
    if days is None or late is None or twin is None or not (days.ok and late.ok and twin.ok):
        return ""
    limit = int(lookup.evaluation.rules.number("PET-T", "forward"))
    half = speech.number(days.value or 0.0, 1)
    slow, same = speech.percent(late.value or 0.0), speech.percent(twin.value or 0.0)
    return speech.t(
        f"读了 {twin.n:,} 封有答复的来信：一半在 {half} 天内得到答复，"
        f"{slow} 过了 {limit} 天才答复，{same} 的答复除数字外与别的答复一字不差。",
        f"Of {twin.n:,} messages with a reply, half were answered within {half} days and {slow}"
        f" only after more than {limit}; {same} of the replies repeat another word for word, digits"
        " aside.",
    )


def nothing_answer(speech: Speech) -> str:
    """Say that there was nothing to look at."""
    return speech.t(
        "证据里没有可以评估的记录；还缺哪些数据，见下文。",
        "The evidence holds nothing that could be assessed; what is missing is told below.",
    )


def whole_figures(lookup: Lookup) -> list[PlainFigure]:
    """Return the plain figures that speak of the whole."""
    return [f for f in lookup.evaluation.figures if f.subject == lookup.whole]


def city_picture(speech: Speech, lookup: Lookup) -> tuple[Figure | None, SubjectKind | None]:
    """Draw the scores of departments, else of services or apps; return them with their kind."""
    for kind in PICTURED:
        drawn = picture(speech, lookup, kind)
        if drawn is not None:
            return drawn, kind
    return None, None


def city_cards(speech: Speech, lookup: Lookup) -> tuple[Card, ...]:
    """Return the three numbers: hours that could be saved, then what tells most."""
    found: list[Card] = []
    if lookup.saved.ok:
        found.append(_saved_card(speech, lookup.saved))
    found += cards(speech, lookup)[: CARDS - len(found)]
    for figure in whole_figures(lookup)[: CARDS - len(found)]:
        unit = UNITS[figure.measure]
        cell = speech.estimate(figure.estimate, unit, with_unit=True)
        n = f"n = {figure.estimate.n:,}"
        about = speech.say(ABOUT[figure.measure])
        found.append(Card(speech.say(figure.name), about, (("", cell, n),), ""))
    return tuple(found)


def _saved_card(speech: Speech, saved: Estimate) -> Card:
    about = speech.t(
        "全部服务都改好以后，群众一年少花的时间。",
        "Time that people would no longer spend in a year if every service were mended.",
    )
    note = speech.t(
        "每件的负担来自办件记录，每次所费时间是可改的假设（规则 T-01 至 T-06）。",
        "Burdens come from the records of cases, the time of each from assumptions that may be"
        " changed (rules T-01 to T-06).",
    )
    cell = speech.estimate(saved, HOURS, with_unit=True)
    name = speech.t("一年能省的时间", "Time that a year could save")
    return Card(name, about, (("", cell, f"n = {saved.n:,}"),), note)


def city_next(speech: Speech, lookup: Lookup) -> Next:
    """Return the next action: breaches first, then the service that would save most."""
    breaches = [f for f in lookup.findings if not f.lead]
    ranked = by_service(lookup.savings)
    parts = []
    href, link = "", ""
    if breaches:
        n = len(breaches)
        first = speech.name(breaches[0].subject.name)
        parts.append(
            speech.t(
                f"先处理 {n:,} 项违规（如“{first}”）",
                f"First put right {n:,} {'breach' if n == 1 else 'breaches'} (such as “{first}”)",
            )
        )
        href = f"#{speech.language}-kind-{breaches[0].kind}"
        link = speech.t("看有哪些违规", "See the breaches")
    if ranked:
        best = ranked[0]
        name = speech.name(best.subject.name)
        hours = speech.in_words(best.people, HOURS)
        verb = speech.t("再" if breaches else "先", "then " if breaches else "")
        parts.append(
            speech.t(
                f"{verb}从“{name}”改起，一年能给群众省 {hours}",
                f"{verb}begin with “{name}”, which would save people {hours} a year",
            )
        )
        if not href:
            href = f"services/{lookup.page(best.subject)}#{speech.language}"
            link = speech.t("看怎么改", "See how")
    elif lookup.findings and not breaches:
        first = speech.name(lookup.findings[0].subject.name)
        parts.append(speech.t(f"先核实“{first}”的线索", f"check the lead on “{first}” first"))
        href = f"#{speech.language}-kind-{lookup.findings[0].kind}"
        link = speech.t("看线索", "See the lead")
    if not parts:
        return _without_findings(speech, lookup)
    return Next(speech.sentence(speech.t("；", "; ").join(parts)), href=href, link=link)


def _without_findings(speech: Speech, lookup: Lookup) -> Next:
    if lookup.evaluation.store.meta.cases:
        return next_step(speech, lookup)
    return Next(
        speech.t(
            "先补上办件和环节的记录，再看办事要走多远。",
            "Supply the records of cases and their steps; then it can be told how far people go.",
        ),
        href=f"#{speech.language}-missing",
        link=speech.t("还缺哪些", "All that is missing"),
    )
