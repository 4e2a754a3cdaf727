"""One run over a dataset's life: what a plan names is looked at, and the matrix says how it stands.

A plan is YAML: the dataset and its grade, who answers, folders with the canary that was put through
the application, links, copies with their days, and evidence that people entered. What cannot be
looked at is a gap and never a pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from yaml import YAMLError

from shixiao.datafiles import load_yaml
from shixiao.sharing.lifecycle.controls import controls
from shixiao.sharing.lifecycle.copies import Copy, copies_overdue
from shixiao.sharing.lifecycle.links import look_at_link
from shixiao.sharing.lifecycle.matrix import Cell, Evidence, matrix
from shixiao.sharing.lifecycle.rest import Canary, scan_at_rest
from shixiao.terms import BadInput, Text, Unavailable

LARGEST = 1 << 20  # bytes of a plan
REST = {"store": "store.encrypted", "backups": "store.backups"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked at.

    Attributes:
        dataset: id of the dataset.
        grade: its grade.
        responsible: stage or control → who answers for it.
        rest: folder and canary, by what lies there: ``store`` or ``backups``.
        links: host, port, name in the certificate ("" for the host), file of trusted certificates.
        copies: the register of copies.
        entered: evidence that people entered.
    """

    dataset: str
    grade: str
    responsible: Mapping[str, str]
    rest: tuple[tuple[str, Path, Canary], ...]
    links: tuple[tuple[str, int, str, Path | None], ...]
    copies: tuple[Copy, ...]
    entered: tuple[Evidence, ...]


def read_plan(path: Path) -> Plan:
    """Read a plan; paths in it are seen from its own folder.

    Raises:
        BadInput: it cannot be read, or something in it is missing or wrong; says what.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(Text("计划文件过大。", "The plan is too large."), file=path.name)
        data = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise BadInput(
            Text(f"读不了计划文件：{error}", f"The plan cannot be read: {error}"), file=path.name
        ) from None
    if not isinstance(data, dict) or "dataset" not in data:
        raise BadInput(Text("计划里没有 dataset。", "The plan names no dataset."), file=path.name)
    try:
        return _plan(data, path.parent)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            Text(
                f"计划里有缺项或写错：{error}。请对照文档中的例子。",
                f"Something in the plan is missing or wrong: {error}. See the example in the docs.",
            ),
            file=path.name,
        ) from None


def _plan(data: Mapping[str, Any], folder: Path) -> Plan:
    known = {control.id for control in controls()}
    entered = tuple(
        Evidence(
            str(each["control"]),
            _day(each["day"]),
            _truth(each["passed"]),
            Text.of(each["said"]),
            str(each.get("reference", "")),
        )
        for each in data.get("evidence", ())
    )
    wrong = [each.control for each in entered if each.control not in known]
    if wrong:
        raise ValueError(f"control {wrong[0]!r}")
    return Plan(
        dataset=str(data["dataset"]),
        grade=str(data.get("grade", "")),
        responsible={str(k): str(v) for k, v in dict(data.get("responsible", {})).items()},
        rest=tuple(
            (str(each["what"]), folder / each["folder"], Canary(str(each["canary"])))
            for each in data.get("rest", ())
            if str(each["what"]) in REST or _refuse(each["what"])
        ),
        links=tuple(
            (
                str(each["host"]),
                _port(each["port"]),
                str(each.get("name", "")),
                folder / each["ca"] if each.get("ca") else None,
            )
            for each in data.get("links", ())
        ),
        copies=tuple(
            Copy(
                str(each["id"]),
                folder / each["place"],
                _day(each["keep_until"]),
                _day(each["destroyed"]) if each.get("destroyed") else None,
            )
            for each in data.get("copies", ())
        ),
        entered=entered,
    )


def _refuse(what: object) -> bool:
    raise ValueError(f"rest: {what!r}; it is one of {', '.join(REST)}")


def _truth(value: object) -> bool:
    """Return yes or no; a text such as “no” is neither, and would count as passed."""
    if not isinstance(value, bool):
        raise ValueError(f"passed: {value!r}")
    return value


def _port(value: object) -> int:
    number = int(str(value))
    if not 0 < number < 1 << 16:
        raise ValueError(f"port: {value!r}")
    return number


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def run(plan: Plan, *, now: datetime) -> tuple[Cell, ...]:
    """Look at everything that a plan names, and return the matrix."""
    today = now.date()
    seen = [*plan.entered, *_rest(plan, today), *_links(plan, now), *_copies(plan, today)]
    return matrix(plan.grade, seen, responsible=plan.responsible, today=today)


def _rest(plan: Plan, today: date) -> Iterator[Evidence]:
    for what, folder, canary in plan.rest:
        hits = scan_at_rest(folder, canary)
        shown = "、".join(f"{hit.file}（{hit.writing}）" for hit in hits[:3])
        listed = ", ".join(f"{hit.file} ({hit.writing})" for hit in hits[:3])
        said = (
            Text(f"明文可见：{shown}。", f"Plain text shows: {listed}.")
            if hits
            else Text("原始文件中没有找到标记。", "The canary shows in no raw file.")
        )
        yield Evidence(REST[what], today, not hits, said)


def _links(plan: Plan, now: datetime) -> Iterator[Evidence]:
    for host, port, name, ca in plan.links:
        try:
            report = look_at_link(host, port, now=now, ca=ca, name=name)
        except Unavailable as error:
            yield Evidence("transport.tls", now.date(), passed=False, said=error.text)
            continue
        said = (
            Text(
                "".join(fault.zh for fault in report.faults),
                " ".join(fault.en for fault in report.faults),
            )
            if report.faults
            else Text(f"{report.protocol}，{report.cipher}", f"{report.protocol}, {report.cipher}")
        )
        yield Evidence("transport.tls", now.date(), report.sound, said, report.address)


def _copies(plan: Plan, today: date) -> Iterator[Evidence]:
    if not plan.copies:
        return
    overdue = copies_overdue(plan.copies, today=today)
    names = ", ".join(each.copy.id for each in overdue[:5])
    said = (
        Text(f"应已销毁而仍在：{names}。", f"Should be gone and lie there: {names}.")
        if overdue
        else Text("没有超期的副本。", "No copy is beyond its time.")
    )
    yield Evidence("destroy.retention", today, not overdue, said)
