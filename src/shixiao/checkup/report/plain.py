"""The summary of one page: what was looked at and found, what cannot be said, what comes next.

No codes, no terms of statistics: round numbers with “between … and …”.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.report.findings import counted, tallies
from shixiao.checkup.report.lookup import Lookup, reasons
from shixiao.checkup.report.overview import (
    COPY,
    city_answer,
    letters_answer,
    listed,
    nothing_answer,
)
from shixiao.checkup.report.periods import period_covered
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.savings import by_service
from shixiao.effect import Arm
from shixiao.terms import Estimate, Finding

KINDS_TOLD, NAMES_TOLD, SERVICES_TOLD = 5, 2, 3


@dataclass(frozen=True, slots=True)
class Plain:
    """One language of the summary; every line is a whole sentence."""

    name: str
    title: str
    answer: str
    looked: tuple[str, ...]
    found: tuple[str, ...]
    limits: tuple[str, ...]
    steps: tuple[str, ...]


def plain(speech: Speech, lookup: Lookup) -> Plain:
    """Return the summary in one language."""
    name = speech.named(lookup.evaluation.store.meta.title)
    return Plain(
        name.text,
        speech.t(f"{name.text}：一页读懂", f"{name.text} on one page"),
        city_answer(speech, lookup),
        _looked(speech, lookup),
        _found(speech, lookup),
        _limits(speech, lookup),
        _steps(speech, lookup),
    )


# ── what was looked at ────────────────────────────────────────────────────────────────────────


def _looked(speech: Speech, lookup: Lookup) -> tuple[str, ...]:
    meta = lookup.evaluation.store.meta
    period = period_covered(speech, lookup)
    lines = []
    if meta.cases:
        cases = speech.about_count(meta.cases, "件办事记录", "cases")
        steps = speech.about_count(meta.events, "个步骤", "steps")
        when = speech.t(f"{period}的", f"from {period}: ") if period else ""
        lines.append(
            speech.t(f"看了{when}{cases}、{steps}。", f"Records {when}{cases} with {steps}.")
        )
    looked = listed(speech, lookup)
    if looked:
        lines.append(speech.t(f"涉及 {looked}。", f"They concern {looked}."))
    letters = letters_answer(speech, lookup)
    if letters and not meta.cases:
        lines.append(
            speech.t("看了来信和答复的登记。", "The register of messages and replies was read.")
        )
    lines.append(
        speech.t(
            "看的是办成了没有、跑了几次、等了多久；注册数、点击数、点赞数一概不算成绩。",
            "What counts is whether things got done, how often people had to go and how long they"
            " waited; registrations, clicks and likes count for nothing.",
        )
    )
    return tuple(lines)


# ── what was found ────────────────────────────────────────────────────────────────────────────


def _found(speech: Speech, lookup: Lookup) -> tuple[str, ...]:
    lines = _burden(speech, lookup)
    kinds: dict[str, list[Finding]] = {}
    for finding in lookup.findings:
        kinds.setdefault(finding.kind, []).append(finding)
    ordered = sorted(
        (d for d in detectors() if d.kind in kinds),
        key=lambda d: (not d.fact, d.kind != COPY, d.order),
    )
    for detector in ordered[:KINDS_TOLD]:
        found = kinds[detector.kind]
        names = list(dict.fromkeys(speech.name(f.subject.name) for f in found))
        listed_names = speech.t("、", ", ").join(
            speech.t(f"“{name}”", f"“{name}”") for name in names[:NAMES_TOLD]
        )
        more = speech.t("等", " and others") if len(names) > NAMES_TOLD else ""
        about = speech.say(detector.about).rstrip("。.")
        lines.append(
            speech.t(
                f"{speech.say(detector.name)}（{about}）：{counted(speech, found)}，"
                f"如{listed_names}{more}。",
                f"{speech.say(detector.name)} ({about[:1].lower()}{about[1:]}):"
                f" {counted(speech, found)}, such as {listed_names}{more}.",
            )
        )
    rest = [kinds[d.kind] for d in ordered[KINDS_TOLD:]]
    if rest:
        counts = counted(speech, [f for found in rest for f in found])
        lines.append(
            speech.t(
                f"还有 {len(rest)} 类问题，共 {counts}，名单在报告里。",
                f"{len(rest)} more kinds of problem have {counts}; the report names them.",
            )
        )
    letters = letters_answer(speech, lookup)
    if letters:
        lines.append(letters)
    saved = lookup.saved
    if saved.ok and saved.value:
        lines.append(
            speech.t(
                f"如果都改好，群众一年可以少花{_roughly(speech, saved, '小时', 'hours')}。",
                "If all of it were mended, people would spend"
                f" {_roughly(speech, saved, '', 'hours')} less a year.",
            )
        )
    return tuple(lines) or (nothing_answer(speech),)


def _burden(speech: Speech, lookup: Lookup) -> list[str]:
    """Say how many of a hundred still go to a counter, and how long half of all people wait."""
    lines = []
    drop = lookup.estimate(lookup.whole, "dropout")
    if drop is not None and drop.ok:
        n = round((drop.value or 0.0) * 100)
        lines.append(
            speech.t(
                f"网上申请的人，每 100 个里有 {n} 个后来还是跑了窗口。",
                f"Of every 100 people who apply online, {n} still go to a counter.",
            )
        )
    days = lookup.estimate(lookup.whole, "working_median", Arm("channel", "online"))
    if days is not None and days.ok and (days.value or 0.0) >= 0.1:
        lines.append(
            speech.t(
                f"网上办，一半的人要等 {speech.number(days.value or 0.0, 1)} 个工作日以上。",
                f"Online, half of all people wait more than {speech.number(days.value or 0.0, 1)}"
                " working days.",
            )
        )
    return lines


def _roughly(speech: Speech, estimate: Estimate, zh: str, en: str) -> str:
    value, low, high = (
        speech.about(number or 0.0) for number in (estimate.value, estimate.low, estimate.high)
    )
    return speech.t(
        f"约 {value}{zh}（在 {low}到 {high}{zh}之间）",
        f"about {value} {en} (between {low} and {high})",
    )


# ── what cannot be said ───────────────────────────────────────────────────────────────────────


def _limits(speech: Speech, lookup: Lookup) -> tuple[str, ...]:
    lines = []
    leads = sum(f.lead for f in lookup.findings)
    if leads:
        lines.append(
            speech.t(
                f"{leads:,} 条线索是从数字里看出来的，要核实以后才能下结论；其中可能有少数看错了。",
                f"The {leads:,} leads come from numbers and have to be checked before anyone"
                " concludes; a few of them may be mistaken.",
            )
        )
    few = Counter({kind: t.insufficient for kind, t in tallies(lookup).items() if t.insufficient})
    if few:
        most = max(few.values())
        lines.append(
            speech.t(
                f"记录太少的没有查：各类里最多有 {most:,} 个。没有查，不等于没有问题。",
                f"Where records are too few nothing was tested: up to {most:,} of a kind. Not"
                " tested does not mean in order.",
            )
        )
    lacking = len(reasons(lookup)) + len({r for *_, r in lookup.evaluation.checkup.missing})
    if lacking:
        lines.append(
            speech.t(
                f"有 {lacking} 种数据没有提供，相关的问题回答不了；报告里逐项列明。",
                f"{lacking} kinds of data were not supplied, so some questions have no answer; the"
                " report lists them.",
            )
        )
    if lookup.savings:
        lines.append(
            speech.t(
                "省下多少时间，是按跑一次、备一份材料各要多久的假设算的；假设变了，数字也会变。",
                "The time saved rests on assumptions of how long a visit or a document takes; with"
                " other assumptions the figure changes.",
            )
        )
    lines.append(
        speech.t(
            "这里说的是服务和记录，不是对任何人的评价。",
            "This speaks of services and records. It judges nobody.",
        )
    )
    return tuple(lines)


# ── what should happen next ───────────────────────────────────────────────────────────────────


def _steps(speech: Speech, lookup: Lookup) -> tuple[str, ...]:
    steps = []
    breaches = [f for f in lookup.findings if not f.lead]
    if breaches:
        names = speech.t("、", ", ").join(
            dict.fromkeys(f"“{speech.name(f.subject.name)}”" for f in breaches[:SERVICES_TOLD])
        )
        n = f"{len(breaches):,}"
        steps.append(
            speech.t(
                f"立即处理 {n} 项违规（{names}）。",
                f"Put right the {n} breaches at once ({names}).",
            )
        )
    ranked = by_service(lookup.savings)[:SERVICES_TOLD]
    if ranked:
        names = speech.t("、", ", ").join(f"“{speech.name(s.subject.name)}”" for s in ranked)
        steps.append(
            speech.t(
                f"先改最能省时间的服务：{names}。各自怎么改，看它的服务页。",
                f"Mend first the services that save most time: {names}. Their pages say how.",
            )
        )
    if any(f.lead for f in lookup.findings):
        steps.append(
            speech.t(
                "逐条核实线索：每条都写明了什么能证明它不成立。",
                "Check the leads one by one; each says what would prove it wrong.",
            )
        )
    if reasons(lookup) or lookup.evaluation.checkup.missing:
        steps.append(speech.t("补上缺的数据。", "Supply the data that are missing."))
    steps.append(
        speech.t(
            "改完以后，用同样的办法再评一次，数字变好才算改好。",
            "Afterwards evaluate again in the same way: only better numbers show that it worked.",
        )
    )
    return tuple(steps)
