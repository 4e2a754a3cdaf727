"""Papers on a case in the layout of official documents: notice, order of correction, decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.speech import Speech
from shixiao.exports import Document
from shixiao.records.models import Case, Organisation, Plan
from shixiao.terms import Text
from shixiao.web.cases.showing import title_of
from shixiao.workflows.cases.deciding import decision_on
from shixiao.workflows.cases.escalation import DEPARTMENTS_TURN
from shixiao.workflows.cases.life import life
from shixiao.workflows.clock import days_left, due_day, rule

INSPECTORATE = Text("督查机构", "Inspectorate")
BUREAU = Text("数据主管部门", "Data bureau")
CORRECTED = {"found", "correcting", "remeasuring"}
POLICY = Text(
    "上述期限由办理规程设定，不是法律、法规规定的期限。",
    "These periods are set by the procedure of handling cases; they are not periods of law.",
)


@dataclass(frozen=True, slots=True)
class Issue:
    """Who issues a paper, under which number, when, and in which language.

    ``number`` is the place in the year's register; None leaves it open to be written in by hand.
    """

    speech: Speech
    day: date
    number: int | None = None

    def t(self, zh: str, en: str) -> str:
        """Return one of two wordings; official documents put no blanks beside digits."""
        return zh if self.speech.language == "zh" else en

    def numbered(self, zh: str, en: str) -> str:
        """Return the number of the document: agency word, year, place in the register."""
        place = "    " if self.number is None else str(self.number)
        return self.t(f"{zh}〔{self.day.year}〕{place}号", f"{en} [{self.day.year}] {place}")

    def name_of(self, kind: str, otherwise: Text) -> str:
        """Return the name of the organisation of a kind that the site is run with."""
        found = Organisation.objects.filter(kind=kind, active=True).order_by("code").first()
        return self.speech.full_name(found.name if found else otherwise)

    def date(self, day: date) -> str:
        """Return a day in words."""
        return self.speech.day(day.isoformat())


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper: its name, when a case is far enough for it, and how it is written."""

    name: Text
    fits: Callable[[Case], bool]
    write: Callable[[Case, Issue], bytes]


def _begin(case: Case, issue: Issue, words: tuple[str, str], title: str, to: str) -> Document:
    document = Document(title=title, chinese=issue.speech.language == "zh")
    mark = issue.name_of("inspectorate", INSPECTORATE)
    document.letterhead(issue.t(f"{mark}文件", mark), issue.numbered(*words))
    document.title(title)
    document.recipient(to)
    document.paragraph(_about(case, issue))
    return document


def _end(document: Document, issue: Issue, day: date) -> bytes:
    document.signature(issue.name_of("inspectorate", INSPECTORATE), issue.date(day))
    return document.to_bytes()


def _about(case: Case, issue: Issue) -> str:
    speech = issue.speech
    origin, opened = speech.say(life().origins[case.origin]), timezone.localdate(case.opened)
    said = issue.t(
        f"案件{case.code}（{speech.say(title_of(case))}）于{issue.date(opened)}登记，来源为{origin}。",
        f"Case {case.code} ({speech.say(title_of(case))}) was entered on {issue.date(opened)};"
        f" origin: {origin}.",
    )
    if case.finding is None:
        return said
    return said + issue.t("", " ") + speech.sentence(speech.say(case.finding.text))


def _department(case: Case, issue: Issue) -> str:
    if case.department is None:
        return issue.name_of("bureau", BUREAU)
    return issue.speech.full_name(case.department.name)


def notice(case: Case, issue: Issue) -> bytes:
    """Write the notice of supervision, to whoever has to act.

    Before a finding is proposed the department does not know of the case; the bureau gets it.
    """
    speech = issue.speech
    theirs = case.state in DEPARTMENTS_TURN
    to = _department(case, issue) if theirs else issue.name_of("bureau", BUREAU)
    title = issue.t(f"关于案件{case.code}的督办通知", f"Notice of supervision: case {case.code}")
    document = _begin(case, issue, ("督办", "Supervision"), title, to)
    document.paragraph(_where(case, issue))
    until = due_day("CASE-28", issue.day)
    document.paragraph(
        issue.t(
            f"请于{issue.date(until or issue.day)}前办结该环节；不能办结的，书面说明原因、"
            "已做的工作和预计办结的日期。办理结果请在案件系统中登记。",
            f"Please complete this step by {issue.date(until or issue.day)}; where that is not"
            " possible, state in writing why, what was done, and when it will be complete. Enter"
            " the outcome in the system of cases.",
        )
    )
    document.paragraph(speech.say(POLICY))
    return _end(document, issue, issue.day)


def _where(case: Case, issue: Issue) -> str:
    speech, state = issue.speech, life().states[case.state]
    owner = speech.say(state.owner) if state.owner else ""
    said = issue.t(
        f"案件现处于“{state.name.zh}”环节，由{owner}办理",
        f"It stands at “{state.name.en}”, with {owner}",
    )
    if case.due is None:
        return said + issue.t("。", ".")
    left, name = days_left(case.due, issue.day), speech.say(rule(case.due_rule).name)
    clock = issue.t(
        f"已逾期{-left}个工作日" if left < 0 else f"还剩{left}个工作日",
        f"overdue by {_working_days(-left)}" if left < 0 else f"{_working_days(left)} left",
    )
    return said + issue.t(
        f"。期限为{issue.date(case.due)}（{name}），{clock}。",
        f". The last day of its period is {issue.date(case.due)} ({name}): {clock}.",
    )


def _working_days(number: int) -> str:
    return f"{number} working day" + ("" if number == 1 else "s")


def order(case: Case, issue: Issue) -> bytes:
    """Write the order of correction to the department, with what will be measured again."""
    speech = issue.speech
    title = issue.t(f"关于案件{case.code}的整改通知", f"Order of correction: case {case.code}")
    document = _begin(case, issue, ("整改", "Correction"), title, _department(case, issue))
    document.heading(issue.t("一、认定", "1. What was established"))
    document.paragraph(_established(case, issue))
    document.heading(issue.t("二、要求", "2. What is required"))
    document.paragraph(_required(case, issue))
    document.heading(issue.t("三、复评和销号", "3. Re-measurement and closing"))
    document.paragraph(_closing(case, issue))
    document.paragraph(speech.say(POLICY))
    kinds = case.attachments.filter(kind="report").order_by("added", "id")
    document.attachments([speech.full_name(attachment.name) for attachment in kinds])
    return _end(document, issue, issue.day)


def _established(case: Case, issue: Issue) -> str:
    outcome = issue.speech.say(life().outcomes[case.outcome])
    return issue.t(
        f"经核查并听取你单位意见，认定上述问题{outcome}。",
        f"After the check, and after your department was heard, this was found: {outcome}.",
    )


def _required(case: Case, issue: Issue) -> str:
    named = issue.t(
        f"责任人为{case.responsible}（{case.responsible_post}）。",
        f"Responsible: {case.responsible}, {case.responsible_post}. ",
    )
    if case.state == "remeasuring":
        return named + issue.t(
            "请保持整改成效，配合复评。", "Please keep the correction up for the re-measurement."
        )
    until = issue.t("按规定期限", "within the period of the rule")
    if case.due is not None:
        until = issue.t(f"于{issue.date(case.due)}前", f"by {issue.date(case.due)}")
    if case.state == "found":
        return named + issue.t(
            f"请{until}提出整改方案。", f"Please present the plan of correction {until}."
        )
    return named + issue.t(
        f"请{until}完成整改，并附证明报告。",
        f"Please complete the correction and report it with proof {until}.",
    )


def _closing(case: Case, issue: Issue) -> str:
    plan = Plan.objects.filter(case=case).first()
    if plan is None or plan.by_field_test or plan.day is None:
        return issue.t(
            "本案由抽签的实测或者登记核对销号；在此以前保持在办。",
            "This case is closed by a drawn field test or by the register; until then it stays"
            " open.",
        )
    least = (
        issue.t(f"，至少{plan.minimum}件", f", on at least {plan.minimum} cases")
        if plan.minimum
        else ""
    )
    return issue.t(
        f"立案时已定下：{issue.date(plan.day)}起复评{least}。复评通过并已作问责决定的，方可销号。",
        f"Fixed when it was filed: it is measured again from {issue.date(plan.day)}{least}. It is"
        " closed when that passes and accountability was decided.",
    )


def decision(case: Case, issue: Issue) -> bytes:
    """Write the decision on accountability."""
    made, speech = decision_on(case), issue.speech
    if made is None:
        raise ValueError("There is no decision on this case")
    title = issue.t(
        f"关于案件{case.code}的问责决定", f"Decision on accountability: case {case.code}"
    )
    document = _begin(case, issue, ("问责", "Decision"), title, _department(case, issue))
    kind = speech.say(life().decisions[made.kind])
    compared = issue.t("、", ", ").join(made.compared) or issue.t("没有", "none")
    parts = (
        (issue.t("所涉的人", "Person concerned"), str(made.person)),
        (issue.t("本人陈述", "The person's own statement"), str(made.statement)),
        (issue.t("比照的同类案件", "Like cases it was compared with"), compared),
        (issue.t("依据", "Basis"), made.basis),
        (
            issue.t("决定和理由", "Decision and reason"),
            f"{kind}{issue.t('。', '. ')}{made.reason}",
        ),
    )
    for place, (head, text) in enumerate(parts):
        document.heading(issue.t(f"{'一二三四五'[place]}、{head}", f"{place + 1}. {head}"))
        document.paragraph(text)
    return _end(document, issue, timezone.localdate(made.at))


def _waits(case: Case) -> bool:
    return case.state not in life().ended


def _corrects(case: Case) -> bool:
    return case.state in CORRECTED and case.outcome in life().outcomes


def _decided(case: Case) -> bool:
    return decision_on(case) is not None


# By the name of the address.
PAPERS: Mapping[str, Paper] = {
    "case_document": Paper(Text("督办通知", "Notice of supervision"), _waits, notice),
    "case_order": Paper(Text("整改通知", "Order of correction"), _corrects, order),
    "case_decision": Paper(Text("问责决定", "Decision on accountability"), _decided, decision),
}


def papers_of(case: Case) -> list[dict[str, object]]:
    """Return the papers that the case is far enough for, as ``parts.downloads`` takes them."""
    return [
        {
            "name": Text(f"{paper.name.zh}（DOCX）", f"{paper.name.en} (DOCX)"),
            "to": reverse(name, args=[case.code]),
        }
        for name, paper in PAPERS.items()
        if paper.fits(case)
    ]
