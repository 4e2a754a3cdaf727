"""The list of all services, each with its page: findings, score, and hours that could be saved."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.index import OVERALL
from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.findings import counted
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.overview import HOURS
from shixiao.checkup.report.scores import POINTS
from shixiao.checkup.report.speech import Speech
from shixiao.terms import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class ServiceList:
    """One language half of the list."""

    lang: str
    answer: str
    table: Table


def service_list(speech: Speech, lookup: Lookup) -> ServiceList:
    """Return the list in the order of ids."""
    services = lookup.subjects(SubjectKind.SERVICE)
    with_findings = sum(bool(lookup.findings_of(service)) for service in services)
    columns = (
        Column(speech.t("服务", "Service")),
        Column(speech.t("件数", "n"), number=True),
        Column(speech.t("结论", "Verdict")),
        Column(speech.t("线索", "Findings")),
        Column(speech.t("总分（满分 100）", "Overall score out of 100"), number=True),
        Column(speech.t("一年能省（小时）", "Hours saved a year"), number=True),
    )
    note = speech.t(
        "按编号排列，不是名次。[ ] 里是 95% 区间。",
        "In order of id, which is no ranking. Square brackets hold 95% intervals.",
    )
    rows = tuple(_row(speech, lookup, service) for service in services)
    return ServiceList(
        speech.language,
        speech.t(
            f"{len(services):,} 项服务，其中 {with_findings:,} 项有线索。",
            f"{len(services):,} services, {with_findings:,} of them with findings.",
        ),
        Table(speech.t("全部服务", "All services"), columns, rows, note),
    )


def _row(speech: Speech, lookup: Lookup, service: Subject) -> tuple[Cell, ...]:
    findings = lookup.findings_of(service)
    verdict = lookup.verdict(service)
    score = lookup.scores(service).get(OVERALL)
    saved = lookup.savings[service.id].people
    return (
        speech.named(service.name, href=f"{lookup.page(service)}#{speech.language}"),
        Cell(speech.count(lookup.size(service))),
        Cell("—") if verdict is None else speech.verdict(verdict.verdict),
        Cell("", tag=counted(speech, findings), tone="amber") if findings else Cell("—"),
        Cell("—") if score is None else speech.estimate(score.score, POINTS),
        speech.estimate(saved, HOURS),
    )
