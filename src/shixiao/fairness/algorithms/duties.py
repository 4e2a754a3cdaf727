"""Duties: what an algorithm owes by its level, and what of it is not there yet.

Rules ALG-05 to ALG-09 (policy, after the Canadian Directive), with the law behind them where there
is one: PIPL art. 24 (ADM-EXP). What cannot be told is not done: without a log, or with one that is
too old, nothing is proven but of what is still being built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shixiao.fairness.algorithms.seen import Seen
from shixiao.fairness.algorithms.telling import Telling
from shixiao.rules import RulePack
from shixiao.terms import Text

EXPLAINED, EXPLANATION, EXPERTS, INTERVAL, FROM, APPROVER = (
    "ALG-03",
    "ALG-05",
    "ALG-06",
    "ALG-07",
    "ALG-08",
    "ALG-09",
)
APPROVERS = {
    "department": Text("部门负责人", "the head of the department"),
    "bureau": Text("数据局", "the data bureau"),
    "government": Text("本级人民政府", "the government of the place"),
}
NOTICE = Text("告知本人使用了算法", "people are told that an algorithm is used")
GENERAL = Text("公开说明怎样作出判断", "how it reaches a result is explained in public")
INDIVIDUAL = Text(
    "对每件决定说明主要因素（个人信息保护法第二十四条）",
    "each decision is explained by its principal factors (Personal Information Protection Law, art."
    " 24)",
)
REVIEW = Text(
    "每 {months} 个月由 {experts} 名专家审查一次",
    "{experts} experts review it every {months} months",
)
HUMAN = Text("由人作最后决定", "a person makes the final decision")
HEARING = Text("使用前举行听证", "a hearing is held before it is used")
APPROVAL = Text("由{who}批准使用", "{who} approves its use")
NONE = Text("登记没有写", "the entry does not say")
NO_FACTORS = Text("没有决定因素可查", "no factors of decisions are there to look at")
FEW_FACTORS = Text("日志只能证明 {share} 的决定有说明", "the log proves it for {share} only")
NEVER = Text("还没有审查过", "it was never reviewed")
OUTCOMES = {
    "suspend": Text("上次审查的结论是暂停使用", "the last review ended in suspension"),
    "correct": Text(
        "上次审查要求整改，之后没有新的版本，登记也没有改变它怎样工作",
        "the last review asked for a correction, and neither a release nor an edition that changes"
        " how it works came since",
    ),
}
LATE = Text("定期审查已过期", "the periodic review is overdue")
BY_ITSELF = Text("登记为自动作出决定", "the entry says that it decides by itself")
IN_FACT = Text("日志里有 {n} 件没有人参与", "{n} decisions in the log had no person")
NO_PAPER = Text("没有登记文号", "no document is on record")
NO_LOG = Text("没有决定日志", "there is no log of decisions")
OLD_LOG = Text("决定日志太旧", "the log of decisions is too old")
UNTOLD = Text("日志没有记有没有人参与", "the log does not say whether a person had a part")


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """What is known of how duties are met.

    Attributes:
        notice, explanation: whether the entry says them.
        role: of the system, as the entry has it.
        seen: what the log says; None without one.
        developing: whether the entry says that it is not in use yet.
        fresh: whether the log speaks of today (rule ALG-03).
        reviewed: whether a periodic review was signed and published.
        late: whether the next one is overdue.
        outcome: of the last review, while it is not met: suspend, correct or "".
        human_only: whether the last review left every final decision to a person.
        hearing, approval: numbers of the documents; "" for none.
        fewest: decisions that a sentence tells as a number; see ``Telling``.
    """

    notice: bool
    explanation: bool
    role: str
    seen: Seen | None
    developing: bool
    fresh: bool
    reviewed: bool
    late: bool
    outcome: str
    human_only: bool
    hearing: str
    approval: str
    fewest: int = 0


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of a level.

    Attributes:
        id: of the duty.
        name: what is owed.
        rule: that sets it.
        lacks: what is not there; None where it is met.
    """

    id: str
    name: Text
    rule: str
    lacks: Text | None

    @property
    def against(self) -> Text:
        """Say what stands against an admission; of a duty that is not met."""
        why = self.lacks or NONE
        return Text(f"{self.name.zh}：{why.zh}", f"{self.name.en}: {why.en}")


def duties(level: int, met: Fulfilled, *, rules: RulePack) -> tuple[Duty, ...]:
    """Return what a level owes, and what of it is lacking."""
    return tuple(_duties(level, met, rules))


def _duties(level: int, met: Fulfilled, rules: RulePack) -> Iterator[Duty]:
    key = f"level_{level}"
    yield Duty("notice", NOTICE, "ADM-EXP", None if met.notice else NONE)
    yield Duty("explanation", GENERAL, EXPLANATION, None if met.explanation else NONE)
    if rules.value(EXPLANATION, key) == "individual":
        yield Duty("individual", INDIVIDUAL, EXPLANATION, _unexplained(met, rules))
    name = REVIEW.format(
        months=int(rules.number(INTERVAL, key)), experts=int(rules.number(EXPERTS, key))
    )
    yield Duty("review", name, INTERVAL, _unreviewed(level, met, rules))
    if met.human_only or level >= rules.number(FROM, "human_final"):
        yield Duty("human", HUMAN, FROM, _not_human(met))
    if level >= rules.number(FROM, "hearing"):
        yield Duty("hearing", HEARING, FROM, None if met.hearing.strip() else NO_PAPER)
    who = APPROVERS[str(rules.value(APPROVER, key))]
    lacking = None if met.approval.strip() else NO_PAPER
    yield Duty("approval", APPROVAL.format(who=who), APPROVER, lacking)


def _silent(met: Fulfilled) -> Text | None:
    """Say why no log speaks of how it is used today; None where one does."""
    if met.seen is None:
        return NO_LOG
    return None if met.fresh else OLD_LOG


def _unexplained(met: Fulfilled, rules: RulePack) -> Text | None:
    """Say what the log does not prove; what is not in use yet has nothing to prove."""
    seen = met.seen
    if seen is None or not met.fresh:
        return None if seen is None and met.developing else _silent(met)
    if not seen.inputs:
        return NO_FACTORS
    # The factor that most decisions name proves as many explained, and no more.
    named = min(seen.decisions, max(seen.inputs.values()))
    if named / seen.decisions >= rules.number(EXPLAINED, "explained"):
        return None
    return FEW_FACTORS.format(share=Telling(seen, met.fewest).share(named))


def _unreviewed(level: int, met: Fulfilled, rules: RulePack) -> Text | None:
    if met.outcome:
        return OUTCOMES[met.outcome]
    if met.late:
        return LATE
    first = level >= rules.number(FROM, "review_first")
    return NEVER if first and not met.reviewed else None


def _not_human(met: Fulfilled) -> Text | None:
    if met.role == "automatic":
        return BY_ITSELF
    if met.seen is not None and met.seen.alone:
        return IN_FACT.format(n=Telling(met.seen, met.fewest).number(met.seen.alone))
    silent = _silent(met)
    if silent is not None:
        return None if met.seen is None and met.developing else silent
    return None if met.seen is not None and met.seen.with_person else UNTOLD
