"""The head of the report: what was evaluated, the answer in one sentence, and what to do next."""

from __future__ import annotations

import shlex
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, unit_of
from shixiao.checkup.report.subjects import anchor
from shixiao.checkup.report.verdicts import sensitivity
from shixiao.checkup.report.words import SUBJECTS, VERDICTS
from shixiao.effect import Arm, measure, measures
from shixiao.effect.verdicts import COPIED, UNKNOWN, WORSE
from shixiao.terms import Estimate, SubjectKind, Text

CARDS = 3
FILES_NAMED = 4
# Metrics that a confirmed activity map makes known.
MAPPED = {"visits", "rekeys", "resubmissions", "visible_steps"}


@dataclass(frozen=True, slots=True)
class Card:
    """One of the three numbers: a measure of all cases, in both arms where there are two."""

    name: str
    about: str
    values: tuple[tuple[str, Cell, str], ...]
    ratio: str


@dataclass(frozen=True, slots=True)
class Next:
    """The next action: a sentence, and a command or a link where one helps."""

    sentence: str
    command: str = ""
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The head."""

    name: str
    title: str
    facts: tuple[tuple[str, str], ...]
    answer: str
    cards: tuple[Card, ...]
    next: Next
    warnings: tuple[str, ...]


def head(speech: Speech, lookup: Lookup) -> Head:
    """Return the head in one language."""
    meta = lookup.evaluation.store.meta
    named = speech.named(meta.title)
    notes = [
        figure.note for figure in lookup.evaluation.quality.warnings if figure.note is not None
    ]
    notes += [Text(note["zh"], note["en"]) for note in meta.notes]
    return Head(
        named.text,
        named.title,
        _facts(speech, lookup),
        _answer(speech, lookup),
        _cards(speech, lookup),
        _next(speech, lookup),
        tuple(speech.sentence(speech.say(note)) for note in notes),
    )


def period_covered(speech: Speech, lookup: Lookup) -> str:
    """Return the months in which cases were opened; "" when no case says when."""
    months = list(lookup.arms("month"))
    if not months:
        return ""
    first, last = speech.month(months[0]), speech.month(months[-1])
    return first if first == last else speech.t(f"{first}至{last}", f"{first} – {last}")


def _facts(speech: Speech, lookup: Lookup) -> tuple[tuple[str, str], ...]:
    evaluation = lookup.evaluation
    meta = evaluation.store.meta
    names = [speech.name(item.name) for item in meta.inputs]
    listed = speech.t("、", ", ").join(names[:FILES_NAMED])
    if meta.kind == "package":
        listed = speech.t(
            f"证据包，{len(names)} 个文件，名单与校验值在报告末尾",
            f"evidence package of {len(names)} files; their names and hashes stand at the end",
        )
    elif len(names) > FILES_NAMED:
        listed += speech.t(
            f" 等 {len(names)} 个文件", f" and {len(names) - FILES_NAMED} more files"
        )
    facts = [
        (speech.t("文件", "Files"), listed),
        (speech.t("申请时间", "Opened"), period_covered(speech, lookup)),
        (
            speech.t("规模", "Size"),
            speech.t(
                f"{meta.cases:,} 件、{meta.events:,} 个步骤、{evaluation.variant_count:,} 种走法",
                f"{meta.cases:,} cases, {meta.events:,} steps,"
                f" {evaluation.variant_count:,} variants",
            ),
        ),
    ]
    comparison = lookup.comparison
    if comparison is not None:
        a, b = speech.arms(comparison)
        by = speech.column(comparison.column)
        said = speech.t(f"{a}与{b}（按{by}）", f"{a} with {b} (by {by.lower()})")
        facts.append((speech.t("比较", "Compared"), said))
    return tuple((name, value) for name, value in facts if value)


# ── the answer ────────────────────────────────────────────────────────────────────────────────


def _answer(speech: Speech, lookup: Lookup) -> str:
    verdicts, comparison = lookup.verdicts(), lookup.comparison
    if not verdicts or comparison is None:
        return _time_answer(speech, lookup)
    a, b = speech.arms(comparison)
    if len(verdicts) == 1:
        text = speech.say(verdicts[0].text).rstrip("。.")
        return speech.t(
            f"{a}与{b}相比，{text}。", f"{a} compared with {b} – {text[:1].lower()}{text[1:]}."
        )
    counts = Counter(verdict.verdict for verdict in verdicts)
    found = [(speech.say(VERDICTS[name]), counts[name]) for name in VERDICTS if counts[name]]
    kind = speech.say(SUBJECTS[verdicts[0].subject.kind])
    if speech.language == "zh":
        unit = kind[0]
        *first, last = [f"{n} {unit}{words}" for words, n in found]
        parts = "、".join(first) + ("，" if first else "") + last
        return f"{len(verdicts)} {kind}里，{parts}。"
    parts = ", ".join(f"{n} {words}" for words, n in found)
    return f"Of {len(verdicts)} {kind}: {parts}."


def _time_answer(speech: Speech, lookup: Lookup) -> str:
    name = lookup.time_measure()
    estimate = lookup.estimate(lookup.whole, name) if name else None
    asked = speech.t(
        "没有要求比较两组，所以没有结论。", "No two arms were compared, so there is no verdict."
    )
    if name is None or estimate is None:
        return asked
    if not estimate.ok:
        why = speech.reason(estimate)
        return (
            speech.t(f"办理用时说不出来：{why}", f"The time a case takes cannot be told: {why} ")
            + asked
        )
    name = _readable(lookup, name)
    estimate = lookup.estimate(lookup.whole, name) or estimate
    unit = unit_of(measure(name), [estimate])
    value = speech.in_words(estimate, unit)
    n = speech.cases(estimate.n)
    return speech.t(
        f"从申请到办结，一半的办件在 {value} 之内完成（{n}）。{asked}",
        f"Half of all cases end within {value} of the application ({n}). {asked}",
    )


def _readable(lookup: Lookup, name: str) -> str:
    """Prefer calendar time, which knows minutes, where a median is under a tenth of a day."""
    estimate = lookup.estimate(lookup.whole, name)
    short = estimate is not None and estimate.ok and (estimate.value or 0.0) < 0.1
    if name == "working_median" and short and lookup.estimate(lookup.whole, "elapsed_median"):
        return "elapsed_median"
    return name


# ── three numbers ─────────────────────────────────────────────────────────────────────────────


def _cards(speech: Speech, lookup: Lookup) -> tuple[Card, ...]:
    names = lookup.telling(CARDS)
    return tuple(_card(speech, lookup, _readable(lookup, name)) for name in names)


def _card(speech: Speech, lookup: Lookup, name: str) -> Card:
    item, comparison = measure(name), lookup.comparison
    if comparison is None:
        arms: list[tuple[str, Arm | None]] = [("", None)]
    else:
        a, b = speech.arms(comparison)
        arms = [
            (a, Arm(comparison.column, comparison.a)),
            (b, Arm(comparison.column, comparison.b)),
        ]
    found = [(label, lookup.estimate(lookup.whole, name, arm)) for label, arm in arms]
    known = [(label, e) for label, e in found if e is not None]
    unit = unit_of(item, [e for _, e in known])
    values = tuple((label, speech.estimate(e, unit, with_unit=True), _n(e)) for label, e in known)
    return Card(speech.say(item.name), speech.say(item.about), values, _ratio(speech, lookup, name))


def _n(estimate: Estimate) -> str:
    return f"n = {estimate.n:,}"


def _ratio(speech: Speech, lookup: Lookup, name: str) -> str:
    compared = lookup.ratio(lookup.whole, name)
    if compared is None or not compared.ratio.ok:
        return ""
    a, b = speech.arms(compared.comparison)
    ratio = compared.ratio
    times = f"{speech.number(ratio.value or 0, 2)} {speech.interval(ratio, 2)}"
    levelled = ""
    if compared.strata:
        by = speech.t("、", ", ").join(speech.column(c) for c in compared.strata)
        levelled = speech.t(f"（同样的{by}相比）", f" (like for like by {by.lower()})")
    elif len(lookup.subjects(SubjectKind.SERVICE)) > 1:
        levelled = speech.t("（没有消除服务构成的差异）", " (not levelled by service)")
    return speech.t(f"{a}是{b}的 {times} 倍{levelled}", f"{a} is {times} times {b}{levelled}")


# ── what to do next ───────────────────────────────────────────────────────────────────────────


def _next(speech: Speech, lookup: Lookup) -> Next:
    verdicts, comparison = lookup.verdicts(), lookup.comparison
    if not verdicts or comparison is None:
        return _compare_next(speech, lookup)
    first = verdicts[0]
    if first.verdict in (COPIED, WORSE):
        return _mend_next(speech, lookup)
    unsure = [verdict for verdict in verdicts if sensitivity(speech, verdict)]
    if unsure:
        steps = first.details["if_suggestions_confirmed"]["unconfirmed"]
        return Next(
            speech.t(
                f"请业务部门确认建议的环节对应表（{steps} 个环节）；"
                f"{len(unsure)} 个结论会因此改变。",
                f"Have the departments confirm the suggested activity map ({steps} activities);"
                f" {len(unsure)} of the verdicts would change.",
            )
        )
    mapped = [item for item in measures() if item.metric in MAPPED & set(lookup.evaluation.missing)]
    if mapped and lookup.evaluation.steps.unconfirmed:
        return _map_next(speech, lookup, [speech.say(item.name) for item in mapped])
    lacking = Counter(text for v in verdicts if v.verdict == UNKNOWN for text in v.missing)
    if lacking:
        most = min(lacking, key=lambda text: (-lacking[text], text.zh))
        why = speech.sentence(speech.say(most))
        return Next(
            speech.t(
                f"先补上缺得最多的证据。{why}", f"Supply the evidence that is missing most. {why}"
            ),
            href=f"#{speech.language}-missing",
            link=speech.t("还缺哪些", "All that is missing"),
        )
    return Next(
        speech.t(
            "保持下去：整改以后的下一个时期，用同样的规则再评一次（--periods）。",
            "Keep it up: evaluate the next period again by the same rules (--periods).",
        )
    )


def _map_next(speech: Speech, lookup: Lookup, allowed: list[str]) -> Next:
    steps = len(lookup.evaluation.steps.unconfirmed)
    listed = speech.t("、", ", ").join(allowed)
    return Next(
        speech.t(
            f"先确认环节对应表（activity_map，{steps} 个环节）；确认以后就能评估：{listed}。",
            f"Confirm the activity map first (activity_map, {steps} activities); that makes"
            f" assessable: {listed}.",
        ),
        href=f"#{speech.language}-missing",
        link=speech.t("还缺哪些", "All that is missing"),
    )


def _mend_next(speech: Speech, lookup: Lookup) -> Next:
    grave = [v for v in lookup.verdicts() if v.verdict in (COPIED, WORSE)]
    name = speech.name(grave[0].subject.name)
    target = anchor(speech, grave[0].subject, lookup)
    others = len(grave) - 1
    more = ""
    if others:
        rest = "the other one" if others == 1 else f"the other {others}"
        more = speech.t(f"，再改另外 {others} 项", f", then {rest}")
    return Next(
        speech.t(
            f"先改“{name}”{more}；改完以后用同样的规则再评一次。",
            f"Mend “{name}” first{more}; afterwards evaluate again by the same rules.",
        ),
        href=f"#{target}",
        link=speech.t("看它卡在哪里", "See where it is stuck"),
    )


def _compare_next(speech: Speech, lookup: Lookup) -> Next:
    """Name the command that would compare two arms of these very files."""
    paths = " ".join(shlex.quote(path.name) for path in lookup.evaluation.question.paths)
    sizes = lookup.arms("channel")
    if len(sizes) > 1:
        ordered = sorted(sizes, key=lambda value: (-sizes[value], value))
        common = sorted(ordered[:2], key=lambda value: value != "online")
        option = f"--compare {shlex.quote(f'channel={common[0]}:{common[1]}')}"
        what = speech.t("比较两个渠道", "compare two channels")
    else:
        option = f"--periods {_halves(list(lookup.arms('month')))}"
        what = speech.t(
            "比较两个时期（换成您要的日期）", "compare two periods (with dates of your own)"
        )
    return Next(
        speech.t(f"要有结论，请{what}：", f"For a verdict, {what}:"),
        command=f"shixiao evaluate {paths} {option}",
    )


def _halves(months: list[str]) -> str:
    """Return the earlier and the later half of the months covered, as --periods takes them."""
    if len(months) < 2:
        return "2025-01-01..2025-06-30:2026-01-01..2026-06-30"
    middle = len(months) // 2
    halves = (months[:middle], months[middle:])
    return ":".join(f"{half[0]}-01..{_last_day(half[-1])}" for half in halves)


def _last_day(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{month}-{monthrange(year, number)[1]:02d}"
