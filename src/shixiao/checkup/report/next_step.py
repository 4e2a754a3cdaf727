"""What to do next: mend, confirm, supply evidence, or ask for a comparison."""

from __future__ import annotations

import shlex
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass

from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.subjects import link
from shixiao.checkup.report.verdicts import sensitivity
from shixiao.effect import measures
from shixiao.effect.verdicts import COPIED, UNKNOWN, WORSE

# Metrics that a confirmed activity map makes known.
MAPPED = {"visits", "rekeys", "resubmissions", "visible_steps"}


@dataclass(frozen=True, slots=True)
class Next:
    """The next action: a sentence, and a command or a link where one helps."""

    sentence: str
    command: str = ""
    href: str = ""
    link: str = ""


def next_step(speech: Speech, lookup: Lookup) -> Next:
    """Return the one action that helps most now."""
    verdicts, comparison = lookup.verdicts(), lookup.comparison
    if not verdicts or comparison is None:
        return _compare_next(speech, lookup)
    first = verdicts[0]
    if first.verdict in (COPIED, WORSE):
        return _mend_next(speech, lookup)
    unsure = [verdict for verdict in verdicts if sensitivity(speech, verdict)]
    if unsure:
        steps = unsure[0].details["if_suggestions_confirmed"]["unconfirmed"]
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
    target = link(speech, grave[0].subject, lookup)
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
        href=target,
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
