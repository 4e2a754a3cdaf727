"""The page: both language halves put into one file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.report.breakdowns import breakdowns, subject_table
from shixiao.checkup.report.chains import chain_table
from shixiao.checkup.report.funnel import funnel_part
from shixiao.checkup.report.head import head
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.method import method
from shixiao.checkup.report.picture import top_picture
from shixiao.checkup.report.process import process_part
from shixiao.checkup.report.quality import missing_table, quality_table
from shixiao.checkup.report.rankings import ranking_parts
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.subjects import subjects
from shixiao.checkup.report.verdicts import verdict_table
from shixiao.terms import SubjectKind

LANGUAGES = ("zh", "en")


def report_html(evaluation: Evaluation) -> str:
    """Return the report as one HTML document that needs no other file, no network and no script.

    The same evaluation gives the same bytes.
    """
    lookup = Lookup(evaluation)
    halves = {language: _half(lookup, Speech(language)) for language in LANGUAGES}
    template = _environment().get_template("report.html.j2")
    return template.render(halves=halves, css=_resource("report.css"), name=halves["zh"]["head"])


def _half(lookup: Lookup, speech: Speech) -> dict[str, Any]:
    """Return everything that one language half shows, top to bottom."""
    picture, on_top = top_picture(speech, lookup)
    return {
        "lang": speech.language,
        "t": speech.t,
        "head": head(speech, lookup),
        "picture": picture,
        "ribbon_on_top": on_top is not None,
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
        "quality": quality_table(speech, lookup),
        "missing": missing_table(speech, lookup),
        "method": method(speech, lookup),
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: _resource(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _resource(name: str) -> str:
    return files("shixiao.checkup.report").joinpath(name).read_text("utf-8")
