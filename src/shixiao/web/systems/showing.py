"""Systems in words: lines of lists, facts, layers of a decision, evidence, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shixiao.fairness.algorithms.scoring import NAMES
from shixiao.records.models import Algorithm, Probing, Retest, System, SystemStep, Weakness
from shixiao.rules import load_calendar
from shixiao.security.assessing import (
    LAYERS,
    RIGHTS,
    SIDES,
    Decision,
    Right,
    Side,
    Standing,
    asked_of,
    ends,
    library,
)
from shixiao.security.scoring import Gravity
from shixiao.sharing.catalogue import words as fixed
from shixiao.terms import Text
from shixiao.web.shell.pages import moment, say
from shixiao.web.systems.acting import DOINGS
from shixiao.web.systems.forms import CHANGES, EXPOSURES, KINDS
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.permissions import may
from shixiao.workflows.registered import about_of
from shixiao.workflows.systems.admitting import life
from shixiao.workflows.systems.dossier import dossier_of, names
from shixiao.workflows.systems.listing import last_day
from shixiao.workflows.systems.retesting import CAUSES

TONES = {"planned": "plain", "admitted": "green", "suspended": "red", "retired": "grey"}
STANDINGS = {
    Standing.VALID: (Text("有效", "Valid"), "green"),
    Standing.EXPIRING: (Text("临期", "Ends soon"), "amber"),
    Standing.EXPIRED: (Text("过期", "Expired"), "red"),
    Standing.SUSPENDED: (Text("暂停", "Suspended"), "red"),
}
GRAVITIES = {
    Gravity.VETO: (Text("一票否决", "Veto"), "red"),
    Gravity.HIGH: (Text("高", "High"), "red"),
    Gravity.MEDIUM: (Text("中", "Medium"), "amber"),
    Gravity.LOW: (Text("低", "Low"), "plain"),
    Gravity.INFO: (Text("提示", "Note"), "grey"),
}
RUNS = {
    "queued": (Text("等待", "Waiting"), "plain"),
    "running": (Text("测试中", "Running"), "amber"),
    "done": (Text("完成", "Done"), "green"),
    "failed": (Text("没有完成", "Not finished"), "red"),
}
STEPS = {
    "register": Text("登记", "Registered"),
    "change": Text("修改登记内容", "What is registered changed"),
    "release": Text("登记版本", "Release registered"),
    "file": Text("登记材料", "File entered"),
    "consent": Text("书面同意测试", "Consent to probes"),
    "withdraw_consent": Text("撤回同意", "Consent withdrawn"),
    "probe": Text("提出测试", "Probes asked for"),
    "probed": Text("测试结果入库", "Result of probes"),
    "rule": Text("认定不涉及公共利益", "Ruled not of public interest"),
    "end_ruling": Text("认定失效", "Ruling ended"),
    "contest": Text("对认定提出异议", "Ruling contested"),
    "answer_contest": Text("答复异议", "Contest answered"),
    "waiver_asked": Text("请求豁免", "Waiver asked for"),
    "waiver_granted": Text("批准豁免", "Waiver granted"),
    "waiver_refused": Text("拒绝豁免", "Waiver refused"),
    "propose": Text("提出准入", "Admission proposed"),
    "send_back": Text("退回准入提议", "Admission sent back"),
    "admit": Text("准入", "Admitted"),
    "suspend": Text("暂停", "Suspended"),
    "retire": Text("停用", "Retired"),
    "inspected": Text("抽查开始", "Inspection by lot began"),
    "inspected_clean": Text("抽查未发现问题", "Inspected by lot, nothing found"),
    "inspected_faulty": Text("抽查发现问题", "Inspected by lot, problems found"),
}
#: Steps whose reason everybody may read; that of others names files and versions alone.
PUBLIC = {
    "inspected",
    "inspected_clean",
    "inspected_faulty",
    "rule",
    "end_ruling",
    "answer_contest",
    "admit",
    "suspend",
    "retire",
    "release",
}
NOT_YET = Text("还没有", "none yet")
UNTIL = Text(
    "证据有效至 {until}，网关放行至 {last}。",
    "Its evidence holds until {until}; gates let it through until {last}.",
)


def line(row: System) -> dict[str, Any]:
    """Return a system as a line of a list, as ``parts.inbox_row`` takes it."""
    kind, of = KINDS[row.kind], Text.of(row.department.name)
    return {
        "title": row.name,
        "to": reverse("registered", args=[row.code]),
        "about": Text(f"{kind.zh} · {of.zh}", f"{kind.en} · {of.en}"),
        "from": row.identifier,
        "tag": life().states[row.state].name,
        "tone": TONES[row.state],
    }


def facts(row: System) -> list[tuple[Text, object]]:
    """Return what everybody may know of a system."""
    rights = [RIGHTS[Right(each)] for each in row.rights]
    grade = fixed("grades").name(row.grade) if row.grade else Text("没有定级", "not graded")
    people = Text("没有统计", "not counted")
    if row.people is not None:
        people = Text(f"{row.people:,} 人", f"{row.people:,}")
    release = row.releases.first()
    return [
        (Text("系统编号", "Id"), row.identifier),
        (Text("种类", "Kind"), KINDS[row.kind]),
        (Text("建设部门", "Department"), Text.of(row.department.name)),
        (Text("责任人职务", "Who answers for it"), row.responsible_post),
        (Text("供应商", "Supplier"), row.supplier or Text("自建", "built by itself")),
        (Text("从哪里可以访问", "Reached from"), EXPOSURES[row.exposure]),
        (Text("数据级别", "Grade of its data"), grade),
        (Text("一年涉及", "Persons in a year"), people),
        (Text("影响的权利", "Rights it touches"), joined(rights) if rights else Text("无", "none")),
        (Text("服务于", "Serves"), ", ".join(row.services) or Text("未登记", "not registered")),
        (Text("依赖", "Needs"), ", ".join(row.depends) or Text("无", "none")),
        (Text("版本", "Release"), release.label if release else NOT_YET),
    ]


def joined(texts: list[Text]) -> Text:
    """Return several texts as one list."""
    return Text("、".join(each.zh for each in texts), ", ".join(each.en for each in texts))


def doable(row: System, actor: Actor) -> list[tuple[str, Text]]:
    """Return what the person can do with a system now."""
    states = {verb: life().verbs[verb].sources for verb in ("suspend", "retire")}
    states["propose"] = life().verbs["admit"].sources
    open_ = row.state != "retired"
    return [
        (name, each.name)
        for name, each in DOINGS.items()
        if open_ and row.state in states.get(name, (row.state,)) and may(actor, each.right, row)
    ]


def timeline(row: System, *, inside: bool) -> list[dict[str, Any]]:
    """Return the steps of a system as ``parts.timeline`` takes them."""
    steps = list(row.steps.select_related("by", "second"))
    if not inside:
        steps = [step for step in steps if step.verb in {*PUBLIC, "register", "contest"}]
    return [
        {
            "title": STEPS[verb],
            "at": together[-1].at,
            "by": _who(together[-1]) if inside else None,
            "text": _reason(together),
        }
        for verb, together in _folded(steps)
    ]


def _folded(steps: Iterable[SystemStep]) -> Iterator[tuple[str, list[SystemStep]]]:
    """Give steps one by one; files that were entered one after the other are one."""
    for (verb, _), found in groupby(steps, key=lambda s: (s.verb, s.verb == "file" or s.pk)):
        yield verb, list(found)


def _who(step: SystemStep) -> str:
    return " · ".join(each.name for each in (step.by, step.second) if each is not None)


def _reason(together: list[SystemStep]) -> object:
    step = together[-1]
    if step.verb == "file" or step.verb.startswith("waiver_"):
        said = dict.fromkeys(each.reason for each in together)
        known = {**NAMED, **names()}
        return joined([known.get(name, Text(name, name)) for name in said])
    return step.reason if step.verb in {*PUBLIC, "consent", "withdraw_consent"} else ""


NAMED = {
    "sbom": Text("组件清单", "List of components"),
    "need": Text("需求说明", "Need file"),
    "pledge": Text("基线和目标", "Baseline and target"),
}


def algorithm_of(row: System, actor: Actor) -> dict[str, Any] | None:
    """Return how the entry of a system in the register of algorithms stands; None: not due.

    It is due of what decides; a draft is shown to those who may read drafts.
    """
    entry = Algorithm.objects.filter(system=row).first()
    due = row.kind == System.Kind.ALGORITHM or row.decides
    if entry is None and not due:
        return None
    public = entry is not None and entry.level is not None
    return {
        "code": entry.code if entry and (public or may(actor, "algorithm.read", entry)) else "",
        "public": public,
        "level": NAMES[entry.level] if entry and entry.level else None,
        "may_begin": entry is None and may(actor, "algorithm.manage", row),
    }


def layers(decision: Decision) -> list[dict[str, Any]]:
    """Return the layers of a decision, in order."""
    return [
        {"name": LAYERS[each.layer], "holds": each.holds, "against": each.against}
        for each in decision.layers
    ]


def evidence(row: System, now: datetime) -> list[dict[str, Any]]:
    """Return all that is asked of a system, by side: what is there, and until when it holds."""
    dossier = dossier_of(row, now=now)
    newest = {}
    for each in sorted(dossier.exhibits, key=lambda each: each.kept.at):
        if each.release in ("", dossier.release) and each.kept.at <= now:
            newest[each.kept.name] = each
    return [
        {
            "side": SIDES[side],
            "rows": [_row(name, newest.get(name), now) for name in _ordered(wanted)],
        }
        for side in Side
        if (wanted := asked_of(about_of(row))[side])
    ]


def _ordered(wanted: frozenset[str]) -> Iterator[str]:
    known = library()
    yield from (name for name in (*known.probes, *known.criteria) if name in wanted)


def _row(name: str, each: Any, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"name": names()[name], "at": None, "until": None}
    criterion = library().criteria.get(name)
    found["about"] = criterion.about if criterion else None
    if each is None:
        return found | {"tag": Text("没有", "Missing"), "tone": "red", "why": None}
    until = ends(each.kept, pack())
    found |= {"at": each.kept.at, "until": until, "why": each.reason}
    if each.checks is None or each.reason is not None:
        return found | {"tag": Text("没有测成", "Could not tell"), "tone": "red"}
    if until <= now:
        return found | {"tag": Text("已过期", "Expired"), "tone": "red"}
    failed = sum(not one.passed for one in each.checks)
    if failed:
        said = Text(f"{failed} 处不符合", f"{failed} do not hold")
        return found | {"tag": said, "tone": "amber"}
    return found | {"tag": Text("符合", "Holds"), "tone": "green"}


def weakness_line(row: Weakness) -> dict[str, Any]:
    """Return a weakness with its gravity in words."""
    name, tone = GRAVITIES[Gravity(row.severity)]
    return {
        "row": row,
        "name": names().get(row.check_id, Text(row.check_id, row.check_id)),
        "gravity": name,
        "tone": tone,
        "waiver": row.waivers.first(),
    }


def run_line(row: Probing) -> dict[str, Any]:
    """Return a run as a line of a list, as ``parts.inbox_row`` takes it."""
    tag, tone = RUNS[row.state]
    about: Text | None = None
    if row.state == "queued" and row.origin == "runner":
        about = Text("等待近旁测试机", "Waits for a runner near the target")
    if row.state == "done":
        about = Text(
            f"测成 {row.assessed}/{row.mandatory} 项，{row.faults} 处不符合",
            f"{row.assessed} of {row.mandatory} probes could tell, {row.faults} do not hold",
        )
        if row.vetoes:
            tag, tone = GRAVITIES[Gravity.VETO]
    return {
        "title": Text(f"测试 {row.code}", f"Run {row.code}"),
        "to": reverse("probing", args=[row.code]),
        "about": about,
        "from": f"{row.release.label} · {moment(row.asked)}",
        "tag": tag,
        "tone": tone,
    }


def retest_line(row: Retest) -> dict[str, Any]:
    """Return what forces a new test, with its clock."""
    left = load_calendar("cn").between(timezone.localdate(), row.due)
    state = "overdue" if left < 0 else "soon" if left <= 2 else "running"
    return {
        "cause": CAUSES[row.cause],
        "at": row.at,
        "clock": {"state": state, "days": abs(left), "due": row.due, "article": None},
    }


def until_of(row: System) -> Text | None:
    """Say until when an admitted system may be used; None for any other."""
    if row.state != "admitted" or row.until is None:
        return None
    until = f"{timezone.localtime(row.until):%Y-%m-%d %H:%M}"
    return UNTIL.format(until=until, last=last_day(row.until).isoformat())


def change_of(name: str) -> str:
    """Say why a release was assessed."""
    return say(CHANGES[name])
