"""The pages: the report, the summary of one page, and a page for each service of a city."""

from __future__ import annotations

from typing import Any

from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.report.addresses import FOLDER, INDEX, STYLE
from shixiao.checkup.report.breakdowns import breakdowns, subject_table
from shixiao.checkup.report.chains import chain_table
from shixiao.checkup.report.document import LANGUAGES, fragment, style_sheet, whole
from shixiao.checkup.report.findings import found_part
from shixiao.checkup.report.funnel import funnel_part
from shixiao.checkup.report.head import head
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.method import method
from shixiao.checkup.report.overview import city_picture
from shixiao.checkup.report.picture import top_picture
from shixiao.checkup.report.plain import plain
from shixiao.checkup.report.process import process_part
from shixiao.checkup.report.quality import missing_table, quality_table
from shixiao.checkup.report.rankings import ranking_parts
from shixiao.checkup.report.scores import scores_part
from shixiao.checkup.report.service import Usual, service_page, usual
from shixiao.checkup.report.service_list import service_list
from shixiao.checkup.report.sharing import sharing_part
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.subjects import subjects
from shixiao.checkup.report.verdicts import verdict_table
from shixiao.terms import SubjectKind

REPORT, SUMMARY = "report.html", "summary.html"


def report_html(evaluation: Evaluation) -> str:
    """Return the report as one HTML document that needs no other file, no network and no script.

    The same evaluation gives the same bytes.
    """
    return _report(Lookup(evaluation))


def pages(lookup: Lookup) -> dict[str, str]:
    """Return path → page: the report and, for a city, its summary and a page for each service."""
    found = {REPORT: _report(lookup)}
    if not lookup.city:
        return found
    found[SUMMARY] = summary_html(lookup)
    services = lookup.subjects(SubjectKind.SERVICE)
    if not services:
        return found
    found[f"{FOLDER}/{STYLE}"] = style_sheet()
    lists = {name: service_list(Speech(name), lookup) for name in LANGUAGES}
    found[f"{FOLDER}/{INDEX}"] = whole("services.html.j2", lists, style=STYLE)
    peers = usual(lookup)
    for service in services:
        halves = {name: service_page(Speech(name), lookup, service, peers) for name in LANGUAGES}
        found[f"{FOLDER}/{lookup.page(service)}"] = whole("service.html.j2", halves, style=STYLE)
    return found


def summary_html(lookup: Lookup) -> str:
    """Return the summary of a city on one page, as one HTML document."""
    halves = {name: plain(Speech(name), lookup) for name in LANGUAGES}
    return whole("summary.html.j2", halves)


def fragments(lookup: Lookup, peers: Usual) -> dict[str, str]:
    """Return path → part of a page in one language, for a site that puts its own frame around it.

    ``zh/city.html`` is the head of the city; ``zh/services/….html`` what a service's page says,
    against ``peers``.
    """
    if not lookup.city:
        return {}
    found = {}
    for name in LANGUAGES:
        city, _ = city_picture(Speech(name), lookup) if lookup.city_head else (None, None)
        half = {"head": head(Speech(name), lookup), "picture": city, "ribbon_on_top": False}
        found[f"{name}/city.html"] = fragment("fragment_city.html.j2", name, half)
        for service in lookup.subjects(SubjectKind.SERVICE):
            page = service_page(Speech(name), lookup, service, peers)
            path = f"{name}/{FOLDER}/{lookup.page(service)}"
            found[path] = fragment("fragment_service.html.j2", name, page)
    return found


def _report(lookup: Lookup) -> str:
    return whole("report.html.j2", {name: _half(lookup, Speech(name)) for name in LANGUAGES})


def _half(lookup: Lookup, speech: Speech) -> dict[str, Any]:
    """Return everything that one language half shows, top to bottom."""
    city, kind = city_picture(speech, lookup) if lookup.city_head else (None, None)
    picture, on_top = (city, None) if city else top_picture(speech, lookup)
    services = lookup.city and lookup.subjects(SubjectKind.SERVICE)
    return {
        "lang": speech.language,
        "head": head(speech, lookup),
        "picture": picture,
        "ribbon_on_top": on_top is not None,
        "pages": lookup.city,
        "services_page": f"{FOLDER}/{INDEX}#{speech.language}" if services else "",
        "scores": scores_part(speech, lookup, on_top=kind),
        "found": found_part(speech, lookup),
        "verdicts": verdict_table(speech, lookup),
        "subjects": subjects(speech, lookup, on_top=on_top),
        "rankings": ranking_parts(speech, lookup),
        "process": process_part(speech, lookup),
        "breakdowns": breakdowns(speech, lookup),
        "departments": subject_table(speech, lookup, SubjectKind.DEPARTMENT),
        "services": subject_table(speech, lookup, SubjectKind.SERVICE),
        "logs": subject_table(speech, lookup, SubjectKind.LOG),
        "funnel": funnel_part(speech, lookup),
        "chains": chain_table(speech, lookup),
        "sharing": sharing_part(speech, lookup),
        "quality": quality_table(speech, lookup),
        "missing": missing_table(speech, lookup),
        "method": method(speech, lookup),
    }
